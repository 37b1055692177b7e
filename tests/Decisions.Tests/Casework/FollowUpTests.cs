using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>回访: who is called about an answer, how often, and what is said of it.</summary>
public class FollowUpTests
{
    static readonly FollowUpLimits Limits = FollowUpLimits.Of([new LimitPublished { Clock = "FollowUp", Kind = "Any", WorkingDays = 2, Most = 3, EffectiveFrom = "2004-01-01" }, new LimitPublished { Clock = "Rehandling", Kind = "Any", Most = 2, EffectiveFrom = "2004-01-01" }]);
    static Outcome<CaseStep> Call(CaseState? c, Action<RecordFollowUpRequest>? how = null, FollowUpLimits? limits = null)
    {
        var r = new RecordFollowUpRequest { InquiryId = Inquiry, AnswerNo = 1, Tries = c?.FollowUps?.Count ?? 0, Result = FollowUpResult.Reached, Solution = "Solved", Grade = Grade.Satisfied, UnitContacted = true, Words = "修好了" };
        how?.Invoke(r);
        return FollowUpDecision.Record(c, r, Clerk, limits ?? Limits, Envelope, Now);
    }
    static void Nobody(RecordFollowUpRequest r) => (r.Result, r.Solution, r.Grade, r.UnitContacted, r.Words) = (FollowUpResult.NotReached, "", default, false, "");
    static CaseState Tried(int times, CaseState? c = null) => Enumerable.Range(0, times).Aggregate(c ?? Told(), (c, _) => Call(c, Nobody).Value!.Case);
    static CaseState Rated(Grade grade) => RatingDecision.Rate(Told(), 1, grade, "", null, null, Now).Value!.Case;
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;
    static bool Due(CaseState c) => FollowUpDecision.Due(c) is not null;

    [Fact]
    public void It_says_what_the_citizen_said_of_whose_answer_and_the_words_only_sealed()
    {
        var step = Call(Told()).Value!;
        var said = Assert.IsType<InquiryFollowedUp>(Assert.Single(step.Events));
        Assert.Equal((1, Lead, Roads, FollowUpResult.Reached, true, Grade.Satisfied, true, "followup1", Envelope), (said.AnswerNo, said.TaskId, said.UnitCode, said.Result, said.Solved, said.Grade, said.UnitContacted, said.FollowedUpBy, said.Words));
        Assert.DoesNotContain("修好了", said.ToString() + Json.Write(step.Case));
        var file = CaseView.File(step.Case, null, [], null, unseal: w => w is null ? "" : "修好了");
        Assert.Equal((FollowUpResult.Reached, true, Grade.Satisfied, true, "followup1", "修好了", 1, false), file.Answers.Single().FollowUp is var f ? (f.Result, f.Solved, f.Grade, f.UnitContacted, f.By, f.Words, f.Tries, f.Rehandled) : default);
        Assert.Contains(file.Timeline, e => e is { Act: "InquiryFollowedUp", Actor: "followup1", Detail: "Solved", Grade: Grade.Satisfied, Words: "修好了" });
    }

    [Fact]
    public void It_is_due_once_the_lead_units_answer_has_arrived_or_can_not()
    {
        Assert.False(Due(WithAnOfficer()));
        Assert.False(Due(WithAnOfficer().Answered()));
        Assert.True(Due(Told()));
        Assert.True(Due(WithAnOfficer().Answered().Then(Undeliverable(1))));
        Assert.False(Due(Joint().Answered(Helper, Assistant).Then(Delivered(1)))); // a partial result is nobody's answer
        Assert.True(Due(CaseworkDecision.Close(Told(), Supervisor, Now).Value!.Case));
        Assert.Equal("NotDue", Code(Call(WithAnOfficer())));
    }

    [Fact]
    public void Who_wants_no_reply_reports_in_confidence_was_declined_or_answered_on_the_spot_is_not_called()
    {
        static CaseState Of(Action<InquiryRegistered> how) { var e = Registered(); how(e); return Case.Of(e, Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001")).Answered().Then(Delivered(1)); }
        Assert.True(Due(Of(_ => { })));
        Assert.False(Due(Of(e => e.WantsReply = false)));
        Assert.False(Due(Of(e => e.Confidential = true)));
        Assert.Equal("ReporterConfidential", Code(Call(Of(e => e.Confidential = true))));
        Assert.False(Due(Case.Of(RegisteredDirect())));
        Assert.False(Due(Case.Of(Registered(), Held(), Declined()).Then(Delivered(1))));
        Assert.False(Due(Told().Then(new ContactVoided { InquiryId = Inquiry, VoidedBy = "op1", VoidedAt = CityTime.Stamp(Now) })));
        Assert.False(Due(WithAnOfficer() is var c ? WithdrawDecision.Withdraw(c, Now).Value!.Case : c));
    }

    [Fact]
    public void Who_rated_the_answer_well_needs_no_call_and_who_rated_it_badly_comes_first()
    {
        foreach (var good in new[] { Grade.VerySatisfied, Grade.Satisfied, Grade.FairlySatisfied }) Assert.Equal((false, "RatedWell"), (Due(Rated(good)), Code(Call(Rated(good)))));
        foreach (var bad in new[] { Grade.Dissatisfied, Grade.VeryDissatisfied }) Assert.True(TaskEntry.Of(Rated(bad), Rated(bad).Lead!)!.Dissatisfied);
        Assert.False(TaskEntry.Of(Told(), Told().Lead!)!.Dissatisfied);
    }

    [Fact]
    public void Nobody_there_leaves_it_in_the_queue_behind_the_others_and_the_third_time_it_is_unreachable()
    {
        var once = Call(Told(), Nobody).Value!;
        Assert.Equal((FollowUpResult.NotReached, false, default, false, null), Assert.IsType<InquiryFollowedUp>(Assert.Single(once.Events)) is var said ? (said.Result, said.Solved, said.Grade, said.UnitContacted, said.Words) : default);
        Assert.True(Due(Tried(2)));
        Assert.Equal(Now, TaskEntry.Of(Tried(2), Tried(2).Lead!)!.FollowUpAt);
        var third = Call(Tried(2), Nobody).Value!;
        Assert.Equal(FollowUpResult.Unreachable, Assert.IsType<InquiryFollowedUp>(Assert.Single(third.Events)).Result);
        Assert.False(Due(third.Case));
        Assert.Equal("FollowedUp", Code(Call(third.Case)));
        // A city that has set no limit tries as often as it needs.
        Assert.Equal(FollowUpResult.NotReached, Assert.IsType<InquiryFollowedUp>(Assert.Single(Call(Tried(2), Nobody, FollowUpLimits.None).Value!.Events)).Result);
    }

    [Fact]
    public void What_is_said_of_somebody_who_was_not_reached_counts_for_nothing() =>
        Assert.Equal((false, default, false), Assert.IsType<InquiryFollowedUp>(Assert.Single(Call(Told(), r => r.Result = FollowUpResult.NotReached).Value!.Events)) is var said ? (said.Solved, said.Grade, said.UnitContacted) : default);

    [Fact]
    public void Reached_one_says_whether_it_is_solved_and_the_grade_may_be_left_out()
    {
        Assert.Equal("InvalidResult", Code(Call(Told(), r => r.Result = default)));
        Assert.Equal("InvalidResult", Code(Call(Told(), r => r.Result = FollowUpResult.Unreachable))); // that is the limit's to say
        Assert.Equal("InvalidSolution", Code(Call(Told(), r => r.Solution = "")));
        Assert.Equal("InvalidGrade", Code(Call(Told(), r => r.Grade = (Grade)6)));
        Assert.Null(Code(Call(Told(), r => (r.Grade, r.Words) = (default, ""))));
        Assert.Equal("InvalidWords", Code(Call(Told(), r => r.Words = new('话', 501))));
    }

    [Fact]
    public void A_colleague_who_called_in_the_same_moment_is_not_written_over()
    {
        Assert.Equal("FollowedUp", Code(Call(Call(Told()).Value!.Case, r => r.Tries = 0)));
        Assert.Equal("TriedMeanwhile", Code(Call(Tried(1), r => r.Tries = 0)));
        Assert.Equal("AnswerIsNewer", Code(Call(Told(), r => r.AnswerNo = 2)));
        Assert.Equal("UnknownInquiry", Code(Call(null)));
    }

    [Fact]
    public void It_stands_in_the_queue_from_the_answers_arrival_to_the_call_and_cases_without_one_say_nothing_of_it()
    {
        static DateTimeOffset? From(CaseState c) => TaskEntry.Of(c, c.Task(Lead)!)!.FollowUpAt;
        Assert.Equal([null, null, Now, null], new[] { WithAnOfficer(), WithAnOfficer().Answered(), Told(), Call(Told()).Value!.Case }.Select(From));
        Assert.DoesNotContain("ollowUp", Json.Write(WithAnOfficer()) + Json.Write(TaskEntry.Of(WithAnOfficer(), WithAnOfficer().Lead!)));
        Assert.DoesNotContain("issatisfied", Json.Write(TaskEntry.Of(Told(), Told().Lead!)));
        Assert.Null(From(Told().Then(Dispatched(Again, 2, Heat)))); // placed elsewhere: that unit's answer is the citizen's
        Assert.Equal((1, 2, 3, 2), FollowUpView.Row(Tried(1), Limits) is { } row ? (row.Tries, row.WithinWorkingDays, row.MostTries, row.RehandlingsLeft) : default);
        Assert.Null(FollowUpView.Row(WithAnOfficer(), Limits));
    }

    [Fact]
    public void A_follow_up_clerk_sees_whom_a_case_is_from_only_while_the_call_is_due()
    {
        static string? Look(CaseState c) => RevealDecision.Reveal(c, Clerk, "ContactCitizen", "", new Content { Name = "芦某某" }, Envelope, Now).Refusal?.Code;
        Assert.Equal((null, "NoFollowUp", "NoFollowUp"), (Look(Told()), Look(WithAnOfficer()), Look(Call(Told()).Value!.Case)));
    }

    [Fact]
    public void The_limit_is_the_newest_that_is_not_after_the_day_of_the_answer()
    {
        static LimitPublished Of(string from, int days, string kind = "Any") => new() { Clock = "FollowUp", Kind = kind, WorkingDays = days, Most = days, EffectiveFrom = from };
        var limits = FollowUpLimits.Of([Of("2013-05-09", 5), Of("2004-01-01", 2), new LimitPublished { Clock = "Return", WorkingDays = 9, EffectiveFrom = "2004-01-01" }]);
        var complaint = Told().Registration!;
        Assert.Equal([2, 5, 0], new[] { At(8, 23), At(9, 0), CityTime.At(new(2003, 1, 1), default) }.Select(d => limits.On(complaint, d).WorkingDays));
        var byKind = FollowUpLimits.Of([Of("2004-01-01", 2), Of("2004-01-01", 3, "Complaint"), Of("2004-01-01", 1, "Urgent")]);
        Assert.Equal([3, 1, 2], new[] { complaint, complaint with { Urgency = Urgency.Urgent }, complaint with { Kind = InquiryKind.Praise } }.Select(r => byKind.On(r, Now).WorkingDays));
    }
}
