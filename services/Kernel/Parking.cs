using Npgsql;

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

    /// <summary>Forgets a consumer that is gone for good, so that it no longer holds old events back. Returns the cursors removed.</summary>
    public static async Task<int> ForgetAsync(NpgsqlConnection connection, string service)
    {
        await using var command = new NpgsqlCommand("delete from log.cursor where service = $1", connection) { Parameters = { new() { Value = service } } };
        return await command.ExecuteNonQueryAsync();
    }
}
