using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>指定承办 as the case hears of it: of the unit that has it, or with a new dispatch.</summary>
public class DesignationTests
{
    static InquiryDispatched ByHand() { var e = Dispatched(Again, 2, Heat); (e.Reason, e.Designated, e.DispatchedBy, e.Words) = ("DesignatedByHand", true, "s1", Envelope); return e; }

    static Outcome<CaseStep> Return(CaseState c) =>
        ReturnDecision.Return(c, new() { InquiryId = Inquiry, TaskId = Lead, Reason = "WrongDuty", Words = "依据" }, Officer, Envelope, Units, Now);

    [Fact]
    public void The_unit_that_has_it_goes_on_with_task_and_clock_and_may_not_return_it()
    {
        var before = WithAnOfficer(Started(Lead));
        var (after, said) = Run(before, [Designated()]);
        Assert.Empty(said);
        Assert.Equal((before.Lead!.Clock, before.Lead.Dispatch, "Assigned"), (after.Lead!.Clock, after.Lead.Dispatch, after.Lead.State));
        Assert.True(CaseView.Row(after, after.Lead).Designated);
        Assert.Equal("Designated", Return(after).Refusal!.Code);
    }

    [Fact]
    public void What_it_had_asked_to_return_is_decided_also_when_Routing_had_not_heard_of_it()
    {
        var returning = Return(WithAnOfficer()).Value!.Case;
        var after = returning.Then(Designated());
        Assert.Equal(("ReturnRequested", "Dispatched", ""), (returning.State, after.State, CaseView.Row(after, after.Lead!).ReturnState));
        var rejected = returning.Then(ReturnRejected(), Designated());
        Assert.Equal(("Rejected", "Designated"), (CaseView.Row(rejected, rejected.Lead!).ReturnState, Return(rejected).Refusal!.Code));
    }

    [Fact]
    public void The_timeline_says_who_designated_it_and_why()
    {
        string Words(byte[]? words) => words is null ? "" : "会议纪要";
        Assert.Contains(CaseView.File(WithAnOfficer(Designated()), null, [], null, unseal: Words).Timeline, t => t is { Act: "UnitDesignated", Actor: "s1", UnitCode: Roads, Words: "会议纪要" });
        Assert.Contains(CaseView.File(WithAnOfficer(ByHand()), null, [], null, unseal: Words).Timeline, t => t is { Act: "InquiryDispatched", Actor: "s1", UnitCode: Heat, Detail: "DesignatedByHand", Words: "会议纪要" });
    }

    [Fact]
    public void Another_unit_that_is_designated_takes_the_place_of_all_parts()
    {
        var (after, said) = Run(Joint(), [ByHand()]);
        Assert.Equal([(Lead, "Replaced"), (Helper, "Replaced")], said.Cast<TaskWithdrawn>().Select(w => (w.TaskId, w.Reason)));
        Assert.Equal((Heat, true), (after.UnitCode, CaseView.Row(after, after.Lead!).Designated));
    }

    [Fact]
    public void What_was_answered_a_moment_ago_stays_answered_and_the_designated_unit_has_nothing_to_do()
    {
        foreach (var facts in new Google.Protobuf.IMessage[][] { [ByHand(), Assigned(Again, Heat, "LO-009")], [Assigned(Again, Heat, "LO-009"), ByHand()] })
        {
            var (after, said) = Run(WithAnOfficer().Answered(), facts);
            var withdrawn = Assert.IsType<TaskWithdrawn>(Assert.Single(said));
            Assert.Equal((Again, "AnsweredBefore", Heat), (withdrawn.TaskId, withdrawn.Reason, withdrawn.UnitCode));
            Assert.Equal(("Answered", Roads, 1), (after.State, after.UnitCode, after.Lead!.Dispatch!.No));
        }
    }

    [Fact]
    public void An_assisting_units_partial_result_is_no_answer()
    {
        var after = Joint().Answered(Helper, Assistant).Then(ByHand());
        Assert.Equal((Heat, "Dispatched"), (after.UnitCode, after.State));
    }

    [Fact]
    public void A_task_that_nobody_designated_is_written_as_before() => Assert.DoesNotContain("esignat", Json.Write(WithAnOfficer()));
}
