using Confluent.Kafka;
using Microsoft.Extensions.Configuration;

namespace InquiryHub.Kernel;

/// <summary>
/// The second log's settings: <c>Kafka__BootstrapServers</c> switches it on, <c>Kafka__TopicPrefix</c> stands before every topic's
/// name. Every other <c>Kafka__some_setting</c> goes to the client as <c>some.setting</c> (the client's own list of settings holds).
/// </summary>
/// <param name="Passed">Settings for the client, as it names them.</param>
public sealed record KafkaOptions(string BootstrapServers, string TopicPrefix, IReadOnlyDictionary<string, string> Passed)
{
    /// <summary>Null when no bootstrap servers are given: then the outbox itself is the log.</summary>
    public static KafkaOptions? Of(IConfiguration configuration)
    {
        var section = configuration.GetSection("Kafka");
        if (section["BootstrapServers"] is not { Length: > 0 } servers) return null;
        var passed = section.GetChildren().Where(c => c.Value is not null && c.Key is not ("BootstrapServers" or "TopicPrefix" or "bootstrapservers" or "topicprefix"))
            .ToDictionary(c => c.Key.ToLowerInvariant().Replace('_', '.'), c => c.Value!);
        return new(servers, section["TopicPrefix"] ?? "", passed);
    }

    public string TopicOf(string service) => $"{TopicPrefix}hub.{service}";
    public string ServiceOf(string topic) => topic[(TopicPrefix.Length + "hub.".Length)..];

    internal ProducerConfig Producer() => With(new ProducerConfig
    {
        Acks = Acks.All, EnableIdempotence = true, LingerMs = 1, BatchSize = 500_000, DeliveryReportFields = "none",
        // Longer than a broker's restart; what isn't acknowledged by then is read from the outbox and sent again.
        MessageTimeoutMs = 15_000,
    });

    internal ConsumerConfig Consumer(string group) => With(new ConsumerConfig
    {
        // An offset that is gone (trimmed, a lost cluster) means: from the first that is there. Nothing is skipped by that, the seqs show
        // what is missing. (With "error" the client refuses the seek that would follow: Local_State, seen on 2.16.)
        GroupId = group, GroupProtocol = GroupProtocol.Consumer, AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoOffsetStore = false,
        // Committed offsets are for people who watch the lag; where to read from stands in log.cursor.
        EnableAutoCommit = true, MaxPollIntervalMs = 600_000, FetchQueueBackoffMs = 5, QueuedMinMessages = 20_000, ConsumeResultFields = "headers,topic",
        // Little of each partition at a time: behind a backlog all of them move on together, and an inquiry's facts come near each other.
        MaxPartitionFetchBytes = 128 * 1024,
    });

    internal AdminClientConfig Admin() => With(new AdminClientConfig());

    T With<T>(T config) where T : ClientConfig
    {
        (config.BootstrapServers, config.ClientId, config.SocketKeepaliveEnable, config.ReconnectBackoffMaxMs) = (BootstrapServers, "inquiryhub", true, 1000);
        foreach (var (name, value) in Passed)
        {
            // What only one kind of client knows would be a warning line of the others at every start.
            if (config is not ConsumerConfig && (name.StartsWith("fetch.") || name.StartsWith("group.") || name.StartsWith("session.") || name.StartsWith("heartbeat.") || name.StartsWith("partition.assignment"))) continue;
            if (config is not ProducerConfig && name is "linger.ms" or "batch.size" or "compression.type" or "acks" or "enable.idempotence" or "message.timeout.ms") continue;
            config.Set(name, value);
        }
        return config;
    }

    /// <summary>For /about: names and values, secrets masked.</summary>
    public IReadOnlyDictionary<string, string> Shown() =>
        Passed.ToDictionary(p => p.Key, p => p.Key.Contains("password") || p.Key.Contains("secret") || p.Key.Contains("key.pem") || p.Key.Contains("jaas") ? "***" : p.Value);
}
