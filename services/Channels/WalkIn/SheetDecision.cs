using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// 日计数单 of the counter's page: one a counter and day, saved as often as it is corrected. Two clerks may have it open: what the other one
/// saved meanwhile is not overwritten unseen.
/// </summary>
static class SheetDecision
{
    /// <summary>Of the page only: an id that a counter's program sends has no space.</summary>
    public static string IdOf(string counterId, DateOnly day) => $"{counterId} {CityTime.Iso(day)}";

    /// <summary>The sheet as a tally with the revision that follows the one that was read. Lines without a contact are left out; a sheet of nothing else keeps one, because it may take another one back.</summary>
    public static Outcome<Tally> Map(SaveTallySheetRequest r, Actor actor, DateTimeOffset now)
    {
        if (!CityTime.TryDay(r.Day, out var day)) return DoorRefusals.InvalidDay;
        if (r.Rows.Any(row => row.Count < 0) || r.Rows.DistinctBy(row => row.CategoryCode).Count() != r.Rows.Count) return DoorRefusals.InvalidRows;
        TallyRowPayload[] counted = [.. r.Rows.Where(row => row.Count > 0).Select(row => new TallyRowPayload(row.CategoryCode, row.Count))];
        var mapped = Tally.Of(IdOf(r.CounterId, day), r.Revision + 1, r.CounterId, r.Day, counted.Length > 0 ? counted : [new("", 0)]);
        return mapped.Refusal is { } no ? no : mapped.Value! with
        {
            Sheet = mapped.Value.Sheet with { Rows = [.. mapped.Value.Rows.Select(row => new TallyLine(row.CategoryCode, row.Count))], SavedBy = actor.Account, SavedAt = now },
        };
    }

    /// <param name="sheet">As mapped: its revision follows the one that was read.</param>
    public static (Tallied? Outcome, Refusal? Refusal) Decide(TallySheet sheet, TallySheet? stored) =>
        stored is not null && sheet.ContentHash == stored.ContentHash ? (Tallied.Known, null)
        : sheet.Revision != (stored?.Revision ?? 0) + 1 ? (null, Stale)
        : stored is null && sheet.Total == 0 ? (null, Empty)
        : (Tallied.New, null);

    /// <summary>The sheet as it is stored in place of another one.</summary>
    public static TallySheet After(TallySheet sheet, TallySheet? before) =>
        before is null ? sheet : sheet with { Earlier = [new(before.Revision, before.SavedBy!, before.SavedAt!.Value, before.Total), .. before.Earlier ?? []] };

    static readonly Refusal Stale = Refusals.Of("StaleSheet", "同事刚存过这一天的计数单，您的还没有存。请刷新，核对后再存；您填的数留在草稿里。", "A colleague has just saved this day's sheet, and yours isn't saved. Reload, compare, then save; your numbers are kept as a draft.");
    static readonly Refusal Empty = Refusals.Of("EmptySheet", "还没有填数，没有可存的。", "No number was filled in; there is nothing to save.");
}
