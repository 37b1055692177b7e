using System.Diagnostics;
using InquiryHub.Cli;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Bench.Pipeline;

/// <summary>What the same PostgreSQL, and the same brokers, do at most with the same bytes: no index, no reads, no decisions. The processor's part in microseconds, client and server together.</summary>
/// <param name="Copy">Rows a second.</param>
/// <param name="Log">Messages a second.</param>
sealed record RawLimits(double Copy, double CopyMicros, double Log, double LogMicros)
{
    const int RowsACommit = 5_000, TailBatch = 2_000;
    /// <summary>A row's header and the two columns beside the body.</summary>
    const int Overhead = 24 + 2 + 20 + 4;

    public static RawLimits Between(RawLimits a, RawLimits b) => new((a.Copy + b.Copy) / 2, (a.CopyMicros + b.CopyMicros) / 2, (a.Log + b.Log) / 2, (a.LogMicros + b.LogMicros) / 2);

    /// <param name="from">Next seqs from where the outbox is read.</param>
    /// <param name="bytes">A row's size in all tables, and in the outbox.</param>
    public static async Task<RawLimits> ReadAsync(BenchCity city, int rows, (double Row, double Message) bytes, IReadOnlyDictionary<string, long[]> from, CancellationToken cancel)
    {
        double Used() => Cpu.Seconds(city.Processes).Where(p => p.Key is "postgresql" or "loader" or "kafka" or "mock").Sum(p => p.Value) * 1e6;
        var start = Used();
        var (copied, copy) = await CopyAsync(city, rows, bytes.Row, cancel);
        var middle = Used();
        var (read, log) = city.Brokers is { } brokers ? await RawKafka.RunAsync(brokers, (int)bytes.Message - Overhead, await ReadersAsync(city, cancel), cancel) : await TailAsync(city, from, cancel);
        return new(copied / copy, (middle - start) / copied, read / log, (Used() - middle) / read);
    }

    /// <summary>COPY BINARY of into an unindexed, logged table, 5,000 a commit. Rows and seconds.</summary>
    static async Task<(double, double)> CopyAsync(BenchCity city, int rows, double bytesARow, CancellationToken cancel)
    {
        await using var connection = await city.OpenAsync(cancel, "-c synchronous_commit=on");
        await new NpgsqlCommand("create schema if not exists bench; drop table if exists bench.raw; create table bench.raw (shard smallint not null, key text not null, body bytea not null)", connection).ExecuteNonQueryAsync(cancel);
        var body = new byte[Math.Max(8, (int)bytesARow - Overhead)];
        new Random(1).NextBytes(body);
        var began = Stopwatch.GetTimestamp();
        for (var done = 0; done < rows; done += RowsACommit)
        {
            await using var copy = await connection.BeginBinaryImportAsync("copy bench.raw from stdin (format binary)", cancel);
            // Not awaited one by one: the client's part would be the limit.
            for (var n = 0; n < RowsACommit; n++)
            {
                copy.StartRow();
                copy.Write((short)(n % 12), NpgsqlDbType.Smallint);
                copy.Write($"P20130101-{done + n:0000000}", NpgsqlDbType.Text);
                copy.Write(body, NpgsqlDbType.Bytea);
            }
            await copy.CompleteAsync(cancel);
        }
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await new NpgsqlCommand("drop schema bench cascade", connection).ExecuteNonQueryAsync(cancel);
        return (Math.Ceiling((double)rows / RowsACommit) * RowsACommit, took);
    }

    /// <summary>One reader takes messages from the outbox in the loop's own way, whole rows, 2,000 a query. Messages and seconds.</summary>
    static async Task<(double, double)> TailAsync(BenchCity city, IReadOnlyDictionary<string, long[]> from, CancellationToken cancel)
    {
        await using var connection = await city.OpenAsync(cancel, "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off");
        await using var command = new NpgsqlCommand("""
            select c.source, c.shard, o.seq, o.key, o.type, o.trace, o.body, o.recorded_at
            from unnest($1::text[], $2::smallint[], $3::bigint[]) c(source, shard, next)
            cross join lateral (select * from log.outbox o where o.service = c.source and o.shard = c.shard and o.seq >= c.next and o.recorded_at >= $4 and o.recorded_at < now() + interval '1 day' order by o.seq limit $5) o
            """, connection);
        var (source, shard, next) = (new NpgsqlParameter<string[]>(), new NpgsqlParameter<short[]>(), new NpgsqlParameter<long[]>());
        foreach (var p in new NpgsqlParameter[] { source, shard, next, new NpgsqlParameter<DateTime> { TypedValue = DateTime.UtcNow.AddDays(-1) }, new NpgsqlParameter<int> { TypedValue = TailBatch / 12 } }) command.Parameters.Add(p);
        var (read, began) = (0L, Stopwatch.GetTimestamp());
        foreach (var (service, first) in from)
        {
            var seqs = first.ToArray();
            (source.TypedValue, shard.TypedValue, next.TypedValue) = ([.. seqs.Select(_ => service)], [.. seqs.Select((_, n) => (short)n)], seqs);
            for (var some = true; some;)
            {
                some = false;
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (reader.Read())
                {
                    (some, read) = (true, read + 1);
                    seqs[reader.GetInt16(1)] = reader.GetInt64(2) + 1;
                    _ = (reader.GetString(0), reader.GetString(3), reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetFieldValue<byte[]>(6), reader.GetFieldValue<DateTimeOffset>(7));
                }
            }
        }
        return (read, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    // Each event is published once and read by so many services, in the mean.
    static async Task<int> ReadersAsync(BenchCity city, CancellationToken cancel)
    {
        await using var connection = await city.OpenAsync(cancel);
        return (int)(long)(await new NpgsqlCommand("select round(avg(n))::bigint from (select source, count(distinct service) n from log.cursor where service <> 'relay' and source in ('channels', 'routing', 'assignment', 'sla') group by 1) r", connection).ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The next seq of every shard of the services that the chain hears.</summary>
    public static async Task<Dictionary<string, long[]>> EndsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var ends = new Dictionary<string, long[]>();
        await using var reader = await new NpgsqlCommand("select service, array_agg(next_seq order by shard) from log.shard where service in ('channels', 'routing', 'assignment', 'sla') group by 1", connection).ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) ends[reader.GetString(0)] = reader.GetFieldValue<long[]>(1);
        return ends;
    }
}
