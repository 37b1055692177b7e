using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;

namespace InquiryHub.Web;

/// <summary>One held inquiry in the queue. <paramref name="Gone"/>: a colleague took it; the words say where it went.</summary>
public sealed record HeldRow(string Id, string Title, string Channel, string Reason, DateTimeOffset Since, string Gone = "");

/// <summary>The queue as it was read: oldest first, at most a page of it.</summary>
public sealed record HeldList(IReadOnlyList<HeldRow> Rows, long Total, DateTimeOffset AsOf);

/// <summary>A unit that may take it, with what speaks for it. Load is null when it could not be read.</summary>
public sealed record Candidate(string Code, string Name, string Kind, string Area, string EntryCode, string EntryName, long? Open, int Officers, long Waiting, bool Active);

/// <summary>What the dispatcher's queue shows; pure.</summary>
internal static class Triage
{
    /// <summary>
    /// The list with what is new, without moving what one looks at: what was shown keeps its place, also when it is gone; arrivals come last,
    /// and are the youngest anyway.
    /// </summary>
    public static List<HeldRow> Merge(IReadOnlyList<HeldRow> shown, IReadOnlyList<HeldRow> fresh, Func<string, string> gone)
    {
        var now = fresh.ToDictionary(r => r.Id);
        return [.. shown.Select(r => now.TryGetValue(r.Id, out var still) ? still with { Title = still.Title.Length > 0 ? still.Title : r.Title } : r.Gone.Length > 0 ? r : r with { Gone = gone(r.Id) }),
            .. fresh.Where(r => shown.All(s => s.Id != r.Id))];
    }

    /// <summary>
    /// The neighbour of the open one, by one step forward or back: past what is gone, put aside or being placed, then round to the start. What
    /// was put aside comes when nothing else is left. Empty: there is no other.
    /// </summary>
    public static string Neighbour(IReadOnlyList<HeldRow> rows, string current, int step, IReadOnlyCollection<string> aside, IReadOnlyCollection<string> leaving)
    {
        var at = rows.ToList().FindIndex(r => r.Id == current);
        var order = Enumerable.Range(1, rows.Count).Select(n => rows[((at < 0 && step < 0 ? 0 : at) + n * step + rows.Count * 2) % rows.Count])
            .Where(r => r.Id != current && r.Gone.Length == 0 && !leaving.Contains(r.Id)).ToList();
        return (order.FirstOrDefault(r => !aside.Contains(r.Id)) ?? order.FirstOrDefault())?.Id ?? "";
    }

    /// <summary>The catalogue entry that speaks for a unit, within the category that the inquiry has (2, 4 or 6 digits).</summary>
    public static CatalogueEntryPublished? EntryFor(string unit, string categoryCode, IEnumerable<CatalogueEntryPublished> catalogue) => categoryCode.Length == 0 ? null :
        catalogue.Where(e => e.Active && e.EntryCode.StartsWith(categoryCode, StringComparison.Ordinal)).OrderBy(e => e.EntryCode, StringComparer.Ordinal)
            .FirstOrDefault(e => e.UnitCode == unit || e.UnitCodeByArea.Any(a => a.Value == unit));

    /// <summary>The units to place with, best first: those that routing named; for one that was dispatched its runner-up.</summary>
    public static IReadOnlyList<string> Suggested(RoutingState state) =>
        [.. (state.Held ? state.CandidateUnitCodes : state.CandidateUnitCodes.Prepend(state.RunnerUpUnitCode)).Where(u => u.Length > 0 && (state.Held || u != state.UnitCode)).Distinct().Take(8)];

    /// <summary>12 分, 1 时 02 分, 2 天 3 时.</summary>
    public static string Wait(TimeSpan since, Texts t) => since switch
    {
        { TotalMinutes: < 1 } => t["triage.wait.now"],
        { TotalMinutes: < 60 } => t["triage.wait.minutes", (int)since.TotalMinutes],
        { TotalHours: < 24 } => t["triage.wait.hours", (int)since.TotalHours, since.Minutes.ToString("00", System.Globalization.CultureInfo.InvariantCulture)],
        _ => t["triage.wait.days", (int)since.TotalDays, since.Hours],
    };
}
