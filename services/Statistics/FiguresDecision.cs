using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>A filter that was checked: null = not restricted, an empty unit or area = those without one.</summary>
internal sealed record Scope(string From, string To, string Measure)
{
    public string? UnitCode { get; init; }
    public string[]? Channels { get; init; }
    /// <summary>All channels but these: the bucket of channels that the channel table doesn't name.</summary>
    public bool Except { get; init; }
    public string? AreaCode { get; init; }
    public string[]? Outcomes { get; init; }
    /// <summary>Of lists only: counters aren't kept by it.</summary>
    public string? CategoryCode { get; init; }
    /// <summary>Of lists only: how units did, and not what they got.</summary>
    public string[]? Marks { get; init; }
    /// <summary>Whether the counters by month and county can tell: no unit, nothing smaller than a county (the first six digits, GB/T 2260), no part of a month.</summary>
    /// <param name="dimensions">What is to be told apart.</param>
    public bool ByMonth(params ReadOnlySpan<string> dimensions) =>
        UnitCode is null && (AreaCode?.Length ?? 0) <= 6 && From.EndsWith("-01", StringComparison.Ordinal) && CityTime.TryDay(To, out var to) && to.AddDays(1).Day == 1
        && !dimensions.Contains("day") && !dimensions.Contains("unit");
    public bool Everything => UnitCode is null && Channels is null && AreaCode is null && Outcomes is null;
}

/// <summary>What the counters of a period add up to by two dimensions, or by the five of an overview.</summary>
internal readonly record struct Sum(string Row, string Column, long Value);

internal readonly record struct CubeSum(string Step, string Channel, string Area, string Measure, string Outcome, long Value);

/// <summary>A total that was published for a year, whatever its parts add up to.</summary>
internal sealed record Claim(int Year, long Total, string Source);

internal readonly record struct Period(DateOnly From, DateOnly To)
{
    public static Period Of(int year) => new(new(year, 1, 1), new(year, 12, 31));
    public bool IsYear => From is { Month: 1, Day: 1 } && To == new DateOnly(From.Year, 12, 31);
    /// <summary>What a column of the chart is: at most 31 days, 24 months, or years.</summary>
    public string Step => To.DayNumber - From.DayNumber < 31 ? "day" : (To.Year - From.Year) * 12 + To.Month - From.Month < 24 ? "month" : "year";
}

/// <summary>From a question to a scope, and from sums to what is shown. Every total here is the sum of its parts, never a number of its own.</summary>
internal static class FiguresDecision
{
    static readonly Refusal invalidFilter = Refusals.Of("InvalidFilter", "筛选条件无效：请检查区划代码和办理结果；按事项和办理质量只能看明细。", "The filter is not valid: check the area code and the outcome; by category and quality there is only the list.");
    static readonly Refusal invalidDimension = Refusals.Of("InvalidDimension", "不支持按此分组，请改用渠道、分类、单位、日、月或区划。", "That grouping does not exist: use channel, bucket, unit, day, month or area.");
    static readonly string[] rowDimensions = ["channel", "bucket", "unit", "day", "month", "area"];
    static readonly string[] columnDimensions = ["", "none", "day", "month", "bucket", "channel", "area", "unit", "outcome"];

    /// <summary>
    /// The newest period with data: the year of the last day. In January, when that year has hardly begun, the year before, if
    /// it has any: a dashboard that opens on an empty chart says nothing.
    /// </summary>
    public static Period Newest(DateOnly? first, DateOnly? last, DateOnly today)
    {
        var year = (last ?? today).Year;
        return Period.Of(last is { Month: 1 } && first?.Year < year ? year - 1 : year);
    }

    /// <param name="list">A list's filter may name a category and a mark.</param>
    public static Outcome<Scope> Scope(Filter? filter, Names names, bool list = false)
    {
        var f = filter ?? new();
        if (f.CategoryCode.Length + f.Mark.Length > 0 && !list) return invalidFilter;
        if (!CityTime.TryDay(f.From, out var from) || !CityTime.TryDay(f.To, out var to) || from > to) return Refusals.InvalidPeriod;
        if (f.AreaCode is not ("" or Names.None) && (f.AreaCode.Length is < 6 or > 12 || !f.AreaCode.All(char.IsAsciiLetterOrDigit))) return invalidFilter;
        var outcomes = f.Outcome.Length == 0 ? null : Outcomes.Of(f.Outcome);
        var marks = f.Mark.Length == 0 ? null : Marks.Of(f.Mark);
        if (outcomes is [] || marks is []) return invalidFilter;
        var unnamed = f.Bucket == Names.None;
        var channels = f.Bucket.Length == 0 ? null : names.Channels.Where(c => unnamed || c.Bucket == f.Bucket).Select(c => c.Channel).ToArray();
        if (f.Channel.Length > 0) (channels, unnamed) = (f.Bucket.Length == 0 || names.BucketOf(f.Channel) == f.Bucket ? [f.Channel] : [], false);
        return new Scope(f.From, f.To, f.Inquiries ? Measures.Inquiries : Measures.Contacts)
        { UnitCode = Value(f.UnitCode), Channels = channels, Except = unnamed, AreaCode = Value(f.AreaCode), Outcomes = outcomes, CategoryCode = Value(f.CategoryCode), Marks = marks };
    }

    static string? Value(string code) => code switch { "" => null, Names.None => "", _ => code };

    public static Outcome<(string Row, string Column)> Dimensions(string rows, string columns) =>
        rowDimensions.Contains(rows) && columnDimensions.Contains(columns) ? (rows, columns.Length == 0 ? "none" : columns) : invalidDimension;

    /// <summary>Cells as shown: channels put into their buckets, what has no code under "-".</summary>
    public static Breakdown Breakdown(IEnumerable<Sum> sums, string rows, string columns, Names names)
    {
        var cells = sums.GroupBy(s => (Row: Shown(s.Row, rows, names), Column: Shown(s.Column, columns, names)))
            .Select(g => new Contracts.Statistics.Cell { Row = g.Key.Row, Column = g.Key.Column, Value = g.Sum(s => s.Value) })
            .Where(c => c.Value != 0).OrderBy(c => c.Row, StringComparer.Ordinal).ThenBy(c => c.Column, StringComparer.Ordinal).ToList();
        return new() { Cells = { cells }, Total = cells.Sum(c => c.Value) };
    }

    static string Shown(string value, string dimension, Names names) =>
        dimension switch { "bucket" => names.BucketOf(value), "none" => "", _ => value.Length == 0 ? Names.None : value };

    static IEnumerable<ReportPart> Parts(IEnumerable<CubeSum> sums, Names names)
    {
        var byBucket = sums.GroupBy(s => names.BucketOf(s.Channel)).ToDictionary(g => g.Key, g => g.Sum(s => s.Value));
        return names.Buckets.Select(b => new ReportPart { Bucket = b.Code, NameZh = b.NameZh, NameEn = b.NameEn, Value = byBucket.GetValueOrDefault(b.Code) })
            .Where(p => p.Bucket != Names.None || p.Value != 0);
    }

    public static Overview Overview(IReadOnlyList<CubeSum> cube, Period period, string measure, Names names, Claim? claim)
    {
        var own = cube.Where(s => Measures.Of(measure).Contains(s.Measure)).ToList();
        var overview = new Overview
        {
            From = CityTime.Iso(period.From), To = CityTime.Iso(period.To), Step = period.Step,
            Cells =
            {
                own.GroupBy(s => (s.Step, Bucket: names.BucketOf(s.Channel)))
                    .Select(g => new Contracts.Statistics.Cell { Row = g.Key.Step, Column = g.Key.Bucket, Value = g.Sum(s => s.Value) }).OrderBy(c => c.Row, StringComparer.Ordinal),
            },
            Parts = { Parts(own, names) },
            Channels = { names.Channels.Select(c => new ChannelName { Channel = c.Channel, Bucket = c.Bucket, NameZh = c.NameZh, NameEn = c.NameEn }) },
            Districts = { cube.GroupBy(s => s.Area).Select(g => District(g.Key, [.. g], names)).OrderByDescending(d => d.Contacts).ThenBy(d => d.AreaCode, StringComparer.Ordinal) },
        };
        overview.Total = overview.Parts.Sum(p => p.Value);
        // A published total is one of contacts in a whole year; beside anything else it would compare unlike things.
        if (claim is not null && measure == Measures.Contacts && period.IsYear && overview.Total > 0)
            (overview.ClaimedTotal, overview.Unexplained, overview.ClaimSource) = (claim.Total, claim.Total - overview.Total, claim.Source);
        return overview;
    }

    static long Total(IEnumerable<CubeSum> sums, string measure, params string[] outcomes) =>
        sums.Where(s => Measures.Of(measure).Contains(s.Measure) && (outcomes.Length == 0 || outcomes.Contains(s.Outcome))).Sum(s => s.Value);

    static District District(string area, IReadOnlyList<CubeSum> sums, Names names)
    {
        long Inquiries(params string[] outcomes) => Total(sums, Measures.Inquiries, outcomes);
        return new()
        {
            AreaCode = area.Length == 0 ? Names.None : area, Name = names.Area(area), Contacts = Total(sums, Measures.Contacts),
            AnsweredInTime = Inquiries(Outcomes.InTime), AnsweredLate = Inquiries(Outcomes.Late), Open = Inquiries(Outcomes.Open, Outcomes.OpenLate), OpenLate = Inquiries(Outcomes.OpenLate),
        };
    }

    public static Report Report(int year, IReadOnlyList<CubeSum> cube, Names names, long claimedTotal, string claimSource)
    {
        long Sum(string measure, params string[] outcomes) => Total(cube, measure, outcomes);
        var report = new Report
        {
            Year = year, Parts = { Parts(cube.Where(s => Measures.Of(Measures.Contacts).Contains(s.Measure)), names) }, ClaimedTotal = claimedTotal, ClaimSource = claimSource,
            Dispatched = Sum(Measures.Inquiries, Outcomes.Of("Dispatched")), AnsweredInTime = Sum(Measures.Inquiries, Outcomes.InTime), AnsweredLate = Sum(Measures.Inquiries, Outcomes.Late),
            Open = Sum(Measures.Inquiries, Outcomes.Of("Unanswered")), OpenLate = Sum(Measures.Inquiries, Outcomes.OpenLate), Terminated = Sum(Measures.Inquiries, Outcomes.Terminated), Withdrawn = Sum(Measures.Inquiries, Outcomes.Withdrawn),
            Merged = Sum(Measures.Inquiries, Outcomes.Merged),
            Direct = Sum(Measures.Inquiries, Outcomes.Direct), Tallied = Sum(Measures.Contacts, Outcomes.Tallied),
        };
        report.Total = report.Parts.Sum(p => p.Value);
        if (claimedTotal > 0) report.Unexplained = claimedTotal - report.Total;
        (report.SentenceZh, report.SentenceEn) = (ReportSentence.Zh(report), ReportSentence.En(report));
        return report;
    }
}
