using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Sla;

/// <summary>
/// Finds clocks past their due time, four times a second by the city's clock. Every instance sweeps; the state under the
/// lock tells what another one found already.
/// </summary>
sealed partial class SlaSweep([FromKeyedServices("sla")] Writer writer, [FromKeyedServices("sla")] NpgsqlDataSource database, ILogger<SlaSweep> log) : BackgroundService
{
    const int Keys = 500;
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    sealed record Found(int Count);

    readonly Dictionary<int, Heard> waiting = [];

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
                var until = new Dictionary<int, DateTimeOffset>();
                foreach (var heard in await SlaStore.HeardAsync(database, stop)) if (Until(heard) is { } at) until[heard.Shard] = at;
                await SweepAsync(until, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            // The next tick tries again; while the database is away /ready says so too.
            catch (Exception e) { Log.Failed(log, e.GetType().Name, (e as NpgsqlException)?.SqlState ?? ""); }
        }
    }

    /// <summary>
    /// The moment up to which a shard may be swept. An answer given in time may still be on its way from Casework: a clock is
    /// called overdue only when everything that Casework had said at that moment was heard. Null while it isn't.
    /// </summary>
    internal DateTimeOffset? Until(Heard now)
    {
        if (now.Folded >= now.Said) { waiting.Remove(now.Shard); return now.CityNow; }
        // Under load the reader never catches up with the newest word, but it does with an older one.
        if (!waiting.TryGetValue(now.Shard, out var before)) { waiting[now.Shard] = now; return null; }
        if (now.Folded < before.Said) return null;
        waiting[now.Shard] = now;
        return before.CityNow;
    }

    async Task SweepAsync(IReadOnlyDictionary<int, DateTimeOffset> until, CancellationToken stop)
    {
        for (var more = until.Count > 0; more;)
        {
            var due = await SlaStore.DueAsync(database, until, Keys, stop);
            more = due.Any(shard => shard.Count() == Keys);
            foreach (var shard in due) await FindAsync([.. shard], until[shard.Key]);
        }
    }

    Task FindAsync(IReadOnlyList<string> keys, DateTimeOffset until) => writer.RepeatableAsync<Found>(keys, w => { foreach (var k in keys) w.Add(SlaStore.Clocks, k); }, work =>
    {
        var count = 0;
        foreach (var key in keys)
            if (work.Get(SlaStore.Clocks, key) is { } clocks && SlaDecision.Swept(clocks, until) is { Events.Count: > 0 } step)
            {
                SlaHandlers.Save(step, work);
                count++;
            }
        return new Found(count);
    });

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "sla: the sweep failed ({Error} {State}); trying again")] public static partial void Failed(ILogger log, string error, string state);
    }
}
