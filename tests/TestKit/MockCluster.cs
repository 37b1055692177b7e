using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace InquiryHub.TestKit;

/// <summary>
/// librdkafka's mock cluster: brokers on loopback ports of their own choice that speak the protocol and keep 5 MiB a partition in
/// memory. It isn't a store, doesn't drop an idempotent producer's repeats and knows no transactions: a hostile stand-in.
/// </summary>
public sealed class MockCluster : IDisposable
{
    private const string Library = "librdkafka";
    private const int Producer = 0, EveryBroker = -1;

    /// <summary>Protocol keys of the requests whose answers can be spoilt.</summary>
    public const short Produce = 0, Fetch = 1;
    private const short ConsumerGroupHeartbeat = 68;

    // The plain library of the package wants an SASL library that Debian names otherwise; this build of it wants none.
    static MockCluster() => NativeLibrary.SetDllImportResolver(typeof(MockCluster).Assembly, Resolve);

    private readonly nint client, cluster;
    private readonly int brokers;

    public MockCluster(int brokers)
    {
        this.brokers = brokers;
        var error = new byte[512];
        client = rd_kafka_new(Producer, rd_kafka_conf_new(), error, (nuint)error.Length);
        if (client == 0) throw new InvalidOperationException($"librdkafka: {Encoding.UTF8.GetString(error).TrimEnd('\0')}");
        cluster = rd_kafka_mock_cluster_new(client, brokers);
        // Without a controller, admin clients wait for one for ever.
        rd_kafka_mock_set_controller_id(cluster, 1);
        // The standard times are a data centre's; a test waits for each of them.
        rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 100);
        rd_kafka_mock_set_group_consumer_session_timeout_ms(cluster, 3000);
        rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(cluster, 600);
    }

    public string BootstrapServers => Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(cluster))!;

    public void CreateTopic(string topic, int partitions) => Check(rd_kafka_mock_topic_create(cluster, topic, partitions, Math.Min(3, brokers)), topic);
    public void DeleteTopic(string topic) => Check(rd_kafka_mock_topic_delete(cluster, topic), topic);
    public void DeleteRecords(string topic, int partition, long before) => Check(rd_kafka_mock_partition_delete_records(cluster, topic, partition, before), topic);
    public void SetLeader(string topic, int partition, int broker) => Check(rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker), topic);

    /// <summary>Closes a broker's connections and refuses new ones, keeping its port; leaders stay with it. Null = all of them.</summary>
    public void Down(int? broker) => Check(rd_kafka_mock_broker_set_down(cluster, broker ?? EveryBroker), $"broker {broker}");
    public void Up(int? broker) => Check(rd_kafka_mock_broker_set_up(cluster, broker ?? EveryBroker), $"broker {broker}");

    /// <summary>The next <paramref name="count"/> produce requests to each broker are appended at once and answered late. Beyond the producer's socket.timeout.ms: written, but given up.</summary>
    public void AnswerLate(int count, int milliseconds)
    {
        for (var broker = 1; broker <= brokers; broker++)
            for (var n = 0; n < count; n++)
                Check(rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, Produce, 1, 0, milliseconds), $"broker {broker}");
    }

    /// <summary>The next requests of that kind are refused with the code, and a produce among them isn't appended; -195 closes the connection.</summary>
    public void Refuse(short api, int code, int count) => rd_kafka_mock_push_request_errors_array(cluster, api, (nuint)count, [.. Enumerable.Repeat(code, count)]);

    /// <summary>What <see cref="Refuse"/> left over is refused no more.</summary>
    public void Allow(short api) => rd_kafka_mock_clear_request_errors(cluster, api);

    /// <summary>Answers like a broker older than 4.0, which doesn't know the group protocol of KIP-848.</summary>
    public void ForgetNewGroups() => rd_kafka_mock_set_apiversion(cluster, ConsumerGroupHeartbeat, -1, -1);

    // The cluster before the client that it lives in.
    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(cluster);
        rd_kafka_destroy(client);
    }

    private static void Check(int error, string what)
    {
        if (error != 0) throw new InvalidOperationException($"mock cluster, {what}: error {error}");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        foreach (var candidate in new[] { "centos8-librdkafka", "librdkafka", "alpine-librdkafka" })
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle)) return handle;
        return 0;
    }

    [DllImport(Library)] private static extern nint rd_kafka_conf_new();
    [DllImport(Library)] private static extern nint rd_kafka_new(int type, nint conf, byte[] error, nuint size);
    [DllImport(Library)] private static extern void rd_kafka_destroy(nint client);
    [DllImport(Library)] private static extern nint rd_kafka_mock_cluster_new(nint client, int brokers);
    [DllImport(Library)] private static extern void rd_kafka_mock_cluster_destroy(nint cluster);
    [DllImport(Library)] private static extern nint rd_kafka_mock_cluster_bootstraps(nint cluster);
    [DllImport(Library, CharSet = CharSet.Ansi)] private static extern int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);
    [DllImport(Library, CharSet = CharSet.Ansi)] private static extern int rd_kafka_mock_topic_delete(nint cluster, string topic);
    [DllImport(Library, CharSet = CharSet.Ansi)] private static extern int rd_kafka_mock_partition_delete_records(nint cluster, string topic, int partition, long before);
    [DllImport(Library, CharSet = CharSet.Ansi)] private static extern int rd_kafka_mock_partition_set_leader(nint cluster, string topic, int partition, int broker);
    [DllImport(Library)] private static extern int rd_kafka_mock_broker_set_down(nint cluster, int broker);
    [DllImport(Library)] private static extern int rd_kafka_mock_broker_set_up(nint cluster, int broker);
    [DllImport(Library)] private static extern void rd_kafka_mock_set_controller_id(nint cluster, int broker);
    [DllImport(Library)] private static extern void rd_kafka_mock_group_initial_rebalance_delay_ms(nint cluster, int milliseconds);
    [DllImport(Library)] private static extern void rd_kafka_mock_set_group_consumer_session_timeout_ms(nint cluster, int milliseconds);
    [DllImport(Library)] private static extern void rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(nint cluster, int milliseconds);
    [DllImport(Library)] private static extern void rd_kafka_mock_push_request_errors_array(nint cluster, short api, nuint count, int[] errors);
    [DllImport(Library)] private static extern void rd_kafka_mock_clear_request_errors(nint cluster, short api);
    [DllImport(Library)] private static extern int rd_kafka_mock_set_apiversion(nint cluster, short api, short least, short most);
    // Variadic in C; with integers only the plain call is the same on the platforms we run on.
    [DllImport(Library)] private static extern int rd_kafka_mock_broker_push_request_error_rtts(nint cluster, int broker, short api, nuint count, int error, int milliseconds);
}
