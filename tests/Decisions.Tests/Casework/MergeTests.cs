using Google.Protobuf;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>合并: several ask for the same, one unit answers it once, and each of them gets the answer.</summary>
public sealed class MergeTests
{
    const string Target = "130506-0300025-9", Third = "130506-0300033-3";

    static CaseState Waiting => Of(Registered(), Held());
    static CaseState Handled => WithAnOfficer() with { InquiryId = Target };

    static Outcome<(CaseStep Merged, CaseStep Into)> Merge(CaseState? c, CaseState? into) => MergeDecision.Merge(c, into, "d1", Now);
    static Outcome<(CaseStep Merged, CaseStep Into)> Split(CaseState? c, CaseState? into) => MergeDecision.Split(c, into, "d1", Now.AddHours(1));
    static (CaseState Merged, CaseState Into) Joined(CaseState? c = null, CaseState? into = null) => Merge(c ?? Waiting, into ?? Handled).Value is var (m, i) ? (m.Case, i.Case) : default;
    static string? Code<T>(Outcome<T> outcome) => outcome.Refusal?.Code;
    static CaseState Told(CaseState merged) => MergeDecision.Answered(merged, "LO-001", Roads, Envelope, Now).Case;
    static CaseState Confidential(CaseState c) => c with { Registration = c.Registration! with { Confidential = true } };
    static CaseState Withdrawn(CaseState c) => WithdrawDecision.Withdraw(c, Now).Value!.Case;

    [Fact]
    public void A_held_inquiry_is_merged_into_one_that_a_unit_has_and_both_say_so()
    {
        var (merged, into) = Merge(Waiting, Handled).Value;
        Assert.Equal(("Merged", Roads, Target), (merged.Case.State, merged.Case.UnitCode, merged.Case.Merged!.IntoInquiryId));
        Assert.Equal("Dispatched", into.Case.State);
        Assert.Equal([Inquiry], into.Case.Waiting);
        var said = Assert.IsType<InquiryMerged>(Assert.Single(merged.Events));
        Assert.Equal((Inquiry, Target, "d1", CityTime.Stamp(Now)), (said.InquiryId, said.IntoInquiryId, said.MergedBy, said.MergedAt));
        var took = Assert.IsType<InquiryTookIn>(Assert.Single(into.Events));
        Assert.Equal((Target, Inquiry, "d1"), (took.InquiryId, took.MergedInquiryId, took.MergedBy));
    }

    [Fact]
    public void What_a_unit_had_in_hand_is_withdrawn_as_it_is_merged()
    {
        var step = Merge(Joint(), Handled).Value.Merged;
        Assert.Equal([(Lead, "Merged"), (Helper, "Merged")], step.Events.OfType<TaskWithdrawn>().Select(t => (t.TaskId, t.Reason)));
        Assert.IsType<InquiryMerged>(step.Events[^1]);
        Assert.All(step.Case.Tasks, t => Assert.False(t.Open));
    }

    [Fact]
    public void An_unknown_number_on_either_side_and_the_number_itself_are_refused()
    {
        Assert.Equal(("UnknownInquiry", "UnknownInquiry", "UnknownInquiry"), (Code(Merge(null, Handled)), Code(Merge(Waiting, null)), Code(Merge(Of(Held()), Handled)))); // a fact before its registration
        Assert.Equal("InvalidTarget", Code(Merge(Waiting, Waiting)));
    }

    [Fact]
    public void What_is_answered_closed_withdrawn_or_declined_is_not_merged()
    {
        Assert.Equal("AlreadyAnswered", Code(Merge(WithAnOfficer().Answered(), Handled)));
        Assert.Equal("CaseClosed", Code(Merge(CaseworkDecision.Close(WithAnOfficer().Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case, Handled)));
        Assert.Equal("WithdrawnByCitizen", Code(Merge(Withdrawn(Waiting), Handled)));
        Assert.Equal("CaseClosed", Code(Merge(Waiting.Then(Declined()), Handled)));
    }

    [Fact]
    public void What_is_merged_already_names_into_which_one() => Assert.Equal(("AlreadyMerged", true), Merge(Joined().Merged, Handled with { InquiryId = Third }).Refusal is var r ? (r!.Code, r.Zh.Contains(Target)) : default);

    [Fact]
    public void Merged_ones_form_no_chain()
    {
        var (merged, into) = Joined();
        Assert.Equal("OthersMerged", Code(Merge(into, Handled with { InquiryId = Third })));
        Assert.Equal(("TargetMerged", true), Merge(Waiting with { InquiryId = Third }, merged).Refusal is var r ? (r!.Code, r.Zh.Contains(Target)) : default);
    }

    [Fact]
    public void Nobody_would_answer_a_target_that_is_answered_closed_withdrawn_or_not_dispatched()
    {
        Assert.Equal("TargetOver", Code(Merge(Waiting, Handled.Answered())));
        Assert.Equal("TargetOver", Code(Merge(Waiting, CaseworkDecision.Close(Handled.Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case)));
        Assert.Equal("TargetOver", Code(Merge(Waiting, Withdrawn(Handled))));
        Assert.Equal("TargetOver", Code(Merge(Waiting, Of(RegisteredDirect()) with { InquiryId = Target })));
        Assert.Equal("TargetNotDispatched", Code(Merge(Waiting, Waiting with { InquiryId = Target })));
    }

    [Fact]
    public void Who_reports_in_confidence_is_joined_to_no_other_case()
    {
        Assert.Equal("ReporterConfidential", Code(Merge(Confidential(Waiting), Handled)));
        Assert.Equal("ReporterConfidential", Code(Merge(Waiting, Confidential(Handled))));
        Assert.False(MergeDecision.MayTakeIn(Confidential(Handled)));
        Assert.True(MergeDecision.MayTakeIn(Handled));
    }

    [Fact]
    public void The_lead_units_answer_is_everybodys_and_a_partial_result_is_nobodys()
    {
        var (_, into) = Joined(into: Joint() with { InquiryId = Target });
        Assert.Equal([Inquiry], into.Answered(Helper, Assistant).Waiting);
        var answered = into.Answered();
        Assert.Empty(answered.Waiting);
        Assert.Equal(1, Assert.Single(answered.TookIn!).AnswerNo);
    }

    [Fact]
    public void A_merged_case_gets_an_answer_of_its_own_once()
    {
        var step = MergeDecision.Answered(Joined().Merged, "LO-001", Roads, Envelope, Now);
        var said = Assert.IsType<InquiryAnswered>(Assert.Single(step.Events));
        Assert.Equal((Inquiry, "", 1, Roads, UnitRole.Lead, Envelope), (said.InquiryId, said.TaskId, said.AnswerNo, said.UnitCode, said.Role, said.PublicReply));
        Assert.Equal(("Answered", 1), (step.Case.State, step.Case.ShownAnswerNo));
        Assert.Empty(MergeDecision.Answered(step.Case, "LO-001", Roads, Envelope, Now).Events);
        Assert.Equal("Delivered", step.Case.Then(Delivered(1)).State);
    }

    [Fact]
    public void A_partial_result_that_a_merged_case_had_before_keeps_its_number()
    {
        var told = Told(Joined(Joint().Answered(Helper, Assistant)).Merged);
        Assert.Equal((2, "Answered"), (told.ShownAnswerNo, told.State));
    }

    [Fact]
    public void A_merged_case_is_closed_when_its_own_answer_was_delivered_and_not_before()
    {
        var merged = Joined().Merged;
        Assert.Equal("AnswerMissing", Code(CaseworkDecision.Close(merged, Supervisor, Now)));
        Assert.Equal("AnswerOnItsWay", Code(CaseworkDecision.Close(Told(merged), Supervisor, Now)));
        Assert.Equal("Closed", CaseworkDecision.Close(Told(merged).Then(Delivered(1)), Supervisor, Now).Value!.Case.State);
    }

    [Fact]
    public void A_merged_citizen_reads_and_rates_the_own_answer()
    {
        var told = Told(Joined().Merged);
        Assert.Equal((1, Inquiry), Assert.Single(CaseworkDecision.Fetched(told, Now).Events) is AnswerFetched f ? (f.AnswerNo, f.InquiryId) : default);
        Assert.Empty(CaseworkDecision.Fetched(CaseworkDecision.Fetched(told, Now).Case, Now).Events);
        var rated = Assert.IsType<AnswerRated>(Assert.Single(RatingDecision.Rate(told, 1, Grade.Satisfied, "", null, null, Now).Value!.Events));
        Assert.Equal(Roads, rated.UnitCode);
    }

    [Fact]
    public void A_mistake_is_undone_until_the_answer_is_given()
    {
        var (merged, into) = Joined();
        var (own, other) = Split(merged, into).Value;
        Assert.Equal(("Held", false), (own.Case.State, other.Case.Waiting.Any())); // as Routing had left it; Routing holds it again
        Assert.Equal((Inquiry, Target, "d1", "ByHand"), Assert.Single(own.Events) is InquirySplit s ? (s.InquiryId, s.IntoInquiryId, s.SplitBy, s.Reason) : default);
        Assert.Equal((Target, Inquiry), Assert.Single(other.Events) is InquiryLetGo l ? (l.InquiryId, l.MergedInquiryId) : default);
        Assert.Equal("AlreadyAnswered", Code(Split(Told(merged), into.Answered())));
        Assert.Equal("NothingToSplit", Code(Split(own.Case, other.Case)));
        Assert.Equal("WithdrawnByCitizen", Code(Split(Withdrawn(merged), into)));
        Assert.Equal("Merged", Merge(own.Case, other.Case).Value.Merged.Case.State); // and merged again
    }

    [Fact]
    public void An_answer_after_the_split_is_not_the_split_ones()
    {
        var (merged, into) = Joined();
        var (own, other) = Split(merged, into).Value;
        Assert.Null(Assert.Single(other.Case.Answered().TookIn!).AnswerNo);
        Assert.Empty(MergeDecision.Answered(own.Case, "LO-001", Roads, Envelope, Now).Events);
    }

    [Fact]
    public void A_dispatch_or_an_officer_heard_late_of_a_merged_case_gives_nobody_work()
    {
        var late = Fold(Joined().Merged, Dispatched(Lead, 1, Roads));
        Assert.Equal("Merged", Assert.IsType<TaskWithdrawn>(Assert.Single(late.Events)).Reason);
        Assert.Empty(Fold(late.Case, Assigned(Lead, Roads, "LO-001")).Events);
        Assert.Equal(("Merged", "Merged"), (late.Case.State, Joined(Of(Registered())).Merged.Then(Held()).State));
    }

    [Fact]
    public void A_target_that_its_citizen_takes_back_leaves_those_that_waited_on_their_own()
    {
        var (merged, into) = Joined();
        Assert.Equal([Inquiry], WithdrawDecision.Reached(into));
        var left = WithdrawDecision.Beside(merged, Target, Now);
        Assert.Equal(("WithdrawnByCitizen", ""), Assert.Single(left.Events) is InquirySplit s ? (s.Reason, s.SplitBy) : default);
        Assert.Null(left.Case.Merged);
        Assert.Empty(Withdrawn(into).Waiting);
        Assert.Empty(WithdrawDecision.Reached(Withdrawn(into)));
    }

    [Fact]
    public void A_merged_citizen_may_take_the_inquiry_back_and_leaves_the_targets_list()
    {
        var (merged, into) = Joined();
        Assert.Equal([Target], WithdrawDecision.Reached(merged));
        Assert.Equal("Closed", Withdrawn(merged).State);
        var let = WithdrawDecision.Beside(into, Inquiry, Now);
        Assert.Equal("WithdrawnByCitizen", Assert.IsType<InquiryLetGo>(Assert.Single(let.Events)).Reason);
        Assert.Empty(let.Case.Waiting);
        Assert.Equal("AlreadyAnswered", Code(WithdrawDecision.Withdraw(Told(merged), Now)));
    }

    [Fact]
    public void A_decline_that_was_decided_before_routing_knew_of_a_merge_is_passed_over()
    {
        var (merged, into) = Joined();
        foreach (var c in new[] { merged, into, Split(merged, into).Value.Merged.Case, Split(merged, into).Value.Into.Case })
        {
            Assert.Equal((c, 0), Fold(c, Declined()) is var s ? (s.Case, s.Events.Count) : default);
            var knew = Declined();
            knew.Merges = 1;
            if (c.Merged is null) Assert.Equal("Closed", Fold(c, knew).Case.State);
        }
    }

    [Fact]
    public void A_case_without_any_merging_is_written_as_before()
    {
        var json = Json.Write(Waiting);
        foreach (var field in new[] { "merges", "tookIn", "merged", "toPlace", "waiting" }) Assert.DoesNotContain($"\"{field}\"", json);
        var both = Joined();
        foreach (var c in new[] { both.Merged, both.Into, Told(both.Merged) }) Assert.Equal(Json.Write(c), Json.Write(Json.Read<CaseState>(Json.Write(c))));
    }

    [Fact]
    public void The_citizen_is_told_the_unit_and_the_date_and_never_the_other_inquiry()
    {
        var into = Handled.Then(Started(Lead));
        var progress = CaseView.Progress(Joined(into: into).Merged, null, [], "城管局", into);
        Assert.Equal((true, "Handling", Roads, "城管局", CityTime.Stamp(Now), true), (progress.Merged, progress.State, progress.UnitCode, progress.UnitName, progress.DispatchedAt, progress.DueAt is not null));
        Assert.DoesNotContain(Target, progress.ToString());
        var told = CaseView.Progress(Told(Joined().Merged), null, [new(AnswerText.KeyOf(Inquiry, 1), "已修复。", "")], "城管局");
        Assert.Equal(("Answered", "已修复。", true), (told.State, told.PublicReply, told.Merged));
    }

    [Fact]
    public void Both_timelines_show_what_was_merged_split_and_answered_with_the_other_number()
    {
        var (merged, into) = Joined();
        var (own, other) = Split(merged, into).Value;
        static IEnumerable<(string, string)> Acts(CaseState c) => CaseView.File(c, null, [], null).Timeline.Where(e => e.OtherInquiryId.Length > 0).Select(e => (e.Act, e.OtherInquiryId));
        Assert.Equal([("InquiryMerged", Target), ("InquirySplit", Target)], Acts(own.Case));
        Assert.Equal([("InquiryTookIn", Inquiry), ("InquiryLetGo", Inquiry)], Acts(other.Case));
        Assert.Equal([("InquiryMerged", Target), ("InquiryAnswered", Target)], Acts(Told(merged)));
    }

    [Fact]
    public void The_targets_page_lists_who_waits_with_the_contacts_that_came_since()
    {
        var (merged, into) = Joined();
        var row = Assert.Single(CaseView.TakenIn(into, [merged.Then(Added())]));
        Assert.Equal((Inquiry, 2, "Merged", true), (row.InquiryId, row.Contacts, row.State, row.LastContactAt is not null));
        Assert.Empty(CaseView.TakenIn(Split(merged, into).Value.Into.Case, [merged]));
        Assert.Equal((Target, Roads, "d1"), CaseView.Into(merged, [into]) is { } i ? (i.InquiryId, i.UnitCode, i.MergedBy) : default);
    }

    [Fact]
    public void The_most_alike_comes_first_and_what_shares_little_does_not_come()
    {
        var open = new[] { ("a", "路灯不亮 三天了 石油大街"), ("b", "供水管爆裂 石油大街12号 水流满地"), ("c", "请问 退休 金 怎么领"), ("d", "水管爆裂 兴隆台街") };
        Assert.Equal("b", Alike.Of("水管爆裂 石油大街12号门前 自来水漏了一地", open)[0]);
        Assert.DoesNotContain("c", Alike.Of("水管爆裂 石油大街12号门前 自来水漏了一地", open));
        Assert.Empty(Alike.Of("", open));
        Assert.Equal(["new", "old"], Alike.Of("水管爆裂", [("new", "水管爆裂"), ("old", "水管爆裂")]));
    }
}
