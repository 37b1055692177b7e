using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>撤回: a citizen takes the own inquiry back.</summary>
public class WithdrawTests
{
    static Outcome<CaseStep> Withdraw(CaseState? c, DateTimeOffset? at = null) => WithdrawDecision.Withdraw(c, at ?? Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void A_citizen_takes_an_inquiry_back_until_it_is_answered()
    {
        foreach (var c in new[] { Of(Registered()), Of(Registered(), Held()), Of(Registered(), Dispatched(Lead, 1, Roads)), WithAnOfficer(), CaseworkDecision.SignIn(WithAnOfficer(), Lead, Officer, Now).Value!.Case })
        {
            var step = Withdraw(c).Value!;
            Assert.Equal("Closed", step.Case.State);
            var closed = Assert.IsType<InquiryClosed>(step.Events[^1]);
            Assert.Equal((Inquiry, "WithdrawnByCitizen", "", CityTime.Stamp(Now)), (closed.InquiryId, closed.Outcome, closed.ClosedBy, closed.ClosedAt));
        }
        Assert.Equal("AlreadyAnswered", Code(Withdraw(WithAnOfficer().Answered())));
        Assert.Equal("AlreadyAnswered", Code(Withdraw(WithAnOfficer().Answered().Then(Delivered(1)))));
    }

    [Fact]
    public void Whatever_is_open_in_it_is_withdrawn_first_and_nobody_is_sent_an_answer()
    {
        var step = Withdraw(Joint()).Value!;
        Assert.Equal(["TaskWithdrawn", "TaskWithdrawn", "InquiryClosed"], step.Events.Select(e => e.Descriptor.Name));
        Assert.Equal([(Lead, "WithdrawnByCitizen", "LO-001"), (Helper, "WithdrawnByCitizen", "LO-005")], step.Events.OfType<TaskWithdrawn>().Select(t => (t.TaskId, t.Reason, t.OfficerId)));
        Assert.All(step.Case.Tasks, t => Assert.False(t.Open));
    }

    [Fact]
    public void A_partial_result_of_an_assisting_unit_is_no_answer_to_the_citizen()
    {
        var step = Withdraw(Joint().Answered(Helper, Assistant)).Value!;
        Assert.Equal(Lead, Assert.Single(step.Events.OfType<TaskWithdrawn>()).TaskId);
        Assert.Equal("Answered", step.Case.Task(Helper)!.State);
    }

    [Fact]
    public void Taken_back_twice_it_happens_once()
    {
        var first = Withdraw(WithAnOfficer()).Value!.Case;
        var again = Withdraw(first, Now.AddHours(1)).Value!;
        Assert.Equal((first, 0), (again.Case, again.Events.Count));
    }

    [Fact]
    public void What_is_closed_or_was_declined_can_not_be_taken_back()
    {
        Assert.Equal("CaseClosed", Code(Withdraw(CaseworkDecision.Close(WithAnOfficer().Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case)));
        Assert.Equal("CaseClosed", Code(Withdraw(Of(Registered(), Held(), Declined()))));
        Assert.Equal("CaseClosed", Code(Withdraw(Of(RegisteredDirect()))));
    }

    [Fact]
    public void A_case_that_is_not_there_reads_like_a_wrong_code()
    {
        Assert.Equal(Refusals.WrongNumberOrCode, Withdraw(null).Refusal);
        Assert.Equal(Refusals.WrongNumberOrCode, Withdraw(Of(Dispatched(Lead, 1, Roads))).Refusal); // not registered here yet
    }

    [Fact]
    public void What_is_dispatched_or_held_in_the_same_moment_ends_as_for_any_closed_case()
    {
        var (c, said) = Run(Withdraw(Of(Registered())).Value!.Case, [Held(), Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001")]);
        Assert.Equal((Lead, "CaseClosed"), Assert.IsType<TaskWithdrawn>(Assert.Single(said)) is var w ? (w.TaskId, w.Reason) : default);
        Assert.Equal("Closed", c.State);
    }

    [Fact]
    public void A_decline_in_the_same_moment_sends_the_citizen_nothing() => Assert.Empty(Run(Withdraw(Of(Registered(), Held())).Value!.Case, [Declined()]).Said);

    [Fact]
    public void A_unit_that_asked_to_return_it_or_for_more_time_waits_for_nobody_any_more()
    {
        var returning = ReturnDecision.Return(WithAnOfficer(), new() { TaskId = Lead, Reason = "WrongDuty", Words = "x" }, Officer, Envelope, Units, Now).Value!.Case;
        Assert.Equal(("Withdrawn", false), Withdraw(returning).Value!.Case.Task(Lead) is { } t ? (t.State, t.Returning) : default);
    }

    [Fact]
    public void An_officer_in_the_middle_of_an_answer_is_refused_with_what_happened() =>
        Assert.Equal("TaskWithdrawn", Code(CaseworkDecision.Answer(Withdraw(WithAnOfficer()).Value!.Case, Lead, Officer, "已修复。", "", Envelope, Now)));

    [Fact]
    public void The_citizen_reads_that_it_is_withdrawn_and_how_far_it_had_come()
    {
        var progress = CaseView.Progress(Withdraw(WithAnOfficer(Started(Lead))).Value!.Case, null, []);
        Assert.Equal(("Withdrawn", CityTime.Stamp(Now), Roads), (progress.State, progress.WithdrawnAt, progress.UnitCode));
        Assert.Equal((true, true, true), (progress.DispatchedAt is not null, progress.DueAt is null, progress.AnsweredAt is null));
        Assert.Null(CaseView.Progress(WithAnOfficer(), null, []).WithdrawnAt);
    }

    [Fact]
    public void The_file_says_that_the_citizen_did_it_and_the_unit_keeps_its_sight_of_it()
    {
        var c = Withdraw(WithAnOfficer()).Value!.Case;
        var file = CaseView.File(c, null, [], null);
        Assert.Equal(("Closed", "WithdrawnByCitizen", Roads), (file.Row.State, file.Row.Outcome, file.Row.UnitCode));
        Assert.Equal([("TaskWithdrawn", "WithdrawnByCitizen"), ("InquiryWithdrawn", "")], file.Timeline.TakeLast(2).Select(e => (e.Act, e.Detail)));
        Assert.Equal("", file.Timeline[^1].Actor);
        Assert.DoesNotContain(file.Timeline, e => e.Act == "InquiryClosed");
        Assert.True(c.IsOf(Roads));
    }

    [Fact]
    public void What_was_taken_back_is_neither_in_time_nor_late()
    {
        var late = Withdraw(WithAnOfficer(Started(Lead), Overdue(Lead))).Value!.Case.Then(Stopped(Lead, inTime: false));
        var file = CaseView.File(late, null, [], null);
        Assert.Equal((false, false), (file.Row.Late, file.Tasks.Single().Late));
    }

    [Fact]
    public void It_survives_being_written_and_read()
    {
        var c = Withdraw(Joint()).Value!.Case;
        Assert.Equal(Json.Write(c), Json.Write(Json.Read<CaseState>(Json.Write(c))));
        Assert.True(Json.Read<CaseState>(Json.Write(c)).TakenBack);
    }
}
