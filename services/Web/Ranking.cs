using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

/// <summary>What a unit got in a period, as the question counts it, and how its inquiries (件) of the period stand. The unit "-" is what has none.</summary>
internal sealed record UnitFigures(string Code, long Received, long InTime, long AnsweredLate, long Open, long OpenLate)
{
    public long Answered => InTime + AnsweredLate;
    public long Late => AnsweredLate + OpenLate;

    public static UnitFigures Sum(IReadOnlyCollection<UnitFigures> all) =>
        new("", all.Sum(u => u.Received), all.Sum(u => u.InTime), all.Sum(u => u.AnsweredLate), all.Sum(u => u.Open), all.Sum(u => u.OpenLate));
}

/// <summary>All units that have anything in a period, by volume; their sum is the city's, because what has no unit is a line too.</summary>
internal sealed record Ranking(Overview City, IReadOnlyList<UnitFigures> Units)
{
    public static Ranking Of(Overview city, Breakdown received, Breakdown inquiries)
    {
        var (volume, byOutcome) = (received.Cells.ToLookup(c => c.Row), inquiries.Cells.ToLookup(c => c.Row));
        return new(city, [.. volume.Select(g => g.Key).Union(byOutcome.Select(g => g.Key)).Select(unit =>
        {
            long Of(params string[] outcomes) => byOutcome[unit].Where(c => outcomes.Contains(c.Column)).Sum(c => c.Value);
            return new UnitFigures(unit, volume[unit].Sum(c => c.Value), Of("AnsweredInTime"), Of("AnsweredLate"), Of("Open", "OpenLate"), Of("OpenLate"));
        }).OrderByDescending(u => u.Received).ThenBy(u => u.Code, StringComparer.Ordinal)]);
    }
}
