using InquiryHub.Chaos.Tests;
using Xunit.Abstractions;

namespace InquiryHub.Kafka.Tests;

/// <summary>The short chaos on three real brokers.</summary>
public sealed class BrokersUnderFireTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Under_fire_on_three_real_brokers_nothing_is_lost_doubled_or_reordered()
    {
        var program = Environment.GetEnvironmentVariable("HUB_TEST_KAFKA_PROGRAM")
            ?? throw new InvalidOperationException("No brokers to kill: set HUB_TEST_KAFKA_PROGRAM to a script with the verbs start, kill and stop.");
        var (code, lines) = await Chaos.Tests.Chaos.RunAsync("--short", "--seed", "2013", "--log", "kafka", "--kafka-program", program);
        output.WriteLine(lines);
        Assert.True(code == 0, lines);
    }
}
