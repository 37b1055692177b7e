using System.Globalization;
using InquiryHub.Bench.Mock;
using InquiryHub.Cli;
using InquiryHub.Cli.Servers;
using InquiryHub.Kernel;

namespace InquiryHub.Bench;

/// <summary>The brokers of a bench: the mock cluster, one real broker of its own, or somebody else's.</summary>
/// <param name="Processes">What of it runs here and is ours.</param>
sealed record Brokers(string Servers, IReadOnlyList<OwnProcess> Processes, Func<Task> StopAsync)
{
    /// <summary>A topic that every mock has, for the raw limit; on a real broker one is made.</summary>
    public const string Raw = "bench.raw";
    /// <summary>How soon a group notices a member that is gone: KIP-848's sessions are the broker's to set, and last 45 s by themselves.</summary>
    public static readonly IReadOnlyList<string> ShortSessions =
    [
        "--set", "group.consumer.min.session.timeout.ms=1000", "--set", "group.consumer.session.timeout.ms=3000",
        "--set", "group.consumer.min.heartbeat.interval.ms=300", "--set", "group.consumer.heartbeat.interval.ms=700",
    ];
    public bool AreMock { get; private init; }

    /// <summary>Null for the embedded log.</summary>
    /// <param name="folder">Where a broker of our own keeps its data.</param>
    /// <param name="database">Connection string: what is folded there is deleted from the mock.</param>
    public static async Task<Brokers?> StartAsync(BenchPlace place, string folder, string database, CancellationToken cancel)
    {
        if (place.Log == BenchPlace.Embedded) return null;
        if (place.Log == BenchPlace.Mock)
        {
            // The mock holds a fetch open for the whole wait, with or without messages.
            Environment.SetEnvironmentVariable("Kafka__fetch_wait_max_ms", "5");
            var mock = await MockProcess.StartAsync(3, [.. Contracts.Topics.All.Select(t => t.Name), Raw], new HubOptions().Shards, database);
            return new(mock.BootstrapServers, [OwnProcess.Of("mock", mock.Pid)], () => mock.DisposeAsync().AsTask()) { AreMock = true };
        }
        if (place.Kafka is { } servers)
        {
            // Events of an earlier run lie there.
            Environment.SetEnvironmentVariable("Kafka__TopicPrefix", $"bench{Environment.ProcessId}.");
            return new(servers, [], () => Task.CompletedTask);
        }
        var program = Path.Combine(Path.GetFullPath(place.KafkaHome!), "kafka");
        await StopLeftAsync(program, folder);
        // What Kafka's own start script gives a broker. With a quarter of it, collecting garbage and compiling took more of the processor than serving us.
        Environment.SetEnvironmentVariable("KAFKA_HEAP", Environment.GetEnvironmentVariable("KAFKA_HEAP") ?? "1g");
        var lines = await RunAsync(program, cancel, ["start", folder, "--port", $"{Ports.Choose(0, [], port => Ports.IsFree(port) && Ports.IsFree(port + 1))}", .. ShortSessions]);
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "broker-1", "pid"), cancel), CultureInfo.InvariantCulture);
        return new(lines.Last(line => line.Contains(':')).Trim(), [OwnProcess.Of("kafka", pid)], () => RunAsync(program, CancellationToken.None, "stop", folder));
    }

    // Of a run that was killed.
    static async Task StopLeftAsync(string program, string folder)
    {
        if (!System.IO.Directory.Exists(folder)) return;
        await RunAsync(program, CancellationToken.None, "stop", folder);
        System.IO.Directory.Delete(folder, recursive: true);
    }

    /// <summary>What a verb of the script printed.</summary>
    /// <exception cref="HubStop">It failed; with its last lines.</exception>
    internal static async Task<IReadOnlyList<string>> RunAsync(string program, CancellationToken cancel, params string[] arguments)
    {
        var (code, lines) = await Tool.RunAsync(program, arguments, cancel);
        return code == 0 ? lines : throw new HubStop(Exit.ServerUnreachable, $"{program} {arguments[0]} 失败（返回 {code}）：{lines.LastOrDefault()}", $"{program} {arguments[0]} ended with {code}: {string.Join(" / ", lines.TakeLast(4))}");
    }
}
