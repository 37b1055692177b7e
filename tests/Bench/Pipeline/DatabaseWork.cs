using Npgsql;

namespace InquiryHub.Bench.Pipeline;

/// <summary>What PostgreSQL's own statistics say it did: transactions, bytes of WAL, updates by table and how many stayed on their page.</summary>
sealed record DatabaseWork(double Commits, double Wal, IReadOnlyDictionary<string, (double All, double OnPage)> Updates)
{
    public static async Task<DatabaseWork> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        // Backends report at most once a second.
        await Task.Delay(1500, cancel);
        await using var reader = await new NpgsqlCommand("""
            select xact_commit::float8, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 from pg_stat_database where datname = current_database();
            select schemaname || '.' || relname, n_tup_upd::float8, n_tup_hot_upd::float8 from pg_stat_user_tables where schemaname <> 'bench' and n_tup_upd > 0
            """, connection).ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        var (commits, wal, updates) = (reader.GetDouble(0), reader.GetDouble(1), new Dictionary<string, (double, double)>());
        await reader.NextResultAsync(cancel);
        while (await reader.ReadAsync(cancel)) updates[reader.GetString(0)] = (reader.GetDouble(1), reader.GetDouble(2));
        return new(commits, wal, updates);
    }

    public static DatabaseWork operator -(DatabaseWork after, DatabaseWork before) => new(after.Commits - before.Commits, after.Wal - before.Wal,
        after.Updates.ToDictionary(t => t.Key, t => (t.Value.All - before.Updates.GetValueOrDefault(t.Key).All, t.Value.OnPage - before.Updates.GetValueOrDefault(t.Key).OnPage)));
}
