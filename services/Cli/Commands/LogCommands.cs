using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Cli.Commands;

/// <summary>`parked` and `consumers`: the log's two lists that people look after.</summary>
internal static class LogCommands
{
    public static async Task<int> ListParkedAsync(Screen screen, string? name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(name, cancel);
        var rows = await Parking.ListAsync(connection);
        if (rows.Count == 0) screen.Line("没有搁置的消息。 Nothing is parked.");
        else
            screen.Table(null, ["service", "from", "seq", "key", "event", "why", "tries", "since"],
                [.. rows.Select(row => new[] { row.Service, $"{row.Source}/{row.Shard}", $"{row.Seq}", row.Key, row.Type, row.Deferred ? $"waits: {row.Error}" : row.Error, $"{row.Tries}", $"{row.ParkedAt.ToOffset(TimeSpan.FromHours(8)):MM-dd HH:mm}" })], 2, 6);
        return 0;
    }

    public static async Task<int> ReplayAsync(Screen screen, string? key, string? name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(name, cancel);
        screen.Line($"{await Parking.ReplayAsync(connection, key)} messages go through their service again, in order. See ./hub parked list.");
        return 0;
    }

    public static async Task<int> ListConsumersAsync(Screen screen, string? name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(name, cancel);
        screen.Table(null, ["service", "reads", "events behind", "read up to"],
            [.. (await Parking.ConsumersAsync(connection)).Select(row => new[] { row.Service, row.Source, $"{row.Lag:N0}", row.At is { } at ? $"{at.ToOffset(TimeSpan.FromHours(8)):yyyy-MM-dd HH:mm}" : "" })], 2);
        return 0;
    }

    public static async Task<int> ForgetAsync(Screen screen, string service, bool yes, string? name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(name, cancel);
        await RequireConsumerAsync(connection, service);
        if (!await screen.ConfirmAsync(yes, $"Events that only {service} still had to read may then be removed. If it ever starts again, it begins at the oldest kept event.", $"Forget {service}?", cancel)) return Exit.Failed;
        var removed = await Parking.ForgetAsync(connection, service);
        screen.Line($"{service} is forgotten ({removed} cursors).");
        return 0;
    }

    public static async Task<int> SkipAsync(Screen screen, string service, bool yes, string? name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(name, cancel);
        await RequireConsumerAsync(connection, service);
        if (!await screen.ConfirmAsync(yes, $"Events that {service} has not read and that are not kept any more are then lost for it, for good. First see whether a backup still has the outbox's partition.", $"Let {service} go on without them?", cancel)) return Exit.Failed;
        var moved = await Parking.SkipLostAsync(connection, service);
        if (moved.Count == 0) screen.Line($"没有缺失的事件。 Nothing is missing for {service}.");
        else screen.Table(null, ["from", "first event lost", "goes on at"], [.. moved.Select(m => new[] { $"{m.Source}/{m.Shard}", $"{m.From}", $"{m.To}" })], 1, 2);
        return 0;
    }

    private static async Task RequireConsumerAsync(NpgsqlConnection connection, string service)
    {
        if ((await Parking.ConsumersAsync(connection)).All(row => row.Service != service))
            throw new HubStop(Exit.Failed, $"没有名为 {service} 的消费者，见 ./hub consumers list。", $"There is no consumer {service}; see ./hub consumers list.");
    }

    public static async Task<int> RepublishAsync(Screen screen, string? name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(name, cancel);
        var rows = await Republish.RunAsync(connection);
        if (rows.Count == 0) throw new HubStop(Exit.Failed, "该实例没有使用过 Kafka。", "This city has never published to Kafka: there is nothing to publish again.");
        screen.Table(null, ["service", "events published again"], [.. rows.Select(row => new[] { row.Service, $"{row.Events:N0}" })], 1);
        screen.Line("Consumers drop what they know already. See ./hub consumers list.");
        return 0;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string? name, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(CityCommands.Running(name).State.ConnectionString);
        await connection.OpenAsync(cancel);
        return connection;
    }
}
