using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Routing;

namespace InquiryHub.Decisions.Tests.Routing;

/// <summary>指定承办: a supervisor names the unit, and when.</summary>
public sealed class DesignationTests
{
    static readonly Catalogue City = Catalogue.Of(new IMessage[] { Unit("roads"), Unit("water"), Unit("heat"), Unit("closed", active: false) });
    static UnitPublished Unit(string code, bool active = true) => new() { UnitCode = code, Name = code, Active = active };
    static readonly DateTimeOffset Now = new(2013, 5, 22, 1, 0, 0, TimeSpan.Zero);
    static readonly RoutedInquiry Held = new("130522-0000001-0", InquiryKind.Complaint, Urgency.Normal, "", "", "Hotline12345", Now) { HeldSince = Now, Reason = "NoCategory", Candidates = ["heat"] };
    static readonly RoutedInquiry Led = Held with { HeldSince = null, Candidates = [], DispatchNo = 2, UnitCode = "roads", AssistingUnitCodes = ["heat"], Reason = "Catalogue", DecidedAt = Now.AddDays(-3) };
    static readonly RoutedInquiry Returned = RoutingDecision.Returning(Led, Asked(Led), City);
    static ReturnRequested Asked(RoutedInquiry i) => new() { InquiryId = i.InquiryId, TaskId = RoutingDecision.TaskId(i.InquiryId, i.DispatchNo, 1), DispatchNo = i.DispatchNo, UnitCode = i.UnitCode, Reason = "WrongDuty", RequestedAt = CityTime.Stamp(Now) };

    static Outcome<RoutedInquiry> Designate(RoutedInquiry? inquiry, string unit, int? seen = null, string words = "市政府第12次协调会纪要") => RoutingDecision.Designate(inquiry, seen ?? inquiry?.DispatchNo ?? 0, unit, words, "s1", City, Now);

    [Fact]
    public void What_is_held_goes_to_the_unit_at_once_and_it_may_not_return_it()
    {
        var designated = Designate(Held, "roads").Value!;
        Assert.Equal((1, "roads", true, null, "DesignatedByHand", "s1", Now), (designated.DispatchNo, designated.UnitCode, designated.Designated, designated.HeldSince, designated.Reason, designated.DecidedBy, designated.DecidedAt));
        Assert.Empty(designated.Candidates);
    }

    [Fact]
    public void Another_unit_gets_the_next_dispatch_alone()
    {
        var designated = Designate(Led, "water").Value!;
        Assert.Equal((3, "water", true, 0), (designated.DispatchNo, designated.UnitCode, designated.Designated, designated.Returned));
        Assert.Empty(designated.AssistingUnitCodes);
        Assert.Equal("heat", Designate(Led, "heat").Value!.UnitCode); // also one that assists
    }

    [Fact]
    public void To_designate_another_unit_agrees_to_the_return_that_was_asked_for()
    {
        var designated = Designate(Returned, "water").Value!;
        Assert.Equal((3, "water", 1, null, null), (designated.DispatchNo, designated.UnitCode, designated.Returned, designated.Return, designated.HeldSince));
    }

    [Fact]
    public void The_unit_that_leads_keeps_its_dispatch_and_those_who_assist_and_what_it_asked_to_return_is_rejected()
    {
        foreach (var before in new[] { Led, Returned })
            Assert.Equal(Json.Write(Led with { Designated = true }), Json.Write(Designate(before, "roads").Value!));
    }

    [Fact]
    public void A_return_that_was_asked_for_in_the_same_moment_is_over()
    {
        var designated = Designate(Led, "roads").Value!;
        Assert.Same(designated, RoutingDecision.Returning(designated, Asked(designated), City));
        var elsewhere = Designate(Led, "water").Value!;
        Assert.Same(elsewhere, RoutingDecision.Returning(elsewhere, Asked(Led), City));
    }

    [Fact]
    public void A_unit_is_not_designated_twice_but_another_one_may_be_instead()
    {
        var designated = Designate(Led, "water").Value!;
        Assert.Equal("AlreadyDesignated", Designate(designated, "water").Refusal!.Code);
        Assert.Equal("AlreadyDesignated", Designate(Led with { Designated = true }, "roads").Refusal!.Code); // by the limit of returns
        Assert.Equal((4, "roads", true), Designate(designated, "roads").Value! is var next ? (next.DispatchNo, next.UnitCode, next.Designated) : default);
    }

    [Fact]
    public void Who_saw_an_older_dispatch_looks_again() => Assert.Equal("StaleDispatch", Designate(Led, "water", seen: 1).Refusal!.Code);

    [Fact]
    public void What_is_unknown_declined_or_taken_back_is_not_designated() =>
        Assert.Equal(("UnknownInquiry", "Declined", "WithdrawnByCitizen"),
            (Designate(null, "water").Refusal!.Code, Designate(Led with { Declined = "Litigation" }, "water").Refusal!.Code, Designate(Led with { Withdrawn = true }, "water").Refusal!.Code));

    [Theory, InlineData("", "InvalidUnits"), InlineData("closed", "UnknownUnit"), InlineData("nobody", "UnknownUnit")]
    public void It_must_be_an_active_unit(string unit, string code)
    {
        foreach (var inquiry in new[] { Held, Led }) Assert.Equal(code, Designate(inquiry, unit).Refusal!.Code);
    }

    [Theory, InlineData("", "WordsMissing"), InlineData(" \n", "WordsMissing"), InlineData("a\0b", "InvalidWords")]
    public void The_unit_is_told_why(string words, string code)
    {
        foreach (var unit in new[] { "water", "roads" }) Assert.Equal(code, Designate(Led, unit, words: words).Refusal!.Code);
    }

    [Fact]
    public void The_reasons_may_have_500_characters() =>
        Assert.Equal((null, "InvalidWords"), (Designate(Led, "water", words: new('理', 500)).Refusal?.Code, Designate(Led, "water", words: new('理', 501)).Refusal?.Code));
}
