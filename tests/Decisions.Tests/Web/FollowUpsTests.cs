using System.Collections.Frozen;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.Web;

namespace InquiryHub.Decisions.Tests.Web;

/// <summary>The follow-up clerk's queue: what comes next, and until when.</summary>
public sealed class FollowUpsTests
{
    static FollowUpRow Row(string id, int day = 8, int within = 2) => new() { InquiryId = id, AnsweredAt = CityTime.Stamp(CityTime.At(new(2013, 5, day), new(10, 0))), WithinWorkingDays = within };
    static readonly FollowUpRow[] rows = [Row("a"), Row("b"), Row("c")];

    // 2013-05-08 is a Wednesday; the 11th and 12th are off.
    static WorkCalendar On(int day) => new(CityTime.At(new(2013, 5, day), new(9, 0)), new(2013, 5, day), Enumerable.Range(1, 31).ToFrozenDictionary(d => new DateOnly(2013, 5, d), d => new DateOnly(2013, 5, d).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)));

    [Fact]
    public void The_next_one_follows_the_open_one_round_to_the_start()
    {
        Assert.Equal(["b", "c", "a"], "abc".Select(c => FollowUps.Neighbour(["a", "b", "c"], $"{c}", 1)));
        Assert.Equal(["c", "a", "b"], "abc".Select(c => FollowUps.Neighbour(["a", "b", "c"], $"{c}", -1)));
        Assert.Equal("a", FollowUps.Neighbour(["a", "b", "c"], "elsewhere", 1));
        Assert.Equal(("", ""), (FollowUps.Neighbour(["a"], "a", 1), FollowUps.Neighbour([], "", 1)));
    }

    [Fact]
    public void It_is_due_so_many_working_days_after_the_answer()
    {
        Assert.Equal(new DateOnly(2013, 5, 10), FollowUps.DueOn(rows[0], On(8)));
        Assert.Equal(new DateOnly(2013, 5, 13), FollowUps.DueOn(Row("d", 9), On(9)));
        Assert.Equal([TimeLeft.Later, TimeLeft.Today, TimeLeft.Late], new[] { 9, 10, 13 }.Select(d => FollowUps.Left(rows[0], On(d))));
        var zh = Texts.For("zh-CN");
        Assert.Equal([zh["officer.due.left", 1], zh["officer.due.today"], zh["officer.due.lateby", 1]], new[] { 9, 10, 13 }.Select(d => FollowUps.Due(rows[0], On(d), zh)));
        Assert.Equal((null, TimeLeft.Unknown, ""), (FollowUps.DueOn(Row("x", within: 0), On(9)), FollowUps.Left(Row("x", within: 0), On(9)), FollowUps.Due(rows[0], null, zh)));
    }

    [Fact]
    public void An_answer_that_was_not_enough_is_not_what_a_colleague_answered_meanwhile()
    {
        var file = new CaseFile { Answers = { new CaseAnswer { AnswerNo = 1, TaskId = "t/1/1", UnitCode = "u", FollowUp = new() { Rehandled = true } } }, Timeline = { new CaseEntry { Act = "TaskWithdrawn", UnitCode = "u", At = CityTime.Stamp(CityTime.At(new(2013, 5, 8), default)) } } };
        var zh = Texts.For("zh-CN");
        Assert.Equal(zh["officer.meanwhile.TaskWithdrawn", "5/8 00:00"], CaseWords.Meanwhile(file, "u", NameList.None, zh));
    }

    [Fact]
    public void What_became_of_the_answer_before_is_no_word_about_the_new_one()
    {
        var file = new CaseFile { Timeline = { new CaseEntry { Act = "AnswerDelivered" }, new CaseEntry { Act = "InquiryReopened" } } };
        Assert.Equal("waiting", CaseWords.Delivery(file).Code);
        file.Timeline.Add(new CaseEntry { Act = "AnswerUndeliverable" });
        Assert.Equal("AnswerUndeliverable", CaseWords.Delivery(file).Code);
    }
}
