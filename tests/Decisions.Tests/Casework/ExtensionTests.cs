using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>延期: who may ask for more time, when, how much, and who grants it.</summary>
public class ExtensionTests
{
    static ClockStarted Clock(int days = 5, int most = 2) { var e = Started(Lead); (e.ExtensionDays, e.Extensions) = (days, most); return e; }
    static ClockMoved Moved(int no, int day) => new() { InquiryId = Inquiry, TaskId = Lead, ExtensionNo = no, DueAt = CityTime.Stamp(At(day, 0)), FirstDueAt = CityTime.Stamp(At(16, 0)) };
    static CaseState Running(int days = 5, int most = 2) => WithAnOfficer(Clock(days, most));
    static RequestExtensionRequest Asks(int days = 3, string words = "等待检测报告", string task = Lead) => new() { InquiryId = Inquiry, TaskId = task, WorkingDays = days, Words = words };
    static Outcome<CaseStep> Request(CaseState? c, RequestExtensionRequest? r = null, Actor? by = null, DateTimeOffset? at = null) => ExtensionDecision.Request(c, r ?? Asks(), by ?? Officer, Envelope, at ?? Now);
    static CaseState Extending(CaseState? c = null) => Request(c ?? Running()).Value!.Case;
    static Outcome<CaseStep> Decide(CaseState? c, bool granted = true, int no = 1, string words = "期限足够", DateTimeOffset? at = null) =>
        ExtensionDecision.Decide(c, new() { InquiryId = Inquiry, TaskId = Lead, ExtensionNo = no, Granted = granted, Words = words }, Supervisor, Envelope, at ?? Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void A_request_says_how_many_days_and_its_words_only_sealed_and_the_task_goes_on()
    {
        var step = Request(Running()).Value!;
        var said = Assert.IsType<ExtensionRequested>(Assert.Single(step.Events));
        Assert.Equal((Lead, 1, Roads, "LO-001", 3, Envelope), (said.TaskId, said.ExtensionNo, said.UnitCode, said.OfficerId, said.WorkingDays, said.Words));
        Assert.DoesNotContain("检测", said.ToString() + Json.Write(step.Case));
        var row = CaseView.Row(step.Case, step.Case.Lead!);
        Assert.Equal(("Assigned", "Requested", 1, 3, 5, 2), (row.State, row.ExtensionState, row.ExtensionNo, row.ExtensionDays, row.MostExtensionDays, row.ExtensionsLeft));
        Assert.True(TaskEntry.Of(Inquiry, step.Case.Lead!)!.Extending);
    }

    [Fact]
    public void Only_the_unit_asks_and_only_before_the_task_is_due()
    {
        Assert.Equal("NotYours", Code(Request(Running(), by: Stranger)));
        Assert.Equal("AlreadyAnswered", Code(Request(Running().Answered())));
        Assert.Equal("NoDeadline", Code(Request(WithAnOfficer())));
        Assert.Null(Code(Request(Running(), at: At(16, 0).AddSeconds(-1))));
        Assert.Equal("ExtensionTooLate", Code(Request(Running(), at: At(16, 0))));
        Assert.Equal("ExtensionRequested", Code(Request(Extending(), by: Colleague)));
        Assert.Equal("ReturnRequested", Code(Request(ReturnDecision.Return(Running(), new() { TaskId = Lead, Reason = "WrongDuty", Words = "x" }, Officer, Envelope, Units, Now).Value!.Case)));
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(6)]
    public void No_more_days_than_the_limit_says(int days) => Assert.Equal("InvalidDays", Code(Request(Running(), Asks(days))));

    [Theory, InlineData("", "BasisMissing"), InlineData(" \n", "BasisMissing"), InlineData("a\0b", "InvalidWords")]
    public void It_needs_its_reason(string words, string code) => Assert.Equal(code, Code(Request(Running(), Asks(words: words))));

    [Fact]
    public void A_supervisor_grants_and_the_first_due_date_is_kept_beside_the_new_one()
    {
        var step = Decide(Extending()).Value!;
        Assert.Equal((Lead, 1, 3, "sun"), Assert.IsType<ExtensionGranted>(Assert.Single(step.Events)) is var e ? (e.TaskId, e.ExtensionNo, e.WorkingDays, e.GrantedBy) : default);
        var moved = step.Case.Then(Overdue(Lead), Moved(1, 21));
        var row = CaseView.Row(moved, moved.Lead!);
        Assert.Equal((At(21, 0), At(16, 0), false, "Granted", 1), (row.DueAt.ToDateTimeOffset(), row.FirstDueAt.ToDateTimeOffset(), row.Late, row.ExtensionState, row.ExtensionsLeft));
        Assert.Equal(At(16, 0), CaseView.Progress(moved, null, []).FirstDueAt.ToDateTimeOffset());
    }

    [Fact]
    public void So_many_are_granted_and_no_more_but_a_refused_one_takes_none_away()
    {
        Assert.Equal("NoExtension", Code(Request(Running(most: 0))));
        var c = Decide(Extending(), granted: false).Value!.Case;
        for (var no = 2; no <= 3; no++) c = Decide(Extending(c), no: no).Value!.Case.Then(Moved(no, 20 + no));
        Assert.Equal("NoExtensionLeft", Code(Request(c)));
    }

    [Fact]
    public void A_refusal_needs_words_which_the_unit_reads()
    {
        Assert.Equal("ReasonMissing", Code(Decide(Extending(), granted: false, words: " ")));
        var step = Decide(Extending(), granted: false).Value!;
        Assert.Equal(Envelope, Assert.IsType<ExtensionRefused>(Assert.Single(step.Events)).Words);
        var told = CaseView.File(step.Case, null, [], null, unseal: w => w is null ? "" : "话").Timeline.Where(e => e.Act.StartsWith("Extension", StringComparison.Ordinal)).ToList();
        Assert.Equal([("ExtensionRequested", 3, "话"), ("ExtensionRefused", 0, "话")], told.Select(e => (e.Act, e.WorkingDays, e.Words)));
        Assert.Null(Code(Request(step.Case)));
    }

    [Fact]
    public void An_answer_ends_the_wait_for_a_decision() => Assert.Equal("", Extending().Answered() is var c ? CaseView.Row(c, c.Lead!).ExtensionState : "?");

    [Fact]
    public void What_was_asked_in_time_is_decided_also_later_and_what_is_over_is_not()
    {
        Assert.Null(Code(Decide(Extending(), at: At(20, 9))));
        Assert.Equal("NothingToDecide", Code(Decide(Decide(Extending()).Value!.Case)));
        Assert.Equal("NothingToDecide", Code(Decide(Extending(), no: 2)));
        Assert.Equal("NothingToDecide", Code(Decide(Extending().Answered())));
        Assert.Equal("NothingToDecide", Code(Decide(Extending().Then(Dispatched(Again, 2, Heat)))));
    }
}
