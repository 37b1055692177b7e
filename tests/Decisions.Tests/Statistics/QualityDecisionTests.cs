using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>How well units work: what each act counts as, for which unit, and that marks are sums of what was said.</summary>
public class QualityDecisionTests
{
    const string Key = "000001-0300000001-5";

    static readonly InquiryRegistered registered = new()
    { InquiryId = Key, Contact = new() { ContactId = "c1", MatterNo = 1, Channel = "WalkIn", ReceivedAt = CityTime.Stamp(CityTime.At(new(2013, 6, 3), new(12, 0))) }, ReceivingUnitCode = "desk" };

    static InquiryDispatched Dispatched(int no, string unit) => new() { InquiryId = Key, DispatchNo = no, TaskId = $"{Key}/{no}/1", UnitCode = unit, Role = UnitRole.Lead };
    static ReturnRequested Returned(int no, string unit) => new() { InquiryId = Key, TaskId = $"{Key}/{no}/1", UnitCode = unit };
    static AnswerRated Rated(Grade grade, int answerNo = 1, string unit = "water") => new() { InquiryId = Key, AnswerNo = answerNo, Grade = grade, UnitCode = unit };
    static InquiryFollowedUp CalledBack(FollowUpResult result, bool solved = false, Grade grade = Grade.Unspecified, int answerNo = 1) => new() { InquiryId = Key, AnswerNo = answerNo, UnitCode = "water", Result = result, Solved = solved, Grade = grade };

    static Fact Fold(params IMessage[] events) => events.Aggregate(new Fact(), FactDecision.After);
    static List<string> Counted(params IMessage[] events) => [.. QualityDecision.Rows(Key, Fold(events)).Select(r => $"{r.Word} {r.UnitCode} {r.Count}").Order(StringComparer.Ordinal)];

    [Fact]
    public void A_return_counts_for_the_unit_that_asked_wherever_the_inquiry_is_since() =>
        Assert.Equal(["MovedOn heat 1", "MovedOn water 1", "Returned heat 1", "Returned water 1"],
            Counted(registered, Dispatched(1, "water"), Returned(1, "water"), Dispatched(2, "heat"), Returned(2, "heat"), Dispatched(3, "roads")));

    [Fact]
    public void A_return_that_was_taken_back_counts_no_more_and_asked_again_counts_once()
    {
        ReturnWithdrawn back = new() { InquiryId = Key, TaskId = $"{Key}/1/1" };
        Assert.Empty(Counted(registered, Dispatched(1, "water"), Returned(1, "water"), back));
        Assert.Equal(["Returned water 1"], Counted(registered, Dispatched(1, "water"), Returned(1, "water"), back, Returned(1, "water")));
    }

    [Fact]
    public void Every_dispatch_to_a_unit_counts_the_one_that_stands_among_its_inquiries_and_those_before_as_moved_on() =>
        Assert.Equal(["MovedOn water 2"], Counted(registered, Dispatched(1, "water"), Dispatched(2, "water"), Dispatched(3, "heat")));

    [Theory]
    [InlineData(Grade.VerySatisfied, "Satisfied water 1")]
    [InlineData(Grade.FairlySatisfied, "Satisfied water 1")]
    [InlineData(Grade.Dissatisfied, "Dissatisfied water 1")]
    public void A_grade_of_fairly_satisfied_or_better_is_satisfied(Grade grade, string counted) => Assert.Equal([counted], Counted(registered, Rated(grade)));

    [Fact]
    public void Each_answer_of_an_inquiry_is_graded_for_itself_and_the_last_grade_of_an_answer_stands()
    {
        Assert.Equal(["Dissatisfied water 1", "Satisfied heat 1"], Counted(registered, Rated(Grade.VeryDissatisfied), Rated(Grade.Satisfied, 2, "heat")));
        Assert.Equal(["Effective water 1", "Satisfied water 1", "Solved water 1"], Counted(registered, Rated(Grade.VeryDissatisfied), CalledBack(FollowUpResult.Reached, solved: true, Grade.Satisfied)));
    }

    [Fact]
    public void A_call_that_brought_no_grade_is_a_follow_up_and_no_effective_one() => Assert.Equal(["Unsolved water 1"], Counted(registered, CalledBack(FollowUpResult.Reached)));

    [Fact]
    public void A_try_that_reached_nobody_is_no_follow_up_until_it_was_the_last_one()
    {
        Assert.Empty(Counted(registered, CalledBack(FollowUpResult.NotReached)));
        Assert.Equal(["Unreachable water 1"], Counted(registered, CalledBack(FollowUpResult.NotReached), CalledBack(FollowUpResult.Unreachable)));
    }

    [Fact]
    public void A_task_counts_once_as_supervised_in_however_many_forms_and_an_inquiry_done_again_by_its_answer()
    {
        TaskSupervised form = new() { InquiryId = Key, TaskId = $"{Key}/1/1", UnitCode = "water", Form = "DailySupervision" };
        InquiryReopened again = new() { InquiryId = Key, TaskId = $"{Key}/1/1", UnitCode = "water", AnswerNo = 1 };
        Assert.Equal(["Rehandled water 1", "Supervised water 1"], Counted(registered, form, new TaskSupervised(form) { Form = "Summons" }, again));
        Assert.Equal(["Rehandled water 2"], Counted(registered, again, new InquiryReopened(again) { AnswerNo = 2 }));
    }

    [Fact]
    public void What_was_said_before_the_registration_was_heard_is_counted_on_its_day_afterwards()
    {
        var (before, after) = (Fold(Rated(Grade.Satisfied)), Fold(Rated(Grade.Satisfied), registered));
        Assert.Equal([(string?)null], QualityDecision.Rows(Key, before).Select(r => r.Day));
        Assert.Equal([("2013-06-03", 1L)], QualityDecision.Changed(Key, before, after).Select(r => (r.Day!, r.Count)));
    }

    [Fact]
    public void What_was_registered_by_mistake_says_nothing_of_a_unit() =>
        Assert.Equal([0L], QualityDecision.Changed(Key, Fold(registered, Rated(Grade.Satisfied)), Fold(registered, Rated(Grade.Satisfied), new ContactVoided { InquiryId = Key })).Select(r => r.Count));

    [Fact]
    public void A_mark_that_is_gone_is_written_at_zero_and_what_is_the_same_is_not_written() =>
        Assert.Equal([("Dissatisfied", 1L), ("Satisfied", 0L)], QualityDecision.Changed(Key,
            Fold(registered, Rated(Grade.Satisfied), Rated(Grade.Satisfied, 2, "heat")), Fold(registered, Rated(Grade.Satisfied), Rated(Grade.Satisfied, 2, "heat"), CalledBack(FollowUpResult.Reached, grade: Grade.Dissatisfied)))
            .Where(r => r.Word.EndsWith("atisfied", StringComparison.Ordinal)).Select(r => (r.Word, r.Count)));

    [Fact]
    public void A_fact_without_any_mark_is_stored_as_it_was_before_there_were_marks() => Assert.DoesNotContain("marks", Json.Write(Fold(registered, Dispatched(1, "water"))), StringComparison.Ordinal);

    [Fact]
    public void A_fact_with_marks_is_read_back_as_it_was_written()
    {
        var fact = Fold(registered, Dispatched(1, "water"), Rated(Grade.Satisfied));
        Assert.Equal(fact.Marks!.AsEnumerable(), Json.Read<Fact>(Json.Write(fact)).Marks!);
    }
}
