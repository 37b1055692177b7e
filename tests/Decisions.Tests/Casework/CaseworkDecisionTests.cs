using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

public class CaseworkDecisionTests
{
    static Outcome<CaseStep> Answer(CaseState? c, string reply = "已修复。", string note = "", Actor? by = null, string task = Lead) => CaseworkDecision.Answer(c, task, by ?? Officer, reply, note, Envelope, Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void An_officer_signs_in_a_task_of_the_own_unit()
    {
        var step = CaseworkDecision.SignIn(WithAnOfficer(), Lead, Officer, Now).Value!;
        Assert.Equal("LO-001", Assert.IsType<TaskSignedIn>(Assert.Single(step.Events)).OfficerId);
        Assert.Equal("SignedIn", step.Case.State);
    }

    [Fact]
    public void Signing_in_again_or_by_a_colleague_leaves_the_first()
    {
        var signed = CaseworkDecision.SignIn(WithAnOfficer(), Lead, Officer, Now).Value!.Case;
        foreach (var again in new[] { Officer, Colleague })
        {
            var step = CaseworkDecision.SignIn(signed, Lead, again, Now.AddHours(1)).Value!;
            Assert.Empty(step.Events);
            Assert.Same(signed, step.Case);
        }
    }

    [Fact]
    public void A_task_of_another_unit_is_not_yours()
    {
        Assert.Equal("NotYours", Code(CaseworkDecision.SignIn(WithAnOfficer(), Lead, Stranger, Now)));
        Assert.Equal("NotYours", Code(Answer(WithAnOfficer(), by: Stranger)));
        Assert.Equal("NotYours", Code(Answer(WithAnOfficer(), by: Supervisor)));
    }

    [Fact]
    public void A_colleague_of_the_unit_answers_and_is_recorded()
    {
        var step = Answer(WithAnOfficer(), by: Colleague).Value!;
        Assert.Equal("LO-002", Assert.IsType<InquiryAnswered>(step.Events[^1]).AnsweredBy);
        Assert.Equal("LO-001", step.Case.Lead!.Assigned!.OfficerId);
    }

    [Fact]
    public void Answering_without_signing_in_signs_in_first()
    {
        Assert.Equal([typeof(TaskSignedIn), typeof(InquiryAnswered)], Answer(WithAnOfficer()).Value!.Events.Select(e => e.GetType()));
        var signed = CaseworkDecision.SignIn(WithAnOfficer(), Lead, Officer, Now).Value!.Case;
        Assert.IsType<InquiryAnswered>(Assert.Single(Answer(signed).Value!.Events));
    }

    [Fact]
    public void The_handling_note_never_leaves_Casework() =>
        Assert.DoesNotContain("内部", string.Concat(Answer(WithAnOfficer(), note: "内部说明").Value!.Events.Select(e => e.ToString())));

    [Theory]
    [InlineData(""), InlineData("   "), InlineData("a\0b"), InlineData("a\ud800b"), InlineData("a\ufffdb")]
    public void A_reply_that_is_empty_or_broken_is_refused(string reply) => Assert.Equal("InvalidReply", Code(Answer(WithAnOfficer(), reply)));

    [Theory]
    [InlineData(5000, null), InlineData(5001, "InvalidReply")]
    public void A_reply_has_at_most_5000_characters_as_people_count_them(int length, string? code)
    {
        Assert.Equal(code, Code(Answer(WithAnOfficer(), string.Concat(Enumerable.Repeat("𠮷", length)))));
        Assert.Equal(code, Code(Answer(WithAnOfficer(), "好", note: new string('注', length))));
    }

    [Fact]
    public void A_task_is_answered_once() => Assert.Equal("AlreadyAnswered", Code(Answer(WithAnOfficer().Answered())));

    [Fact]
    public void A_task_without_an_officer_waits() => Assert.Equal("TaskWaiting", Code(Answer(Of(Registered(), Dispatched(Lead, 1, Roads)))));

    [Fact]
    public void A_task_that_was_sent_elsewhere_can_not_be_answered() => Assert.Equal("TaskWithdrawn", Code(Answer(WithAnOfficer(Dispatched(Again, 2, Water)))));

    [Fact]
    public void An_unknown_inquiry_or_task_is_refused()
    {
        Assert.Equal("UnknownInquiry", Code(Answer(null)));
        Assert.Equal("UnknownInquiry", Code(Answer(Of(Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001")))));
        Assert.Equal("UnknownTask", Code(Answer(WithAnOfficer(), task: Helper)));
    }

    [Fact]
    public void Answers_count_per_inquiry_and_only_the_lead_units_is_the_citizens()
    {
        var partial = Answer(Joint(), by: Assistant, task: Helper).Value!;
        var said = Assert.IsType<InquiryAnswered>(partial.Events[^1]);
        Assert.Equal((1, UnitRole.Assisting), (said.AnswerNo, said.Role));
        Assert.Equal("Dispatched", partial.Case.State);
        var whole = Answer(partial.Case).Value!;
        Assert.Equal((2, UnitRole.Lead), (((InquiryAnswered)whole.Events[^1]).AnswerNo, ((InquiryAnswered)whole.Events[^1]).Role));
        Assert.Equal("Answered", whole.Case.State);
        Assert.Equal("Answered", whole.Case.Then(Delivered(1)).State); // an answer that wasn't the citizen's
        Assert.Equal("Delivered", whole.Case.Then(Delivered(2)).State);
    }

    [Fact]
    public void Only_what_was_answered_and_delivered_or_undeliverable_is_closed()
    {
        var answered = WithAnOfficer().Answered();
        Assert.Equal("AnswerMissing", Code(CaseworkDecision.Close(WithAnOfficer(), Supervisor, Now)));
        Assert.Equal("AnswerOnItsWay", Code(CaseworkDecision.Close(answered, Supervisor, Now)));
        foreach (var end in new Google.Protobuf.IMessage[] { Delivered(1), Undeliverable(1) })
        {
            var closed = CaseworkDecision.Close(answered.Then(end), Supervisor, Now).Value!;
            Assert.Equal(("sun", "Answered"), (Assert.IsType<InquiryClosed>(Assert.Single(closed.Events)).ClosedBy, ((InquiryClosed)closed.Events[0]).Outcome));
            Assert.Equal("CaseClosed", Code(CaseworkDecision.Close(closed.Case, Supervisor, Now)));
        }
    }

    [Fact]
    public void A_citizen_who_wants_no_reply_is_not_waited_for() =>
        Assert.Null(Code(CaseworkDecision.Close(Of(Registered(wantsReply: false), Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001")).Answered(), Supervisor, Now)));

    [Fact]
    public void Closing_withdraws_what_assisting_units_have_open()
    {
        var closed = CaseworkDecision.Close(Joint().Answered().Then(Delivered(1)), Supervisor, Now).Value!;
        var withdrawn = Assert.IsType<TaskWithdrawn>(closed.Events[0]);
        Assert.Equal((Helper, "CaseClosed", "LO-005"), (withdrawn.TaskId, withdrawn.Reason, withdrawn.OfficerId));
        Assert.IsType<InquiryClosed>(closed.Events[1]);
        Assert.Equal("TaskWithdrawn", Code(Answer(closed.Case, by: Assistant, task: Helper)));
    }

    [Fact]
    public void The_first_look_at_an_answer_is_its_proof_of_delivery()
    {
        var first = CaseworkDecision.Fetched(WithAnOfficer().Answered(), Now);
        Assert.Equal(1, Assert.IsType<AnswerFetched>(Assert.Single(first.Events)).AnswerNo);
        Assert.Empty(CaseworkDecision.Fetched(first.Case, Now).Events);
        Assert.Empty(CaseworkDecision.Fetched(WithAnOfficer(), Now).Events);
    }
}
