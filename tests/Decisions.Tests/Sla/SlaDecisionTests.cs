using CsCheck;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using InquiryHub.Sla;

namespace InquiryHub.Decisions.Tests.Sla;

public class SlaDecisionTests
{
    const string Inquiry = "130920-0300017-4", Task1 = Inquiry + "/1/1", Task2 = Inquiry + "/2/1";
    static readonly InquiryClocks none = new(Inquiry, []);

    static readonly SlaRules rules = SlaRules.Of([.. Calendars.All,
        Limit("Complaint", 7, "2004-01-01"), Limit("Complaint", 5, "2013-10-01"), Limit("Consultation", 2, "2004-01-01"), Limit("Urgent", 1, "2004-01-01")]);

    static LimitPublished Limit(string kind, int days, string from) => new() { Kind = kind, Clock = "Handling", WorkingDays = days, EffectiveFrom = from, Source = $"{kind} {days}" };

    static DateTimeOffset At(int month, int day, int hour, int minute = 0) => CityTime.At(new(2013, month, day), new(hour, minute));

    static InquiryDispatched Dispatch(DateTimeOffset at, InquiryKind kind = InquiryKind.Consultation, Urgency urgency = Urgency.Normal, string task = Task1, int no = 1) =>
        new() { InquiryId = Inquiry, TaskId = task, DispatchNo = no, UnitCode = "PJ-001", Kind = kind, Urgency = urgency, DispatchedAt = Timestamp.FromDateTimeOffset(at) };

    static ClockStep Started(InquiryDispatched e) => SlaDecision.Dispatched(none, e, rules)!;

    [Fact]
    public void The_clock_starts_at_dispatch_and_ends_at_the_end_of_the_last_working_day()
    {
        var started = Assert.IsType<ClockStarted>(Assert.Single(Started(Dispatch(At(9, 18, 23, 50))).Events));
        Assert.Equal("2013-09-23", started.DueOn); // the 19th to 21st were off, Sunday the 22nd was worked
        Assert.Equal(CityTime.At(new(2013, 9, 24), new(0, 0)), started.DueAt.ToDateTimeOffset());
        Assert.Equal((2, "Consultation 2", false), (started.LimitWorkingDays, started.LimitSource, started.Provisional));
    }

    [Fact]
    public void The_day_of_dispatch_is_the_citys_day() =>
        Assert.Equal("2013-05-09", Assert.IsType<ClockStarted>(Started(Dispatch(new(2013, 5, 6, 16, 30, 0, TimeSpan.Zero))).Events[0]).DueOn); // 00:30 on the 7th in the city

    [Fact]
    public void The_newest_limit_that_is_not_after_the_day_of_dispatch_holds()
    {
        Assert.Equal(7, rules.LimitOf(SlaRules.Handling, InquiryKind.Complaint, Urgency.Normal, new(2013, 9, 30))!.WorkingDays);
        Assert.Equal(5, rules.LimitOf(SlaRules.Handling, InquiryKind.Complaint, Urgency.Normal, new(2013, 10, 1))!.WorkingDays);
    }

    [Fact]
    public void An_urgent_inquiry_has_the_urgent_limit_whatever_its_kind() => Assert.Equal(1, rules.LimitOf(SlaRules.Handling, InquiryKind.Complaint, Urgency.Urgent, new(2013, 9, 30))!.WorkingDays);

    [Fact]
    public void A_unit_may_return_until_the_end_of_the_last_working_day_of_that_limit_and_without_one_there_is_no_end()
    {
        var limited = SlaRules.Of([.. Calendars.All, Limit("Consultation", 2, "2004-01-01"), new LimitPublished { Kind = "Any", Clock = "Return", WorkingDays = 1, EffectiveFrom = "2004-01-01" }]);
        var started = Assert.IsType<ClockStarted>(Assert.Single(SlaDecision.Dispatched(none, Dispatch(At(9, 18, 23, 50)), limited)!.Events));
        Assert.Equal((CityTime.EndOf(new(2013, 9, 22)), "2013-09-23"), (started.ReturnBy.ToDateTimeOffset(), started.DueOn)); // Sunday the 22nd was worked
        Assert.Null(Assert.IsType<ClockStarted>(Started(Dispatch(At(9, 18, 9))).Events[0]).ReturnBy);
    }

    [Fact]
    public void A_kind_without_a_limit_has_no_clock_yet() => Assert.Null(SlaDecision.Dispatched(none, Dispatch(At(5, 6, 9), InquiryKind.Praise), rules));

    [Fact]
    public void A_dispatch_that_is_heard_again_changes_nothing()
    {
        var once = Started(Dispatch(At(5, 6, 9))).Clocks;
        var again = SlaDecision.Dispatched(once, Dispatch(At(5, 7, 9)), rules)!;
        Assert.Same(once, again.Clocks);
        Assert.Empty(again.Events);
    }

    [Theory]
    [InlineData(8, 23, 59, true), InlineData(9, 0, 0, true), InlineData(9, 0, 1, false)] // 24:00 of the 8th belongs to it
    public void An_answer_is_in_time_up_to_the_end_of_the_last_day(int day, int hour, int minute, bool inTime)
    {
        var stopped = SlaDecision.Ended(Started(Dispatch(At(5, 6, 9))).Clocks, Task1, At(5, day, hour, minute), SlaDecision.Answered);
        Assert.Equal((inTime, "Answered"), (Assert.IsType<ClockStopped>(Assert.Single(stopped.Events)).InTime, ((ClockStopped)stopped.Events[0]).Cause));
    }

    [Fact]
    public void An_answer_heard_before_its_dispatch_is_kept_and_applied()
    {
        var early = SlaDecision.Ended(none, Task1, At(5, 7, 9), SlaDecision.Answered);
        Assert.Empty(early.Events);
        var late = SlaDecision.Dispatched(early.Clocks, Dispatch(At(5, 6, 9)), rules)!;
        Assert.Equal([typeof(ClockStarted), typeof(ClockStopped)], late.Events.Select(e => e.GetType()));
        Assert.Null(late.Clocks.NextDueAt());
    }

    [Fact]
    public void A_dispatch_anew_runs_a_clock_of_its_own_and_the_old_one_runs_until_it_is_withdrawn()
    {
        var both = SlaDecision.Dispatched(Started(Dispatch(At(5, 6, 9))).Clocks, Dispatch(At(5, 7, 9), task: Task2, no: 2), rules)!;
        Assert.Equal(2, both.Clocks.Clocks.Count(c => c.Stop is null));
        var withdrawn = SlaDecision.Ended(both.Clocks, Task1, At(5, 7, 10), SlaDecision.Withdrawn);
        Assert.Equal("Withdrawn", Assert.IsType<ClockStopped>(Assert.Single(withdrawn.Events)).Cause);
        Assert.Equal(At(5, 10, 0), withdrawn.Clocks.NextDueAt());
    }

    [Fact]
    public void The_sweep_finds_a_clock_overdue_once()
    {
        var running = Started(Dispatch(At(5, 6, 9))).Clocks;
        Assert.Empty(SlaDecision.Swept(running, At(5, 9, 0)).Events);
        var found = SlaDecision.Swept(running, At(5, 9, 0, 1));
        Assert.Equal(Task1, Assert.IsType<ClockOverdue>(Assert.Single(found.Events)).TaskId);
        Assert.Empty(SlaDecision.Swept(found.Clocks, At(5, 20, 0)).Events);
    }

    static ExtensionGranted Granted(int no, int days, string task = Task1) => new() { InquiryId = Inquiry, TaskId = task, ExtensionNo = no, WorkingDays = days, GrantedAt = CityTime.Stamp(At(5, 8, 9)) };

    [Fact]
    public void An_extension_moves_the_due_day_by_working_days_and_keeps_the_first_one()
    {
        var once = SlaDecision.Extended(Started(Dispatch(At(5, 6, 9))).Clocks, Granted(1, 3), rules); // due on Wednesday the 8th
        var moved = Assert.IsType<ClockMoved>(Assert.Single(once.Events));
        Assert.Equal(("2013-05-13", At(5, 9, 0)), (moved.DueOn, moved.FirstDueAt.ToDateTimeOffset()));
        var twice = SlaDecision.Extended(once.Clocks, Granted(2, 2), rules);
        Assert.Equal(("2013-05-15", 2), (((ClockMoved)twice.Events[0]).DueOn, ((ClockMoved)twice.Events[0]).ExtensionNo));
        Assert.Equal(At(5, 16, 0), twice.Clocks.NextDueAt());
        Assert.True(Assert.IsType<ClockStopped>(SlaDecision.Ended(twice.Clocks, Task1, At(5, 15, 23), SlaDecision.Answered).Events[0]).InTime);
        Assert.Equal(3, SlaDecision.DaysLeft(twice.Clocks.Clocks[0], At(5, 10, 9), rules.Calendar));
    }

    [Fact]
    public void An_extension_that_is_heard_again_or_for_a_task_that_ended_changes_nothing()
    {
        var once = SlaDecision.Extended(Started(Dispatch(At(5, 6, 9))).Clocks, Granted(1, 3), rules).Clocks;
        Assert.Equal((once, 0), SlaDecision.Extended(once, Granted(1, 3), rules) is var s ? (s.Clocks, s.Events.Count) : default);
        Assert.Empty(SlaDecision.Extended(SlaDecision.Ended(once, Task1, At(5, 7, 9), SlaDecision.Withdrawn).Clocks, Granted(2, 3), rules).Events);
    }

    [Fact]
    public void What_was_found_overdue_is_not_any_more_and_is_found_again_at_its_new_end()
    {
        var late = SlaDecision.Swept(Started(Dispatch(At(5, 6, 9))).Clocks, At(5, 9, 1)).Clocks;
        var moved = SlaDecision.Extended(late, Granted(1, 1), rules).Clocks;
        Assert.Empty(SlaDecision.Swept(moved, At(5, 10, 0)).Events);
        Assert.IsType<ClockOverdue>(Assert.Single(SlaDecision.Swept(moved, At(5, 10, 0, 1)).Events));
    }

    [Fact]
    public void The_clock_says_how_much_it_may_be_extended()
    {
        var limited = SlaRules.Of([.. Calendars.All, Limit("Consultation", 2, "2004-01-01"), new LimitPublished { Kind = "Any", Clock = "Extension", WorkingDays = 5, Most = 2, EffectiveFrom = "2004-01-01" }]);
        Assert.Equal((5, 2), Assert.IsType<ClockStarted>(SlaDecision.Dispatched(none, Dispatch(At(5, 6, 9)), limited)!.Events[0]) is var e ? (e.ExtensionDays, e.Extensions) : default);
        Assert.Equal((0, 0), Assert.IsType<ClockStarted>(Started(Dispatch(At(5, 6, 9))).Events[0]) is var n ? (n.ExtensionDays, n.Extensions) : default);
    }

    [Fact]
    public void Days_left_are_working_days_and_negative_when_late()
    {
        var clock = Started(Dispatch(At(9, 18, 9))).Clocks.Clocks[0]; // due on Monday the 23rd
        Assert.Equal(2, SlaDecision.DaysLeft(clock, At(9, 20, 9), rules.Calendar)); // both days before were off
        Assert.Equal(0, SlaDecision.DaysLeft(clock, At(9, 23, 18), rules.Calendar));
        Assert.Equal(-2, SlaDecision.DaysLeft(clock, At(9, 25, 9), rules.Calendar));
    }

    [Fact]
    public void Facts_of_two_services_give_one_state_in_any_order_that_keeps_each_services_order() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 3]).Select((answered, spread) => (answered, spread)).SelectMany(t => Gen.Bool.Array[7].Select(order => (t.answered, t.spread, order))).Sample(t =>
        {
            Func<InquiryClocks, ClockStep>[] routing = [c => SlaDecision.Dispatched(c, Dispatch(At(5, 6, 9)), rules)!, c => SlaDecision.Dispatched(c, Dispatch(At(5, 7, 9), task: Task2, no: 2), rules)!];
            Func<InquiryClocks, ClockStep>[] casework =
            [
                c => SlaDecision.Extended(c, Granted(1, t.spread + 1), rules),
                c => SlaDecision.Ended(c, Task1, At(5, 7, 10), SlaDecision.Withdrawn),
                c => SlaDecision.Ended(c, Task2, At(5, 8 + t.spread, 10), t.answered ? SlaDecision.Answered : SlaDecision.Withdrawn),
            ];
            var (straight, said) = Run(none, [.. routing, .. casework]);
            var (mixed, saidMixed) = Run(none, Interleave(routing, casework, t.order));
            Assert.Equal(Json.Write(straight), Json.Write(mixed));
            Assert.Equal(said.Select(Text).Order(), saidMixed.Select(Text).Order());
        });

    static string Text(IMessage m) => m.Descriptor.Name + JsonFormatter.Default.Format(m);

    static (InquiryClocks, List<IMessage>) Run(InquiryClocks clocks, IEnumerable<Func<InquiryClocks, ClockStep>> facts)
    {
        var said = new List<IMessage>();
        foreach (var fact in facts) { var step = fact(clocks); clocks = step.Clocks; said.AddRange(step.Events); }
        return (clocks, said);
    }

    static IEnumerable<T> Interleave<T>(T[] a, T[] b, bool[] order)
    {
        var (i, j) = (0, 0);
        foreach (var first in order.Concat(Enumerable.Repeat(true, a.Length + b.Length)))
            if (i < a.Length && (first || j == b.Length)) yield return a[i++];
            else if (j < b.Length) yield return b[j++];
    }

    [Fact]
    public void The_sweep_waits_until_everything_that_Casework_said_by_then_was_heard()
    {
        var sweep = new SlaSweep(null!, null!, null!);
        Assert.Equal(At(5, 9, 1), sweep.Until(new(0, At(5, 9, 1), Said: 10, Folded: 10)));
        Assert.Null(sweep.Until(new(0, At(5, 9, 2), Said: 20, Folded: 12)));
        Assert.Null(sweep.Until(new(0, At(5, 9, 3), Said: 30, Folded: 19)));
        Assert.Equal(At(5, 9, 2), sweep.Until(new(0, At(5, 9, 4), Said: 40, Folded: 20)));
        Assert.Equal(At(5, 9, 4), sweep.Until(new(0, At(5, 9, 5), Said: 50, Folded: 41)));
    }
}
