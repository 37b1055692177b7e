using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using StackExchange.Redis;

namespace InquiryHub.Statistics;

/// <summary>A channel's contacts of a day in one shard, absolute, as they were after <paramref name="At"/>: a repeated message does no harm, and a late one is known by it.</summary>
internal sealed record LiveValue(string Day, string Channel, int Shard, long Value, DateTimeOffset At, DateTimeOffset? LastAt);

/// <summary>One PUBLISH: what moved, and the city's clock then.</summary>
internal sealed record LiveNews(DateTimeOffset At, IReadOnlyList<LiveValue> Values);

/// <summary>
/// The day's totals for whoever watches. After a commit the new absolute values go out by Redis pub/sub, and each instance
/// keeps the watched days in memory. Nothing is stored in Redis: a flush has nothing to lose, and a lost message heals when
/// SQL is read again, every 15 s, or every second while Redis is away.
/// </summary>
internal sealed partial class LiveFigures(RedisLink redis, StatisticsStore store, ILogger<LiveFigures> log) : BackgroundService
{
    RedisChannel topic => RedisChannel.Literal(redis.Name("figures"));
    static readonly TimeSpan poll = TimeSpan.FromSeconds(1), heal = TimeSpan.FromSeconds(15), pace = TimeSpan.FromMilliseconds(250);

    readonly Lock gate = new();
    readonly Dictionary<(string Day, string Channel, int Shard), (long Value, DateTimeOffset At)> pending = [];
    readonly Dictionary<(string Day, string Channel), DateTimeOffset> arrivals = [];
    readonly Channel<bool> wake = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    object? seen;
    DateTimeOffset countedAt;

    readonly SemaphoreSlim reading = new(1);
    readonly Dictionary<string, (LiveDay Day, long ReadAt)> days = [];
    // What is heard while SQL is read: it may be newer than what was read.
    readonly List<LiveNews> meanwhile = [];
    bool asking;
    TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile bool subscribed;

    /// <summary>Called for each fact of a batch; what the batch's commit made of the counters goes out once.</summary>
    public void Counted(UnitOfWork work, IReadOnlyList<FactRow> rows)
    {
        work.AfterCommit(values =>
        {
            lock (gate)
            {
                foreach (var row in rows)
                    if (row is { Contacts: > 0, Day: { } day, ReceivedAt: { } at } && !(arrivals.TryGetValue((day, row.Channel), out var known) && known >= at)) arrivals[(day, row.Channel)] = at;
                // The same dictionary comes to every fact of the batch.
                if (!ReferenceEquals(seen, values) && values.TryGetValue(StatisticsStore.Daily, out var moved))
                    foreach (var v in moved) pending[(v.Dimensions[0], v.Dimensions[1], v.Shard)] = (v.Value, work.Now);
                (seen, countedAt) = (values, work.Now);
            }
            wake.Writer.TryWrite(true);
        });
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await Task.Yield(); // connecting takes up to 2 s when Redis is away
        var subscribing = SubscribeAsync(stop);
        try
        {
            await foreach (var _ in wake.Reader.ReadAllAsync(stop))
            {
                LiveNews outgoing;
                lock (gate)
                {
                    outgoing = new(countedAt, [.. pending.Select(p => new LiveValue(p.Key.Day, p.Key.Channel, p.Key.Shard, p.Value.Value, p.Value.At, arrivals.TryGetValue((p.Key.Day, p.Key.Channel), out var at) ? at : null))]);
                    pending.Clear();
                    arrivals.Clear();
                }
                if (outgoing.Values.Count == 0 || !redis.Up) continue;
                try { await redis.Connection!.GetSubscriber().PublishAsync(topic, JsonSerializer.Serialize(outgoing, Json.Options)); }
                catch (Exception e) when (e is RedisException or TimeoutException) { Log.NotPublished(log, e.GetType().Name); }
            }
        }
        catch (OperationCanceledException) { }
        await subscribing;
    }

    async Task SubscribeAsync(CancellationToken stop)
    {
        while (redis.Connection is { } connection && !subscribed && !stop.IsCancellationRequested)
        {
            // Once made, the client renews the subscription itself whenever Redis comes back.
            try { await connection.GetSubscriber().SubscribeAsync(topic, (_, message) => Hear(message!)); subscribed = true; }
            catch (Exception e) when (e is RedisException or TimeoutException) { try { await Task.Delay(TimeSpan.FromSeconds(5), stop); } catch (OperationCanceledException) { return; } }
        }
    }

    void Hear(string message)
    {
        var heard = Json.Read<LiveNews>(message);
        lock (gate)
        {
            if (asking) meanwhile.Add(heard);
            var today = CityTime.Iso(CityTime.DateOf(heard.At));
            foreach (var (asked, (day, readAt)) in days.ToList())
                if (asked.Length == 0 && day.Day != today) days.Remove(asked); // midnight has passed
                else days[asked] = (Learn(day, heard), readAt);
            (var before, news) = (news, new(TaskCreationOptions.RunContinuationsAsynchronously));
            before.SetResult();
        }
    }

    /// <summary>The day with what was heard; what is older than it is left out. Its tables are changed in place.</summary>
    internal static LiveDay Learn(LiveDay day, LiveNews heard)
    {
        foreach (var v in heard.Values.Where(v => v.Day == day.Day && !(day.Changed.TryGetValue(v.Shard, out var known) && v.At < known)))
        {
            day.Values[(v.Channel, v.Shard)] = v.Value;
            if (v.LastAt is { } at && (!day.Last.TryGetValue(v.Channel, out var last) || last < at)) day.Last[v.Channel] = at;
        }
        return heard.At > day.Now ? day with { Now = heard.At } : day;
    }

    /// <summary>The totals now, then again whenever they change, at most four times a second. An empty day is the city's today.</summary>
    public async IAsyncEnumerable<LiveTotals> WatchAsync(string day, [EnumeratorCancellation] CancellationToken stop)
    {
        LiveTotals? sent = null;
        while (true)
        {
            Task signal;
            lock (gate) signal = news.Task; // taken before reading, so that what comes in between isn't missed
            var (totals, at) = await ReadAsync(day, stop);
            if (!totals.Equals(sent))
            {
                sent = totals.Clone();
                totals.AsOf = CityTime.Stamp(at);
                yield return totals;
                await Task.Delay(pace, stop);
            }
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(signal, Task.Delay(Stale, tick.Token));
            await tick.CancelAsync();
            stop.ThrowIfCancellationRequested();
        }
    }

    TimeSpan Stale => subscribed && redis.Up ? heal : poll;

    async Task<(LiveTotals Totals, DateTimeOffset At)> ReadAsync(string day, CancellationToken stop)
    {
        await reading.WaitAsync(stop);
        try
        {
            lock (gate)
            {
                if (days.TryGetValue(day, out var known) && Stopwatch.GetElapsedTime(known.ReadAt) < Stale) return (Totals(known.Day), known.Day.Now);
                meanwhile.Clear();
                asking = true;
            }
            var read = await store.LiveAsync(day, stop);
            lock (gate)
            {
                read = meanwhile.Aggregate(read, Learn);
                meanwhile.Clear();
                if (days.Count > 40) days.Clear(); // old days that somebody once looked at
                days[day] = (read, Stopwatch.GetTimestamp());
                return (Totals(read), read.Now);
            }
        }
        finally
        {
            lock (gate) asking = false;
            reading.Release();
        }
    }

    static LiveTotals Totals(LiveDay live)
    {
        var totals = new LiveTotals { Day = live.Day };
        foreach (var g in live.Values.GroupBy(v => v.Key.Channel).OrderBy(g => g.Key, StringComparer.Ordinal))
            totals.Channels.Add(new ChannelTotal { Channel = g.Key, Contacts = g.Sum(v => v.Value), LastAt = live.Last.TryGetValue(g.Key, out var at) ? CityTime.Stamp(at) : null });
        totals.Total = totals.Channels.Sum(c => c.Contacts);
        return totals;
    }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Live figures were not published ({Error}); viewers read them from the database")] public static partial void NotPublished(ILogger log, string error);
    }
}
