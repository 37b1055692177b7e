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
    /// <summary>Of the counter's page, which shows it again. Null, and not written, of a sheet that a program sent.</summary>
    public IReadOnlyList<TallyLine>? Rows { get; init; }
    public string? SavedBy { get; init; }
    public DateTimeOffset? SavedAt { get; init; }
    /// <summary>What was corrected stays on record: by whom, when, and what it added up to; the newest first.</summary>
    public IReadOnlyList<SheetVersion>? Earlier { get; init; }
}

sealed record SheetVersion(int Revision, string SavedBy, DateTimeOffset SavedAt, long Total);

sealed record TallyLine(string CategoryCode, int Count);

sealed record Tally(TallySheet Sheet, DateOnly Day, IReadOnlyList<(string CategoryCode, int Count)> Rows)
{
    public static Outcome<Tally> Map(TallyPayload p)
    {
        var f = new Fields();
        var (sheet, counter) = (f.Id("sheetId", p.SheetId), f.Id("counterId", p.CounterId));
        if (f.Refusal is { } refusal) return refusal;
        return p.Revision is not >= 1 ? DoorRefusals.InvalidRevision : Of(sheet, p.Revision.Value, counter, p.Day, p.Rows);
    }

    public static Outcome<Tally> Of(string sheetId, int revision, string counterId, string? on, IReadOnlyList<TallyRowPayload>? sent)
    {
        if (!CityTime.TryDay(on, out var day)) return DoorRefusals.InvalidDay;
        if (sent is not { Count: > 0 and <= 200 } || sent.Any(r => r is not { Count: >= 0 and <= 10_000 }) || sent.DistinctBy(r => r.CategoryCode ?? "").Count() != sent.Count) return DoorRefusals.InvalidRows;
        var rows = sent.Select(r => (r.CategoryCode ?? "", r.Count!.Value)).OrderBy(r => r.Item1, StringComparer.Ordinal).ToList();
        var hash = DoorKeys.Hash($"{counterId}|{on}|{string.Join('|', rows)}");
        return new Tally(new(sheetId, revision, counterId, hash, rows.Sum(r => (long)r.Item2)) { Day = CityTime.Iso(day) }, day, rows);
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
