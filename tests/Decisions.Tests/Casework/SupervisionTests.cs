using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>督办: four forms, each once a task, for what is open.</summary>
public class SupervisionTests
{
    static Outcome<CaseStep> Supervise(CaseState? c, string form = "ListedSupervision", string words = "三日内到现场并书面说明", string task = Lead) =>
        SupervisionDecision.Supervise(c, new() { InquiryId = Inquiry, TaskId = task, Form = form, Words = words }, Supervisor, Envelope, Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void It_says_whom_it_is_for_in_which_form_and_its_words_only_sealed_and_no_clock_moves()
    {
        var before = WithAnOfficer();
        var step = Supervise(before).Value!;
        var said = Assert.IsType<TaskSupervised>(Assert.Single(step.Events));
        Assert.Equal((Lead, Roads, "LO-001", "ListedSupervision", Envelope, "sun"), (said.TaskId, said.UnitCode, said.OfficerId, said.Form, said.Words, said.SupervisedBy));
        Assert.DoesNotContain("书面说明", said.ToString() + Json.Write(step.Case));
        var row = CaseView.Row(step.Case, step.Case.Lead!);
        Assert.Equal(("ListedSupervision", Now, "Assigned", 0), (row.Supervision, row.SupervisedAt.ToDateTimeOffset(), row.State, row.SupervisorUrges));
        Assert.Equal(before.Lead!.Clock, step.Case.Lead!.Clock);
        Assert.Contains(CaseView.File(step.Case, null, [], null).Timeline, t => t is { Act: "TaskSupervised", Actor: "sun", UnitCode: Roads, Detail: "ListedSupervision" });
    }

    [Fact]
    public void It_grows_into_another_form_and_is_not_said_twice_in_one()
    {
        var listed = Supervise(WithAnOfficer()).Value!.Case;
        Assert.Equal("SupervisedAlready", Code(Supervise(listed)));
        var summoned = Supervise(listed, "Summons").Value!.Case;
        Assert.Equal("Summons", CaseView.Row(summoned, summoned.Lead!).Supervision);
        Assert.Equal("SupervisedAlready", Code(Supervise(summoned)));
    }

    [Fact]
    public void Only_what_somebody_still_has_to_do_in_a_form_that_there_is_and_with_what_is_required()
    {
        Assert.Null(Code(Supervise(Of(Registered(), Dispatched(Lead, 1, Roads)))));
        Assert.Equal("AlreadyAnswered", Code(Supervise(WithAnOfficer().Answered())));
        Assert.Equal("TaskWithdrawn", Code(Supervise(WithAnOfficer(Dispatched(Again, 2, Heat)))));
        Assert.Equal(("UnknownTask", "UnknownInquiry"), (Code(Supervise(WithAnOfficer(), task: "x")), Code(Supervise(null))));
        Assert.Equal(("InvalidForm", "WordsMissing"), (Code(Supervise(WithAnOfficer(), form: "Weekly")), Code(Supervise(WithAnOfficer(), words: " "))));
        Assert.Null(Code(Supervise(WithAnOfficer(), words: new('督', 500))));
        Assert.NotNull(Code(Supervise(WithAnOfficer(), words: new('督', 501))));
    }

    [Fact]
    public void It_is_found_among_what_is_supervised_until_the_unit_has_answered_or_lost_it()
    {
        var listed = Supervise(WithAnOfficer()).Value!.Case;
        static bool Found(CaseState c) => TaskEntry.Of(Inquiry, c.Task(Lead)!)!.Supervised;
        Assert.Equal((false, true, false, false), (Found(WithAnOfficer()), Found(listed), Found(listed.Answered()), Found(listed.Then(Dispatched(Again, 2, Heat)))));
        Assert.DoesNotContain("upervised", Json.Write(TaskEntry.Of(Inquiry, WithAnOfficer().Lead!)));
    }

    [Fact]
    public void A_task_that_nobody_supervises_is_written_as_before() => Assert.DoesNotContain("upervis", Json.Write(WithAnOfficer()));
}
