using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>A counter's day sheet as it was sent: contacts without an inquiry.</summary>
sealed record TallyPayload(string? SheetId, int? Revision, string? CounterId, string? Day, TallyRowPayload[]? Rows);
sealed record TallyRowPayload(string? CategoryCode, int? Count);

/// <summary>The newest revision of a sheet.</summary>
sealed record TallySheet(string SheetId, int Revision, string CounterId, string ContentHash, long Total)
{
    /// <summary>yyyy-MM-dd; null in a row from before the doors kept count.</summary>
    public string? Day { get; init; }
}

sealed record Tally(TallySheet Sheet, DateOnly Day, IReadOnlyList<(string CategoryCode, int Count)> Rows)
{
    public static Outcome<Tally> Map(TallyPayload p)
    {
        var f = new Fields();
        var (sheet, counter) = (f.Id("sheetId", p.SheetId), f.Id("counterId", p.CounterId));
        if (f.Refusal is { } refusal) return refusal;
        if (p.Revision is not >= 1) return DoorRefusals.InvalidRevision;
        if (!CityTime.TryDay(p.Day, out var day)) return DoorRefusals.InvalidDay;
        if (p.Rows is not { Length: > 0 and <= 200 } || p.Rows.Any(r => r is not { Count: >= 0 and <= 10_000 }) || p.Rows.DistinctBy(r => r.CategoryCode ?? "").Count() != p.Rows.Length) return DoorRefusals.InvalidRows;
        var rows = p.Rows.Select(r => (r.CategoryCode ?? "", r.Count!.Value)).OrderBy(r => r.Item1, StringComparer.Ordinal).ToList();
        var hash = DoorKeys.Hash($"{counter}|{p.Day}|{string.Join('|', rows)}");
        return new Tally(new(sheet, p.Revision.Value, counter, hash, rows.Sum(r => (long)r.Item2)) { Day = CityTime.Iso(day) }, day, rows);
    }
}

enum Tallied { New, Known, RevisionReused }

/// <summary>Whether a sheet replaces the one that is stored: only a higher revision does, so a resend can't undo a correction.</summary>
static class TallyDecision
{
    public const int OldestDays = 400;

    public static Outcome<Tally> Check(Tally t, DateOnly today, DoorReference reference) =>
        !reference.HasChannel(WalkInMapping.Channel, today) ? DoorRefusals.UnknownChannel
        : !reference.Counters.ContainsKey(t.Sheet.CounterId) ? DoorRefusals.UnknownCounter
        : t.Day > today || t.Day < today.AddDays(-OldestDays) ? DoorRefusals.InvalidDay
        : t.Rows.Any(r => r.CategoryCode.Length > 0 && !reference.Categories.Contains(r.CategoryCode)) ? DoorRefusals.UnknownCategory
        : t;

    public static (Tallied? Outcome, Refusal? Refusal) Decide(TallySheet sheet, TallySheet? stored) =>
        stored is null || stored.CounterId == sheet.CounterId && sheet.Revision > stored.Revision ? (Tallied.New, null)
        : stored.CounterId != sheet.CounterId ? (null, DoorRefusals.SheetOfAnotherCounter)
        : sheet.Revision < stored.Revision ? (null, DoorRefusals.LowerRevision(stored.Revision))
        : (sheet.ContentHash == stored.ContentHash ? Tallied.Known : Tallied.RevisionReused, null);

}
