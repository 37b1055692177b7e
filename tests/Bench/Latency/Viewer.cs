using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Cli.Commands;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Bench.Latency;

/// <summary>One who watches the worklists and the dashboard through the gateway, and notes when each thing was there to be seen.</summary>
sealed class Viewer : IAsyncDisposable
{
    const string Assigned = "Assigned";
    readonly GrpcChannel channel;
    readonly Metadata who;
    readonly Contracts.Casework.Casework.CaseworkClient casework;
    readonly CancellationTokenSource leaving = new();
    readonly ConcurrentDictionary<string, long> listed = new();
    readonly List<(long At, long Total)> totals = [];
    readonly Task watching;
    int readings;

    Viewer(BenchCity city)
    {
        channel = GrpcChannel.ForAddress(city.Grpc);
        who = Owner.As(city.City, Roles.Supervisor);
        casework = new(channel);
        watching = Task.WhenAll(Task.Run(WatchTasksAsync), Task.Run(WatchFiguresAsync));
    }

    /// <summary>How often the list had to be read as a whole.</summary>
    public int Readings => readings;
    /// <summary>Contacts of the day on the dashboard.</summary>
    public long Total { get { lock (totals) return totals.Count == 0 ? 0 : totals[^1].Total; } }
    public bool HasListed(string inquiryId) => listed.ContainsKey(inquiryId);
    public long? ListedAt(string inquiryId) => listed.TryGetValue(inquiryId, out var at) ? at : null;

    /// <summary>When the dashboard first showed so many.</summary>
    public long? ShownAt(long total)
    {
        lock (totals)
        {
            // Totals only grow: the first that is enough, by halves.
            var (low, high) = (0, totals.Count);
            while (low < high) { var middle = (low + high) / 2; if (totals[middle].Total >= total) high = middle; else low = middle + 1; }
            return low < totals.Count ? totals[low].At : null;
        }
    }

    public static async Task<Viewer> StartAsync(BenchCity city, CancellationToken cancel)
    {
        var viewer = new Viewer(city);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (viewer.readings == 0 || viewer.totals.Count == 0) { await timer.WaitForNextTickAsync(cancel); viewer.ThrowIfEnded(); }
        return viewer;
    }

    /// <exception cref="RpcException">A stream ended.</exception>
    public void ThrowIfEnded() { if (watching.IsFaulted) watching.GetAwaiter().GetResult(); }

    async Task WatchTasksAsync()
    {
        using var call = casework.WatchTasks(new() { State = Assigned }, who, cancellationToken: leaving.Token);
        await foreach (var change in call.ResponseStream.ReadAllAsync(leaving.Token))
            if (change.Task is { } task) { if (task.State == Assigned) listed.TryAdd(task.InquiryId, Stopwatch.GetTimestamp()); }
            else if (Interlocked.Increment(ref readings) > 1) await ReadAnewAsync();
    }

    // As a screen does it: the first page. What was missed and isn't on it counts as never seen.
    async Task ReadAnewAsync()
    {
        var page = await casework.ListTasksAsync(new() { State = Assigned }, who, cancellationToken: leaving.Token);
        foreach (var task in page.Tasks) listed.TryAdd(task.InquiryId, Stopwatch.GetTimestamp());
    }

    async Task WatchFiguresAsync()
    {
        using var call = new Contracts.Statistics.Statistics.StatisticsClient(channel).Watch(new WatchRequest(), who, cancellationToken: leaving.Token);
        await foreach (var now in call.ResponseStream.ReadAllAsync(leaving.Token))
            lock (totals) totals.Add((Stopwatch.GetTimestamp(), now.Total));
    }

    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        channel.Dispose();
        leaving.Dispose();
    }
}
