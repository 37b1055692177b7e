using System.Globalization;
using InquiryHub.Cli;
using InquiryHub.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Bench.Growth;

/// <summary>
/// Copies of the originals in every table, as if the hub had run for years: as many a day as in 2013, one day before the other from
/// yesterday on. Each has a number, a door's key and a shard of its own that belong together; its instants in columns lie on its
/// day. The outbox holds those that its retention would still hold.
/// </summary>
sealed class Grown(NpgsqlConnection look, IReadOnlyList<Original> originals)
{
    const int ADay = 116_222 / 365, KeptDays = 400;
    /// <summary>Most copies that are in the outbox too.</summary>
    public const int MostKept = ADay * KeptDays;
    static readonly string[] Tables =
    [
        "channels.contact", "channels.inquiry", "channels.delivery", "routing.inquiry", "assignment.inquiry", "sla.inquiry_clocks",
        "casework.case_file", "casework.case_text", "casework.answer", "casework.task", "statistics.fact",
    ];
    const string Bench = """
        create schema bench;
        create unlogged table bench.copy (n integer, original text, number text, original_key text, contact_key text, original_id text, contact_id text, day text, shift interval);
        """;
    static readonly string Outbox = $"""
        create unlogged table bench.added as
        select o.service, o.shard, s.next_seq - 1 + row_number() over (partition by o.service, o.shard order by g.n desc, o.seq) as seq, g.number as key, o.type, o.trace,
            decode(replace(replace(encode(o.body, 'hex'), encode(g.original::bytea, 'hex'), encode(g.number::bytea, 'hex')), encode(g.original_id::bytea, 'hex'), encode(g.contact_id::bytea, 'hex')), 'hex') as body, o.recorded_at + g.shift as recorded_at
        from bench.log_outbox o join bench.copy g on g.original = o.original join log.shard s using (service, shard) where g.shift > -make_interval(days => {KeptDays})
        """;
    // Every consumer stands at the end, the relay too: what is copied was read long ago.
    const string Read = """
        select log.add_outbox_month((date_trunc('month', now()) - make_interval(months => m))::date) from generate_series(0, 14) m;
        insert into log.outbox (service, shard, seq, key, type, trace, body, recorded_at) select service, shard, seq, key, type, trace, body, recorded_at from bench.added order by service, shard, seq;
        update log.shard s set next_seq = a.next from (select service, shard, max(seq) + 1 as next from bench.added group by 1, 2) a where a.service = s.service and a.shard = s.shard;
        update log.cursor c set next_seq = s.next_seq from log.shard s where s.service = c.source and s.shard = c.shard;
        drop table bench.added;
        """;
    const string Figures = """
        insert into statistics.counter as c (shard, day, channel, unit_code, area_code, measure, outcome, value)
        select f.shard, g.day, f.channel, f.unit_code, f.area_code, m.measure, f.outcome, sum(m.value) from bench.statistics_fact f join bench.copy g on g.original = f.original
        cross join lateral (values ('both', least(f.contacts, f.inquiries)), ('contact', f.contacts - least(f.contacts, f.inquiries)), ('inquiry', f.inquiries - least(f.contacts, f.inquiries))) m (measure, value)
        where m.value <> 0 group by 1, 2, 3, 4, 5, 6, 7 order by 2, 3, 4, 5, 6, 7, 1
        on conflict (day, channel, unit_code, area_code, measure, outcome, shard) do update set value = c.value + excluded.value;
        insert into statistics.daily as d (shard, day, channel, value) select f.shard, g.day, f.channel, sum(f.contacts) from bench.statistics_fact f join bench.copy g on g.original = f.original group by 1, 2, 3
        on conflict (day, channel, shard) do update set value = d.value + excluded.value;
        insert into statistics.category as c (shard, day, category_code, value) select f.shard, g.day, f.category_code, sum(f.contacts) from bench.statistics_fact f join bench.copy g on g.original = f.original group by 1, 2, 3
        on conflict (day, category_code, shard) do update set value = c.value + excluded.value;
        """;
    static readonly (string Name, string Query)[] Truths =
    [
        ("figures of days that aren't the facts'", "select count(*) from (select day, sum(contacts) n from statistics.fact where day is not null group by 1) f full join (select day, sum(value) n from statistics.daily group by 1) d using (day) where f.n is distinct from d.n"),
        ("counters that aren't the facts'", "select count(*) from (select left(day, 7), channel, outcome, sum(contacts) n from statistics.fact where day is not null group by 1, 2, 3) f full join (select left(day, 7), channel, outcome, sum(value) n from statistics.counter where measure in ('both', 'contact') group by 1, 2, 3) c using (\"left\", channel, outcome) where coalesce(f.n, 0) <> coalesce(c.n, 0)"),
        ("categories that aren't the facts'", "select count(*) from (select day, category_code, sum(contacts) n from statistics.fact where contacts > 0 group by 1, 2) f full join (select day, category_code, sum(value) n from statistics.category group by 1, 2) c using (day, category_code) where coalesce(f.n, 0) <> coalesce(c.n, 0)"),
        ("messages unread", "select coalesce(sum(s.next_seq - c.next_seq), 0)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard"),
        ("seqs missing", "select coalesce(sum(s.next_seq - 1 - o.rows), 0)::bigint from log.shard s join (select service, shard, count(*) rows from log.outbox group by 1, 2) o using (service, shard)"),
        ("facts without a contact", "select count(*) from statistics.fact f where f.inquiry_id <> '' and not exists (select from casework.case_file c where c.key = f.inquiry_id)"),
    ];
    readonly Dictionary<(DateOnly, int), int> ordinals = [];
    readonly Shards shards = new(new HubOptions().Shards);
    int copies;

    /// <summary>Contacts that were copied so far.</summary>
    public int Copies => copies;

    public static async Task<Grown> StartAsync(NpgsqlConnection look, IReadOnlyList<Original> originals, CancellationToken cancel)
    {
        await DoAsync(look, Bench, cancel);
        var inquiries = originals.Select(o => o.Inquiry).ToArray();
        foreach (var table in Tables.Append("log.outbox"))
        {
            var of = table == "channels.contact" ? "body->>'inquiryId'" : "left(key, 16)";
            await DoAsync(look, $"create table bench.{Beside(table)} as select {of} as original, t.* from {table} t where {of} = any($1)", cancel, inquiries);
            await DoAsync(look, $"analyze bench.{Beside(table)}", cancel);
        }
        return new(look, originals);
    }

    static string Beside(string table) => table.Replace('.', '_');

    /// <summary>Grows to so many contacts, while no program of the hub runs.</summary>
    /// <exception cref="HubStop">The counts are not what they must be.</exception>
    public async Task GrowAsync(int contacts, Step step, CancellationToken cancel)
    {
        var (first, before) = (copies, new Dictionary<string, long>());
        foreach (var table in Tables) before[table] = await OneAsync($"select count(*) from {table}", cancel);
        step.Say("numbers");
        await NumberAsync(contacts, cancel);
        foreach (var table in Tables)
        {
            step.Say(table);
            await CopyAsync(table, cancel);
        }
        step.Say("outbox");
        await DoAsync(look, Outbox, cancel);
        await DoAsync(look, Read, cancel);
        step.Say("figures");
        await DoAsync(look, Figures, cancel);
        step.Say("vacuum analyze");
        await BenchCity.SettleAsync(look, cancel);

        step.Say("counting");
        var wrong = new List<string>();
        foreach (var table in Tables)
        {
            var expected = await OneAsync($"select count(*) from bench.{Beside(table)} t join bench.copy g on g.original = t.original", cancel);
            if (await OneAsync($"select count(*) from {table}", cancel) - before[table] is var added && added != expected || expected < copies - first) wrong.Add($"{table}: {added:N0} instead of {expected:N0}");
        }
        foreach (var (name, query) in Truths)
            if (await OneAsync(query, cancel) is not 0 and var count) wrong.Add($"{name}: {count:N0}");
        if (wrong.Count > 0) throw new HubStop(Exit.Failed, $"数目不符：{string.Join("；", wrong)}", $"The counts are wrong: {string.Join("; ", wrong)}");
    }

    // A number's shard is in it; a door's key is made until it falls into the same.
    async Task NumberAsync(int contacts, CancellationToken cancel)
    {
        await DoAsync(look, "truncate bench.copy", cancel);
        var (today, random) = (CityTime.DateOf(DateTimeOffset.UtcNow), new Random(copies));
        await using (var writer = await look.BeginBinaryImportAsync("copy bench.copy from stdin (format binary)", cancel))
        {
            for (; copies < contacts; copies++)
            {
                var (original, back) = (originals[copies % originals.Count], 1 + copies / ADay);
                var day = today.AddDays(-back);
                var ordinal = ordinals[(day, original.Shard)] = ordinals.GetValueOrDefault((day, original.Shard)) + 1;
                await writer.StartRowAsync(cancel);
                await writer.WriteAsync(copies, cancel);
                string[] names = [original.Inquiry, InquiryNumber.Make(day, original.Shard, ordinal), original.ContactKey, KeyIn(original.Shard, random), original.ContactId, $"c{Hex(random)}{Hex(random)}"[..original.ContactId.Length], CityTime.Iso(day)];
                foreach (var name in names) await writer.WriteAsync(name, NpgsqlDbType.Text, cancel);
                await writer.WriteAsync(TimeSpan.FromDays(-back), NpgsqlDbType.Interval, cancel);
            }
            await writer.CompleteAsync(cancel);
        }
        await DoAsync(look, "analyze bench.copy", cancel);
    }

    string KeyIn(int shard, Random random)
    {
        while (true)
            if ($"walkin|{Hex(random)}{Hex(random)}" is var key && shards.Of(key) == shard) return key;
    }

    static string Hex(Random random) => random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);

    async Task CopyAsync(string table, CancellationToken cancel)
    {
        var columns = new List<(string Name, string Type)>();
        await using (var reader = await new NpgsqlCommand("select attname, format_type(atttypid, null) from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum", look) { Parameters = { new() { Value = table } } }.ExecuteReaderAsync(cancel))
            while (await reader.ReadAsync(cancel)) columns.Add((reader.GetString(0), reader.GetString(1)));
        await DoAsync(look, $"insert into {table} ({string.Join(", ", columns.Select(c => c.Name))}) select {string.Join(", ", columns.Select(Of))} from bench.{Beside(table)} t join bench.copy g on g.original = t.original", cancel);

        static string Of((string Name, string Type) column) => column switch
        {
            { Name: "day" } => "g.day",
            { Type: "timestamp with time zone" } => $"t.{column.Name} + g.shift",
            { Type: "json" } => $"{Renamed($"t.{column.Name}::text")}::json",
            { Name: "key" or "contact_id" or "inquiry_id" } => Renamed($"t.{column.Name}"),
            _ => $"t.{column.Name}",
        };
        static string Renamed(string text) => $"replace(replace(replace({text}, g.original, g.number), g.original_key, g.contact_key), g.original_id, g.contact_id)";
    }

    async Task<long> OneAsync(string query, CancellationToken cancel) => (long)(await new NpgsqlCommand(query, look) { CommandTimeout = 0 }.ExecuteScalarAsync(cancel))!;

    static async Task DoAsync(NpgsqlConnection look, string statements, CancellationToken cancel, string[]? value = null)
    {
        await using var command = new NpgsqlCommand(statements, look) { CommandTimeout = 0 };
        if (value is not null) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }
}
