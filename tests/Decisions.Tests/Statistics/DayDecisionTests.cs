using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>A day by the hour beside what is usual.</summary>
public sealed class DayDecisionTests
{
    static readonly DateOnly wednesday = new(2014, 1, 22);
    static HourSum At(int weeksBefore, int? hour, long contacts, long? byNow = null) => new(CityTime.Iso(wednesday.AddDays(-7 * weeksBefore)), hour, contacts, byNow ?? contacts);
    static Contracts.Statistics.DayByHour Of(int hour, int minute, params HourSum[] sums) => DayDecision.Of(wednesday, CityTime.At(wednesday, new(hour, minute)), sums);

    [Fact]
    public void A_day_is_held_against_the_same_weekday_of_four_weeks() =>
        Assert.Equal(["2014-01-22", "2014-01-15", "2014-01-08", "2014-01-01", "2013-12-25"], DayDecision.Days(wednesday).Select(CityTime.Iso));

    [Fact]
    public void Usual_is_the_median_hour_by_hour_of_the_weeks_in_which_anything_came()
    {
        var day = Of(10, 24, At(0, 8, 98), At(1, 8, 90), At(2, 8, 70), At(3, 8, 1), At(4, null, 5), At(1, 9, 30), At(2, 9, 10));
        Assert.Equal(3, day.Weeks); // what came only as a sheet's sum tells nothing of hours
        Assert.Equal((70, 10, 0), (day.Usual[8], day.Usual[9], day.Usual[10]));
        Assert.Equal(24, day.Usual.Count);
        Assert.Equal(80, Of(10, 24, At(1, 8, 90), At(2, 8, 70)).Usual[8]);
    }

    [Fact]
    public void By_now_counts_of_each_week_what_had_come_by_this_time()
    {
        var day = Of(10, 24, At(1, 9, 30), At(1, 10, 20, byNow: 8), At(2, 9, 10), At(2, 23, 50, byNow: 0), At(3, 10, 9, byNow: 9));
        Assert.Equal(10, day.UsualByNow); // of 38, 10, 9
    }

    [Fact]
    public void Contacts_without_an_hour_stand_apart_and_nothing_is_usual_where_nothing_was()
    {
        var day = Of(10, 24, At(0, 8, 98), At(0, 9, 2), At(0, null, 200));
        Assert.Equal((100, 200, 0, 0), (day.Hours.Sum(), day.WithoutHour, day.Usual.Count, day.Weeks));
        Assert.Equal(24, day.Hours.Count);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(10, 24, 624)]
    [InlineData(23, 59, 1439)]
    public void The_minutes_that_are_over_say_how_far_the_day_came(int hour, int minute, int minutes) => Assert.Equal(minutes, Of(hour, minute).Minutes);

    [Fact]
    public void A_past_day_is_whole() => Assert.Equal(1440, DayDecision.Of(wednesday, CityTime.At(wednesday.AddDays(3), new(1, 0)), []).Minutes);
}
