using System.Text.Json;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Directory;

/// <summary>One published thing: the kind (its message's name), its own code, the message as JSON.</summary>
internal sealed record EntryRow(string Kind, string Code, JsonElement Value)
{
    public static string KeyOf<T>(string code) => $"{typeof(T).Name}/{code}";

    public static EntryRow Of(IMessage published)
    {
        using var json = JsonDocument.Parse(JsonFormatter.Default.Format(published));
        return new(published.Descriptor.Name, CodeOf(published), json.RootElement.Clone());
    }

    public T As<T>() where T : IMessage<T>, new() => JsonParser.Default.Parse<T>(Value.GetRawText());

    static string CodeOf(IMessage published) => published switch
    {
        UnitPublished u => u.UnitCode,
        OfficerPublished o => o.OfficerId,
        AreaPublished a => a.AreaCode,
        CounterPublished c => c.CounterId,
        CatalogueEntryPublished c => c.EntryCode,
        ChannelPublished c => c.Channel,
        CalendarPublished c => c.Year.ToString(System.Globalization.CultureInfo.InvariantCulture),
        LimitPublished l => $"{l.Kind}/{l.Clock}/{l.EffectiveFrom}",
        _ => throw new ArgumentException($"{published.Descriptor.FullName} is nothing that Directory publishes."),
    };
}

internal sealed record DataKeyRow(string Name, byte[] Sealed);

/// <summary>All SQL of Directory. Rows change only in a unit of work; lists are read without it.</summary>
internal sealed class DirectoryStore([FromKeyedServices("directory")] NpgsqlDataSource database)
{
    public static readonly Table<EntryRow> Entries = new("directory.entry", e => $"{e.Kind}/{e.Code}", new Column<EntryRow>("kind", e => e.Kind));
    public static readonly Table<AccountRow> Accounts = new("directory.account", a => a.Account);
    public static readonly Table<SessionSet> Sessions = new("directory.session", s => s.Account, new Column<SessionSet>("ends_at", s => s.Sessions.Max(r => r.EndsAt)));
    public static readonly Table<DataKeyRow> DataKeys = new("directory.data_key", k => k.Name);

    /// <summary>Everything of one kind, by code.</summary>
    public async Task<List<T>> ListAsync<T>() where T : IMessage<T>, new() =>
        [.. (await BodiesAsync("select body from directory.entry where kind = $1 order by key", typeof(T).Name)).Select(b => Json.Read<EntryRow>(b).As<T>())];

    public async Task<AccountRow?> AccountAsync(string account) =>
        (await BodiesAsync("select body from directory.account where key = $1", account)) is [var body] ? Json.Read<AccountRow>(body) : null;

    public async Task<HashSet<string>> AccountNamesAsync() =>
        [.. await BodiesAsync("select key from directory.account")];

    public async Task<List<DataKeyRow>> DataKeysAsync() =>
        [.. (await BodiesAsync("select body from directory.data_key order by key")).Select(Json.Read<DataKeyRow>)];

    public async Task<List<SessionSet>> SessionsAsync(string[] accounts) =>
        [.. (await BodiesAsync("select body from directory.session where key = any($1)", [accounts])).Select(Json.Read<SessionSet>)];

    /// <summary>Rows of which every sign-in has run out. By the caller's clock, not the city's: a simulated year would sign everybody out.</summary>
    public async Task SweepSessionsAsync(DateTimeOffset now, CancellationToken stop)
    {
        await using var command = database.CreateCommand("delete from directory.session where ends_at < $1");
        command.Parameters.Add(new() { Value = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(stop);
    }

    async Task<List<string>> BodiesAsync(string sql, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var p in parameters) command.Parameters.Add(new() { Value = p });
        await using var reader = await command.ExecuteReaderAsync();
        var bodies = new List<string>();
        while (await reader.ReadAsync()) bodies.Add(reader.GetString(0));
        return bodies;
    }
}
