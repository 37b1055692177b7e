using System.Globalization;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>What a page of figures shows: the filter in its address, which holds codes and dates only.</summary>
public sealed record Question(string From = "", string To = "", bool Inquiries = false, string Bucket = "", string Channel = "", string Area = "", string Unit = "", string Outcome = "", string Category = "", string Mark = "")
{
    public Filter Filter => new() { From = From, To = To, Inquiries = Inquiries, Bucket = Bucket, Channel = Channel, AreaCode = Area, UnitCode = Unit, Outcome = Outcome, CategoryCode = Category, Mark = Mark };

    public string Href(string page, string after = "")
    {
        var parts = new (string Name, string Value)[] { ("from", From), ("to", To), ("count", Inquiries ? "inquiries" : ""), ("bucket", Bucket), ("channel", Channel), ("area", Area), ("unit", Unit), ("outcome", Outcome), ("category", Category), ("mark", Mark), ("after", after) }
            .Where(p => p.Value.Length > 0).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}").ToList();
        return parts.Count == 0 ? page : $"{page}?{string.Join('&', parts)}";
    }

    public Question During(string from, string to) => this with { From = from, To = to };
    public Question Year(int year) => During($"{year:0000}-01-01", $"{year:0000}-12-31");
    public Question Month(DateOnly day) => During(CityTime.Iso(new(day.Year, day.Month, 1)), CityTime.Iso(new DateOnly(day.Year, day.Month, 1).AddMonths(1).AddDays(-1)));
    /// <summary>The whole months around two days, which the city's figures are kept by.</summary>
    public Question Months(string first, string last) => During(Month(Day(first)).From, Month(Day(last)).To);

    /// <summary>The same filter in one column of the chart: a day, month or year (2013-06-03, 2013-06, 2013), within the period.</summary>
    public Question At(string step)
    {
        var (from, to) = step.Length switch { 4 => ($"{step}-01-01", $"{step}-12-31"), 7 => (Month(Day($"{step}-01")).From, Month(Day($"{step}-01")).To), _ => (step, step) };
        return During(string.CompareOrdinal(from, From) < 0 ? From : from, string.CompareOrdinal(to, To) > 0 ? To : to);
    }

    /// <summary>The nearest of the months that have data (2013-06), the later of two; asked for more than a month, its year. Null when there is none.</summary>
    public Question? Nearest(IEnumerable<string> months)
    {
        var (from, to) = (Day(From), Day(To));
        var near = months.Select(m => Month(Day($"{m}-01"))).OrderBy(m => Math.Max(0, Math.Max(from.DayNumber - Day(m.To).DayNumber, Day(m.From).DayNumber - to.DayNumber))).ThenByDescending(m => m.From).FirstOrDefault();
        return near is null || to.DayNumber - from.DayNumber < 31 ? near : Year(Day(near.From).Year);
    }

    /// <summary>Every column of the period, also those without a contact.</summary>
    public static IReadOnlyList<string> Steps(string from, string to, string step)
    {
        var (day, last, steps) = (Day(from), Day(to), new List<string>());
        var format = step switch { "day" => "yyyy-MM-dd", "month" => "yyyy-MM", _ => "yyyy" };
        for (; day <= last; day = day.AddDays(1))
            if (day.ToString(format, CultureInfo.InvariantCulture) is var name && (steps.Count == 0 || steps[^1] != name)) steps.Add(name);
        return steps;
    }

    public static DateOnly Day(string iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
