using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Sla;

/// <summary>
/// Finds clocks past their due time, four times a second by the city's clock. Every instance sweeps; the state under the
/// lock tells what another one found already.
/// </summary>
sealed class SlaSweep([FromKeyedServices("sla")] Writer writer, [FromKeyedServices("sla")] NpgsqlDataSource database) : BackgroundService
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
                foreach (var heard in await SlaStore.HeardAsync(database, stop))
                    if (Until(heard) is { } until) await SweepAsync(heard.Shard, until, stop);
            }
            catch (Exception e) when (e is NpgsqlException or HubUnavailableException) { /* /ready says that the database is away; the next tick tries again. */ }
            catch (OperationCanceledException) { return; }
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

    async Task SweepAsync(int shard, DateTimeOffset until, CancellationToken stop)
    {
        while (await SlaStore.DueAsync(database, shard, until, Keys, stop) is { Count: > 0 } keys)
        {
            await writer.RepeatableAsync<Found>(keys, w => { foreach (var k in keys) w.Add(SlaStore.Clocks, k); }, work =>
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
            if (keys.Count < Keys) return;
        }
    }
}
