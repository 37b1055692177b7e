using Confluent.Kafka;
using Confluent.Kafka.Admin;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.TestKit;

namespace InquiryHub.Kafka.Tests;

/// <summary>The promises on a real broker, and what only a real one does: topics made with their settings, deleted, made again.</summary>
public sealed class RealKafkaTests : KafkaPromises
{
    protected override string BootstrapServers => Environment.GetEnvironmentVariable("HUB_TEST_KAFKA")
        ?? throw new InvalidOperationException("No Kafka for tests: set HUB_TEST_KAFKA to host:port of a Kafka 4.0 or newer whose topics may be made and deleted.");

    IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();

    protected override async Task LoseAsync(string topic)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([topic]);
    }

    [Fact]
    public async Task Topics_are_made_with_a_partition_a_shard_and_kept_as_long_as_the_contracts_say()
    {
        await using var hub = await StartAsync("kmade", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 1, "p1");
        await HeardOnceInOrder(hub, 1, "p1");
        using var admin = Admin();
        Assert.Equal(12, admin.GetMetadata(TopicOf("p1"), TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count);
        var settings = (await admin.DescribeConfigsAsync([new() { Type = ResourceType.Topic, Name = TopicOf("p1") }])).Single().Entries;
        Assert.Equal($"{(long)TimeSpan.FromDays(400).TotalMilliseconds}", settings["retention.ms"].Value);
        Assert.Equal("delete", settings["cleanup.policy"].Value);
    }

    [Fact]
    public async Task Committed_offsets_follow_for_those_who_watch_the_lag()
    {
        await using var hub = await StartAsync("klag", new Producer("p1"), new Ledger(["p1"]));
        await SayAll(hub, 0, 3, "p1");
        await HeardOnceInOrder(hub, 3, "p1");
        var group = $"{TopicOf("ledger")}.{(await hub.ScalarAsync<string>("select hub_id::text from log.settings"))[..8]}";
        using var admin = Admin();
        await Until.TrueAsync("the group's offsets say that all is read", async () =>
        {
            var offsets = await admin.ListConsumerGroupOffsetsAsync([new(group, null)]);
            return offsets.Single().Partitions.Sum(p => Math.Max(0, p.Offset.Value)) == 60;
        }, 30);
    }
}
