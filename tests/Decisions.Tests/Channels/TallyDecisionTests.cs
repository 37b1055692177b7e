using CsCheck;
using InquiryHub.Channels;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class TallyDecisionTests
{
    static readonly DateOnly today = new(2013, 5, 2);
    static readonly DoorReference reference = DoorReference.Of([new ChannelPublished { Channel = "WalkIn" }, new CounterPublished { CounterId = "C1", Active = true }, new CatalogueEntryPublished { EntryCode = "010203", Active = true }]);

    static TallyPayload Sheet(int revision = 1, string day = "2013-05-01", string counter = "C1", params TallyRowPayload[] rows) =>
        new("s1", revision, counter, day, rows.Length > 0 ? rows : [new("010203", 20), new("", 3)]);
    static string? Refused(TallyPayload p) => Tally.Map(p) is { Value: { } t } ? TallyDecision.Check(t, today, reference).Refusal?.Code : Tally.Map(p).Refusal?.Code;

    [Fact]
    public void The_total_is_the_sum_of_the_rows() => Assert.Equal(23, Tally.Map(Sheet()).Value!.Sheet.Total);

    [Fact]
    public void Counts_are_from_zero_to_ten_thousand()
    {
        Assert.Null(Refused(Sheet(rows: [new("010203", 0), new("", 10_000)])));
        Assert.Equal("InvalidRows", Refused(Sheet(rows: new TallyRowPayload("010203", -1))));
        Assert.Equal("InvalidRows", Refused(Sheet(rows: new TallyRowPayload("010203", 10_001))));
        Assert.Equal("InvalidRows", Refused(Sheet(rows: new TallyRowPayload("010203", null))));
        Assert.Equal("InvalidRows", Refused(new("s1", 1, "C1", "2013-05-01", [])));
    }

    [Fact]
    public void No_category_stands_twice() => Assert.Equal("InvalidRows", Refused(Sheet(rows: [new("010203", 1), new("010203", 1)])));

    [Fact]
    public void Codes_must_be_known()
    {
        Assert.Equal("UnknownCategory", Refused(Sheet(rows: new TallyRowPayload("999999", 1))));
        Assert.Equal("UnknownCounter", Refused(Sheet(counter: "C9")));
    }

    [Theory]
    [InlineData("2013-05-02", null)]
    [InlineData("2013-05-03", "InvalidDay")]
    [InlineData("2012-03-28", null)]
    [InlineData("2012-03-27", "InvalidDay")]
    [InlineData("2013-02-30", "InvalidDay")]
    [InlineData("", "InvalidDay")]
    public void The_day_is_past_and_not_too_long_ago(string day, string? code) => Assert.Equal(code, Refused(Sheet(day: day)));

    [Fact]
    public void Only_a_higher_revision_replaces_a_sheet() => Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Bool).Sample((stored, sent, same) =>
    {
        var was = Tally.Map(Sheet(stored)).Value!.Sheet;
        var (outcome, refusal) = TallyDecision.Decide(Tally.Map(same ? Sheet(sent) : Sheet(sent, rows: new TallyRowPayload("010203", 21))).Value!.Sheet, was);
        Assert.Equal(sent > stored ? Tallied.New : sent < stored ? null : same ? Tallied.Known : Tallied.RevisionReused, outcome);
        Assert.Equal(sent < stored, refusal is { Code: "LowerRevision" });
    });

    [Fact]
    public void A_counter_can_not_replace_anothers_sheet() =>
        Assert.Equal("SheetOfAnotherCounter", TallyDecision.Decide(Tally.Map(Sheet(2, counter: "C2")).Value!.Sheet, Tally.Map(Sheet()).Value!.Sheet).Refusal?.Code);

    [Fact]
    public void The_order_of_rows_is_no_content() =>
        Assert.Equal(Tally.Map(Sheet(rows: [new("a", 1), new("b", 2)])).Value!.Sheet.ContentHash, Tally.Map(Sheet(rows: [new("b", 2), new("a", 1)])).Value!.Sheet.ContentHash);
}
