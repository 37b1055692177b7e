using InquiryHub.Casework;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>转交 as the case file tells it: the officer changes, everybody who had it stays in the timeline.</summary>
public sealed class HandOverTests
{
    static OfficerAssigned Handed(string to, string by, int hour = 9) => new()
    { InquiryId = Inquiry, TaskId = Lead, UnitCode = Roads, OfficerId = to, AssignedAt = CityTime.Stamp(At(8, hour)), Reason = "HandedOver", AssignedBy = by };

    static List<CaseEntry> Timeline(CaseState c) => [.. CaseView.File(c, null, [], null).Timeline.Where(e => e.Act is "OfficerAssigned" or "TaskHandedOver")];

    [Fact]
    public void The_timeline_keeps_the_first_officer_and_each_hand_over_with_from_to_and_by_whom()
    {
        var c = WithAnOfficer(Handed("LO-002", "LO-001"), Handed("LO-003", "sun", 10));
        Assert.Equal([("OfficerAssigned", "LO-001", "", ""), ("TaskHandedOver", "LO-001", "LO-001", "LO-002"), ("TaskHandedOver", "sun", "LO-002", "LO-003")],
            Timeline(c).Select(e => (e.Act, e.Actor, e.FromOfficerId, e.ToOfficerId)));
        Assert.Equal(("LO-003", At(8, 10)), CaseView.Row(c, c.Lead!) is var row ? (row.OfficerId, row.AssignedAt.ToDateTimeOffset()) : default);
        Assert.Equal("LO-003", CaseView.Row(c).OfficerId);
    }

    [Fact]
    public void A_task_that_went_to_a_deputy_says_that_it_was_for_a_leave()
    {
        var onLeave = Handed("LO-002", "sun");
        onLeave.Reason = "OnLeave";
        Assert.Equal([("OfficerAssigned", "LO-001", ""), ("TaskHandedOver", "sun", "OnLeave")], Timeline(WithAnOfficer(onLeave)).Select(e => (e.Act, e.Actor, e.Detail)));
        Assert.Equal("LO-002", CaseView.Row(WithAnOfficer(onLeave)).OfficerId);
    }

    [Fact]
    public void Who_signed_in_stays_recorded_and_the_colleague_needs_not_sign_in_again()
    {
        var signed = CaseworkDecision.SignIn(WithAnOfficer(), Lead, Officer, Now).Value!.Case;
        var c = signed.Then(Handed("LO-002", "LO-001"));
        Assert.Equal(("SignedIn", "LO-001", "LO-002"), (c.Lead!.State, c.Lead.SignIn!.OfficerId, c.Lead.Assigned!.OfficerId));
    }

    [Fact]
    public void The_worklist_row_goes_from_the_one_officer_to_the_other()
    {
        var (before, after) = (WithAnOfficer(), WithAnOfficer(Handed("LO-002", "LO-001")));
        Assert.Equal(TaskEntry.Of(Inquiry, before.Lead!)! with { OfficerId = "LO-002" }, TaskEntry.Of(Inquiry, after.Lead!));
    }

    [Fact]
    public void What_was_answered_meanwhile_stays_answered_by_who_did_and_what_was_closed_stays_closed()
    {
        var (answered, said) = Run(WithAnOfficer().Answered(), [Handed("LO-002", "LO-002")]);
        Assert.Equal(("Answered", "LO-001"), (answered.Lead!.State, answered.Lead.Answer!.OfficerId));
        Assert.Empty(said);
        var (closed, more) = Run(WithAnOfficer(Declined()), [Handed("LO-002", "LO-002")]);
        Assert.Equal(("Closed", "Withdrawn"), (closed.State, closed.Task(Lead)!.State));
        Assert.Empty(more);
    }

    [Fact]
    public void A_waiting_task_that_is_given_by_hand_has_nobody_before()
    {
        var c = Of(Registered(), Dispatched(Lead, 1, Roads), Handed("LO-002", "sun"));
        Assert.Equal(("TaskHandedOver", "sun", "", "LO-002"), Assert.Single(Timeline(c)) is var e ? (e.Act, e.Actor, e.FromOfficerId, e.ToOfficerId) : default);
        Assert.Null(c.Lead!.Earlier);
    }

    [Fact]
    public void Before_the_dispatch_is_heard_it_is_kept_all_the_same() =>
        Assert.Equal(2, Timeline(Of(Registered(), Assigned(Lead, Roads, "LO-001"), Handed("LO-002", "LO-001"), Dispatched(Lead, 1, Roads))).Count);

    [Fact]
    public void A_case_that_nobody_handed_over_is_written_as_before()
    {
        Assert.DoesNotContain("earlier", Json.Write(WithAnOfficer()));
        Assert.DoesNotContain("\"by\":null", Json.Write(WithAnOfficer()));
    }
}
