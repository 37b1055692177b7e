using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>One parked message as an administrator sees it: no body, no text.</summary>
public sealed record ParkedRow(long Id, string Service, string Source, int Shard, long Seq, string Key, string Type, string Error, int Tries, bool Deferred, DateTimeOffset ParkedAt);

/// <summary>What people do with parked messages and consumers: `./hub parked`, `./hub consumers`.</summary>
public static class Parking
{
    public static async Task<IReadOnlyList<ParkedRow>> ListAsync(NpgsqlConnection connection, int limit = 200)
    {
        await using var command = new NpgsqlCommand("select id, service, source, shard, seq, key, type, error, tries, deferred, parked_at from log.parked order by id limit $1", connection) { Parameters = { new() { Value = limit } } };
        await using var r = await command.ExecuteReaderAsync();
        var rows = new List<ParkedRow>();
        while (await r.ReadAsync())
            rows.Add(new(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt16(3), r.GetInt64(4), r.GetString(5), r.GetString(6), r.GetString(7), r.GetInt32(8), r.GetBoolean(9), r.GetFieldValue<DateTimeOffset>(10)));
        return rows;
    }

    /// <summary>Marks a key's whole queue (or everything) for another try, in order, by the service's own loop. Returns the messages marked.</summary>
    public static async Task<int> ReplayAsync(NpgsqlConnection connection, string? key)
    {
        await using var command = new NpgsqlCommand("update log.parked set replay = true where $1::text is null or key = $1", connection) { Parameters = { new() { Value = (object?)key ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } };
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<IReadOnlyList<(string Service, string Source, long Lag, DateTimeOffset? At)>> ConsumersAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select c.service, c.source, sum(s.next_seq - c.next_seq)::bigint, min(c.recorded_at) from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard group by 1, 2 order by 1, 2", connection);
        await using var r = await command.ExecuteReaderAsync();
        var rows = new List<(string, string, long, DateTimeOffset?)>();
        while (await r.ReadAsync()) rows.Add((r.GetString(0), r.GetString(1), r.GetInt64(2), r.IsDBNull(3) ? null : r.GetFieldValue<DateTimeOffset>(3)));
        return rows;
    }

    /// <summary>The parked messages of these shards whose turn has come: marked for replay, or waiting for reference data that has changed since.</summary>
    internal static List<ParkedMessage> Read(NpgsqlConnection connection, HubService service, IReadOnlyCollection<int> shards)
    {
        // The version is compared here and not marked when Directory's data comes in: what another batch is just parking
        // would miss the mark, and with it a whole key its turn.
        var known = service.Reference is null ? "" : $" or deferred and reference_version < (select version from {service.Name}.reference_version)";
        using var command = new NpgsqlCommand($"select source, shard, seq, key, type, trace, body, recorded_at, id from log.parked where service = $1 and shard = any($2) and (replay{known}) order by id limit 2000", connection)
        { Parameters = { new() { Value = service.Name }, new() { Value = shards.Select(s => (short)s).ToArray() } } };
        using var reader = command.ExecuteReader();
        var replays = new List<ParkedMessage>();
        while (reader.Read()) replays.Add(new(reader.GetInt64(8), OutboxTail.One(reader)));
        return replays;
    }

    /// <summary>Keeps bytes that are no message of ours: without a seq nothing says where they belong, so their place on Kafka names them.</summary>
    internal static void KeepForeign(NpgsqlConnection connection, HubService service, string topic, int shard, long offset, byte[] body, string error)
    {
        using var command = new NpgsqlCommand("insert into log.parked (service, source, shard, seq, key, type, body, recorded_at, error) values ($1, $2, $3, $4, $5, '', $6, clock_timestamp(), $7) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = service.Name }, new() { Value = "kafka:" + topic }, new() { Value = (short)shard }, new() { Value = offset }, new() { Value = $"{topic}/{shard}@{offset}" }, new() { Value = body }, new() { Value = error } },
        };
        command.ExecuteNonQuery();
    }

    /// <summary>Forgets a consumer that is gone for good, so that it no longer holds old events back. Returns the cursors removed.</summary>
    public static async Task<int> ForgetAsync(NpgsqlConnection connection, string service)
    {
        await using var command = new NpgsqlCommand("delete from log.cursor where service = $1", connection) { Parameters = { new() { Value = service } } };
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Moves a consumer's cursors over events that are not kept any more, because somebody accepts that they are lost for it. A
    /// cursor whose next event is still there stays. One row a cursor moved: source, shard, first seq lost, next seq.
    /// </summary>
    public static async Task<IReadOnlyList<(string Source, int Shard, long From, long To)>> SkipLostAsync(NpgsqlConnection connection, string service)
    {
        // The lock first, like every writer of a cursor.
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("begin"));
        batch.BatchCommands.Add(Batch.Command("select shard from log.shard where service = $1 order by shard for update", service));
        batch.BatchCommands.Add(Batch.Command("""
            with lost as (
                select c.source, c.shard, c.next_seq, coalesce((select min(o.seq) from log.outbox o where o.service = c.source and o.shard = c.shard and o.seq >= c.next_seq), s.next_seq) kept
                from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard where c.service = $1)
            update log.cursor c set next_seq = l.kept, position = null from lost l
            where c.service = $1 and c.source = l.source and c.shard = l.shard and l.kept > l.next_seq returning l.source, l.shard, l.next_seq, l.kept
            """, service));
        batch.BatchCommands.Add(new("commit"));
        await using var r = await batch.ExecuteReaderAsync();
        await r.NextResultAsync();
        var moved = new List<(string, int, long, long)>();
        while (await r.ReadAsync()) moved.Add((r.GetString(0), r.GetInt16(1), r.GetInt64(2), r.GetInt64(3)));
        while (await r.NextResultAsync()) { }
        return moved;
    }
}
