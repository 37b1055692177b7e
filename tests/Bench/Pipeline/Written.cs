using Npgsql;

namespace InquiryHub.Bench.Pipeline;

/// <summary>Rows that stand in the tables of all services and in the outbox, and their average size in bytes (header included).</summary>
sealed record Written(IReadOnlyDictionary<string, (long Rows, double Bytes)> Tables)
{
    public double Rows => Tables.Values.Sum(t => t.Rows);
    public double BytesARow => Rows == 0 ? 0 : Tables.Values.Sum(t => t.Rows * t.Bytes) / Rows;

    public static async Task<Written> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var names = new List<string>();
        await using (var reader = await new NpgsqlCommand("""
            select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema', 'bench') and (n.nspname <> 'log' or c.relname = 'outbox')
            order by 1
            """, connection).ExecuteReaderAsync(cancel))
            while (await reader.ReadAsync(cancel)) names.Add(reader.GetString(0));
        var tables = new Dictionary<string, (long, double)>();
        foreach (var name in names)
        {
            await using var reader = await new NpgsqlCommand($"select (select count(*) from {name}), coalesce((select avg(pg_column_size(t.*)) from {name} t tablesample system (2)), (select avg(pg_column_size(t.*)) from {name} t), 0)::float8", connection).ExecuteReaderAsync(cancel);
            await reader.ReadAsync(cancel);
            tables[name] = (reader.GetInt64(0), reader.GetDouble(1));
        }
        return new(tables);
    }

    /// <summary>The rows that came since; sizes as they are now.</summary>
    public Written Since(Written before) => new(Tables.Select(t => (t.Key, Value: (Rows: t.Value.Rows - before.Tables.GetValueOrDefault(t.Key).Rows, t.Value.Bytes))).Where(t => t.Value.Rows > 0).ToDictionary(t => t.Key, t => t.Value));
}
