using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Bench.Pipeline;

/// <summary>What the same PostgreSQL does at most with the same bytes: no index, no reads, no decisions.</summary>
static class RawLimits
{
    const int RowsACommit = 5_000, TailBatch = 2_000;
    /// <summary>A row's header and the two columns beside the body.</summary>
    const int Overhead = 24 + 2 + 20 + 4;

    /// <summary>COPY BINARY rows a second into an unindexed, logged table, 5,000 a commit.</summary>
    public static async Task<double> CopyAsync(BenchCity city, int rows, double bytesARow, CancellationToken cancel)
    {
        await using var connection = await city.OpenAsync(cancel, "-c synchronous_commit=on");
        await new NpgsqlCommand("create schema if not exists bench; drop table if exists bench.raw; create table bench.raw (shard smallint not null, key text not null, body bytea not null)", connection).ExecuteNonQueryAsync(cancel);
        var body = new byte[Math.Max(8, (int)bytesARow - Overhead)];
        new Random(1).NextBytes(body);
        var began = Stopwatch.GetTimestamp();
        for (var done = 0; done < rows; done += RowsACommit)
        {
            await using var copy = await connection.BeginBinaryImportAsync("copy bench.raw from stdin (format binary)", cancel);
            for (var n = 0; n < RowsACommit; n++)
            {
                await copy.StartRowAsync(cancel);
                await copy.WriteAsync((short)(n % 12), NpgsqlDbType.Smallint, cancel);
                await copy.WriteAsync($"P20130101-{done + n:0000000}", NpgsqlDbType.Text, cancel);
                await copy.WriteAsync(body, NpgsqlDbType.Bytea, cancel);
            }
            await copy.CompleteAsync(cancel);
        }
        var rate = Math.Ceiling((double)rows / RowsACommit) * RowsACommit / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await new NpgsqlCommand("drop schema bench cascade", connection).ExecuteNonQueryAsync(cancel);
        return rate;
    }

    /// <summary>Messages a second that one reader takes from the outbox in the loop's own way, whole rows, 2,000 a query.</summary>
    public static async Task<double> TailAsync(BenchCity city, IReadOnlyDictionary<string, long[]> from, CancellationToken cancel)
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
        foreach (var (service, seqs) in from)
        {
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
        return read / Stopwatch.GetElapsedTime(began).TotalSeconds;
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
