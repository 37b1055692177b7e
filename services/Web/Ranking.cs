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

/// <summary>A rate as it is counted: how many of how many.</summary>
public readonly record struct Share(long Part, long Whole)
{
    /// <summary>Null of nothing: no rate is neither good nor bad.</summary>
    public double? Ratio => Whole == 0 ? null : (double)Part / Whole;
}

/// <summary>办理质量: how well each unit works, in rates with what they are of.</summary>
internal sealed record QualityRanking(Overview City, IReadOnlyList<UnitQuality> Units)
{
    public static long Dispatches(UnitQuality u) => u.ToAnswer + u.MovedOn;
    public static Share Returns(UnitQuality u) => new(u.Returned, Dispatches(u));
    public static Share Satisfied(UnitQuality u) => new(u.Satisfied, u.Satisfied + u.Dissatisfied);
    public static Share Solved(UnitQuality u) => new(u.Solved, u.Solved + u.Unsolved);
    public static Share Effective(UnitQuality u) => new(u.Effective, u.Solved + u.Unsolved + u.Unreachable);

    public static UnitQuality Sum(IEnumerable<UnitQuality> all)
    {
        var sum = new UnitQuality();
        foreach (var u in all)
            (sum.ToAnswer, sum.MovedOn, sum.Returned, sum.Satisfied, sum.Dissatisfied, sum.Solved, sum.Unsolved, sum.Unreachable, sum.Effective, sum.Rehandled, sum.Supervised) = (sum.ToAnswer + u.ToAnswer, sum.MovedOn + u.MovedOn,
                sum.Returned + u.Returned, sum.Satisfied + u.Satisfied, sum.Dissatisfied + u.Dissatisfied, sum.Solved + u.Solved, sum.Unsolved + u.Unsolved, sum.Unreachable + u.Unreachable, sum.Effective + u.Effective,
                sum.Rehandled + u.Rehandled, sum.Supervised + u.Supervised);
        return sum;
    }

    /// <summary>What a list may be ordered by: the worst first, of as bad ones the one with more of it; a unit that has no such rate comes last.</summary>
    public static readonly IReadOnlyList<string> Orders = ["", "returned", "satisfied", "solved", "effective", "rehandled", "supervised"];

    /// <summary>All units; without a known order by how much they had to do.</summary>
    public IReadOnlyList<UnitQuality> By(string order)
    {
        Func<UnitQuality, (double? Bad, long Base)> worst = order switch
        {
            "returned" => u => (Returns(u).Ratio, Returns(u).Whole),
            "satisfied" => u => (1 - Satisfied(u).Ratio, Satisfied(u).Whole),
            "solved" => u => (1 - Solved(u).Ratio, Solved(u).Whole),
            "effective" => u => (1 - Effective(u).Ratio, Effective(u).Whole),
            "rehandled" => u => (u.Rehandled, 0),
            "supervised" => u => (u.Supervised, 0),
            _ => u => (Dispatches(u), 0),
        };
        return [.. Units.OrderByDescending(u => worst(u).Bad ?? -1).ThenByDescending(u => worst(u).Base).ThenByDescending(Dispatches).ThenBy(u => u.UnitCode, StringComparer.Ordinal)];
    }
}
