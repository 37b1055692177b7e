using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>`./hub republish`: has the relays publish again what a consumer may still need. Harmless at any time: consumers drop what they know.</summary>
public static class Republish
{
    /// <summary>A row a producing service: its name and how many events will be published again. Empty when no relay ever ran (no Kafka).</summary>
    public static async Task<IReadOnlyList<(string Service, long Events)>> RunAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("""
            with before as materialized (select source, shard, next_seq from log.cursor where service = 'relay'),
            moved as materialized (select source, shard, next_seq, log.publish_again(source, shard, null) from before)
            select m.source, sum(m.next_seq - least(m.next_seq, coalesce((select min(c.next_seq) from log.cursor c where c.source = m.source and c.shard = m.shard and c.service <> 'relay'), m.next_seq)))::bigint
            from moved m group by 1 order by 1
            """, connection);
        await using var r = await command.ExecuteReaderAsync();
        var rows = new List<(string, long)>();
        while (await r.ReadAsync()) rows.Add((r.GetString(0), r.GetInt64(1)));
        return rows;
    }
}
