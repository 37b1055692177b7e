using Confluent.Kafka;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;

namespace InquiryHub.Services.Tests.Kernel;

/// <summary>What holds on any Kafka: on the mock cluster here, on a real broker in Kafka.Tests.</summary>
public abstract class KafkaPromises
{
    static int made;
    readonly string prefix = $"t{Environment.ProcessId}-{Interlocked.Increment(ref made)}.";

    protected abstract string BootstrapServers { get; }
    protected virtual IReadOnlyDictionary<string, string> Client => new Dictionary<string, string>();
    /// <summary>Makes a topic where the cluster lets no client make one.</summary>
    protected virtual void Make(string topic, int partitions) { }
    protected abstract Task LoseAsync(string topic);

    protected string TopicOf(string service) => $"{prefix}hub.{service}";

    protected Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?> { ["Kafka:BootstrapServers"] = BootstrapServers, ["Kafka:TopicPrefix"] = prefix, ["Hub:Clock"] = "simulated" };
        foreach (var (name, value) in Client) settings["Kafka:" + name] = value;
        return settings;
    }

    protected async Task<TestHub> StartAsync(string name, params IHubModule[] modules)
    {
        foreach (var m in modules) Make(TopicOf(m.Name), 12);
        return await TestHub.StartAsync(name, modules, Settings());
    }

    protected static Task<Outcome<TaskWithdrawn>> Say(TestHub hub, string producer, string key, string fact) =>
        hub.Writer(producer).CommandAsync<TaskWithdrawn>(null, [key], _ => { }, work => { work.Emit(key, new ContactRecorded { Reason = fact }); return new TaskWithdrawn { Reason = fact }; });

    /// <summary>20 keys, `facts` of each, from both producers at once.</summary>
    protected static Task SayAll(TestHub hub, int from, int facts, params string[] producers) => Task.WhenAll(producers.SelectMany(p => Enumerable.Range(0, 20).Select(k => Task.Run(async () =>
    {
        for (var n = from; n < from + facts; n++) await Say(hub, p, $"k{k}", $"{n}");
    }))));

    protected static Task PublishedAsync(TestHub hub) => Until.TrueAsync("the relay has published everything", async () =>
        await hub.ScalarAsync<long>("select coalesce(sum(s.next_seq - c.next_seq), 1)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard where c.service = 'relay'") == 0, 60);

    protected static async Task HeardOnceInOrder(TestHub hub, int facts, params string[] producers)
    {
        await hub.QuietAsync(150);
        var entries = await KernelTests.Entries(hub);
        Assert.Equal(20, entries.Count);
        foreach (var e in entries.Values)
            foreach (var p in producers)
                Assert.Equal(Enumerable.Range(0, facts).Select(n => $"{p}:{n}"), e.Facts.Where(f => f.StartsWith(p)));
        Assert.Equal(20 * facts * producers.Length, await hub.ScalarAsync<long>("select sum(value)::bigint from ledger.tally"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.parked"));
    }

    [Fact]
    public async Task Every_fact_is_folded_once_and_in_its_producers_order()
    {
        await using var hub = await StartAsync("konce", new Producer("p1"), new Producer("p2"), new Ledger(["p1", "p2"]));
        await SayAll(hub, 0, 20, "p1", "p2");
        await HeardOnceInOrder(hub, 20, "p1", "p2");
    }

    [Fact]
    public async Task Two_instances_share_the_partitions_and_fold_each_message_once()
    {
        await using var hub = await StartAsync("kshare", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 5, "p1");
        await using (var other = await hub.JoinAsync([new Producer("p1"), new Ledger(["p1"])], Settings()))
        {
            await Until.TrueAsync("each holds half", async () => await Leases(hub) == "6 partitions" && await Leases(other) == "6 partitions", 60);
            await SayAll(other, 5, 10, "p1");
        }
        await SayAll(hub, 15, 5, "p1");
        await HeardOnceInOrder(hub, 20, "p1");
    }

    [Fact]
    public async Task Services_of_one_process_read_together_and_each_goes_on_from_where_it_stands()
    {
        await using var hub = await StartAsync("ktogether", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 5, "p1");
        await HeardOnceInOrder(hub, 5, "p1");
        Make(TopicOf("second"), 12);
        // One of the two has all of it, the other nothing; and the first process reads the same for the one, in another group.
        await using var both = await hub.JoinAsync([new Ledger(["p1"]), new Ledger(["p1"], name: "second")], Settings());
        await SayAll(hub, 5, 5, "p1");
        await Until.TrueAsync("the second has caught up", async () => await hub.ScalarAsync<long>("select coalesce(sum(value), 0)::bigint from second.tally") == 200, 30);
        await HeardOnceInOrder(hub, 10, "p1");
        foreach (var e in (await KernelTests.Entries(hub, "second")).Values) Assert.Equal(Enumerable.Range(0, 10).Select(n => $"p1:{n}"), e.Facts);
        Assert.Equal(200, Published("p1"));
    }

    /// <summary>Records that were ever published there: more than there are events, and somebody had to ask for some again.</summary>
    long Published(string service)
    {
        using var reader = new ConsumerBuilder<string, byte[]>(new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = "ends" }).Build();
        return Enumerable.Range(0, 12).Sum(p => reader.QueryWatermarkOffsets(new(TopicOf(service), p), TimeSpan.FromSeconds(10)).High.Value);
    }

    static async Task<string> Leases(TestHub hub)
    {
        using var http = new HttpClient { BaseAddress = hub.Http };
        var report = System.Text.Json.JsonSerializer.Deserialize<ReadyReport>(await http.GetStringAsync("/ready"), Json.Options)!;
        return report.Services.Single(s => s.Service == "ledger").Leases;
    }

    [Fact]
    public async Task A_topic_that_is_lost_is_filled_again_from_the_outbox()
    {
        await using var hub = await StartAsync("klost", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 10, "p1");
        await hub.QuietAsync(150);
        await LoseAsync(TopicOf("p1"));
        await SayAll(hub, 10, 10, "p1");
        await HeardOnceInOrder(hub, 20, "p1");
    }

    [Fact]
    public async Task Events_that_were_published_but_lost_unread_are_published_again()
    {
        // The consumer comes when the topic has been lost already: everything it needs lies only in the outbox.
        await using var hub = await StartAsync("kunread", new Producer("p1"));
        await SayAll(hub, 0, 10, "p1");
        await PublishedAsync(hub);
        Make(TopicOf("ledger"), 12);
        await LoseAsync(TopicOf("p1"));
        await using var reader = await hub.JoinAsync([new Ledger(["p1"])], Settings());
        await HeardOnceInOrder(hub, 10, "p1");
    }

    [Fact]
    public async Task Bytes_that_are_no_event_are_parked_and_hold_up_nothing()
    {
        await using var hub = await StartAsync("kbytes", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 1, "p1");
        await hub.QuietAsync(150);
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = BootstrapServers }).Build())
        {
            await producer.ProduceAsync(new TopicPartition(TopicOf("p1"), 3), new() { Key = "x", Value = [1, 2, 3] });
            await producer.ProduceAsync(new TopicPartition(TopicOf("p1"), 3), new() { Key = "x", Value = [4], Headers = new Headers { { "hub", System.Text.Encoding.ASCII.GetBytes(Guid.Empty.ToString()) } } });
        }
        await SayAll(hub, 1, 1, "p1");
        await Until.TrueAsync("it is parked", async () => await hub.ScalarAsync<long>("select count(*) from log.parked where source like 'kafka:%' and shard = 3 and body = '\\x010203'") == 1, 30);
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from log.parked"));
        await hub.QuietAsync(150);
        Assert.Equal(40, await hub.ScalarAsync<long>("select sum(value)::bigint from ledger.tally"));
        await hub.SqlAsync("update log.parked set replay = true");
        await Until.TrueAsync("replaying it clears it away", async () => await hub.ScalarAsync<long>("select count(*) from log.parked") == 0, 30);
    }

    [Fact]
    public async Task Parked_messages_are_replayed_in_order()
    {
        var ledger = new Ledger(["p1"], poison: m => Ledger.Fact(m) == "3" && m.Key == "k1");
        await using var hub = await StartAsync("kpoison", new Producer("p1"), ledger);
        await SayAll(hub, 0, 6, "p1");
        await hub.QuietAsync(150);
        Assert.Equal(3, await hub.ScalarAsync<long>("select count(*) from log.parked where key = 'k1'"));
        ledger.Poison = _ => false;
        await hub.SqlAsync("update log.parked set replay = true");
        await Until.TrueAsync("nothing is parked", async () => await hub.ScalarAsync<long>("select count(*) from log.parked") == 0, 30);
        await HeardOnceInOrder(hub, 6, "p1");
    }
}
