using Microsoft.Extensions.Hosting;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>What the log needs now and then: months of outbox partitions ahead, answers of commands older than seven days away; and LISTEN.</summary>
internal sealed class Housekeeping(HubDatabase database, IEnumerable<HubService> services) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        var listening = LogSignals.ListenAsync(database.ConnectionString, services.SelectMany(s => s.Sources), stop);
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1));
        do
        {
            try
            {
                await using var connection = new NpgsqlConnection(database.ConnectionString);
                await connection.OpenAsync(stop);
                await using var command = new NpgsqlCommand("""
                    select log.add_outbox_month((date_trunc('month', now()) + make_interval(months => m))::date) from generate_series(0, 13) m;
                    delete from log.command where at < clock_timestamp() - interval '7 days';
                    """, connection);
                await command.ExecuteNonQueryAsync(stop);
            }
            catch (NpgsqlException) { /* /ready says that the database is away; the next hour tries again. */ }
            catch (OperationCanceledException) { break; }
        }
        while (await Tick(timer, stop));
        await listening;
    }

    static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stop) { try { return await timer.WaitForNextTickAsync(stop); } catch (OperationCanceledException) { return false; } }
}
