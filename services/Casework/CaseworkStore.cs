using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Casework;

/// <summary>Which cases a list shows; empty and null hold nothing back. <paramref name="VisibleTo"/>: an officer's unit, which sees all it has a part in.</summary>
sealed record CaseFilter(string VisibleTo, string UnitCode, string Channel, string State, DateTimeOffset? From, DateTimeOffset? Until, bool LateOnly);

/// <summary>Which tasks a list shows; empty holds nothing back, an empty state only those that are no longer open.</summary>
sealed record TaskFilter(string UnitCode, string OfficerId, string State)
{
    /// <summary>Only of a list that is read once: who watches one watches all that is due whenever.</summary>
    public DateTimeOffset? DueAfter { get; init; }
    public DateTimeOffset? DueBy { get; init; }

    /// <summary>Whether a task stands in the list: the same as <see cref="CaseworkStore.TasksAsync"/> asks the database.</summary>
    public bool Has(string unitCode, string officerId, string state, bool extending, bool supervised) => (UnitCode.Length == 0 || UnitCode == unitCode) && (OfficerId.Length == 0 || OfficerId == officerId)
        && State switch { "" => state is not ("Answered" or "Withdrawn"), CaseworkStore.Extending => extending, CaseworkStore.Supervised => supervised, CaseworkStore.NotSignedIn => CaseworkStore.Unsigned.Contains(state), _ => State == state };
}

/// <summary>All tables and SQL of casework.</summary>
static class CaseworkStore
{
    public static readonly Table<CaseState> Cases = new("casework.case_file", c => c.InquiryId,
        new("state", c => c.State), new("channel", c => c.Registration?.Channel ?? ""), new("unit_code", c => c.UnitCode),
        new("officer_id", c => c.Lead?.Assigned?.OfficerId ?? ""), new("received_at", c => c.Registration?.ReceivedAt),
        new("due_at", c => c.Lead?.Clock?.DueAt), new("late", c => c.Lead?.Clock?.Late ?? false), new("title", c => c.Registration?.Title ?? ""));

    public static readonly Table<CaseText> Texts = new("casework.case_text", t => t.InquiryId, new("search_form", t => t.SearchForm), new("caller_hash", t => t.CallerHash));

    public static readonly Table<AnswerText> Answers = new("casework.answer", a => a.Key);

    public static readonly Table<TaskEntry> Tasks = new("casework.task", t => t.TaskId,
        new("inquiry_id", t => t.InquiryId), new("unit_code", t => t.UnitCode), new("officer_id", t => t.OfficerId), new("state", t => t.State),
        new("open", t => t.Open), new("extending", t => t.Extending), new("supervised", t => t.Supervised), new("follow_up_at", t => t.FollowUpAt), new("dissatisfied", t => t.Dissatisfied), new("due_at", t => t.DueAt), new("dispatched_at", t => t.DispatchedAt));

    /// <summary>So many cases may be asked for by their numbers.</summary>
    public const int MostNamed = 500;

    /// <summary>What a list may be asked for beside the states: a supervisor has to decide.</summary>
    public const string Extending = "ExtensionRequested";
    /// <summary>Open and under supervision.</summary>
    public const string Supervised = "Supervised";
    public const string NotSignedIn = "NotSignedIn";
    public static readonly string[] Unsigned = ["Waiting", "Assigned"];

    public static readonly Table<DraftSet> Drafts = new("casework.draft", d => d.Key, new Column<DraftSet>("saved_at", d => d.SavedAt));

    public static readonly Table<RevealEntry> Reveals = new("casework.reveal", r => RevealEntry.KeyOf(r.InquiryId, r.No), new("inquiry_id", r => r.InquiryId), new("revealed_at", r => r.At));

    public static async Task<DraftSet?> DraftsAsync(NpgsqlDataSource database, string key, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select body from casework.draft where key = $1");
        command.Parameters.Add(new() { Value = key });
        return await command.ExecuteScalarAsync(stop) is string body ? Json.Read<DraftSet>(body) : null;
    }

    public static async Task SweepDraftsAsync(NpgsqlDataSource database, int keptDays, CancellationToken stop)
    {
        await using var command = database.CreateCommand("delete from casework.draft where saved_at < log.city_now() - make_interval(days => $1)");
        command.Parameters.Add(new() { Value = keptDays });
        await command.ExecuteNonQueryAsync(stop);
    }

    public static async Task<CaseState?> CaseAsync(NpgsqlDataSource database, string inquiryId, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select body from casework.case_file where key = $1");
        command.Parameters.Add(new() { Value = inquiryId });
        return await command.ExecuteScalarAsync(stop) is string body ? Json.Read<CaseState>(body) : null;
    }

    public static async Task<List<CaseState>> CasesAsync(NpgsqlDataSource database, IReadOnlyCollection<string> inquiryIds, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select body from casework.case_file where key = any($1)");
        command.Parameters.Add(new() { Value = inquiryIds.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var cases = new List<CaseState>();
        while (await reader.ReadAsync(stop)) cases.Add(Json.Read<CaseState>(reader.GetString(0)));
        return cases;
    }

    /// <summary>What was said in a case, and the words of its answers.</summary>
    public static async Task<(CaseText? Text, IReadOnlyList<AnswerText> Answers)> TextsAsync(NpgsqlDataSource database, CaseState c, CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("select body from casework.case_text where key = $1") { Parameters = { new() { Value = c.InquiryId } } });
        var answers = c.Answers.Select(a => AnswerText.KeyOf(c.InquiryId, a.No)).ToArray();
        batch.BatchCommands.Add(new("select body from casework.answer where key = any($1)") { Parameters = { new() { Value = answers } } });
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var text = await reader.ReadAsync(stop) ? Json.Read<CaseText>(reader.GetString(0)) : null;
        await reader.NextResultAsync(stop);
        var said = new List<AnswerText>();
        while (await reader.ReadAsync(stop)) said.Add(Json.Read<AnswerText>(reader.GetString(0)));
        return (text, said);
    }

    // All that a unit has a part in.
    static string OfUnit(string unit) => $"key in (select key from casework.case_file where unit_code = {unit} and received_at is not null union select inquiry_id from casework.task where unit_code = {unit})";

    /// <summary>Cases, newest received first, after the last one seen.</summary>
    public static async Task<(List<CaseState> Rows, long Total)> CasesAsync(NpgsqlDataSource database, CaseFilter f, int size, Mark? after, CancellationToken stop)
    {
        var where = new Where("received_at is not null");
        if (f.VisibleTo.Length > 0) where.And(OfUnit, f.VisibleTo);
        if (f.UnitCode.Length > 0) where.And(p => $"unit_code = {p}", f.UnitCode);
        if (f.Channel.Length > 0) where.And(p => $"channel = {p}", f.Channel);
        if (f.State.Length > 0) where.And(p => $"state = {p}", f.State);
        if (f.From is { } from) where.And(p => $"received_at >= {p}", from.UtcDateTime);
        if (f.Until is { } until) where.And(p => $"received_at < {p}", until.UtcDateTime);
        if (f.LateOnly) where.And(_ => "late");
        return await PageAsync(database, where, $"select body, null from casework.case_file where {{0}} order by received_at desc, key desc limit {size}",
            "select count(*) from casework.case_file where {0}", "(received_at, key) <", after, (body, _) => Json.Read<CaseState>(body), stop);
    }

    /// <summary>Tasks with their cases, earliest due first, those without a due time last, after the last one seen.</summary>
    public static async Task<(List<(CaseState Case, string TaskId)> Rows, long Total)> TasksAsync(NpgsqlDataSource database, TaskFilter f, int size, Mark? after, CancellationToken stop)
    {
        // Also for the states that are open anyway: so the index of what is open serves (22 ms a list at 3,000 tasks without it).
        var where = new Where(f.State switch { "Answered" or "Withdrawn" => "true", Extending => "extending", Supervised => "supervised", _ => "open" });
        if (f.State == NotSignedIn) where.And(p => $"state = any({p})", (object)Unsigned);
        else if (f.State is not ("" or Extending or Supervised)) where.And(p => $"state = {p}", f.State);
        if (f.DueAfter is { } later) where.And(p => $"due_at > {p}", later.UtcDateTime);
        if (f.DueBy is { } by) where.And(p => $"due_at <= {p}", by.UtcDateTime);
        if (f.UnitCode.Length > 0) where.And(p => $"unit_code = {p}", f.UnitCode);
        if (f.OfficerId.Length > 0) where.And(p => $"officer_id = {p}", f.OfficerId);
        return await PageAsync(database, where, $$"""
            select c.body, t.key from (select key, inquiry_id, due_at from casework.task where {0} order by due_at, key limit {{size}}) t
            join casework.case_file c on c.key = t.inquiry_id order by t.due_at, t.key
            """, "select count(*) from casework.task where {0}", "(due_at, key) >", after, (body, key) => (Json.Read<CaseState>(body), key!), stop);
    }

    /// <summary>Cases about whose answer somebody has to call: who rated it badly first, then the longest waiting.</summary>
    public static Task<(List<CaseState> Rows, long Total)> FollowUpsAsync(NpgsqlDataSource database, int size, CancellationToken stop) => PageAsync(database, new("follow_up_at is not null"), $$"""
        select c.body, null from (select key, inquiry_id, dissatisfied, follow_up_at from casework.task where {0} order by dissatisfied desc, follow_up_at, key limit {{size}}) t
        join casework.case_file c on c.key = t.inquiry_id order by t.dissatisfied desc, t.follow_up_at, t.key
        """, "select count(*) from casework.task where {0}", "", null, (body, _) => Json.Read<CaseState>(body), stop);

    /// <summary>What was revealed, newest first, after the last one seen; each stands in its case.</summary>
    public static async Task<(List<(string InquiryId, Reveal Reveal)> Rows, long Total)> RevealsAsync(NpgsqlDataSource database, DateTimeOffset? from, DateTimeOffset? until, int size, Mark? after, CancellationToken stop)
    {
        var where = new Where("true");
        if (from is { } first) where.And(p => $"revealed_at >= {p}", first.UtcDateTime);
        if (until is { } end) where.And(p => $"revealed_at < {p}", end.UtcDateTime);
        return await PageAsync(database, where, $$"""
            select c.body, r.key from (select key, inquiry_id, revealed_at from casework.reveal where {0} order by revealed_at desc, key desc limit {{size}}) r
            join casework.case_file c on c.key = r.inquiry_id order by r.revealed_at desc, r.key desc
            """, "select count(*) from casework.reveal where {0}", "(revealed_at, key) <", after, Entry, stop);

        static (string, Reveal) Entry(string body, string? key) { var c = Json.Read<CaseState>(body); return (c.InquiryId, c.Reveals!.First(r => RevealEntry.KeyOf(c.InquiryId, r.No) == key)); }
    }

    // A page and the count of all, with one filter and in one round trip.
    static async Task<(List<T> Rows, long Total)> PageAsync<T>(NpgsqlDataSource database, Where where, string page, string count, string beyond, Mark? after, Func<string, string?, T> row, CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        var all = new NpgsqlBatchCommand(string.Format(count, where.Text));
        foreach (var v in where.Values) all.Parameters.Add(new() { Value = v });
        if (after is not null) where.And(p => $"{beyond} ({p}, {where.Next(2)})", after.At.UtcDateTime, after.Key);
        var list = new NpgsqlBatchCommand(string.Format(page, where.Text));
        foreach (var v in where.Values) list.Parameters.Add(new() { Value = v });
        batch.BatchCommands.Add(list);
        batch.BatchCommands.Add(all);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop)) rows.Add(row(reader.GetString(0), await reader.IsDBNullAsync(1, stop) ? null : reader.GetString(1)));
        await reader.NextResultAsync(stop);
        await reader.ReadAsync(stop);
        return (rows, reader.GetInt64(0));
    }

    /// <summary>A caller's newest cases with what is sealed of who said it, how many there are and how many of them are not closed.</summary>
    public static async Task<(List<(CaseState Case, CaseText Text)> Rows, long Total, long Open)> OfCallerAsync(NpgsqlDataSource database, string callerHash, int most, CancellationToken stop)
    {
        const string of = "from casework.case_text t join casework.case_file f on f.key = t.key where t.caller_hash = $1 and f.received_at is not null";
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new($"select f.body, t.body {of} order by f.received_at desc, f.key desc limit {most}") { Parameters = { new() { Value = callerHash } } });
        batch.BatchCommands.Add(new($"select count(*), count(*) filter (where f.state <> 'Closed') {of}") { Parameters = { new() { Value = callerHash } } });
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var rows = new List<(CaseState, CaseText)>();
        while (await reader.ReadAsync(stop)) rows.Add((Json.Read<CaseState>(reader.GetString(0)), Json.Read<CaseText>(reader.GetString(1))));
        await reader.NextResultAsync(stop);
        await reader.ReadAsync(stop);
        return (rows, reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>
    /// Of the next so many cases (newest received first, after the last one seen) those in whose words all of the words stand; and where it
    /// ended, null when there are no more. No index holds the words: one that finds two Chinese characters costs every case more to file
    /// than now and then a second of reading.
    /// </summary>
    public static async Task<(List<CaseState> Found, Mark? Ended)> SearchAsync(NpgsqlDataSource database, string visibleTo, IReadOnlyList<string> words, int among, int most, Mark? after, CancellationToken stop)
    {
        var where = new Where("received_at is not null");
        if (visibleTo.Length > 0) where.And(OfUnit, visibleTo);
        if (after is not null) where.And(p => $"(received_at, key) < ({p}, {where.Next(2)})", after.At.UtcDateTime, after.Key);
        var cases = $"select received_at, key from casework.case_file where {where.Text} order by received_at desc, key desc";
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new($"select f.body from ({cases} limit {among}) c join casework.case_text t on t.key = c.key and t.search_form like all ({where.Next(1)}) join casework.case_file f on f.key = c.key order by c.received_at desc, c.key desc limit {most}"));
        // The last of them, when there are so many.
        batch.BatchCommands.Add(new($"{cases} offset {among - 1} limit 1"));
        foreach (NpgsqlBatchCommand command in batch.BatchCommands) foreach (var v in where.Values) command.Parameters.Add(new() { Value = v });
        batch.BatchCommands[0].Parameters.Add(new() { Value = words.Select(SearchWords.Like).ToArray() });
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var found = new List<CaseState>();
        while (await reader.ReadAsync(stop)) found.Add(Json.Read<CaseState>(reader.GetString(0)));
        await reader.NextResultAsync(stop);
        return (found, await reader.ReadAsync(stop) ? new Mark(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1)) : null);
    }

    /// <summary>What the newest cases say that a unit has and hasn't answered, newest first.</summary>
    public static async Task<List<(string InquiryId, string SearchForm)>> OpenFormsAsync(NpgsqlDataSource database, int most, CancellationToken stop)
    {
        await using var command = database.CreateCommand("""
            select c.key, t.search_form from (select key, received_at from casework.case_file where received_at > log.city_now() - interval '60 days' and state in ('Dispatched', 'SignedIn', 'ReturnRequested')
            order by received_at desc, key desc limit $1) c join casework.case_text t on t.key = c.key order by c.received_at desc, c.key desc
            """);
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var forms = new List<(string, string)>();
        while (await reader.ReadAsync(stop)) forms.Add((reader.GetString(0), reader.GetString(1)));
        return forms;
    }

    sealed class Where(string first)
    {
        public string Text { get; private set; } = first;
        public List<object> Values { get; } = [];
        public string Next(int ahead) => $"${Values.Count + ahead}";
        public void And(Func<string, string> condition, params object[] values)
        {
            Text += " and " + condition(Next(1));
            // No text column holds NUL: whoever asks for it finds nothing.
            Values.AddRange(values.Select(v => v is string text ? text.Replace('\0', '\ufffd') : v));
        }
    }
}

/// <summary>Where a page ended: the sort column's instant and the key of its last row.</summary>
sealed record Mark(DateTimeOffset At, string Key)
{
    public string Write() => $"{At.UtcDateTime:O}|{Key}";
    public static Mark Of(CaseState c) => new(c.Registration!.ReceivedAt, c.InquiryId);

    /// <summary>Null mark for the first page; false for what isn't one of ours.</summary>
    public static bool TryRead(string? text, out Mark? mark)
    {
        mark = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Contains('\0') || text.Split('|') is not [var at, var key] || !DateTimeOffset.TryParseExact(at, "O", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var instant)) return false;
        mark = new(instant, key);
        return true;
    }
}
