using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>日计数单: what is saved, what is nothing new, and what a colleague did meanwhile.</summary>
public class SheetDecisionTests
{
    static readonly Actor clerk = new("clerk", [Roles.Officer], "U1", "");
    static readonly DateTimeOffset now = CityTime.At(new(2013, 6, 3), new(17, 0));

    static SaveTallySheetRequest Filled(int revision, params (string Code, int Count)[] rows) =>
        new() { CounterId = "C1", Day = "2013-06-03", Revision = revision, Rows = { rows.Select(r => new TallyRow { CategoryCode = r.Code, Count = r.Count }) } };

    static TallySheet Sheet(int revision, params (string Code, int Count)[] rows) => SheetDecision.Map(Filled(revision, rows), clerk, now).Value!.Sheet;
    static (string?, string?) Decided(TallySheet sheet, TallySheet? stored) => SheetDecision.Decide(sheet, stored) is var (outcome, refusal) ? (outcome?.ToString(), refusal?.Code) : default;

    [Fact]
    public void A_sheet_is_saved_with_the_revision_after_the_one_that_was_read_who_saved_it_and_the_sum_of_its_lines()
    {
        var sheet = Sheet(2, ("010203", 7), ("", 3), ("040203", 0));
        Assert.Equal((3, 10L, "2013-06-03", "clerk", now), (sheet.Revision, sheet.Total, sheet.Day, sheet.SavedBy, sheet.SavedAt));
        Assert.Equal([new TallyLine("", 3), new TallyLine("010203", 7)], sheet.Rows!);
    }

    [Fact]
    public void The_same_numbers_again_are_nothing_new_whatever_revision_was_read()
    {
        var stored = Sheet(0, ("", 3));
        Assert.Equal(("Known", null), Decided(Sheet(0, ("", 3)), stored));
        Assert.Equal(("Known", null), Decided(Sheet(1, ("", 3), ("010203", 0)), stored));
    }

    [Fact]
    public void Other_numbers_replace_only_the_sheet_that_was_read()
    {
        var stored = Sheet(0, ("", 3));
        Assert.Equal(("New", null), Decided(Sheet(1, ("", 4)), stored));
        Assert.Equal((null, "StaleSheet"), Decided(Sheet(0, ("", 4)), stored));
        Assert.Equal((null, "StaleSheet"), Decided(Sheet(2, ("", 4)), stored));
        Assert.Equal((null, "StaleSheet"), Decided(Sheet(1, ("", 4)), null));
    }

    [Fact]
    public void An_empty_sheet_takes_a_saved_one_back_and_is_nothing_without_one()
    {
        Assert.Equal(("New", null), Decided(Sheet(1), Sheet(0, ("", 3))));
        Assert.Equal((null, "EmptySheet"), Decided(Sheet(0), null));
    }

    [Theory]
    [InlineData("2013-02-30", 1, "InvalidDay")]
    [InlineData("2013-06-03", -1, "InvalidRows")]
    [InlineData("2013-06-03", 10_001, "InvalidRows")]
    public void A_day_or_number_that_can_t_be_is_refused(string day, int count, string code)
    {
        var request = Filled(0, ("", count));
        request.Day = day;
        Assert.Equal(code, SheetDecision.Map(request, clerk, now).Refusal!.Code);
    }

    [Fact]
    public void No_topic_stands_on_a_sheet_twice() => Assert.Equal("InvalidRows", SheetDecision.Map(Filled(0, ("010203", 1), ("010203", 0)), clerk, now).Refusal!.Code);
}
