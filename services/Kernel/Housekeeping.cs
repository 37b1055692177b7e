using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// What the log needs now and then: months of outbox partitions ahead, months behind dropped once they are older than the
/// retention and every registered consumer has read them, answers of commands older than seven days away; and LISTEN. The
/// functions of 003-roles.sql do it as the owner, for a process that logs in as one service's role.
/// </summary>
internal sealed class Housekeeping(HubDatabase database, HubOptions options, IEnumerable<HubService> services, IServiceProvider provider) : BackgroundService
{
    /// <summary>Drops what is old and read by all; returns the partitions dropped. An unread one stays: `./hub consumers list` shows who is behind.</summary>
    internal static async Task<IReadOnlyList<string>> DropOldAsync(NpgsqlConnection connection, int retentionDays, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select log.drop_read_months($1)", connection) { Parameters = { new() { Value = retentionDays } } };
        await using var reader = await command.ExecuteReaderAsync(stop);
        var dropped = new List<string>();
        while (await reader.ReadAsync(stop)) dropped.Add(reader.GetString(0));
        return dropped;
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        // On Kafka the consumers hear of news from the broker, and the relay must hear of its own services' other instances.
        var listening = LogSignals.ListenAsync(database.ConnectionString, provider.GetService<KafkaLink>() is null ? services.SelectMany(s => s.Sources) : services.Select(s => s.Name), stop);
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1));
        do
        {
            try
            {
                await using var connection = new NpgsqlConnection(database.ConnectionString);
                await connection.OpenAsync(stop);
                await using var command = new NpgsqlCommand("""
                    select log.add_outbox_month((date_trunc('month', now()) + make_interval(months => m))::date) from generate_series(0, 13) m;
                    select log.sweep_commands(7);
                    """, connection);
                await command.ExecuteNonQueryAsync(stop);
                await DropOldAsync(connection, options.RetentionDays, stop);
            }
            catch (NpgsqlException) { /* /ready says that the database is away; the next hour tries again. */ }
            catch (OperationCanceledException) { break; }
        }
        while (await Tick(timer, stop));
        await listening;
    }

    static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stop) { try { return await timer.WaitForNextTickAsync(stop); } catch (OperationCanceledException) { return false; } }
}
