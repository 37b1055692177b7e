using InquiryHub.Assignment;

namespace InquiryHub.Decisions.Tests.Assignment;

public sealed class AssignmentDecisionTests
{
    [Fact]
    public void The_officer_with_the_fewest_open_tasks_takes_it()
    {
        var load = new Dictionary<string, long> { ["a"] = 3, ["b"] = 1, ["c"] = 2 };
        Assert.Equal(new AssignmentChoice("b", "LeastLoaded", 1), AssignmentDecision.Choose(["a", "b", "c"], o => load[o]));
    }

    [Fact]
    public void A_tie_goes_to_the_lower_officer_id_so_that_a_repetition_decides_the_same() =>
        Assert.Equal("a", AssignmentDecision.Choose(["b", "a"], _ => 2).OfficerId);

    [Fact]
    public void The_only_officer_of_a_unit_takes_everything() => Assert.Equal(new AssignmentChoice("a", "OnlyOfficer", 9), AssignmentDecision.Choose(["a"], _ => 9));

    [Fact]
    public void Who_is_on_leave_gets_no_new_task_and_of_those_who_are_there_the_load_decides()
    {
        var load = new Dictionary<string, long> { ["a"] = 0, ["b"] = 3, ["c"] = 2 };
        Assert.Equal(new AssignmentChoice("c", "LeastLoaded", 2), AssignmentDecision.Choose(["a", "b", "c"], o => load[o], o => o == "a"));
        Assert.Equal(new AssignmentChoice("b", "OnlyOfficer", 3), AssignmentDecision.Choose(["a", "b", "c"], o => load[o], o => o != "b"));
    }

    [Fact]
    public void Where_all_are_on_leave_one_of_them_has_it_all_the_same_and_the_reason_says_so() =>
        Assert.Equal(new AssignmentChoice("b", "NobodyPresent", 1), AssignmentDecision.Choose(["a", "b"], o => o == "a" ? 2 : 1, _ => true));

    [Fact]
    public void Who_of_the_unit_had_the_inquiry_before_has_it_again_unless_that_officer_is_gone_or_on_leave()
    {
        var again = new AssignedTask("t2", 2, "u", null, Ended: false);
        var inquiry = new AssignedInquiry("i", [new("t1", 1, "u", "b", Ended: true), new("x", 1, "other", "c", Ended: true), again]);
        Assert.Equal("b", inquiry.Before(again));
        Assert.Equal(new AssignmentChoice("b", "HadBefore", 5), AssignmentDecision.Choose(["a", "b"], o => o == "b" ? 5 : 0, before: "b"));
        Assert.Equal(new AssignmentChoice("a", "OnlyOfficer", 0), AssignmentDecision.Choose(["a", "b"], o => 0, o => o == "b", before: "b"));
        Assert.Equal("a", AssignmentDecision.Choose(["a", "c"], _ => 0, before: "b").OfficerId);
        Assert.Null(inquiry.Before(new("y", 2, "third", null, Ended: false)));
        Assert.Null(inquiry.Before(inquiry.Tasks[0])); // nor does a part of the same dispatch count
    }

    [Fact]
    public void A_unit_without_an_active_officer_lets_the_task_wait() => Assert.Null(AssignmentDecision.Choose([], _ => 0).OfficerId);

    [Fact]
    public void An_inquiry_waits_while_an_open_task_has_nobody()
    {
        var task = new AssignedTask("t", 1, "u", null, Ended: false);
        Assert.True(new AssignedInquiry("i", [task]).Waiting);
        Assert.False(new AssignedInquiry("i", [task with { OfficerId = "a" }]).Waiting);
        Assert.False(new AssignedInquiry("i", [task with { Ended = true }]).Waiting);
    }
}
