using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>How the contact or inquiry of a row ended. Each row has exactly one, so outcomes add up to totals.</summary>
internal static class Outcomes
{
    public const string Direct = "Direct", Open = "Open", OpenLate = "OpenLate", InTime = "AnsweredInTime", Late = "AnsweredLate", Terminated = "Terminated",
        Withdrawn = "Withdrawn", Merged = "Merged", Tallied = "Tallied", NoInquiry = "NoInquiry";

    /// <summary>The outcomes that a filter's word stands for; empty when the word is unknown.</summary>
    public static string[] Of(string word) => word switch
    {
        "Unanswered" => [Open, OpenLate],
        "Late" => [Late, OpenLate],
        "Answered" => [InTime, Late],
        "Dispatched" => [InTime, Late, Open, OpenLate, Terminated, Withdrawn, Merged],
        Direct or Open or OpenLate or InTime or Late or Terminated or Withdrawn or Merged or Tallied or NoInquiry => [word],
        _ => [],
    };
}

/// <summary>The two units of figures, 次 and 件, and how counters keep them.</summary>
internal static class Measures
{
    public const string Contacts = "contacts", Inquiries = "inquiries";

    /// <summary>Most rows are one contact with its one inquiry: counted as one thing, they need half the counters.</summary>
    public const string Both = "both", Contact = "contact", Inquiry = "inquiry";

    public static string[] Of(string unit) => unit == Contacts ? [Both, Contact] : [Both, Inquiry];
}

/// <summary>One approach as figures need it. Only the first matter of a contact counts as a contact.</summary>
internal sealed record Approach(string ContactId, int MatterNo, string Channel, string Day, DateTimeOffset ReceivedAt);

internal sealed record Sheet(int Revision, string Channel, string UnitCode, string AreaCode, string Day, DateTimeOffset ReceivedAt, ImmutableSortedDictionary<string, int> Lines);

internal sealed record LeadTask(int DispatchNo, string TaskId, string UnitCode)
{
    /// <summary>The catalogue's entry that decided, where it isn't what was registered. Written only then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public string? Entry { get; init; }
}

internal enum TaskClock { Overdue, InTime, Late, Withdrawn }

/// <summary>What the producers said about one key. Each field belongs to one producer, so their facts may come in any order.</summary>
internal sealed record Fact
{
    // Channels
    public string InquiryId { get; init; } = "";
    public Approach? Contact { get; init; }
    public ImmutableList<Approach>? Added { get; init; }
    public string ReceivingUnitCode { get; init; } = "";
    public string AreaCode { get; init; } = "";
    public bool Direct { get; init; }
    /// <summary>Registered by mistake: it counts no more. Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Voided { get; init; }
    /// <summary>What it is about, an entry of the catalogue. Written only where it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public string? Category { get; init; }
    public Sheet? Sheet { get; init; }
    // Routing
    public LeadTask? Lead { get; init; }
    // Sla, by task: which one is the lead's is Routing's to say
    public ImmutableSortedDictionary<string, TaskClock>? Clocks { get; init; }
    // Casework
    public bool Terminated { get; init; }
    /// <summary>The citizen took it back. Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Withdrawn { get; init; }
    /// <summary>It is answered together with another one (合并). Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Merged { get; init; }
    /// <summary>Routing and Casework, each with words of its own: how the units did. Null, and not written, of most.</summary>
    public ImmutableList<Mark>? Marks { get; init; }
}

/// <summary>A line of the list behind a figure. All but the fact itself is kept in columns.</summary>
internal sealed record FactRow
{
    [JsonIgnore] public string Key { get; init; } = "";
    [JsonIgnore] public string ContactId { get; init; } = "";
    [JsonIgnore] public string InquiryId { get; init; } = "";
    [JsonIgnore] public string? Day { get; init; }
    [JsonIgnore] public string Channel { get; init; } = "";
    [JsonIgnore] public string UnitCode { get; init; } = "";
    [JsonIgnore] public string AreaCode { get; init; } = "";
    [JsonIgnore] public string CategoryCode { get; init; } = "";
    [JsonIgnore] public long Contacts { get; init; }
    [JsonIgnore] public long Inquiries { get; init; }
    [JsonIgnore] public string Outcome { get; init; } = "";
    [JsonIgnore] public DateTimeOffset? ReceivedAt { get; init; }
    /// <summary>Only in the head row of a key: what its rows are made of.</summary>
    public Fact? Fact { get; init; }
}

/// <summary>What is counted by what it is about: contacts of a day.</summary>
internal readonly record struct CategoryCounter(string Day, string CategoryCode);

internal readonly record struct Counter(string Day, string Channel, string UnitCode, string AreaCode, string Measure, string Outcome);

/// <summary>
/// The one definition of every figure: event -> fact -> rows -> counters. Counters are only ever the difference of two facts' rows.
/// </summary>
internal static class FactDecision
{
    public static bool Hears(IMessage? e) =>
        e is InquiryRegistered or ContactRecorded or ContactAdded or ContactVoided or ContactsTallied or InquiryDispatched or ClockStopped or ClockOverdue or ClockMoved or InquiryClosed or InquiryMerged or InquirySplit
        || QualityDecision.Hears(e);

    /// <summary>The fact after an event; the same object when the event changes nothing.</summary>
    public static Fact After(Fact before, IMessage e) => e switch
    {
        InquiryRegistered r => before with
        {
            InquiryId = r.InquiryId, Contact = Of(r.Contact), ReceivingUnitCode = r.ReceivingUnitCode, AreaCode = r.AreaCode, Direct = r.DirectAnswer is not null, Category = Known(r.CategoryCode),
        },
        ContactRecorded r => before with { Contact = Of(r.Contact), ReceivingUnitCode = r.ReceivingUnitCode },
        ContactAdded a when before.Added?.Exists(k => k.ContactId == a.Contact.ContactId && k.MatterNo == a.Contact.MatterNo) == true => before,
        ContactAdded a => before with { InquiryId = a.InquiryId, Added = (before.Added ?? []).Add(Of(a.Contact)) },
        ContactVoided => before with { Voided = true },
        ContactsTallied t => before.Sheet is { } s && s.Revision >= t.Revision ? before : before with { Sheet = Of(t) },
        // A later dispatch replaces an earlier one; assisting units answer for nothing in the figures.
        InquiryDispatched { Role: UnitRole.Lead } d when d.DispatchNo > (before.Lead?.DispatchNo ?? 0) =>
            QualityDecision.MovedOn(before) with { Lead = new(d.DispatchNo, d.TaskId, d.UnitCode) { Entry = d.CatalogueEntry == d.CategoryCode ? null : Known(d.CatalogueEntry) } },
        ClockOverdue { Clock: "Handling" } c => Clock(before, c.TaskId, TaskClock.Overdue),
        // Extended: it was late and is not any more.
        ClockMoved { Clock: "Handling" } c when before.Clocks is { } clocks && clocks.TryGetValue(c.TaskId, out var state) && state == TaskClock.Overdue => before with { Clocks = clocks.Remove(c.TaskId) },
        ClockStopped { Clock: "Handling" } c => Clock(before, c.TaskId, c.Cause != "Answered" ? TaskClock.Withdrawn : c.InTime ? TaskClock.InTime : TaskClock.Late),
        InquiryClosed { Outcome: "Terminated" or "Declined" } => before with { Terminated = true },
        InquiryClosed { Outcome: "WithdrawnByCitizen" } => before with { Withdrawn = true },
        InquiryMerged => before with { Merged = true },
        InquirySplit => before with { Merged = false },
        _ => QualityDecision.After(before, e),
    };

    static string? Known(string code) => code.Length == 0 ? null : code;

    static Fact Clock(Fact before, string taskId, TaskClock state) =>
        before with { Clocks = (before.Clocks ?? ImmutableSortedDictionary<string, TaskClock>.Empty).SetItem(taskId, state) };

    static Approach Of(Contact c)
    {
        var received = c.ReceivedAt.ToDateTimeOffset();
        return new(c.ContactId, c.MatterNo, c.Channel, CityTime.Iso(CityTime.CountsOn(CityTime.Instant(c.OccurredAt), received)), received);
    }

    static Sheet Of(ContactsTallied t)
    {
        var received = t.ReceivedAt.ToDateTimeOffset();
        var day = CityTime.TryDay(t.TalliedOn, out var on) ? on : CityTime.DateOf(received);
        return new(t.Revision, t.Channel, t.UnitCode, t.AreaCode, CityTime.Iso(day), received,
            t.Rows.GroupBy(r => r.CategoryCode).ToImmutableSortedDictionary(g => g.Key, g => g.Sum(r => r.Count)));
    }

    static string OutcomeOf(Fact f)
    {
        if (f.Direct) return Outcomes.Direct;
        if (f.InquiryId.Length == 0) return Outcomes.NoInquiry;
        var clock = f.Lead is { } lead && f.Clocks is { } clocks && clocks.TryGetValue(lead.TaskId, out var c) ? c : (TaskClock?)null;
        return clock switch
        {
            TaskClock.InTime => Outcomes.InTime,
            TaskClock.Late => Outcomes.Late,
            _ when f.Withdrawn => Outcomes.Withdrawn,
            _ when f.Terminated => Outcomes.Terminated,
            _ when f.Merged => Outcomes.Merged,
            TaskClock.Overdue => Outcomes.OpenLate,
            _ => Outcomes.Open,
        };
    }

    /// <summary>The rows of a key, its head first. A further contact goes with its inquiry: same unit, area and outcome.</summary>
    public static IReadOnlyList<FactRow> Rows(string key, Fact f)
    {
        var (unit, outcome, category) = (f.Lead?.UnitCode ?? f.ReceivingUnitCode, OutcomeOf(f), f.Category ?? f.Lead?.Entry ?? "");
        FactRow Row(string rowKey, Approach a, long inquiries = 0, Fact? head = null) => new()
        {
            Key = rowKey, ContactId = a.ContactId, InquiryId = f.InquiryId, Day = a.Day, Channel = a.Channel, UnitCode = unit, AreaCode = f.AreaCode, CategoryCode = category,
            Contacts = a.MatterNo == 1 ? 1 : 0, Inquiries = inquiries, Outcome = outcome, ReceivedAt = a.ReceivedAt, Fact = head,
        };
        var head = f.Contact is { } c ? Row(key, c, f.InquiryId.Length > 0 ? 1 : 0, f) : new() { Key = key, Fact = f };
        if (f.Voided) head = head with { Contacts = 0, Inquiries = 0 };
        // Nearly every key has no other row.
        if (f is { Added: null, Sheet: null }) return [head];
        var added = (f.Added ?? []).Select(a => Row($"{a.ContactId}/{a.MatterNo}", a));
        return f.Sheet is not { } sheet ? [head, .. added] : [head, .. added, .. sheet.Lines.Select(line => Tallied(sheet, line.Key, line.Value))];

        FactRow Tallied(Sheet s, string category, int count) => new()
        {
            Key = $"{key}#{category}", ContactId = $"{key}#{category}", Day = s.Day, Channel = s.Channel, UnitCode = s.UnitCode, AreaCode = s.AreaCode, CategoryCode = category, Contacts = count,
            Outcome = Outcomes.Tallied, ReceivedAt = s.ReceivedAt,
        };
    }

    /// <summary>The rows to write: those that differ, and those that are gone, at zero.</summary>
    public static IEnumerable<FactRow> Changed(IReadOnlyList<FactRow> before, IReadOnlyList<FactRow> after)
    {
        foreach (var row in after) if (before.Of(row.Key, r => r.Key) != row) yield return row;
        foreach (var row in before) if (after.Of(row.Key, r => r.Key) is null) yield return row with { Contacts = 0, Inquiries = 0 };
    }

    /// <summary>What an event moves by category: most events nothing.</summary>
    public static IReadOnlyList<KeyValuePair<CategoryCounter, long>> CategoryDeltas(IReadOnlyList<FactRow> before, IReadOnlyList<FactRow> after)
    {
        var moved = new List<KeyValuePair<CategoryCounter, long>>(1);
        foreach (var row in after) Move(moved, new(row.Day ?? "", row.CategoryCode), row.Contacts);
        foreach (var row in before) Move(moved, new(row.Day ?? "", row.CategoryCode), -row.Contacts);
        moved.RemoveAll(m => m.Value == 0);
        return moved;
    }

    /// <summary>What an event moves: the sums of the rows after it less those before it, zero left out.</summary>
    public static IReadOnlyList<KeyValuePair<Counter, long>> Deltas(IReadOnlyList<FactRow> before, IReadOnlyList<FactRow> after)
    {
        // A few: the lines of a sheet are counted as one.
        var moved = new List<KeyValuePair<Counter, long>>(4);
        foreach (var row in after) Count(row, 1);
        foreach (var row in before) Count(row, -1);
        moved.RemoveAll(m => m.Value == 0);
        return moved;

        void Count(FactRow row, int sign)
        {
            var both = Math.Min(row.Contacts, row.Inquiries);
            Add(row, Measures.Both, sign * both);
            Add(row, Measures.Contact, sign * (row.Contacts - both));
            Add(row, Measures.Inquiry, sign * (row.Inquiries - both));
        }

        void Add(FactRow row, string measure, long count) => Move(moved, new(row.Day ?? "", row.Channel, row.UnitCode, row.AreaCode, measure, row.Outcome), count);
    }

    static void Move<TCounter>(List<KeyValuePair<TCounter, long>> moved, TCounter counter, long count) where TCounter : struct, IEquatable<TCounter>
    {
        if (count == 0) return;
        for (var i = 0; i < moved.Count; i++)
            if (moved[i].Key.Equals(counter)) { moved[i] = new(counter, moved[i].Value + count); return; }
        moved.Add(new(counter, count));
    }
}
