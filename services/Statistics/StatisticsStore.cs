using System.Collections.Concurrent;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Statistics;

internal sealed record Changed(int Shard, DateTimeOffset At);

/// <summary>What SQL knows of one watched day: contacts by channel and shard, the last arrival by channel, and when each shard last changed.</summary>
internal sealed record LiveDay(string Day, DateTimeOffset Now, Dictionary<(string Channel, int Shard), long> Values, Dictionary<string, DateTimeOffset> Last, Dictionary<int, DateTimeOffset> Changed);

/// <summary>All SQL of Statistics. Counters and facts carry the same columns, so one filter serves both; whole months without a unit are read from `by_month`.</summary>
internal sealed class StatisticsStore([FromKeyedServices("statistics")] NpgsqlDataSource database)
{
    public static readonly Table<FactRow> Facts = new("statistics.fact", r => r.Key,
        new("contact_id", r => r.ContactId), new("inquiry_id", r => r.InquiryId), new("day", r => r.Day), new("channel", r => r.Channel),
        new("unit_code", r => r.UnitCode), new("area_code", r => r.AreaCode), new("contacts", r => r.Contacts), new("inquiries", r => r.Inquiries),
        new("outcome", r => r.Outcome), new("received_at", r => r.ReceivedAt), new("category_code", r => r.CategoryCode));
    public static readonly Table<Changed> Changes = new("statistics.changed", c => $"{c.Shard}", new Column<Changed>("at", c => c.At));
    public static readonly CounterTable Counters = new("statistics.counter", told: false, "day", "channel", "unit_code", "area_code", "measure", "outcome");
    public static readonly CounterTable Daily = new("statistics.daily", told: true, "day", "channel");

    public static readonly CounterTable Categories = new("statistics.category", told: false, "day", "category_code");
    public static readonly Table<MarkRow> Marks = new("statistics.mark", r => r.Key, new("fact", r => r.FactKey), new("word", r => r.Word), new("unit_code", r => r.UnitCode), new("day", r => r.Day), new("count", r => r.Count));

    const string Within = """
        ($4::text[] is null or (channel = any($4)) <> $7)
        and ($5::text is null or case when $5 = '' then area_code = '' else left(area_code, length($5)) = $5 end) and ($6::text[] is null or outcome = any($6))
        """;
    const string Where = $"day between $1 and $2 and ($3::text is null or unit_code = $3) and {Within}";
    const string OfList = $"{Where} and ($8::text is null or coalesce(category_code, '') = $8)";
    const string WhereMonths = $"month between left($1, 7) and left($2, 7) and $3::text is null and {Within}";

    static string Expression(string dimension, bool months) => dimension switch
    {
        "month" when months => "month", "year" when months => "left(month, 4)",
        "channel" or "bucket" => "channel", "unit" => "unit_code", "day" => "day", "month" => "left(day, 7)", "year" => "left(day, 4)", "area" => "left(area_code, 6)",
        "outcome" => "outcome", "none" => "''", _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
    };

    static string From(bool months) => months ? $"statistics.by_month where {WhereMonths}" : $"statistics.counter where {Where}";

    static NpgsqlBatchCommand Command(string sql, Scope s, params object[] more)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = s.From }, new() { Value = s.To }, Text(s.UnitCode), Texts(s.Channels), Text(s.AreaCode), Texts(s.Outcomes), new() { Value = s.Except } } };
        foreach (var m in more) command.Parameters.Add(m as NpgsqlParameter ?? new() { Value = m });
        return command;
    }

    static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
    static NpgsqlParameter Texts(string[]? values) => new() { Value = (object?)values ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    /// <summary>A scope's sums by two dimensions, as `make` shows them with `names`.</summary>
    public Task<TAnswer> SumsAsync<TAnswer>(Scope scope, string row, string column, object names, Func<IReadOnlyList<Sum>, DateTimeOffset?, TAnswer> make, CancellationToken stop)
    {
        var months = scope.ByMonth(row, column);
        return AskAsync($"{row} {column}", $"select {Expression(row, months)}, {Expression(column, months)}, sum(value)::bigint from {From(months)} and measure = any($8) group by 1, 2",
            scope, names, r => new Sum(r.GetString(0), r.GetString(1), r.GetInt64(2)), make, stop, [Measures.Of(scope.Measure)]);
    }

    /// <summary>Both measures of a scope by step, channel, county and outcome, as `make` shows them: one statement, so whatever is shown together agrees.</summary>
    /// <param name="names">What `make` uses besides the sums: an answer is kept only as long as it is equal.</param>
    public Task<TAnswer> CubeAsync<TAnswer>(Scope scope, string step, object names, Func<IReadOnlyList<CubeSum>, DateTimeOffset?, TAnswer> make, CancellationToken stop)
    {
        var months = scope.ByMonth(step);
        // The same sums are shown as an overview and in the report: the answer's kind tells them apart.
        return AskAsync(typeof(TAnswer).Name, $"select {Expression(step, months)}, channel, left(area_code, 6), measure, outcome, sum(value)::bigint from {From(months)} group by 1, 2, 3, 4, 5 having sum(value) <> 0",
            scope, names, r => new CubeSum(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetInt64(5)), make, stop);
    }

    // Many screens ask the same. While nothing was folded in between, the second one gets what the first one got, as it was made.
    // A dashboard's answer is of some hundred rows; one by unit and day has a hundred thousand, and isn't kept.
    const int MostAnswers = 200, MostRows = 2_000;
    // Figures change when a message is folded, which moves a cursor, or when a parked one is replayed, which takes it away.
    const string State = "select (select sum(next_seq) from log.cursor where service = 'statistics') || ' ' || (select count(*) from log.parked where service = 'statistics')";
    readonly ConcurrentDictionary<string, (string State, object Names, object Answer)> answers = new();

    async Task<TAnswer> AskAsync<TRow, TAnswer>(string shown, string question, Scope scope, object names, Func<NpgsqlDataReader, TRow> row, Func<IReadOnlyList<TRow>, DateTimeOffset?, TAnswer> make, CancellationToken stop, params object[] more)
    {
        var asked = Json.Write(new { shown, question, scope, more });
        await using var connection = await database.OpenConnectionAsync(stop);
        if (answers.TryGetValue(asked, out var known) && known.Names.Equals(names))
        {
            await using var look = new NpgsqlCommand(State, connection);
            if ((string)(await look.ExecuteScalarAsync(stop))! == known.State) return (TAnswer)known.Answer;
        }
        await using var batch = connection.CreateBatch();
        // One snapshot for the rows and for the state that they are of.
        batch.BatchCommands.Add(new("begin isolation level repeatable read read only"));
        batch.BatchCommands.Add(new($"{State}, (select max(at) from statistics.changed)"));
        batch.BatchCommands.Add(Command(question, scope, more));
        batch.BatchCommands.Add(new("commit"));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (state, asOf) = (reader.GetString(0), reader.IsDBNull(1) ? (DateTimeOffset?)null : reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(stop);
        var rows = new List<TRow>();
        while (await reader.ReadAsync(stop)) rows.Add(row(reader));
        var answer = make(rows, asOf);
        if (rows.Count > MostRows) return answer;
        if (answers.Count >= MostAnswers) answers.Clear();
        answers[asked] = (state, names, answer!);
        return answer;
    }

    /// <summary>What each unit has to answer, and how many marks it has of each kind.</summary>
    public Task<Quality> QualityAsync(Scope scope, CancellationToken stop) => AskAsync("quality", $"""
        select unit_code, '{QualityDecision.ToAnswer}', sum(value)::bigint from {From(months: false)} and measure = any($8) group by 1 having sum(value) <> 0
        union all select unit_code, word, sum(count)::bigint from statistics.mark where day between $1 and $2 and ($3::text is null or unit_code = $3) group by 1, 2 having sum(count) <> 0
        """, scope, "", r => new Sum(r.GetString(0), r.GetString(1), r.GetInt64(2)), (sums, _) => QualityDecision.Of(sums), stop, [Measures.Of(Measures.Inquiries)]);

    // A mark's row is shown as the fact that it is of, with the unit and the number of the mark.
    const string OfMarks = """
        (select m.key, f.contact_id, f.inquiry_id, m.day, f.channel, m.unit_code, f.area_code, m.count as contacts, m.count as inquiries, f.outcome, f.category_code
         from statistics.mark m join statistics.fact f on f.key = m.fact where m.word = any($9)) f
        """;

    /// <summary>The rows behind a figure, newest day first, after (day, key) of the last row seen; and what all of them add up to.</summary>
    public async Task<(List<FactRow> Rows, string Next, long TotalRows, long TotalCount)> FactsAsync(Scope scope, int size, string after, CancellationToken stop)
    {
        var (day, key) = after.Split('|', 2) is [var d, var k] ? (d, k) : ("9999", "");
        await using var batch = database.CreateBatch();
        // One snapshot for the page and the sums above it.
        batch.BatchCommands.Add(new("begin isolation level repeatable read read only"));
        var rowsOf = scope.Marks is null ? "statistics.fact f" : OfMarks;
        batch.BatchCommands.Add(Command($"select count(*), coalesce(sum({scope.Measure}), 0)::bigint from {rowsOf} where {OfList} and {scope.Measure} > 0", scope, Text(scope.CategoryCode), Texts(scope.Marks)));
        batch.BatchCommands.Add(Command($"""
            select key, contact_id, inquiry_id, day, channel, unit_code, area_code, contacts, inquiries, outcome, coalesce(category_code, '') from {rowsOf}
            where {OfList} and {scope.Measure} > 0 and (day, key) < ($10, $11) order by day desc, key desc limit $12
            """, scope, Text(scope.CategoryCode), Texts(scope.Marks), day, key, size));
        batch.BatchCommands.Add(new("commit"));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (totalRows, totalCount) = (reader.GetInt64(0), reader.GetInt64(1));
        await reader.NextResultAsync(stop);
        var rows = new List<FactRow>();
        while (await reader.ReadAsync(stop))
            rows.Add(new()
            {
                Key = reader.GetString(0), ContactId = reader.GetString(1), InquiryId = reader.GetString(2), Day = reader.GetString(3), Channel = reader.GetString(4), UnitCode = reader.GetString(5),
                AreaCode = reader.GetString(6), Contacts = reader.GetInt64(7), Inquiries = reader.GetInt64(8), Outcome = reader.GetString(9), CategoryCode = reader.GetString(10),
            });
        return (rows, rows.Count == size ? $"{rows[^1].Day}|{rows[^1].Key}" : "", totalRows, totalCount);
    }

    public async Task<(DateOnly? First, DateOnly? Last, DateOnly Today)> PeriodsAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand("select (select day from statistics.daily group by day having sum(value) > 0 order by day limit 1), (select day from statistics.daily group by day having sum(value) > 0 order by day desc limit 1), log.city_now()");
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        DateOnly? Day(int column) => !reader.IsDBNull(column) && CityTime.TryDay(reader.GetString(column), out var day) ? day : null;
        return (Day(0), Day(1), CityTime.DateOf(reader.GetFieldValue<DateTimeOffset>(2)));
    }

    /// <summary>Contacts of these days by the hour, and those of each before `until`, a time of the day.</summary>
    public async Task<List<HourSum>> HoursAsync(IEnumerable<DateOnly> days, TimeOnly until, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"""
            select day, case when outcome <> '{Outcomes.Tallied}' and to_char(at, 'YYYY-MM-DD') = day then extract(hour from at)::int end, sum(contacts)::bigint, coalesce(sum(contacts) filter (where at::time < $2), 0)::bigint
            from (select day, outcome, contacts, received_at at time zone interval '08:00' as at from statistics.fact where day = any($1) and contacts > 0) f group by 1, 2
            """);
        command.Parameters.Add(new() { Value = days.Select(CityTime.Iso).ToArray() });
        command.Parameters.Add(new() { Value = until });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var sums = new List<HourSum>();
        while (await reader.ReadAsync(stop)) sums.Add(new(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3)));
        return sums;
    }

    /// <summary>Contacts by category, of the days before `from` back to `before`, and of those from it to `to`.</summary>
    public async Task<List<CategorySum>> CategoriesAsync(DateOnly before, DateOnly from, DateOnly to, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select category_code, coalesce(sum(value) filter (where day >= $2), 0)::bigint, coalesce(sum(value) filter (where day < $2), 0)::bigint from statistics.category where day between $1 and $3 group by 1");
        foreach (var day in new[] { before, from, to }) command.Parameters.Add(new() { Value = CityTime.Iso(day) });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var sums = new List<CategorySum>();
        while (await reader.ReadAsync(stop)) sums.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        return sums;
    }

    /// <summary>One day's totals; an empty day is the city's today.</summary>
    public async Task<LiveDay> LiveAsync(string day, CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        // One snapshot: what a shard's values are, and when they came to be so.
        batch.BatchCommands.Add(new("begin isolation level repeatable read read only"));
        batch.BatchCommands.Add(new("""
            with d as materialized (select coalesce(nullif($1, ''), to_char(now at time zone interval '08:00', 'YYYY-MM-DD')) as day, now from (select log.city_now() as now) n),
            last as (select channel, (select f.received_at from statistics.fact f where f.day = d.day and f.channel = c.channel and f.contacts > 0 order by f.received_at desc limit 1) as at from d, (select distinct channel from statistics.daily, d where daily.day = d.day) c)
            select d.day, d.now, c.channel, c.shard, c.value, l.at from d left join statistics.daily c on c.day = d.day left join last l on l.channel = c.channel
            """) { Parameters = { new() { Value = day } } });
        batch.BatchCommands.Add(new("select shard, at from statistics.changed"));
        batch.BatchCommands.Add(new("commit"));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        LiveDay? live = null;
        while (await reader.ReadAsync(stop))
        {
            live ??= new(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), [], [], []);
            if (reader.IsDBNull(2)) continue;
            live.Values[(reader.GetString(2), reader.GetInt16(3))] = reader.GetInt64(4);
            if (!reader.IsDBNull(5)) live.Last[reader.GetString(2)] = reader.GetFieldValue<DateTimeOffset>(5);
        }
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop)) live!.Changed[reader.GetInt16(0)] = reader.GetFieldValue<DateTimeOffset>(1);
        return live!;
    }
}
