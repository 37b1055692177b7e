using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>Contacts of one hour of a day; null: of no known hour. <paramref name="ByNow"/> are those before the time of the day at which it is asked.</summary>
internal readonly record struct HourSum(string Day, int? Hour, long Contacts, long ByNow);

/// <summary>A day beside the same weekday of the weeks before.</summary>
internal static class DayDecision
{
    const int Weeks = 4;

    /// <summary>The day and those it is held against.</summary>
    public static IEnumerable<DateOnly> Days(DateOnly day) => Enumerable.Range(0, Weeks + 1).Select(week => day.AddDays(-7 * week));

    /// <summary>A week in which nothing came on that weekday (the office was closed, or the hub not there yet) says nothing of what is usual.</summary>
    public static DayByHour Of(DateOnly day, DateTimeOffset now, IReadOnlyList<HourSum> sums)
    {
        var byDay = sums.Where(s => s.Hour is not null).ToLookup(s => s.Day);
        long[] Hours(DateOnly d) => [.. Enumerable.Range(0, 24).Select(hour => byDay[CityTime.Iso(d)].Where(s => s.Hour == hour).Sum(s => s.Contacts))];
        var before = Days(day).Skip(1).Where(d => byDay.Contains(CityTime.Iso(d))).ToList();
        var answer = new DayByHour
        {
            Day = CityTime.Iso(day), Minutes = (int)Math.Clamp((now - CityTime.At(day, TimeOnly.MinValue)).TotalMinutes, 0, 24 * 60), Hours = { Hours(day) },
            WithoutHour = sums.Where(s => s.Hour is null && s.Day == CityTime.Iso(day)).Sum(s => s.Contacts), Weeks = before.Count,
        };
        if (before.Count == 0) return answer;
        var hours = before.ConvertAll(Hours);
        answer.Usual.AddRange(Enumerable.Range(0, 24).Select(hour => Median(hours.Select(h => h[hour]))));
        answer.UsualByNow = Median(before.Select(d => byDay[CityTime.Iso(d)].Sum(s => s.ByNow)));
        return answer;
    }

    static double Median(IEnumerable<long> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2.0;
    }
}
