using System.Collections.Frozen;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Sla;

/// <summary>
/// The city's working days: Monday to Friday but for the days that the State Council's yearly notices name, holidays off and
/// make-up days worked (调休上班). A year without a notice counts Monday to Friday, and what reaches into it is provisional.
/// </summary>
sealed class WorkingDays
{
    readonly FrozenDictionary<DateOnly, bool> named;
    readonly FrozenSet<int> years;

    WorkingDays(FrozenDictionary<DateOnly, bool> named, FrozenSet<int> years) => (this.named, this.years) = (named, years);

    public static WorkingDays Of(IEnumerable<CalendarPublished> calendars)
    {
        var byYear = calendars.OrderBy(c => c.Year).ToList();
        // One map for all years: a notice may set days of the December before (2018-12-29 was worked by the notice for 2019).
        // Where two notices name a day, the later one holds. A day that can't be read is left as it would be without a notice.
        var named = new Dictionary<DateOnly, bool>();
        foreach (var c in byYear)
        {
            foreach (var text in c.Off) if (CityTime.TryDay(text, out var day)) named[day] = false;
            foreach (var text in c.Worked) if (CityTime.TryDay(text, out var day)) named[day] = true;
        }
        return new(named.ToFrozenDictionary(), byYear.Select(c => c.Year).ToFrozenSet());
    }

    /// <summary>No notice is known at all: then nothing may be counted yet.</summary>
    public bool Empty => years.Count == 0;

    public bool IsWorked(DateOnly day) => named.TryGetValue(day, out var worked) ? worked : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    public bool IsPublished(int year) => years.Contains(year);

    /// <summary>
    /// The day that is <paramref name="count"/> working days after <paramref name="start"/>, which itself isn't counted (民法典
    /// art. 201); a count of 0 is the start, or the next working day when the start is a day off (art. 203). Provisional when
    /// a day on the way lies in a year without a notice.
    /// </summary>
    public (DateOnly Day, bool Provisional) Add(DateOnly start, int count)
    {
        var (day, provisional) = (start, false);
        for (var left = count; left > 0 || !IsWorked(day);)
        {
            day = day.AddDays(1);
            provisional |= !IsPublished(day.Year);
            if (left > 0 && IsWorked(day)) left--;
        }
        return (day, provisional);
    }

    /// <summary>Working days after <paramref name="from"/> up to and with <paramref name="to"/>; negative when <paramref name="to"/> is before.</summary>
    public int Between(DateOnly from, DateOnly to)
    {
        if (to < from) return -Between(to, from);
        var count = 0;
        for (var day = from.AddDays(1); day <= to; day = day.AddDays(1)) if (IsWorked(day)) count++;
        return count;
    }
}
