using InquiryHub.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Casework;

public sealed class DraftDecisionTests
{
    static readonly byte[] box = [1];
    static readonly DraftSet none = new(DraftSet.KeyOf("li", "case/130506-0300017-4"));

    static DraftStep Save(DraftSet drafts, string text, long seen, string stored = "", string field = "reply") =>
        DraftDecision.Save(drafts, field, text, box, stored, seen, Case.Now).Value!;

    [Fact]
    public void Each_change_is_a_version_and_the_same_text_again_changes_nothing()
    {
        var first = Save(none, "您好", 0);
        var second = Save(first.Drafts, "您好！", 1, stored: "您好");
        Assert.Equal((1L, 2L), (first.Field.Version, second.Field.Version));
        Assert.Same(second.Drafts, Save(second.Drafts, "您好！", 1, stored: "您好！").Drafts);
    }

    [Fact]
    public void A_text_that_the_writer_did_not_see_is_given_back_and_not_overwritten()
    {
        var other = Save(Save(none, "甲", 0).Drafts, "甲乙", 1, stored: "甲");
        var step = Save(other.Drafts, "丙", 1, stored: "甲乙");
        Assert.Equal(("甲乙", 2L), (step.Other, step.Field.Version));
        Assert.Same(other.Drafts, step.Drafts);
        Assert.Null(Save(other.Drafts, "丙", 2, stored: "甲乙").Other);
    }

    [Fact]
    public void An_emptied_draft_is_dropped_and_stands_in_nobodys_way()
    {
        var dropped = Save(Save(none, "甲", 0).Drafts, "", 1, stored: "甲");
        Assert.Equal((0, 2L), (dropped.Field.Text.Length, dropped.Field.Version));
        var again = Save(dropped.Drafts, "乙", 0);
        Assert.Equal((null, 3L), (again.Other, again.Field.Version));
        Assert.Same(none, Save(none, "", 0).Drafts);
    }

    [Fact]
    public void What_is_dropped_loses_its_text_and_keeps_its_version()
    {
        var drafts = DraftDecision.Drop(Save(Save(none, "甲", 0).Drafts, "乙", 0, field: "note").Drafts, Case.Now);
        Assert.All(drafts.Fields.Values, f => Assert.Equal((0, 2L), (f.Text.Length, f.Version)));
        Assert.Same(drafts, DraftDecision.Drop(drafts, Case.Now));
    }

    [Fact]
    public void A_draft_has_at_most_100000_characters_however_they_are_written()
    {
        Assert.Null(DraftDecision.Save(none, "reply", string.Concat(Enumerable.Repeat("𠮷", 100_000)), box, "", 0, Case.Now).Refusal);
        Assert.Equal("InvalidDraft", DraftDecision.Save(none, "reply", new string('字', 100_001), box, "", 0, Case.Now).Refusal!.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    public void A_field_and_a_scope_have_a_plain_name(string name)
    {
        Assert.NotNull(DraftDecision.Save(none, name, "甲", box, "", 0, Case.Now).Refusal);
        Assert.NotNull(DraftDecision.CheckScope(name));
    }

    [Fact]
    public void The_drafts_of_a_case_lie_where_the_case_lies_and_others_where_the_person_is()
    {
        var inquiryId = InquiryNumber.Make(new(2013, 5, 6), 3, 17);
        Assert.Equal(inquiryId, DraftDecision.ShardKey("li", DraftDecision.ScopeOf(inquiryId)));
        Assert.Equal("li", DraftDecision.ShardKey("li", "counter"));
        Assert.Equal("li", DraftDecision.ShardKey("li", "case/no number"));
    }
}
