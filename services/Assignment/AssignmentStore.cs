using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Assignment;

static class AssignmentStore
{
    public static readonly Table<AssignedInquiry> Inquiries = new("assignment.inquiry", i => i.InquiryId, new("waiting", i => i.Waiting), new("officer", i => i.Officer));

    /// <summary>By unit.</summary>
    public static readonly Table<UnitLeaves> Leaves = new("assignment.leave", l => l.UnitCode, new Column<UnitLeaves>("until_on", l => l.UntilOn));

    /// <summary>Open tasks by unit and officer.</summary>
    public static readonly CounterTable Load = new("assignment.officer_load", told: false, "unit_code", "officer_id");

    public static async Task<List<AssignedInquiry>> WaitingAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select body from assignment.inquiry where waiting order by key limit 200");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<AssignedInquiry>();
        while (await reader.ReadAsync(stop)) rows.Add(Json.Read<AssignedInquiry>(reader.GetString(0)));
        return rows;
    }

    /// <summary>Leaves that are not over, of one unit or of all, and the city's time.</summary>
    public static async Task<(List<UnitLeaves> Units, DateTimeOffset Now)> LeavesAsync(NpgsqlDataSource database, string unitCode, CancellationToken stop)
    {
        // The day of the database's own zone is at most one away from the city's; which leave is over the city's day tells.
        await using var command = database.CreateCommand("select log.city_now(), l.body from (select 1) one left join assignment.leave l on l.until_on >= log.city_now()::date - 1 and ($1 = '' or l.key = $1)");
        command.Parameters.Add(new() { Value = unitCode });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var (rows, now) = (new List<UnitLeaves>(), DateTimeOffset.MinValue);
        while (await reader.ReadAsync(stop))
        {
            now = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1)) rows.Add(Json.Read<UnitLeaves>(reader.GetString(1)));
        }
        return (rows, now);
    }

    /// <summary>Inquiries in which one of these officers has an open task, those after a key.</summary>
    public static async Task<List<AssignedInquiry>> OpenOfAsync(NpgsqlDataSource database, string[] officers, string after, int most, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"""
            select body from assignment.inquiry where key > $2 and (officer = any($1) or (officer = '{AssignedInquiry.Several}'
                and exists (select from json_array_elements(body->'tasks') t where t->>'officerId' = any($1) and not (t->>'ended')::boolean))) order by key limit $3
            """);
        foreach (var value in new object[] { officers, after, most }) command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<AssignedInquiry>();
        while (await reader.ReadAsync(stop)) rows.Add(Json.Read<AssignedInquiry>(reader.GetString(0)));
        return rows;
    }

    public static async Task<(List<(string OfficerId, long Open)> Officers, long Deferred)> UnitAsync(NpgsqlDataSource database, string unitCode, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        var officers = new List<(string, long)>();
        await using (var command = new NpgsqlCommand("select officer_id, sum(value)::bigint from assignment.officer_load where unit_code = $1 group by 1 order by 1", connection) { Parameters = { new() { Value = unitCode } } })
        await using (var reader = await command.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop)) officers.Add((reader.GetString(0), reader.GetInt64(1)));
        await using var count = new NpgsqlCommand("select count(*) from assignment.inquiry i, json_array_elements(i.body->'tasks') t where i.waiting and t->>'unitCode' = $1 and t->>'officerId' is null and not (t->>'ended')::boolean", connection) { Parameters = { new() { Value = unitCode } } };
        return (officers, (long)(await count.ExecuteScalarAsync(stop))!);
    }
}
