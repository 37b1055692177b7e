using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Web;

namespace InquiryHub.Decisions.Tests.Web;

/// <summary>The operators' list of answers to be told.</summary>
public sealed class CallBacksTests
{
    static Delivery Answer(string id, string state = "Waiting", int no = 1) => new() { InquiryId = id, State = state, AnswerNo = no };

    [Fact]
    public void Who_waits_for_a_first_call_comes_before_whom_another_door_did_not_reach_and_the_older_one_first() =>
        Assert.Equal(["a", "c", "b", "d"], CallBacks.Of([Answer("d", "InDoubt"), Answer("c"), Answer("b", "Undeliverable"), Answer("a")], []).Select(r => r.InquiryId));

    [Fact]
    public void An_inquiry_stands_there_once_with_its_newest_answer() =>
        Assert.Equal([("a", 2)], CallBacks.Of([Answer("a", "Undeliverable"), Answer("a", no: 2)], []).Select(r => (r.InquiryId, r.Delivery.AnswerNo)));

    [Fact]
    public void A_case_that_can_not_be_read_at_the_moment_is_shown_by_its_number()
    {
        var rows = CallBacks.Of([Answer("a"), Answer("b"), Answer("c")], [new CaseRow { InquiryId = "a", Title = "路灯" }, new CaseRow { InquiryId = "b" }]);
        Assert.Equal(["路灯", "b", "c"], rows.Select(r => r.Title));
    }
}
