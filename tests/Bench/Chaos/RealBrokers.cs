using Confluent.Kafka;
using InquiryHub.Cli;
using InquiryHub.Cli.Servers;
using InquiryHub.TestKit;

namespace InquiryHub.Bench.Chaos;

/// <summary>Three real brokers, run by a script that is given: `start` also brings back what was killed.</summary>
internal sealed class RealBrokers : IAsyncDisposable
{
    public const int Count = 3;
    private readonly string program, folder;

    private RealBrokers(string program, string folder, string bootstrapServers) => (this.program, this.folder, BootstrapServers) = (program, folder, bootstrapServers);

    public string BootstrapServers { get; }

    public static async Task<RealBrokers> StartAsync(string program, string folder, CancellationToken cancel)
    {
        var lines = await Bench.Brokers.RunAsync(program, cancel, ["start", folder, "--brokers", $"{Count}", "--port", $"{Ports.Choose(0, [], port => Enumerable.Range(port, 2 * Count).All(Ports.IsFree))}", .. Bench.Brokers.ShortSessions]);
        return new(program, folder, lines.Last(l => l.Contains(':')).Trim());
    }

    public Task KillAsync(int broker) => Bench.Brokers.RunAsync(program, CancellationToken.None, "kill", folder, $"{broker}");

    /// <summary>Returns when every partition has all its copies again: a broker that still catches up is one that is away.</summary>
    public async Task RestartAsync()
    {
        await Bench.Brokers.RunAsync(program, CancellationToken.None, "start", folder);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        await Until.TrueAsync("every partition has all its copies again", () =>
        {
            try { return Task.FromResult(admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.SelectMany(t => t.Partitions).All(p => p.InSyncReplicas.Length == p.Replicas.Length)); }
            catch (KafkaException) { return Task.FromResult(false); }
        }, 120);
    }

    public async ValueTask DisposeAsync() => await Bench.Brokers.RunAsync(program, CancellationToken.None, "stop", folder);
}
