using InquiryHub.Cli.Commands;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Bench.Chaos;

/// <param name="Wrong">0, or how many rows, keys or figures are not as the journal says.</param>
internal sealed record Finding(string What, long Wrong, string Detail);

/// <summary>After everything has settled: the journal of acknowledgements against every service's table, the log, the case API, figures and deliveries.</summary>
internal sealed class Truth(ChaosCity city, Officers officers, IReadOnlyList<Ack> journal)
{
    private const string All = "'walkin','minxin','web','email'", Routed = "'walkin','minxin'", NotDirect = "'walkin','minxin','email'", Slips = "'walkin'", Directs = "'web'", Mails = "'email'";
    private readonly List<Finding> findings = [];

    // Where each key must stand exactly once, and for which doors. `Doors` is a list for SQL.
    private static readonly (string What, string Keys, string Doors)[] Once =
    [
        Event("channels.v1.InquiryRegistered", All), Event("routing.v1.InquiryDispatched", Routed), Event("routing.v1.InquiryHeld", Mails), Event("assignment.v1.OfficerAssigned", Routed),
        Event("sla.v1.ClockStarted", Routed), Event("sla.v1.ClockStopped", Routed), Event("casework.v1.TaskSignedIn", Routed), Event("casework.v1.InquiryAnswered", Routed),
        Event("casework.v1.InquiryClosed", Directs), Event("channels.v1.AnswerDelivered", Routed),
        ("channels.contact", "select body->>'inquiryId' from channels.contact", All), ("channels.delivery", "select inquiry_id from channels.delivery where split_part(key, '/', 2) <> '0' and state = 'Delivered'", Routed),
        ("routing.inquiry", "select key from routing.inquiry", NotDirect), ("assignment.inquiry", "select key from assignment.inquiry", Routed), ("sla.inquiry_clocks", "select key from sla.inquiry_clocks", Routed),
        ("casework.case_file", "select key from casework.case_file", All), ("casework.task", "select inquiry_id from casework.task where not open", Routed),
        ("casework.answer", "select split_part(key, '#', 1) from casework.answer", Routed), ("statistics.fact", "select inquiry_id from statistics.fact where contacts = 1 and inquiries = 1", All),
        ("commands answered once", "select inquiry_id from casework.task t join log.command c on c.service = 'casework' and c.id = 'answer ' || t.key", Routed),
    ];

    private static (string, string, string) Event(string type, string doors) => (type, $"select key from log.outbox where type = 'hub.{type}'", doors);

    // Within one producer the first never comes after the second.
    private static readonly (string First, string Second)[] Order =
    [
        ("channels.v1.InquiryRegistered", "channels.v1.AnswerDelivered"), ("casework.v1.TaskSignedIn", "casework.v1.InquiryAnswered"), ("sla.v1.ClockStarted", "sla.v1.ClockStopped"),
    ];

    public async Task<IReadOnlyList<Finding>> ReadAsync()
    {
        await using var connection = await city.Admin.OpenConnectionAsync();
        async Task<long> CountAsync(string sql) { await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 }; return Convert.ToInt64(await command.ExecuteScalarAsync()); }
        await CountAsync("create temp table journal (door text, key text, id text)");
        await using (var copy = await connection.BeginBinaryImportAsync("copy journal from stdin binary"))
        {
            foreach (var ack in journal) { await copy.StartRowAsync(); await copy.WriteAsync(ack.Door); await copy.WriteAsync(ack.Key); await copy.WriteAsync(ack.InquiryId); }
            await copy.CompleteAsync();
        }
        await CountAsync("create index on journal (id); analyze journal");

        Add("acknowledged numbers", journal.Count - journal.Select(a => a.InquiryId).Distinct().LongCount(), "given twice");
        foreach (var (what, keys, doors) in Once)
        {
            var lost = await CountAsync($"select count(*) from journal j where door in ({doors}) and not exists (select from ({keys}) x(k) where x.k = j.id)");
            var doubled = await CountAsync($"select count(k) - count(distinct k) from ({keys}) x(k)");
            var strange = await CountAsync($"select count(*) from ({keys}) x(k) where not exists (select from journal j where j.id = x.k and door in ({doors}))");
            Add(what, lost + doubled + strange, $"{lost} lost, {doubled} doubled, {strange} that nobody sent");
        }
        foreach (var (first, second) in Order)
            Add($"{first.Split('.')[^1]} before {second.Split('.')[^1]}", await CountAsync($"select count(*) from log.outbox a join log.outbox b using (key) where a.type = 'hub.{first}' and b.type = 'hub.{second}' and a.seq > b.seq"), "keys out of order");
        Add("seq dense per producer and shard", await CountAsync("select count(*) from (select seq - row_number() over (partition by service, shard order by seq) d from log.outbox) x where d <> 0"), "gaps");
        Add("commit order is seq order", await CountAsync("select count(*) from (select recorded_at < lag(recorded_at) over (partition by service, shard order by seq) back from log.outbox) x where back"), "rows");
        Add("every consumer has read everything", await CountAsync("select coalesce(sum(s.next_seq - c.next_seq), 0) from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard"), "messages unread");
        Add("parked", await CountAsync("select count(*) from log.parked"), "messages");
        Add("open tasks on officers", await CountAsync("select coalesce(sum(value), 0) from assignment.officer_load"), "too many or too few");
        var days = await ReconcileCommand.ReadAsync(connection, null, null, CancellationToken.None);
        Add("doors and figures count the same", days.LongCount(d => d.Acknowledged != d.Counted) + Math.Abs(days.Sum(d => d.Acknowledged) - journal.Count), "days of a channel, or contacts");
        await DeliveriesAsync(CountAsync);
        await FiguresAsync(CountAsync);
        await CasesAsync();
        return findings;
    }

    private void Add(string what, long wrong, string detail) => findings.Add(new(what, Math.Abs(wrong), detail));

    private async Task DeliveriesAsync(Func<string, Task<long>> count)
    {
        // The printer tells a repeat by its name: what would be a second slip has another number.
        var wanted = journal.Where(a => a.Door == Citizens.Slip).Select(a => $"{a.InquiryId}-1.txt").ToHashSet();
        var slips = System.IO.Directory.CreateDirectory(Path.Combine(city.Pickup, "slips")).FullName;
        var printed = System.IO.Directory.EnumerateFiles(slips, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!).Where(f => !f.StartsWith('.')).ToList();
        Add("slips", wanted.Except(printed).LongCount() + printed.Except(wanted).LongCount() + printed.Count - printed.Distinct().LongCount(), $"{wanted.Except(printed).Count()} missing, {printed.Except(wanted).Count()} too many, of {wanted.Count}");
        if (city.Postbox is not { } postbox) return;
        var (doubt, gone) = (await count("select count(*) from channels.delivery where door = 'email' and state = 'InDoubt'"), await count("select count(*) from channels.delivery where door = 'email' and state = 'Delivered'"));
        Add("mails sent twice", postbox.Taken.Values.Count(n => n > 1), $"of {postbox.Taken.Count}, to a server that can't tell repeats");
        Add("mails delivered or in doubt", journal.Count(a => a.Door == Citizens.Mail) - doubt - gone, $"unaccounted for; {gone} delivered, {doubt} in doubt");
        Add("mails delivered were taken", Math.Max(0, gone - postbox.Taken.Count), "said to be delivered, but never taken");
        // An acknowledgement (number 0) is nobody's work: only answers are listed. Nobody places these mails, so most of what is in doubt are acknowledgements.
        var answers = await count("select count(*) from channels.delivery where state = 'InDoubt' and key not like '%/0'");
        var listed = (await new Contracts.Channels.Channels.ChannelsClient(officers.Channel).ListDeliveriesAsync(new() { State = "InDoubt" }, officers.As(Roles.Dispatcher))).Total;
        Add("answers in doubt = listed", answers - listed, $"{answers} in doubt, {listed} listed for a person");
    }

    private async Task FiguresAsync(Func<string, Task<long>> count)
    {
        var statistics = new Contracts.Statistics.Statistics.StatisticsClient(officers.Channel);
        var as_ = officers.As(Roles.Supervisor);
        var (from, to) = ("2000-01-01", "2099-12-31");
        var breakdown = await statistics.GetBreakdownAsync(new() { Filter = new() { From = from, To = to }, Rows = "channel", Columns = "none" }, as_);
        Add("figures: contacts", breakdown.Total - journal.Count, $"{breakdown.Total} counted, {journal.Count} acknowledged");
        (string Channel, string Door)[] channels = [("WalkIn", Citizens.Slip), ("MinxinWeb", Citizens.Form), ("WebPortal", Citizens.Direct), ("Email", Citizens.Mail)];
        foreach (var (channel, door) in channels)
            Add($"figures: {channel}", breakdown.Cells.Where(c => c.Row == channel).Sum(c => c.Value) - journal.Count(a => a.Door == door), "more or fewer than acknowledged");
        var facts = await statistics.ListFactsAsync(new() { Filter = new() { From = from, To = to } }, as_);
        Add("figures: rows behind them", facts.TotalCount - journal.Count, $"{facts.TotalCount} in {facts.TotalRows} rows");
        var sql = await count("select coalesce(sum(value), 0) from statistics.daily");
        long live = 0;
        foreach (var day in await DaysAsync())
        {
            using var watch = statistics.Watch(new() { Day = day }, as_, DateTime.UtcNow.AddSeconds(20));
            // What goes by Redis is absolute values: the first message must already say what SQL says.
            if (await watch.ResponseStream.MoveNext(CancellationToken.None)) live += watch.ResponseStream.Current.Total;
        }
        Add("live figures by Redis = SQL", live - sql, $"{live} live, {sql} in SQL");
        Add("months = counters", await count("""
            select count(*) from (select left(day, 7) as month, channel, left(area_code, 6) as area_code, measure, outcome, shard, sum(value) as value from statistics.counter group by 1, 2, 3, 4, 5, 6) c
            full join statistics.by_month m using (month, channel, area_code, measure, outcome, shard) where coalesce(c.value, 0) <> coalesce(m.value, 0)
            """), "cells");
        // By cell: a batch done twice may move one from an outcome to another and leave every total as it is.
        Add("counters = facts by cell", await count("""
            with counted as (select day, channel, unit_code, area_code, outcome, contacts, inquiries, least(contacts, inquiries) as n from statistics.fact),
            facts as (
                select day, channel, unit_code, area_code, outcome, m.measure, sum(m.value) as value
                from counted, lateral (values ('both', n), ('contact', contacts - n), ('inquiry', inquiries - n)) m(measure, value) group by 1, 2, 3, 4, 5, 6),
            counters as (select day, channel, unit_code, area_code, outcome, measure, sum(value) as value from statistics.counter group by 1, 2, 3, 4, 5, 6)
            select count(*) from counters c full join facts f using (day, channel, unit_code, area_code, outcome, measure) where coalesce(c.value, 0) <> coalesce(f.value, 0)
            """), "cells");
        Add("categories = facts by cell", await count("""
            select count(*) from (select day, category_code, sum(contacts) as value from statistics.fact where contacts > 0 group by 1, 2) f
            full join (select day, category_code, sum(value) as value from statistics.category group by 1, 2) c using (day, category_code) where coalesce(c.value, 0) <> coalesce(f.value, 0)
            """), "cells");
        Add("counters = facts", await count("select (select coalesce(sum(contacts), 0) from statistics.fact) - (select coalesce(sum(value), 0) from statistics.daily)"), "contacts");
    }

    private async Task<List<string>> DaysAsync()
    {
        await using var command = city.Admin.CreateCommand("select distinct day from statistics.daily");
        await using var reader = await command.ExecuteReaderAsync();
        var days = new List<string>();
        while (await reader.ReadAsync()) days.Add(reader.GetString(0));
        return days;
    }

    // As an officer's screen would see it, through the gateway.
    private async Task CasesAsync()
    {
        var casework = new Contracts.Casework.Casework.CaseworkClient(officers.Channel);
        var (seen, twice, next) = (new Dictionary<string, string>(), 0L, "");
        do
        {
            var page = await casework.ListCasesAsync(new() { Page = new() { Size = 200, After = next } }, officers.As(Roles.Supervisor));
            foreach (var row in page.Cases) if (!seen.TryAdd(row.InquiryId, row.State)) twice++;
            next = page.Next;
        }
        while (next.Length > 0);
        var wrong = journal.Where(a => seen.GetValueOrDefault(a.InquiryId) != (a.Door switch { Citizens.Direct => "Closed", Citizens.Mail => "Held", _ => "Delivered" })).ToList();
        Add("case API: every case in its state", wrong.Count + twice + seen.Count - journal.Count, $"wrong: {string.Join(", ", wrong.Take(5).Select(a => $"{a.Door} {a.InquiryId} {seen.GetValueOrDefault(a.InquiryId, "missing")}"))}");
        var acts = 0L;
        foreach (var ack in journal.Where((a, i) => i % Math.Max(1, journal.Count / 200) == 0 && seen.ContainsKey(a.InquiryId)))
        {
            var file = await casework.GetCaseAsync(new() { InquiryId = ack.InquiryId }, officers.As(Roles.Supervisor));
            if (file.Contacts != 1 || file.Timeline.GroupBy(t => t.Act).Any(g => g.Count() > 1)) acts++;
        }
        Add("case API: each act once", acts, "of about 200 case files");
    }
}
