using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Sla;

/// <summary>How far Sla has heard Casework in a shard, at a reading of the city's clock.</summary>
readonly record struct Heard(int Shard, DateTimeOffset CityNow, long Said, long Folded);

/// <summary>All SQL of the clocks.</summary>
static class SlaStore
{
    public static readonly Table<InquiryClocks> Clocks = new("sla.inquiry_clocks", c => c.InquiryId,
        new Column<InquiryClocks>("next_due_at", c => c.NextDueAt()));

    public static async Task<(InquiryClocks? Clocks, DateTimeOffset Now)> GetAsync(NpgsqlDataSource database, string inquiryId, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select log.city_now(), (select body from sla.inquiry_clocks where key = $1)");
        command.Parameters.Add(new() { Value = inquiryId });
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return (reader.IsDBNull(1) ? null : Json.Read<InquiryClocks>(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(0));
    }

    public static async Task<List<Heard>> HeardAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var command = database.CreateCommand("""
            select c.shard, log.city_now(), coalesce(s.next_seq, c.next_seq), c.next_seq from log.cursor c
            left join log.shard s on s.service = c.source and s.shard = c.shard where c.service = 'sla' and c.source = 'casework'
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<Heard>();
        while (await reader.ReadAsync(stop)) rows.Add(new(reader.GetInt16(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2), reader.GetInt64(3)));
        return rows;
    }

    /// <summary>Inquiries with a running clock that was due before their shard's moment, earliest first, at most <paramref name="limit"/> a shard.</summary>
    public static async Task<ILookup<int, string>> DueAsync(NpgsqlDataSource database, IReadOnlyDictionary<int, DateTimeOffset> until, int limit, CancellationToken stop)
    {
        await using var command = database.CreateCommand("""
            select u.shard, d.key from unnest($1::smallint[], $2::timestamptz[]) u(shard, at)
            cross join lateral (select key from sla.inquiry_clocks c where c.shard = u.shard and c.next_due_at < u.at order by c.next_due_at limit $3) d
            """);
        command.Parameters.Add(new() { Value = until.Keys.Select(s => (short)s).ToArray() });
        command.Parameters.Add(new() { Value = until.Values.Select(t => t.UtcDateTime).ToArray() });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<(int Shard, string Key)>();
        while (await reader.ReadAsync(stop)) rows.Add((reader.GetInt16(0), reader.GetString(1)));
        return rows.ToLookup(r => r.Shard, r => r.Key);
    }
}
