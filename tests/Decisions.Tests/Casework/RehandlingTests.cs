using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>重办: what was not enough goes back to the unit that answered.</summary>
public class RehandlingTests
{
    static FollowUpLimits Twice => FollowUpLimits.Of([new LimitPublished { Clock = "Rehandling", Kind = "Any", Most = 2, EffectiveFrom = "2004-01-01" }]);
    static Outcome<CaseStep> Send(CaseState c, Action<RecordFollowUpRequest>? how = null)
    {
        var r = new RecordFollowUpRequest { InquiryId = Inquiry, AnswerNo = c.ShownAnswerNo ?? 0, Result = FollowUpResult.Reached, Solution = "Unsolved", Rehandle = true, Words = "还是不亮，请到现场" };
        how?.Invoke(r);
        return FollowUpDecision.Record(c, r, Clerk, Twice, Envelope, Now);
    }
    static CaseState Sent(CaseState? c = null) => Send(c ?? Told()).Value!.Case;
    static CaseState InHand() => Sent().Then(Rehandled(), Assigned(Again, Roads, "LO-001"));
    static CaseState Closed() => CaseworkDecision.Close(Told(), Supervisor, Now).Value!.Case;
    static string? Code<T>(Outcome<T> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void It_says_that_somebody_called_and_then_that_it_goes_back_with_words_only_sealed()
    {
        var step = Send(Told()).Value!;
        Assert.Equal(["InquiryFollowedUp", "InquiryReopened"], step.Events.Select(e => e.Descriptor.Name));
        var said = Assert.IsType<InquiryReopened>(step.Events[1]);
        Assert.Equal((Lead, Roads, 1, "followup1", Envelope), (said.TaskId, said.UnitCode, said.AnswerNo, said.ReopenedBy, said.Words));
        Assert.DoesNotContain("还是不亮", string.Concat(step.Events) + Json.Write(step.Case));
        Assert.True(CaseView.File(step.Case, null, [], null).Answers.Single().FollowUp.Rehandled);
    }

    [Fact]
    public void Only_what_is_unsolved_or_dissatisfies_a_citizen_who_was_reached_and_with_words()
    {
        Assert.Equal("NothingToRehandle", Code(Send(Told(), r => r.Solution = "Solved")));
        Assert.Equal("NothingToRehandle", Code(Send(Told(), r => (r.Solution, r.Grade) = ("Solved", Grade.FairlySatisfied))));
        Assert.Null(Code(Send(Told(), r => (r.Solution, r.Grade) = ("Solved", Grade.Dissatisfied))));
        Assert.Equal("NothingToRehandle", Code(Send(Told(), r => r.Result = FollowUpResult.NotReached)));
        Assert.Equal("WordsMissing", Code(Send(Told(), r => r.Words = " ")));
    }

    [Fact]
    public void Until_Routing_has_dispatched_it_nobodys_answer_is_shown_and_nobody_closes_or_calls()
    {
        var c = Sent();
        Assert.Equal(("Reopened", null, Roads), (c.State, c.ShownAnswerNo, c.UnitCode));
        Assert.Equal("AnswerMissing", Code(CaseworkDecision.Close(c, Supervisor, Now)));
        Assert.Equal("Reopened", Code(Send(c, r => r.AnswerNo = 1)));
        Assert.Equal("NoAnswerYet", Code(RatingDecision.Rate(c, 1, Grade.Satisfied, "", null, null, Now)));
        Assert.Empty(CaseworkDecision.Fetched(c, Now).Events);
        Assert.Equal("Dispatched", c.Then(Rehandled()).State);
    }

    [Fact]
    public void What_was_closed_is_open_again_and_the_timeline_keeps_that_it_was_closed()
    {
        var c = Sent(Closed());
        Assert.Equal((null, "Reopened"), (c.Closing, c.State));
        Assert.Equal([("InquiryClosed", "sun"), ("InquiryReopened", "followup1")], CaseView.File(c, null, [], null).Timeline.Where(e => e.Act is "InquiryClosed" or "InquiryReopened").Select(e => (e.Act, e.Actor)));
        // The dispatch that follows is somebody's to answer, not late.
        Assert.Empty(CaseProjection.Dispatched(c, Rehandled(), Now).Events);
        Assert.Equal("Assigned", c.Then(Rehandled(), Assigned(Again, Roads, "LO-001")).Lead!.State);
    }

    [Fact]
    public void The_unit_answers_anew_and_that_answer_is_rated_and_called_about_by_itself()
    {
        var again = InHand().Answered(Again).Then(Delivered(2));
        Assert.Equal(("Delivered", 2), (again.State, again.ShownAnswerNo));
        Assert.NotNull(FollowUpDecision.Due(again));
        Assert.Equal(Grade.Satisfied, RatingDecision.Rate(again, 2, Grade.Satisfied, "", null, null, Now).Value!.Case.RatingOf(2)!.Grade);
        var file = CaseView.File(again, null, [], null);
        Assert.Equal([(1, true), (2, false)], file.Answers.Select(a => (a.AnswerNo, a.FollowUp is not null)));
    }

    [Fact]
    public void The_rating_of_the_first_answer_stays()
    {
        var rated = RatingDecision.Rate(Told(), 1, Grade.VeryDissatisfied, "", null, null, Now).Value!.Case;
        Assert.Equal(Grade.VeryDissatisfied, Sent(rated).Then(Rehandled()).RatingOf(1)!.Grade);
    }

    [Fact]
    public void The_unit_may_not_return_it_and_the_citizen_not_take_it_back()
    {
        var c = InHand();
        Assert.Equal("Rehandled", Code(ReturnDecision.Return(c, new() { InquiryId = Inquiry, TaskId = Again, Reason = "WrongDuty", Words = "不归我们" }, Officer, Envelope, Units, Now)));
        Assert.True(CaseView.Row(c, c.Lead!).Rehandled);
        Assert.Equal("AlreadyAnswered", Code(WithdrawDecision.Withdraw(c, Now)));
        Assert.Equal("AlreadyAnswered", Code(WithdrawDecision.Withdraw(Sent(), Now)));
    }

    [Fact]
    public void A_citizen_sees_that_it_is_handled_again_and_reads_the_earlier_answer()
    {
        var rated = RatingDecision.Rate(Told(), 1, Grade.Dissatisfied, "", null, null, Now).Value!.Case;
        AnswerText[] words = [new(AnswerText.KeyOf(Inquiry, 1), "已修复。", "内部"), new(AnswerText.KeyOf(Inquiry, 2), "换了灯。", "")];
        foreach (var c in new[] { Sent(rated), Sent(rated).Then(Rehandled()) })
        {
            var p = CaseView.Progress(c, null, words);
            Assert.Equal(("Handling", 1, "", null), (p.State, p.Rehandled, p.PublicReply, p.AnsweredAt));
            Assert.Equal((1, "已修复。", Grade.Dissatisfied), p.Earlier.Single() is var e ? (e.AnswerNo, e.PublicReply, e.Grade) : default);
        }
        var told = CaseView.Progress(Sent(rated).Then(Rehandled(), Assigned(Again, Roads, "LO-001")).Answered(Again), null, words);
        Assert.Equal(("Answered", "换了灯。", 2, 1), (told.State, told.PublicReply, told.AnswerNo, told.Earlier.Count));
        Assert.Equal(0, CaseView.Progress(Told(), null, words) is var once ? once.Rehandled + once.Earlier.Count : -1);
    }

    [Fact]
    public void A_closed_unit_s_is_held_and_whoever_is_designated_then_has_it()
    {
        var held = Sent().Then(new InquiryHeld { InquiryId = Inquiry, Reason = "UnitClosed", HeldAt = CityTime.Stamp(Now) });
        Assert.Equal(("Held", "Handling"), (held.State, CaseView.Progress(held, null, []).State));
        var designated = new InquiryDispatched(Dispatched(Again, 2, Heat)) { Reason = "DesignatedByHand", Designated = true };
        Assert.Equal(("Dispatched", Heat), held.Then(designated) is var c ? (c.State, c.UnitCode) : default);
        // One that wasn't sent back keeps its answer.
        Assert.Equal("Delivered", Told().Then(designated).State);
    }

    [Fact]
    public void It_goes_back_as_often_as_the_limit_says_and_never_while_others_wait_for_it()
    {
        CaseState Round(CaseState c, int no) => Sent(c) is var sent && $"{Inquiry}/{no}/1" is var task ? sent.Then(new InquiryDispatched(Rehandled(no)) { TaskId = task }, Assigned(task, Roads, "LO-001")).Answered(task).Then(Delivered(no)) : c;
        var twice = Round(Round(Told(), 2), 3);
        Assert.Equal("RehandledEnough", Code(Send(twice)));
        Assert.Null(Code(Send(twice, r => r.Rehandle = false))); // recorded it can be
        Assert.Equal("OthersMerged", Code(Send(Told() with { TookIn = [new("130506-0300018-1", "d1", Now)] })));
        Assert.DoesNotContain("eopening", Json.Write(Told()));
    }

    [Fact]
    public void What_other_services_say_of_the_new_dispatch_may_be_heard_in_any_order()
    {
        Google.Protobuf.IMessage[] facts = [Rehandled(), Assigned(Again, Roads, "LO-001"), Started(Again)];
        var all = from a in facts from b in facts from c in facts where a != b && b != c && a != c select Json.Write(Sent(Closed()).Then(a, b, c));
        Assert.Single(all.Distinct());
        Assert.Equal(("Reopened", "Dispatched"), (Sent().Then(facts[1], facts[2]).State, Sent().Then(facts[2], facts[1], facts[0]).State));
    }

    [Fact]
    public void Merged_in_the_same_moment_it_is_answered_with_the_other_one_and_the_new_task_is_withdrawn()
    {
        const string other = "130506-0300018-1";
        var into = new CaseState(other) { Registration = Told().Registration, Tasks = [new(other + "/1/1") { Dispatch = new(1, Heat, InquiryHub.Contracts.Common.UnitRole.Lead, Now, "Catalogue", "") }] };
        var merged = MergeDecision.Merge(Sent(), into, "d1", Now).Value.Merged.Case;
        Assert.Equal("Merged", merged.State);
        Assert.Equal("Merged", Assert.IsType<TaskWithdrawn>(Assert.Single(CaseProjection.Dispatched(merged, Rehandled(), Now).Events)).Reason);
        // Nobody calls about what was merged, so it can't be sent back either.
        Assert.Null(FollowUpDecision.Due(merged));
    }

    [Fact]
    public void A_contact_that_is_added_in_the_same_moment_stands_in_it()
    {
        Assert.Single(Sent().Then(Added()).Added);
        Assert.Equal("Reopened", Sent(Told().Then(Added())).State);
    }
}
