using Npgsql;

namespace InquiryHub.Cli.Commands;

/// <summary>A day of a channel (次): what its door acknowledged, as it counted itself, and what the figures count.</summary>
internal readonly record struct ChannelDay(string Day, string Channel, long Acknowledged, long Counted);

/// <summary>`reconcile`: the doors' own count against the figures, day by day.</summary>
internal static class ReconcileCommand
{
    private const int Shown = 20;

    public static async Task<int> RunAsync(Screen screen, DateOnly? from, DateOnly? to, string? name, CancellationToken cancel)
    {
        if (to < from) throw new HubStop(Exit.Usage, "--from 不能晚于 --to。", "--from can't be later than --to.");
        await using var connection = new NpgsqlConnection(CityCommands.Running(name).State.ConnectionString);
        await connection.OpenAsync(cancel);
        var days = await ReadAsync(connection, from, to, cancel);
        if (days.Count == 0) { screen.Line("本时段没有可核对的接收。 Nothing was received in that period, or it is before the doors kept count."); return 0; }
        var differ = days.Where(d => d.Acknowledged != d.Counted).ToList();
        screen.Table($"{days.Min(d => d.Day)} – {days.Max(d => d.Day)}", ["channel", "days", "acknowledged", "counted", "days that differ"],
            [.. days.GroupBy(d => d.Channel).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new[] { c.Key, $"{c.Count():N0}", $"{c.Sum(d => d.Acknowledged):N0}", $"{c.Sum(d => d.Counted):N0}", $"{c.Count(d => d.Acknowledged != d.Counted):N0}" })], 1, 2, 3, 4);
        if (differ.Count == 0) { screen.Line("渠道接收与统计逐日一致。 The doors and the figures agree on every day."); return 0; }
        screen.Table(differ.Count > Shown ? $"The first {Shown} of {differ.Count:N0}" : null, ["day", "channel", "acknowledged", "counted"], [.. differ.Take(Shown).Select(d => new[] { d.Day, d.Channel, $"{d.Acknowledged:N0}", $"{d.Counted:N0}" })], 2, 3);
        screen.Line("不一致。 They differ: an event is parked, still on its way, or lost. See ./hub parked list and ./hub consumers list, then run this again.");
        return Exit.Failed;
    }

    /// <summary>Every day of a channel on which either side has something, oldest first; none from before the doors kept count.</summary>
    internal static async Task<List<ChannelDay>> ReadAsync(NpgsqlConnection connection, DateOnly? from, DateOnly? to, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("""
            select day, channel, coalesce(r.n, 0)::bigint, coalesce(d.n, 0)::bigint
            from (select day, channel, sum(value) n from channels.received group by 1, 2 having sum(value) <> 0) r
            full join (select day, channel, sum(value) n from statistics.daily group by 1, 2 having sum(value) <> 0) d using (day, channel)
            where day between coalesce($1, '') and coalesce($2, '9') and day >= coalesce((select max(day) from channels.received_from), '') order by day, channel
            """, connection)
        { Parameters = { Day(from), Day(to) } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var days = new List<ChannelDay>();
        while (await reader.ReadAsync(cancel)) days.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
        return days;
    }

    private static NpgsqlParameter Day(DateOnly? day) => new() { Value = (object?)day?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
