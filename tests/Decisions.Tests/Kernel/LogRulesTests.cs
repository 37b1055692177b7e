using InquiryHub.Kernel;
using Microsoft.Extensions.Configuration;

namespace InquiryHub.Decisions.Tests.Kernel;

/// <summary>What loops and logs decide without a server.</summary>
public sealed class LogRulesTests
{
    static readonly DateTimeOffset start = new(2026, 11, 24, 1, 0, 0, TimeSpan.Zero);
    static Message Fact(string source, int shard, long seq, int at) => new(source, shard, seq, $"k{seq}", "t", null, [], start.AddSeconds(at));

    static int Pause(int last, int size = 2000, bool gathers = true, double since = 0) => ServiceLoop.Pause(last, size, gathers, apart: 10, since);

    [Fact]
    public void A_message_that_comes_alone_and_a_full_batch_wait_for_nothing() => Assert.Equal((0, 0), (Pause(0), Pause(500, size: 500)));

    [Fact]
    public void Small_batches_begin_as_far_apart_as_their_service_says() => Assert.Equal((10, 3, 0), (Pause(1), Pause(199, since: 7.4), Pause(7, since: 12)));

    [Fact]
    public void In_a_flood_only_who_hears_many_services_waits_long_and_never_over_120_ms()
    {
        Assert.Equal(10, Pause(1999, gathers: false, since: 50));
        Assert.Equal((25, 120), (Pause(200, 8000), Pause(7999, 8000)));
    }

    [Fact]
    public void Of_a_backlog_the_oldest_facts_come_first_and_each_source_in_its_own_order()
    {
        List<List<Message>> waiting = [[Fact("a", 0, 1, 10), Fact("a", 0, 2, 40)], [Fact("b", 0, 7, 20), Fact("b", 0, 8, 20), Fact("b", 0, 9, 50)]];
        Assert.Equal(["a1", "b7", "b8"], OutboxTail.Oldest(waiting, 3).Select(m => $"{m.Source}{m.Seq}"));
        Assert.Equal(5, OutboxTail.Oldest(waiting, 5).Count);
    }

    [Fact]
    public void Pauses_after_failures_double_from_50_ms_to_5_s() =>
        Assert.Equal([50, 100, 200, 5000, 5000], new[] { 0, 1, 2, 7, 1000 }.Select(n => Transient.Pause(n).TotalMilliseconds));

    [Fact]
    public void A_place_on_Kafka_is_written_with_the_topics_incarnation_and_read_again()
    {
        var place = new LogOffset("Kz-2_a:b", 42);
        Assert.Equal(place, LogOffset.Parse(place.ToString()));
        Assert.Equal(new LogOffset("Kz-2_a:b", 43), place.Next);
        Assert.Null(LogOffset.Parse(null));
        Assert.Null(LogOffset.Parse(":5"));
    }

    static KafkaOptions? Options(params (string Key, string Value)[] settings) =>
        KafkaOptions.Of(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build());

    [Fact]
    public void Without_bootstrap_servers_the_database_is_the_log() => Assert.Null(Options(("Kafka:fetch_wait_max_ms", "5")));

    [Fact]
    public void Any_other_setting_reaches_the_client_with_dots_and_secrets_are_shown_masked()
    {
        var options = Options(("Kafka:BootstrapServers", "b:1"), ("Kafka:TopicPrefix", "x."), ("Kafka:sasl_password", "s"), ("Kafka:fetch_wait_max_ms", "7"), ("Kafka:linger_ms", "3"))!;
        Assert.Equal(("x.hub.sla", "sla"), (options.TopicOf("sla"), options.ServiceOf("x.hub.sla")));
        Assert.Equal(("7", null, "s"), (options.Consumer("g").Get("fetch.wait.max.ms"), options.Producer().Get("fetch.wait.max.ms"), options.Producer().Get("sasl.password")));
        Assert.Equal(("3", null), (options.Producer().Get("linger.ms"), options.Consumer("g").Get("linger.ms")));
        Assert.Equal(("***", "7"), (options.Shown()["sasl.password"], options.Shown()["fetch.wait.max.ms"]));
    }

    [Theory]
    [InlineData(1, 453, true)]
    [InlineData(900, 4_000, false)] // in the storm the runtime collects by itself
    [InlineData(1, 100, false)]     // nothing came since memory was given back
    public void Memory_is_given_back_once_a_storm_is_over(long megabytesSinceLook, long megabytesSinceCollected, bool isTime) =>
        Assert.Equal(isTime, QuietMemory.IsTime(megabytesSinceLook << 20, megabytesSinceCollected << 20));
}
