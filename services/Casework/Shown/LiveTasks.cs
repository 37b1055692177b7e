using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;

namespace InquiryHub.Casework;

/// <summary>A worklist entry that a commit changed, and in whose list it stood before (empty: in nobody's).</summary>
sealed record MovedTask(string TaskId, string InquiryId, string UnitCode, string OfficerBefore, string StateBefore, bool ExtendingBefore = false, bool SupervisedBefore = false);

/// <summary>One PUBLISH, and whose. With nothing moved: more than could be told.</summary>
sealed record TaskNews(string From, IReadOnlyList<MovedTask> Moved);

/// <summary>
/// The worklists for whoever watches. After a commit the ids of what changed are told within the process, and by Redis pub/sub to the
/// other processes; each that has viewers reads the rows once, many at a time, and gives each viewer its own. Whenever something may
/// have been missed, viewers are told to read their list anew: a slow one, all when Redis goes or comes, every 5 s while it is away, and
/// every minute while there are other processes.
/// </summary>
sealed partial class LiveTasks(RedisLink redis, [FromKeyedServices("casework")] NpgsqlDataSource database, ILogger<LiveTasks> log) : BackgroundService
{
    const int Most = 20_000, Many = 500, Busy = 8;
    RedisChannel topic => RedisChannel.Literal(redis.Name("tasks"));
    // Who dies between commit and PUBLISH says nothing: that heals.
    static readonly TimeSpan pace = TimeSpan.FromMilliseconds(10), look = TimeSpan.FromSeconds(1), poll = TimeSpan.FromSeconds(5), heal = TimeSpan.FromMinutes(1);

    readonly string self = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    readonly Lock gate = new();
    readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    volatile IReadOnlyList<TaskViewer> viewers = [];
    List<MovedTask> moved = [], toTell = [];
    volatile bool subscribed, others;

    /// <summary>Called for each entry of a batch that changed. Nothing is kept while nobody watches.</summary>
    public void Changed(UnitOfWork work, TaskEntry? before, TaskEntry after) => work.AfterCommit(_ =>
    {
        if (viewers.Count == 0 && !others) return;
        var one = new MovedTask(after.TaskId, after.InquiryId, after.UnitCode, before?.OfficerId ?? "", before?.State ?? "", before?.Extending ?? false, before?.Supervised ?? false);
        lock (gate)
        {
            if (viewers.Count > 0) moved.Add(one);
            if (others) toTell.Add(one);
        }
        wake.Writer.TryWrite(true);
    });

    /// <summary>First that the list is to be read, then each task of it that changes.</summary>
    public async IAsyncEnumerable<(TaskChange Change, bool More)> WatchAsync(TaskFilter filter, [EnumeratorCancellation] CancellationToken stop)
    {
        var viewer = new TaskViewer(filter);
        lock (gate) viewers = [.. viewers, viewer];
        try { await foreach (var change in viewer.ReadAsync(stop)) yield return change; }
        finally { lock (gate) viewers = [.. viewers.Where(v => v != viewer)]; }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await Task.Yield(); // connecting takes up to 2 s when Redis is away
        var beside = Task.WhenAll(SubscribeAsync(stop), LookAsync(stop));
        var telling = Task.CompletedTask;
        try
        {
            await foreach (var _ in wake.Reader.ReadAllAsync(stop))
            {
                List<MovedTask> own = [], all;
                lock (gate)
                {
                    (all, moved) = (moved, []);
                    // A Redis that doesn't answer holds up those elsewhere, not the viewers here.
                    if (telling.IsCompleted) (own, toTell) = (toTell, []);
                }
                if (own.Count > 0) telling = TellAsync(own.Count > Most ? [] : own);
                if (all.Count > Most) Anew(); else await ShowAsync(all, stop);
                // A read costs about the same for 5 rows as for 50.
                if (all.Count > Busy) await Task.Delay(pace, stop);
            }
        }
        catch (OperationCanceledException) { }
        await Task.WhenAll(beside, telling);
    }

    async Task TellAsync(IReadOnlyList<MovedTask> own)
    {
        try { if (redis.Up) await redis.Connection!.GetSubscriber().PublishAsync(topic, JsonSerializer.Serialize(new TaskNews(self, own), Json.Options)); }
        catch (Exception e) when (e is RedisException or TimeoutException) { Log.NotPublished(log, e.GetType().Name); }
        finally { wake.Writer.TryWrite(true); }
    }

    async Task ShowAsync(List<MovedTask> all, CancellationToken stop)
    {
        var watching = viewers;
        var wanted = all.Where(m => watching.Any(v => v.Filter.UnitCode.Length == 0 || v.Filter.UnitCode == m.UnitCode)).GroupBy(m => m.InquiryId).ToList();
        try
        {
            foreach (var some in wanted.Chunk(Many))
            {
                var cases = (await CaseworkStore.CasesAsync(database, [.. some.Select(g => g.Key)], stop)).ToDictionary(c => c.InquiryId);
                foreach (var steps in some.SelectMany(g => g).GroupBy(m => (m.InquiryId, m.TaskId)))
                    if (cases.GetValueOrDefault(steps.Key.InquiryId) is { } c && c.Task(steps.Key.TaskId) is { Dispatch: not null } task) Show(watching, steps, CaseView.Row(c, task));
            }
        }
        catch (NpgsqlException) { Anew(); }
    }

    // One message for all who may have it: it is only read when it is sent.
    static void Show(IReadOnlyList<TaskViewer> watching, IEnumerable<MovedTask> steps, TaskRow row)
    {
        var change = new TaskChange { Task = row };
        var supervised = row is { Supervision.Length: > 0, State: not ("Answered" or "Withdrawn") };
        foreach (var viewer in watching)
            if (viewer.Filter.Has(row.UnitCode, row.OfficerId, row.State, row.ExtensionState == "Requested", supervised) || steps.Any(m => m.StateBefore.Length > 0 && viewer.Filter.Has(m.UnitCode, m.OfficerBefore, m.StateBefore, m.ExtendingBefore, m.SupervisedBefore)))
                viewer.Offer(change);
    }

    async Task SubscribeAsync(CancellationToken stop)
    {
        if (redis.Connection is not { } connection) return;
        connection.ConnectionFailed += (_, _) => Anew();
        connection.ConnectionRestored += (_, _) => Anew();
        while (!subscribed && !stop.IsCancellationRequested)
        {
            // Once made, the client renews the subscription itself whenever Redis comes back.
            try
            {
                await connection.GetSubscriber().SubscribeAsync(topic, (_, message) => Hear(message!));
                subscribed = true;
                others = await AreOthersAsync();
                // From now on the others tell this one too.
                await TellAsync([]);
            }
            catch (Exception e) when (e is RedisException or TimeoutException) { await Task.Delay(poll, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
        }
    }

    void Hear(string message)
    {
        var news = Json.Read<TaskNews>(message);
        if (news.From == self) return;
        others = true;
        if (viewers.Count == 0) return;
        if (news.Moved.Count == 0) { Anew(); return; }
        lock (gate) moved.AddRange(news.Moved);
        wake.Writer.TryWrite(true);
    }

    // Every second: is there another process to be told? Then now and then everybody reads anew: one that died told nobody.
    async Task LookAsync(CancellationToken stop)
    {
        var (last, wait, doubt) = (Stopwatch.GetTimestamp(), poll, true);
        using var timer = new PeriodicTimer(look);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                others = await AreOthersAsync();
                doubt |= others || !subscribed || !redis.Up;
                if (Stopwatch.GetElapsedTime(last) < wait) continue;
                (last, wait) = (Stopwatch.GetTimestamp(), subscribed && redis.Up ? heal : poll);
                if (doubt) Anew();
                doubt = false;
            }
        }
        catch (OperationCanceledException) { }
    }

    async Task<bool> AreOthersAsync()
    {
        if (!redis.Up) return false;
        try { return await redis.Connection!.GetServers().First(s => s.IsConnected).SubscriptionSubscriberCountAsync(topic) > (subscribed ? 1 : 0); }
        // A Redis that doesn't let us ask: then they are told in any case.
        catch (Exception e) when (e is RedisException or TimeoutException or InvalidOperationException) { return true; }
    }

    void Anew() { foreach (var viewer in viewers) viewer.Anew(); }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of worklists were not published ({Error}); viewers at other processes read their lists anew")] public static partial void NotPublished(ILogger log, string error);
    }
}
