using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Assignment;

static class AssignmentStore
{
    public static readonly Table<AssignedInquiry> Inquiries = new("assignment.inquiry", i => i.InquiryId, new Column<AssignedInquiry>("waiting", i => i.Waiting));

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
