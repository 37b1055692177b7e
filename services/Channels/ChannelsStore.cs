using System.Text.Json.Serialization;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Channels;

/// <summary>What a door took but could not file. The raw bytes are sealed about the key and only read one by one.</summary>
sealed record Quarantined(string Key, string Door, string Reason, DateTimeOffset ReceivedAt, long Size)
{
    [JsonIgnore] public byte[] Raw { get; init; } = [];

    /// <summary>The same bytes at the same door are one entry.</summary>
    public static string KeyOf(string door, string doorKey, ReadOnlySpan<byte> raw) => "q" + DoorKeys.Hash($"{door}|{doorKey}|{DoorKeys.Hash(raw)}")[..20];
}

/// <summary>All tables and all SQL of the doors.</summary>
static class ChannelsStore
{
    public static readonly Table<KnownContact> Contacts = new("channels.contact", c => c.Key, new("counter_id", c => c.CounterId), new("counter_on", c => c.CounterOn));
    public static readonly Table<Sequence> Sequences = new("channels.sequence", s => s.Key);
    public static readonly Table<Call> Calls = new("channels.call", c => Call.KeyOf(c.ContactId), new Column<Call>("live_since", c => c.LiveSince));
    public static readonly Table<TallySheet> Sheets = new("channels.tally", s => s.SheetId);
    public static readonly Table<InquiryDoor> Inquiries = new("channels.inquiry", i => i.InquiryId);
    public static readonly Table<AnswerDelivery> Deliveries = new("channels.delivery", d => d.Key,
        new("inquiry_id", d => d.InquiryId), new("door", d => d.Door), new("state", d => d.State),
        new("due_at", d => d.DueAt), new("thread_key", d => d.ThreadKey));
    public static readonly Table<QqThread> Threads = new("channels.thread", t => t.ThreadKey);
    public static readonly Table<Quarantined> Quarantine = new("channels.quarantine", q => q.Key,
        new("door", q => q.Door), new("received_at", q => q.ReceivedAt), new("raw", q => q.Raw));
    public static readonly Table<Resolution> Resolutions = new("channels.resolution", r => r.QuarantineId, new Column<Resolution>("state", r => r.State));

    /// <summary>Deliveries of one door that are due by the real clock, oldest first.</summary>
    public static Task<List<AnswerDelivery>> DueAsync(NpgsqlDataSource database, string door, int most, CancellationToken stop) =>
        ReadAsync<AnswerDelivery>(database, "select body from channels.delivery where door = $1 and due_at <= clock_timestamp() order by due_at limit $2", stop, door, most);

    public static Task<List<AnswerDelivery>> OfInquiryAsync(NpgsqlDataSource database, string inquiryId, CancellationToken stop) =>
        ReadAsync<AnswerDelivery>(database, "select body from channels.delivery where inquiry_id = $1 order by key", stop, inquiryId);

    /// <summary>Answers that wait for this citizen to write again.</summary>
    public static Task<List<AnswerDelivery>> WaitingForAsync(NpgsqlDataSource database, string threadKey, CancellationToken stop) =>
        ReadAsync<AnswerDelivery>(database, "select body from channels.delivery where thread_key = $1 and state = 'Waiting' order by key limit 20", stop, threadKey);

    /// <summary>The calls at the operators' desks, longest there first, and the city's clock. One whose end was never told leaves after four hours.</summary>
    public static async Task<(List<Call> Calls, DateTimeOffset AsOf)> LiveCallsAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select c.body, n.at from (select log.city_now() as at) n left join channels.call c on c.live_since > n.at - interval '4 hours' order by c.live_since limit 200");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var (calls, asOf) = (new List<Call>(), default(DateTimeOffset));
        while (await reader.ReadAsync(stop))
        {
            if (!await reader.IsDBNullAsync(0, stop)) calls.Add(Json.Read<Call>(reader.GetString(0)));
            asOf = reader.GetFieldValue<DateTimeOffset>(1);
        }
        return (calls, asOf);
    }

    public static async Task<string?> InquiryOfThreadAsync(NpgsqlDataSource database, string threadKey, CancellationToken stop)
    {
        var rows = await ReadAsync<QqThread>(database, "select body from channels.thread where key = $1", stop, threadKey);
        return rows.Count == 0 ? null : rows[0].InquiryId;
    }

    /// <summary>Deliveries by key, after the last key seen; without a state all that are still open.</summary>
    // The web answers when it is asked, mails and messages are sent; whom nobody could reach by telephone either isn't called for ever.
    const string ToCall = $"(state in ('{AnswerDelivery.Undeliverable}', '{AnswerDelivery.InDoubt}') or state = '{AnswerDelivery.Waiting}' and door in ('{Doors.Hotline}', '{Doors.Office}')) and body->>'reason' is distinct from '{DeliveryDecision.NotReached}'";

    public static async Task<(List<AnswerDelivery> Rows, string Next, long Total)> ListDeliveriesAsync(NpgsqlDataSource database, string state, string door, bool toCall, int size, string after, CancellationToken stop)
    {
        // Acknowledgements (number 0) are nobody's work. What isn't delivered is named as such, so that its small index serves.
        var which = (state == AnswerDelivery.Delivered ? "" : "state <> 'Delivered' and ") + "key not like '%/0' and ($1 = '' or state = $1) and ($2 = '' or door = $2)" + (toCall ? $" and {ToCall}" : "");
        var rows = await ReadAsync<AnswerDelivery>(database, $"select body from channels.delivery where {which} and key > $3 order by key limit $4", stop, state, door, after, size + 1);
        var total = await CountAsync(database, $"select count(*) from channels.delivery where {which}", stop, state, door);
        return (rows.Take(size).ToList(), rows.Count > size ? rows[size - 1].Key : "", total);
    }

    const string QuarantineState = "coalesce(r.state, case when q.body ->> 'reason' = 'HasAttachments' then 'Kept' else 'Open' end)";

    /// <summary>
    /// What the doors acknowledged in a period by channel, and what of its quarantine waits by door; null when it begins before they kept count.
    /// </summary>
    public static async Task<(List<(string Channel, long Contacts)> Received, List<(string Door, long Open)> Quarantined)?> ReceivedAsync(NpgsqlDataSource database, DateOnly from, DateOnly to, CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("select coalesce((select max(day) from channels.received_from) <= $1, true)") { Parameters = { new() { Value = CityTime.Iso(from) } } });
        batch.BatchCommands.Add(new("select channel, sum(value)::bigint from channels.received where day between $1 and $2 group by channel having sum(value) <> 0 order by channel") { Parameters = { new() { Value = CityTime.Iso(from) }, new() { Value = CityTime.Iso(to) } } });
        batch.BatchCommands.Add(new($"select q.door, count(*) from channels.quarantine q left join channels.resolution r on r.key = q.key where q.received_at >= $1 and q.received_at < $2 and {QuarantineState} = 'Open' group by q.door order by q.door")
        { Parameters = { new() { Value = CityTime.At(from, TimeOnly.MinValue).UtcDateTime }, new() { Value = CityTime.EndOf(to).UtcDateTime } } });
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        if (!reader.GetBoolean(0)) return null;
        await reader.NextResultAsync(stop);
        var received = new List<(string, long)>();
        while (await reader.ReadAsync(stop)) received.Add((reader.GetString(0), reader.GetInt64(1)));
        await reader.NextResultAsync(stop);
        var waiting = new List<(string, long)>();
        while (await reader.ReadAsync(stop)) waiting.Add((reader.GetString(0), reader.GetInt64(1)));
        return (received, waiting);
    }

    /// <summary>Quarantine, newest first, after the last key seen; without a state all.</summary>
    public static async Task<(List<(Quarantined Entry, Resolution? Resolution)> Rows, string Next, long Total)> ListQuarantineAsync(NpgsqlDataSource database, string door, string state, int size, string after, CancellationToken stop)
    {
        const string From = $"""
            from channels.quarantine q left join channels.resolution r on r.key = q.key where ($1 = '' or q.door = $1)
            and ($2 = '' or {QuarantineState} = $2)
            """;
        await using var command = database.CreateCommand($"select q.body, null::bytea, r.body {From} and ($3 = '' or (q.received_at, q.key) < (select received_at, key from channels.quarantine where key = $3)) order by q.received_at desc, q.key desc limit $4");
        foreach (var v in new object[] { door, state, after, size + 1 }) command.Parameters.Add(new() { Value = v });
        var rows = new List<(Quarantined Entry, Resolution? Resolution)>();
        await using (var reader = await command.ExecuteReaderAsync(stop)) while (await reader.ReadAsync(stop)) rows.Add(Entry(reader));
        return (rows.Take(size).ToList(), rows.Count > size ? rows[size - 1].Entry.Key : "", await CountAsync(database, $"select count(*) {From}", stop, door, state));
    }

    public static async Task<(Quarantined Entry, Resolution? Resolution)?> GetQuarantineAsync(NpgsqlDataSource database, string key, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select q.body, q.raw, r.body from channels.quarantine q left join channels.resolution r on r.key = q.key where q.key = $1");
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop) ? Entry(reader) : null;
    }

    static (Quarantined Entry, Resolution? Resolution) Entry(NpgsqlDataReader reader) =>
        (Json.Read<Quarantined>(reader.GetString(0)) with { Raw = reader.IsDBNull(1) ? [] : reader.GetFieldValue<byte[]>(1) }, reader.IsDBNull(2) ? null : Json.Read<Resolution>(reader.GetString(2)));

    /// <summary>The key and day of an entry in a counter's list of the day; null when it isn't there.</summary>
    public static async Task<(string Key, DateOnly CountedOn)?> WalkInOfTodayAsync(NpgsqlDataSource database, string counterId, string inquiryId, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select key, counter_on from channels.contact where counter_id = $1 and counter_on = {CitysToday} and body->>'inquiryId' = $2");
        foreach (var v in new[] { counterId, inquiryId }) command.Parameters.Add(new() { Value = v });
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop) ? (reader.GetString(0), reader.GetFieldValue<DateOnly>(1)) : null;
    }

    const string CitysToday = "(log.city_now() at time zone interval '8 hours')::date";

    /// <summary>What a counter took on the city's day of today: how many by category and of them on the spot, most first; and the newest.</summary>
    public static async Task<(DateOnly Day, List<(string CategoryCode, long Contacts, long Direct)> Sums, List<KnownContact> Rows)> WalkInTodayAsync(NpgsqlDataSource database, string counterId, int most, CancellationToken stop)
    {
        const string which = $"counter_id = $1 and counter_on = {CitysToday}";
        await using var batch = database.CreateBatch();
        foreach (var sql in new[] { $"select {CitysToday}, $1::text", $"select body->>'categoryCode', count(*), count(*) filter (where (body->>'direct')::boolean) from channels.contact where {which} group by 1 order by 2 desc, 1",
            $"select body from channels.contact where {which} order by body->>'receivedAt' desc limit {most}" })
            batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = counterId } } });
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var day = reader.GetFieldValue<DateOnly>(0);
        var (sums, rows) = (new List<(string, long, long)>(), new List<KnownContact>());
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop)) sums.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop)) rows.Add(Json.Read<KnownContact>(reader.GetString(0)));
        return (day, sums, rows);
    }

    /// <summary>A counter's sheets of these days, and how much was entered one by one on each.</summary>
    public static async Task<(Dictionary<DateOnly, TallySheet> Sheets, Dictionary<DateOnly, long> Entered)> SheetsAsync(NpgsqlDataSource database, string counterId, IReadOnlyCollection<DateOnly> days, CancellationToken stop)
    {
        var ids = days.Distinct().ToDictionary(d => SheetDecision.IdOf(counterId, d));
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("select body from channels.tally where key = any($1)") { Parameters = { new() { Value = ids.Keys.ToArray() } } });
        batch.BatchCommands.Add(new("select counter_on, count(*) from channels.contact where counter_id = $1 and counter_on = any($2) group by 1") { Parameters = { new() { Value = counterId }, new() { Value = ids.Values.ToArray() } } });
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var (sheets, entered) = (new Dictionary<DateOnly, TallySheet>(), new Dictionary<DateOnly, long>());
        while (await reader.ReadAsync(stop)) if (Json.Read<TallySheet>(reader.GetString(0)) is var sheet) sheets[ids[sheet.SheetId]] = sheet;
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop)) entered[reader.GetFieldValue<DateOnly>(0)] = reader.GetInt64(1);
        return (sheets, entered);
    }

    static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource database, string sql, CancellationToken stop, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var v in values) command.Parameters.Add(new() { Value = v });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop)) rows.Add(Json.Read<T>(reader.GetString(0)));
        return rows;
    }

    static async Task<long> CountAsync(NpgsqlDataSource database, string sql, CancellationToken stop, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var v in values) command.Parameters.Add(new() { Value = v });
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }
}
