using Google.Protobuf;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Routing;

namespace InquiryHub.Decisions.Tests.Routing;

/// <summary>会办: whom a lead unit may bring in, and when.</summary>
public sealed class JointHandlingTests
{
    static readonly Catalogue City = Catalogue.Of(new IMessage[] { Unit("roads"), Unit("water"), Unit("heat"), Unit("closed", active: false) });
    static UnitPublished Unit(string code, bool active = true) => new() { UnitCode = code, Name = code, Active = active };
    static readonly RoutedInquiry Led = new("130522-0000001-0", InquiryKind.Consultation, Urgency.Normal, "040101", "", "Hotline12345", default) { DispatchNo = 2, UnitCode = "roads", AssistingUnitCodes = ["heat"], Reason = "Catalogue" };

    static Outcome<RoutedInquiry> Join(RoutedInquiry? inquiry, string[] asked, int seen = 2, string by = "roads", string words = "请协助断水") => RoutingDecision.Join(inquiry, seen, by, asked, words, City);

    [Fact]
    public void Units_are_added_behind_those_that_assist_and_the_lead_and_its_dispatch_stay()
    {
        var joined = Join(Led, ["water"]).Value!;
        Assert.Equal((2, "roads", "Catalogue"), (joined.DispatchNo, joined.UnitCode, joined.Reason));
        Assert.Equal(["heat", "water"], joined.AssistingUnitCodes);
    }

    [Fact]
    public void Only_the_unit_that_leads_now_brings_others_in()
    {
        Assert.Equal("NotLeadUnit", Join(Led, ["water"], by: "heat").Refusal!.Code);
        Assert.Equal("NotLeadUnit", Join(Led, ["water"], seen: 1).Refusal!.Code);
        foreach (var by in new[] { "roads", "" }) Assert.Equal("NotLeadUnit", Join(Led with { DispatchNo = 0, UnitCode = "" }, ["water"], seen: 0, by).Refusal!.Code); // held: nobody leads
        Assert.Equal("UnknownInquiry", Join(null, ["water"]).Refusal!.Code);
    }

    [Fact]
    public void A_unit_that_wants_to_return_it_brings_nobody_in_and_what_was_declined_is_over()
    {
        Assert.Equal("ReturnRequested", Join(Led with { Return = new("t", "roads", "WrongDuty", "", default) }, ["water"]).Refusal!.Code);
        Assert.Equal("Declined", Join(Led with { Declined = "Litigation" }, ["water"]).Refusal!.Code);
    }

    [Theory, InlineData("InvalidUnits"), InlineData("InvalidUnits", "roads"), InlineData("InvalidUnits", "water", "heat"), InlineData("InvalidUnits", "water", "water"), InlineData("UnknownUnit", "closed"), InlineData("UnknownUnit", "water", "nobody")]
    public void Each_must_be_an_active_unit_that_has_no_part_in_it_yet(string code, params string[] asked) => Assert.Equal(code, Join(Led, asked).Refusal!.Code);

    [Theory, InlineData("", "WordsMissing"), InlineData(" \n", "WordsMissing"), InlineData("a\0b", "InvalidWords")]
    public void They_are_told_what_to_do(string words, string code) => Assert.Equal(code, Join(Led, ["water"], words: words).Refusal!.Code);
}
