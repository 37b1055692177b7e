using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>不予受理: the citizen gets the dispatcher's words, and the case is closed.</summary>
public class DeclineTests
{
    static readonly AnswerText[] said = [new(AnswerText.KeyOf(Inquiry, 1), "请向人民法院提出。", "")];

    [Fact]
    public void It_is_answered_and_closed_in_one_step_with_nobodys_task()
    {
        var (c, events) = Run(Of(Registered(), Held()), [Declined()]);
        var answered = Assert.IsType<InquiryAnswered>(events[0]);
        Assert.Equal((1, "", "d1", UnitRole.Lead, Envelope), (answered.AnswerNo, answered.TaskId, answered.AnsweredBy, answered.Role, answered.PublicReply));
        Assert.Equal("Declined", Assert.IsType<InquiryClosed>(events[1]).Outcome);
        Assert.Equal((2, "Closed"), (events.Count, c.State));
    }

    [Fact]
    public void A_task_that_its_unit_wanted_to_return_is_withdrawn_first()
    {
        var returning = ReturnDecision.Return(WithAnOfficer(), new() { TaskId = Lead, Reason = "WrongDuty", Words = "x" }, Officer, Envelope, Units, Now).Value!.Case;
        var (c, events) = Run(returning, [Declined()]);
        Assert.Equal(["TaskWithdrawn", "InquiryAnswered", "InquiryClosed"], events.Select(e => e.Descriptor.Name));
        Assert.Equal(("Declined", "Withdrawn"), (((TaskWithdrawn)events[0]).Reason, c.Task(Lead)!.State));
    }

    [Fact]
    public void The_citizen_reads_the_words_which_proves_their_arrival_once_and_may_rate_them()
    {
        var c = Of(Registered(), Held(), Declined());
        var progress = CaseView.Progress(c, null, said);
        Assert.Equal(("Declined", "请向人民法院提出。", 1), (progress.State, progress.PublicReply, progress.AnswerNo));
        var read = CaseworkDecision.Fetched(c, Now);
        Assert.Equal(1, Assert.IsType<AnswerFetched>(Assert.Single(read.Events)).AnswerNo);
        Assert.Empty(CaseworkDecision.Fetched(read.Case, Now).Events);
        Assert.Null(RatingDecision.Rate(c, 1, Grade.Satisfied, "", null, null, Now).Refusal);
    }

    [Fact]
    public void The_file_and_its_timeline_say_who_and_why()
    {
        var file = CaseView.File(Of(Registered(), Held(), Declined()), null, said, null);
        Assert.Equal(("请向人民法院提出。", 1, "d1"), (file.PublicReply, file.Answers.Single().AnswerNo, file.Answers.Single().OfficerId));
        Assert.Contains(file.Timeline, e => e is { Act: "InquiryDeclined", Detail: "Litigation", Actor: "d1" });
    }

    [Fact]
    public void A_case_that_was_answered_or_closed_meanwhile_stays_as_it_is()
    {
        var answered = WithAnOfficer().Answered();
        Assert.Equal((answered, 0), Run(answered, [Declined()]) is var a ? (a.Case, a.Said.Count) : default);
        var closed = CaseworkDecision.Close(WithAnOfficer().Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case;
        Assert.Equal((closed, 0), Run(closed, [Declined()]) is var r ? (r.Case, r.Said.Count) : default);
    }
}
