using Confluent.Kafka;
using InquiryHub.Kernel;
using InquiryHub.TestKit;

namespace InquiryHub.Services.Tests.Kernel;

/// <summary>The promises on librdkafka's mock cluster, and what only it can do to us.</summary>
public sealed class KafkaTests : KafkaPromises, IDisposable
{
    readonly MockCluster cluster = new(3);

    protected override string BootstrapServers => cluster.BootstrapServers;
    // The mock answers an empty fetch only when its wait is over.
    protected override IReadOnlyDictionary<string, string> Client => client;
    readonly Dictionary<string, string> client = new() { ["fetch_wait_max_ms"] = "5" };
    protected override void Make(string topic, int partitions) => cluster.CreateTopic(topic, partitions);

    protected override Task LoseAsync(string topic)
    {
        cluster.DeleteTopic(topic);
        cluster.CreateTopic(topic, 12);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_is_acknowledged_late_and_sent_again_is_folded_once()
    {
        await using var hub = await StartAsync("klate", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 2, "p1");
        await hub.QuietAsync(150);
        cluster.AnswerLate(count: 2, milliseconds: 4000);
        await SayAll(hub, 2, 8, "p1");
        await HeardOnceInOrder(hub, 10, "p1");
    }

    [Fact]
    public async Task A_topic_made_anew_is_published_to_and_heard_although_its_leaders_had_moved_before()
    {
        await using var hub = await StartAsync("kanew", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 2, "p1");
        await HeardOnceInOrder(hub, 2, "p1");
        // The old topic's leaders then have a later epoch than the new one's: the client takes what it is told of these for outdated.
        for (var p = 0; p < 12; p++) cluster.SetLeader(TopicOf("p1"), p, 1 + p % 3);
        await SayAll(hub, 2, 2, "p1");
        await HeardOnceInOrder(hub, 4, "p1");
        await LoseAsync(TopicOf("p1"));
        await SayAll(hub, 4, 2, "p1");
        await HeardOnceInOrder(hub, 6, "p1");
    }

    [Fact]
    public async Task Without_a_broker_work_goes_on_and_a_warning_says_so()
    {
        await using var hub = await StartAsync("kaway", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 2, "p1");
        await hub.QuietAsync(150);
        cluster.Down(null);
        await SayAll(hub, 2, 3, "p1");
        using var http = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("a warning, and still ready", async () => await http.GetAsync("/ready") is { IsSuccessStatusCode: true } answer && (await answer.Content.ReadAsStringAsync()).Contains("no broker has answered"), 60);
        cluster.Up(null);
        await HeardOnceInOrder(hub, 5, "p1");
        await Until.TrueAsync("the warning goes", async () => !(await http.GetStringAsync("/ready")).Contains("no broker has answered"), 30);
    }

    [Fact]
    public async Task Records_that_vanish_before_they_are_read_are_asked_for_again()
    {
        await using var hub = await StartAsync("kgap", new Producer("p1"));
        // With no consumer yet the relay begins where the log stands when it comes: before anything is said, then.
        await PublishedAsync(hub);
        await SayAll(hub, 0, 5, "p1");
        await PublishedAsync(hub);
        for (var p = 0; p < 12; p++) cluster.DeleteRecords(TopicOf("p1"), p, 2);
        Make(TopicOf("ledger"), 12);
        await using var reader = await hub.JoinAsync([new Ledger(["p1"])], Settings());
        await HeardOnceInOrder(hub, 5, "p1");
    }

    [Fact]
    public async Task Records_that_vanish_with_nothing_behind_them_are_asked_for_too()
    {
        await using var hub = await StartAsync("ktail", new Producer("p1"));
        // With no consumer yet the relay begins where the log stands when it comes: before anything is said, then.
        await PublishedAsync(hub);
        await SayAll(hub, 0, 5, "p1");
        await PublishedAsync(hub);
        using (var reader = new ConsumerBuilder<string, byte[]>(new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = "ends" }).Build())
            for (var p = 0; p < 12; p++) cluster.DeleteRecords(TopicOf("p1"), p, reader.QueryWatermarkOffsets(new(TopicOf("p1"), p), TimeSpan.FromSeconds(10)).High.Value);
        Make(TopicOf("ledger"), 12);
        await using var ledger = await hub.JoinAsync([new Ledger(["p1"])], Settings());
        await HeardOnceInOrder(hub, 5, "p1");
    }

    [Fact]
    public async Task A_hub_that_starts_without_a_broker_is_ready_and_hears_when_one_comes()
    {
        Make(TopicOf("p1"), 12);
        Make(TopicOf("ledger"), 12);
        cluster.Down(null);
        await using var hub = await TestHub.StartAsync("kstart", [new Producer("p1"), new Ledger(["p1"])], Settings());
        await SayAll(hub, 0, 3, "p1");
        using var http = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("ready, with a warning", async () => await http.GetAsync("/ready") is { IsSuccessStatusCode: true } answer && (await answer.Content.ReadAsStringAsync()).Contains("no broker has answered"), 60);
        cluster.Up(null);
        await HeardOnceInOrder(hub, 3, "p1");
    }

    [Fact]
    public async Task A_broker_that_is_too_old_is_named_with_the_way_out_and_the_way_out_works()
    {
        cluster.ForgetNewGroups();
        await using var hub = await StartAsync("kold", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 3, "p1");
        using var http = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("the sentence", async () => (await (await http.GetAsync("/ready")).Content.ReadAsStringAsync()) is var said && said.Contains("ledger: Kafka") && said.Contains("Kafka__group_protocol=classic"), 60);
        client["group_protocol"] = "classic";
        await using var classic = await hub.JoinAsync([new Ledger(["p1"])], Settings());
        await HeardOnceInOrder(classic, 3, "p1");
    }

    [Fact]
    public async Task A_topic_with_another_number_of_partitions_stops_the_start_and_says_what_to_do()
    {
        cluster.CreateTopic(TopicOf("p1"), 4);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => TestHub.StartAsync("kcount", [new Producer("p1"), new Ledger(["p1"])], Settings()));
        Assert.Contains("has 4 partitions and this hub has 12 shards. Delete the topic", refused.Message);
    }

    public void Dispose() => cluster.Dispose();
}
