using Npgsql;

namespace InquiryHub.Bench;

/// <summary>
/// How far the chain is, read from the cursors: each inquiry is one fact of Channels, Routing, Assignment and Sla, and is through
/// when every service that hears one of them has committed past it.
/// </summary>
sealed class Chain : IAsyncDisposable
{
    const string Cursors = "select c.service || ' <- ' || c.source, sum(c.next_seq)::bigint from log.cursor c where c.source in ('channels', 'routing', 'assignment', 'sla') and c.service <> 'relay' group by 1";
    readonly NpgsqlConnection connection;
    readonly NpgsqlCommand command;
    readonly Dictionary<string, long> start;

    Chain(NpgsqlConnection connection, NpgsqlCommand command, Dictionary<string, long> start) => (this.connection, this.command, this.start) = (connection, command, start);

    public static async Task<Chain> FromHereAsync(BenchCity city, CancellationToken cancel)
    {
        var connection = await city.OpenAsync(cancel);
        var command = new NpgsqlCommand(Cursors, connection);
        await command.PrepareAsync(cancel);
        return new(connection, command, await ReadAsync(command, cancel));
    }

    /// <summary>Inquiries that are through, since this was made.</summary>
    public async Task<long> DoneAsync(CancellationToken cancel)
    {
        var now = await ReadAsync(command, cancel);
        return now.Min(cursor => cursor.Value - start.GetValueOrDefault(cursor.Key));
    }

    /// <summary>Inquiries that each service has heard of from each other one, since this was made.</summary>
    public async Task<Dictionary<string, long>> HeardAsync(CancellationToken cancel) =>
        (await ReadAsync(command, cancel)).ToDictionary(cursor => cursor.Key, cursor => cursor.Value - start.GetValueOrDefault(cursor.Key));

    static async Task<Dictionary<string, long>> ReadAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        var sums = new Dictionary<string, long>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) sums[reader.GetString(0)] = reader.GetInt64(1);
        return sums;
    }

    public async ValueTask DisposeAsync()
    {
        await command.DisposeAsync();
        await connection.DisposeAsync();
    }
}
