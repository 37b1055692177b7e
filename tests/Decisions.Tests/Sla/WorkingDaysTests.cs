using System.Globalization;
using System.Text.Json;
using CsCheck;
using InquiryHub.Contracts.Directory;
using InquiryHub.Sla;

namespace InquiryHub.Decisions.Tests.Sla;

public class WorkingDaysTests
{
    static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
    static readonly Gen<DateOnly> anyDay = Gen.Int[0, 8400].Select(n => new DateOnly(2007, 1, 1).AddDays(n));

    // domain.md 4.3: counted by hand and by script from the notices.
    [Theory]
    [InlineData("2013-02-08", 5, "2013-02-20")]
    [InlineData("2013-04-26", 3, "2013-05-02")]
    [InlineData("2013-06-07", 2, "2013-06-09")] // a Sunday that was worked
    [InlineData("2013-09-18", 5, "2013-09-26")]
    [InlineData("2013-09-18", 15, "2013-10-15")]
    [InlineData("2013-09-30", 5, "2013-10-12")] // a Saturday that was worked
    [InlineData("2013-12-20", 15, "2014-01-13")]
    [InlineData("2019-05-15", 20, "2019-06-13")]
    [InlineData("2025-01-20", 20, "2025-02-21")]
    [InlineData("2026-02-13", 5, "2026-02-27")]
    [InlineData("2026-09-30", 5, "2026-10-13")]
    public void A_limit_counts_working_days_after_the_first_day_with_make_up_days(string start, int count, string due) =>
        Assert.Equal((Day(due), false), Calendars.Days.Add(Day(start), count));

    [Theory]
    [InlineData(2013, 250), InlineData(2014, 250), InlineData(2019, 250), InlineData(2025, 248), InlineData(2026, 248)]
    public void A_year_has_the_working_days_of_its_notice(int year, int days) => Assert.Equal(days, InYear(Calendars.Days, year));

    [Fact]
    public void The_shipped_calendar_has_the_known_working_days_of_every_year_from_2008_to_2026()
    {
        int[] known = [251, 250, 250, 250, 249, 250, 250, 249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248];
        var shipped = WorkingDays.Of(Shipped());
        Assert.Equal(known, Enumerable.Range(2008, known.Length).Select(y => InYear(shipped, y)));
    }

    [Fact]
    public void Beyond_the_published_years_Monday_to_Friday_counts_and_is_provisional() =>
        Assert.Equal((Day("2027-01-01"), true), Calendars.Days.Add(Day("2026-12-25"), 5));

    [Fact]
    public void A_notice_may_set_days_of_the_December_before()
    {
        var days = WorkingDays.Of([.. Calendars.All, new CalendarPublished { Year = 2027, Off = { "2026-12-31" }, Worked = { "2026-12-26" } }]);
        Assert.True(days.IsWorked(Day("2026-12-26")));
        Assert.False(days.IsWorked(Day("2026-12-31")));
    }

    [Fact]
    public void A_limit_of_no_days_ends_on_the_day_itself_or_on_the_next_working_day()
    {
        Assert.Equal(Day("2013-10-08"), Calendars.Days.Add(Day("2013-10-08"), 0).Day);
        Assert.Equal(Day("2013-10-08"), Calendars.Days.Add(Day("2013-10-01"), 0).Day);
    }

    [Fact]
    public void Adding_days_is_monotone() => Gen.Select(anyDay, Gen.Int[1, 60], Gen.Int[0, 30]).Sample((day, count, later) =>
        Calendars.Days.Add(day, count).Day <= Calendars.Days.Add(day.AddDays(later), count).Day && Calendars.Days.Add(day, count).Day < Calendars.Days.Add(day, count + 1).Day);

    [Fact]
    public void Some_days_and_then_more_is_all_of_them_at_once() => Gen.Select(anyDay, Gen.Int[0, 40], Gen.Int[0, 40]).Sample((day, n, m) =>
    {
        var from = Calendars.Days.Add(day, 0).Day;
        return Calendars.Days.Add(from, n + m).Day == Calendars.Days.Add(Calendars.Days.Add(from, n).Day, m).Day;
    });

    [Fact]
    public void A_limit_never_ends_on_a_day_off_and_counts_back_to_itself() => Gen.Select(anyDay, Gen.Int[0, 60]).Sample((day, count) =>
    {
        var (due, _) = Calendars.Days.Add(day, count);
        return Calendars.Days.IsWorked(due) && (count == 0 || Calendars.Days.Between(day, due) == count && Calendars.Days.Between(due, day) == -count);
    });

    static int InYear(WorkingDays days, int year) => days.Between(new(year - 1, 12, 31), new(year, 12, 31));

    static IEnumerable<CalendarPublished> Shipped()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "global.json"))) root = root.Parent;
        var path = Path.Combine(root!.FullName, "services/Directory/data/calendar.json");
        Assert.True(File.Exists(path), $"{path} is missing: it is the calendar that Directory ships.");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var year in json.RootElement.EnumerateArray())
            yield return new()
            {
                Year = year.GetProperty("year").GetInt32(),
                Off = { year.GetProperty("off").EnumerateArray().Select(d => d.GetString()) },
                Worked = { year.GetProperty("worked").EnumerateArray().Select(d => d.GetString()) },
            };
    }
}
