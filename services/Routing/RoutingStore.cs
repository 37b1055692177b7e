using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Routing;

/// <summary>Routing's one table and its two lists.</summary>
static class RoutingStore
{
    public static readonly Table<RoutedInquiry> Inquiries = new("routing.inquiry", i => i.InquiryId, new Column<RoutedInquiry>("held_since", i => i.HeldSince));

    public static async Task<RoutedInquiry?> GetAsync(NpgsqlDataSource database, string inquiryId, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select body from routing.inquiry where key = $1");
        command.Parameters.Add(new() { Value = inquiryId });
        return await command.ExecuteScalarAsync(stop) is string body ? Json.Read<RoutedInquiry>(body) : null;
    }

    /// <summary>Held inquiries, oldest first, after (held_since, key) of the last row seen.</summary>
    public static async Task<(List<RoutedInquiry> Rows, string Next, long Total, DateTimeOffset AsOf)> HeldAsync(NpgsqlDataSource database, int size, string after, CancellationToken stop)
    {
        var from = after.Split('|') is [var at, var key] && DateTimeOffset.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out var t) ? (t.UtcDateTime, key) : (DateTime.MinValue.ToUniversalTime(), "");
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var list = new NpgsqlCommand("select body from routing.inquiry where held_since is not null and (held_since, key) > ($1, $2) order by held_since, key limit $3", connection)
        { Parameters = { new() { Value = from.Item1 }, new() { Value = from.Item2 }, new() { Value = size } } };
        var rows = new List<RoutedInquiry>();
        await using (var reader = await list.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop)) rows.Add(Json.Read<RoutedInquiry>(reader.GetString(0)));
        await using var count = new NpgsqlCommand("select count(*), log.city_now() from routing.inquiry where held_since is not null", connection);
        await using var counted = await count.ExecuteReaderAsync(stop);
        await counted.ReadAsync(stop);
        return (rows, rows.Count == size ? $"{rows[^1].HeldSince:O}|{rows[^1].InquiryId}" : "", counted.GetInt64(0), counted.GetFieldValue<DateTimeOffset>(1));
    }
}
