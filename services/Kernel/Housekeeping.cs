using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// What the log needs now and then: months of outbox partitions ahead, months behind dropped once they are older than the
/// retention and every registered consumer has read them, answers of commands older than seven days away; and LISTEN.
/// </summary>
internal sealed class Housekeeping(HubDatabase database, HubOptions options, IEnumerable<HubService> services, IServiceProvider provider) : BackgroundService
{
    const string Droppable = """
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'log.outbox'::regclass
        and to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' < now() - make_interval(days => $1) order by 1
        """;

    /// <summary>Drops what is old and read by all; returns the partitions dropped. An unread one stays: `./hub consumers list` shows who is behind.</summary>
    internal static async Task<IReadOnlyList<string>> DropOldAsync(NpgsqlConnection connection, int retentionDays, CancellationToken stop)
    {
        var (old, dropped) = (new List<string>(), new List<string>());
        await using (var reader = await new NpgsqlCommand(Droppable, connection) { Parameters = { new() { Value = retentionDays } } }.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop)) old.Add(reader.GetString(0));
        foreach (var name in old)
        {
            await using var unread = new NpgsqlCommand($"select exists (select from log.{name} o join log.cursor c on c.source = o.service and c.shard = o.shard and c.next_seq <= o.seq)", connection);
            if ((bool)(await unread.ExecuteScalarAsync(stop))!) continue;
            await using var drop = new NpgsqlCommand($"drop table log.{name}", connection);
            await drop.ExecuteNonQueryAsync(stop);
            dropped.Add(name);
        }
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
                    delete from log.command where at < clock_timestamp() - interval '7 days';
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
