using InquiryHub.Statistics;

namespace InquiryHub.Decisions.Tests.Statistics;

/// <summary>What is heard of a watched day against what was read of it.</summary>
public sealed class LiveFiguresTests
{
    static readonly DateTimeOffset nine = new(2013, 6, 3, 9, 0, 0, TimeSpan.FromHours(8));

    static LiveDay Read() => new("2013-06-03", nine, new() { [("WalkIn", 1)] = 5 }, new() { ["WalkIn"] = nine }, new() { [1] = nine });

    static LiveDay After(DateTimeOffset at, string day = "2013-06-03") => LiveFigures.Learn(Read(), new(at, [new(day, "WalkIn", 1, 7, at, at)]));

    [Fact]
    public void What_is_heard_later_than_what_was_read_counts()
    {
        var day = After(nine.AddMinutes(1));
        Assert.Equal((7, nine.AddMinutes(1), nine.AddMinutes(1)), (day.Values[("WalkIn", 1)], day.Last["WalkIn"], day.Now));
    }

    [Fact]
    public void A_late_message_from_before_the_reading_changes_nothing()
    {
        var day = After(nine.AddMinutes(-1));
        Assert.Equal((5, nine, nine), (day.Values[("WalkIn", 1)], day.Last["WalkIn"], day.Now));
    }

    [Fact]
    public void Another_day_s_message_only_moves_the_clock() => Assert.Equal(5, After(nine.AddMinutes(1), "2013-06-02").Values[("WalkIn", 1)]);
}
