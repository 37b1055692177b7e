using Google.Protobuf;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Routing;

namespace InquiryHub.Decisions.Tests.Routing;

/// <summary>A small city: two counties with a bureau each, one street with an office, one closed bureau.</summary>
public sealed class RoutingDecisionTests
{
    static readonly Catalogue City = Catalogue.Of(new IMessage[]
    {
        Unit("c-civil"), Unit("c-heat"), Unit("a-housing"), Unit("b-housing"), Unit("s-street"), Unit("c-closed", active: false, parent: "c-civil"),
        new AreaPublished { AreaCode = "211102", Name = "甲区" }, new AreaPublished { AreaCode = "211103", Name = "乙区" },
        new AreaPublished { AreaCode = "211102002", Name = "甲街道", ParentAreaCode = "211102", UnitCode = "s-street" },
        new AreaPublished { AreaCode = "211102002005", Name = "甲社区", ParentAreaCode = "211102002", UnitCode = "s-street" },
        Entry("040101", unit: "c-civil"), Entry("040201", unit: "c-heat"), Entry("040202", unit: "c-heat"), Entry("040301", unit: "c-closed"), Entry("040401", unit: "c-civil", street: true),
        new CatalogueEntryPublished { EntryCode = "040501", Active = true, UnitCodeByArea = { ["211102"] = "a-housing", ["211103"] = "b-housing" } },
    });

    static UnitPublished Unit(string code, bool active = true, string parent = "") => new() { UnitCode = code, Active = active, ParentUnitCode = parent };
    static CatalogueEntryPublished Entry(string code, string unit, bool street = false) => new() { EntryCode = code, UnitCode = unit, ToStreet = street, Active = true };
    static readonly DateTimeOffset Now = new(2013, 5, 22, 1, 0, 0, TimeSpan.Zero);
    static RoutedInquiry Held => new("130522-0000001-0", InquiryKind.Consultation, Urgency.Normal, "", "", "Hotline12345", Now) { HeldSince = Now, Reason = "NoCategory" };

    [Fact]
    public void A_category_with_one_unit_goes_there_whatever_the_area() =>
        Assert.Equal(("c-civil", "Catalogue"), (RoutingDecision.Choose("040101", "", City).UnitCode, RoutingDecision.Choose("040101", "211103", City).Reason));

    [Theory, InlineData("211102", "a-housing"), InlineData("211103", "b-housing"), InlineData("211102002005", "a-housing")]
    public void A_category_answered_by_the_county_goes_to_the_county_of_the_area(string area, string unit) =>
        Assert.Equal(unit, RoutingDecision.Choose("040501", area, City).UnitCode);

    [Theory, InlineData(""), InlineData("999999")]
    public void Without_a_known_area_such_a_category_is_held_with_the_units_it_could_be(string area)
    {
        var choice = RoutingDecision.Choose("040501", area, City);
        Assert.Equal(("NoArea", true), (choice.Reason, choice.Held));
        Assert.Equal(["a-housing", "b-housing"], choice.Candidates);
    }

    [Fact]
    public void What_the_street_answers_goes_to_the_street_when_it_is_known_and_else_to_the_entrys_unit() =>
        Assert.Equal(("s-street", "c-civil"), (RoutingDecision.Choose("040401", "211102002005", City).UnitCode, RoutingDecision.Choose("040401", "211102", City).UnitCode));

    [Theory, InlineData("", "NoCategory"), InlineData("999999", "UnknownCategory"), InlineData("9999", "UnknownCategory"), InlineData("040301", "UnitClosed"), InlineData("04", "NoArea")]
    public void What_is_not_sure_is_held_with_its_reason(string category, string reason) =>
        Assert.Equal((null, reason), (RoutingDecision.Choose(category, "", City).UnitCode, RoutingDecision.Choose(category, "", City).Reason));

    [Fact]
    public void A_group_whose_entries_agree_goes_to_their_unit_and_one_whose_entries_differ_is_held()
    {
        Assert.Equal("c-heat", RoutingDecision.Choose("0402", "", City).UnitCode);
        var held = RoutingDecision.Choose("04", "211102", City);
        Assert.Equal("SeveralUnitsFit", held.Reason);
        Assert.Contains("c-heat", held.Candidates);
    }

    [Fact]
    public void A_closed_unit_is_never_chosen_its_superior_is_proposed() =>
        Assert.Equal(["c-civil"], RoutingDecision.Choose("040301", "", City).Candidates);

    [Fact]
    public void The_runner_up_is_the_nearest_unit_of_the_area() =>
        Assert.Equal("s-street", RoutingDecision.Choose("040201", "211102002", City).RunnerUpUnitCode);

    [Fact]
    public void A_dispatcher_who_saw_an_older_dispatch_is_refused()
    {
        var placed = RoutingDecision.Place(Held, 0, "c-civil", [], "d1", City, Now).Value!;
        Assert.Equal("StaleDispatch", RoutingDecision.Place(placed, 0, "c-heat", [], "d2", City, Now).Refusal!.Code);
        Assert.Equal(2, RoutingDecision.Place(placed, 1, "c-heat", [], "d2", City, Now).Value!.DispatchNo);
    }

    [Fact]
    public void A_dispatcher_places_with_assisting_units_and_the_inquiry_is_held_no_longer()
    {
        var placed = RoutingDecision.Place(Held, 0, "c-civil", ["c-heat"], "d1", City, Now).Value!;
        Assert.Equal((1, "c-civil", null, "PlacedByHand", "d1"), (placed.DispatchNo, placed.UnitCode, placed.HeldSince, placed.Reason, placed.DecidedBy));
        Assert.Equal(["c-heat"], placed.AssistingUnitCodes);
    }

    [Theory, InlineData("c-civil", "c-civil", "InvalidUnits"), InlineData("c-closed", "", "UnknownUnit"), InlineData("nowhere", "", "UnknownUnit")]
    public void A_hand_may_not_place_at_a_closed_unknown_or_doubled_unit(string lead, string assist, string code) =>
        Assert.Equal(code, RoutingDecision.Place(Held, 0, lead, assist.Length > 0 ? [assist] : [], "d1", City, Now).Refusal!.Code);

    [Fact]
    public void An_unknown_inquiry_is_refused() => Assert.Equal("UnknownInquiry", RoutingDecision.Place(null, 0, "c-civil", [], "d1", City, Now).Refusal!.Code);
}
