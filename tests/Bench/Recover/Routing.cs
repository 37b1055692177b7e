using Npgsql;

namespace InquiryHub.Bench.Recover;

/// <summary>Routing seen from outside: how far it is, whose its shards are, and whether what it said is in order.</summary>
static class Routing
{
    public const string Service = "routing", First = "routing", Second = "routing.2";
    // What Routing hears, and, with Kafka, how far what it says is on the brokers.
    const string Cursors = "select service || '/' || shard, next_seq from log.cursor where (service = 'routing' and source = 'channels') or (service = 'relay' and source = 'routing')";
    // Leases are session advisory locks, a shard each; 1,000,000 is not a shard but membership.
    const string Shards = """
        select 'routing/' || l.objid from pg_locks l join pg_stat_activity a using (pid)
        where a.application_name = $1 and l.locktype = 'advisory' and l.objsubid = 2 and l.objid < 1000000 and l.granted
        """;
    const string Lag = "select coalesce(sum(s.next_seq - c.next_seq), 0)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard where c.service <> 'relay'";
    /// <summary>Dispatches that a shard said before one of an inquiry that was registered earlier; gaps in what a producer said; and doubles.</summary>
    static readonly (string Name, string Query)[] Disorders =
    [
        ("dispatched in another order than registered", """
            select count(*) from (select r.seq, lag(r.seq) over (partition by d.shard order by d.seq) as before from log.outbox d
            join log.outbox r on r.service = 'channels' and r.key = d.key and r.type = 'hub.channels.v1.InquiryRegistered'
            where d.service = 'routing' and d.type = 'hub.routing.v1.InquiryDispatched') o where seq < before
            """),
        ("seqs missing or doubled", "select coalesce(sum(abs(n - rows)), 0)::bigint from (select service, shard, max(seq) n, count(*) rows from log.outbox group by 1, 2) o"),
        ("inquiries dispatched twice", "select count(*) - count(distinct key) from log.outbox where type = 'hub.routing.v1.InquiryDispatched'"),
    ];

    public static async Task<Dictionary<string, long>> CursorsAsync(NpgsqlConnection look, CancellationToken cancel)
    {
        var next = new Dictionary<string, long>();
        await using var reader = await new NpgsqlCommand(Cursors, look).ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) next[reader.GetString(0)] = reader.GetInt64(1);
        return next;
    }

    /// <summary>Cursors that a program moves by its leases; none where a Kafka group decides.</summary>
    public static async Task<HashSet<string>> LeasedAsync(NpgsqlConnection look, string program, CancellationToken cancel)
    {
        var held = new HashSet<string>();
        await using var reader = await new NpgsqlCommand(Shards, look) { Parameters = { new() { Value = program } } }.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) held.Add(reader.GetString(0));
        return held;
    }

    /// <summary>Messages that some service has not read yet; one statement, so that none hides between two of them.</summary>
    public static async Task<long> LagAsync(NpgsqlConnection look, CancellationToken cancel) => (long)(await new NpgsqlCommand(Lag, look).ExecuteScalarAsync(cancel))!;

    /// <summary>What is out of order; empty when all is right.</summary>
    public static async Task<IReadOnlyList<string>> DisorderAsync(NpgsqlConnection look, CancellationToken cancel)
    {
        var wrong = new List<string>();
        // It has grown by all its rows in a minute: planned for an empty table, the first question takes ten.
        await new NpgsqlCommand("analyze log.outbox", look).ExecuteNonQueryAsync(cancel);
        foreach (var (name, query) in Disorders)
            if ((long)(await new NpgsqlCommand(query, look).ExecuteScalarAsync(cancel))! is not 0 and var count) wrong.Add($"{name}: {count:N0}");
        return wrong;
    }
}
