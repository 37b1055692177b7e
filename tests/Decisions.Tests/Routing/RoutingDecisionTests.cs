using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
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

    static RoutedInquiry Placed => RoutingDecision.Place(Held, 0, "c-civil", [], "d1", City, Now).Value!;
    static ReturnRequested Asked(RoutedInquiry i, string suggested = "") => new()
    { InquiryId = i.InquiryId, TaskId = RoutingDecision.TaskId(i.InquiryId, i.DispatchNo, 1), DispatchNo = i.DispatchNo, UnitCode = i.UnitCode, Reason = "WrongDuty", SuggestedUnitCode = suggested, RequestedAt = CityTime.Stamp(Now) };
    static RoutedInquiry Returning(RoutedInquiry i, string suggested = "") => RoutingDecision.Returning(i, Asked(i, suggested), City);

    [Fact]
    public void A_unit_that_wants_to_return_it_holds_it_and_whom_it_thinks_of_is_proposed_first()
    {
        var returning = Returning(Placed with { AreaCode = "211102002", RunnerUpUnitCode = "c-heat" }, "a-housing");
        Assert.Equal((Now, "c-civil", 1), (returning.HeldSince, returning.UnitCode, returning.DispatchNo));
        Assert.Equal(["a-housing", "c-heat", "s-street"], returning.Candidates);
        Assert.Equal(["c-heat"], Returning(Placed with { RunnerUpUnitCode = "c-heat" }, "c-closed").Candidates);
    }

    [Fact]
    public void A_request_about_a_former_dispatch_is_over() => Assert.Null(RoutingDecision.Returning(RoutingDecision.Place(Placed, 1, "c-heat", [], "d1", City, Now).Value!, Asked(Placed), City).HeldSince);

    [Fact]
    public void Placing_it_with_another_unit_accepts_the_return_and_the_same_unit_is_refused()
    {
        Assert.Equal("ReturnRequested", RoutingDecision.Place(Returning(Placed), 1, "c-civil", [], "d1", City, Now).Refusal!.Code);
        var next = RoutingDecision.Place(Returning(Placed), 1, "c-heat", [], "d1", City, Now).Value!;
        Assert.Equal((2, "c-heat", 1, null, null), (next.DispatchNo, next.UnitCode, next.Returned, next.Return, next.HeldSince));
        Assert.Equal(0, RoutingDecision.Place(Placed, 1, "c-heat", [], "d1", City, Now).Value!.Returned);
    }

    [Fact]
    public void A_rejected_return_leaves_it_where_it_is()
    {
        var rejected = RoutingDecision.Reject(Returning(Placed, "c-heat"), 1, "职责清单第三条").Value!;
        Assert.Equal(Json.Write(Placed), Json.Write(rejected));
        Assert.Equal("NoReturn", RoutingDecision.Reject(rejected, 1, "again").Refusal!.Code);
    }

    [Theory, InlineData("", 1, "ReasonMissing"), InlineData(" ", 1, "ReasonMissing"), InlineData("a\0b", 1, "InvalidWords"), InlineData("a\ufffdb", 1, "InvalidWords"), InlineData("why", 0, "NoReturn")]
    public void A_rejection_needs_its_reason_and_the_dispatch_that_was_seen(string words, int seen, string code) => Assert.Equal(code, RoutingDecision.Reject(Returning(Placed), seen, words).Refusal!.Code);

    [Fact]
    public void A_rejection_may_have_500_characters() =>
        Assert.Equal((null, "InvalidWords"), (RoutingDecision.Reject(Returning(Placed), 1, new('理', 500)).Refusal?.Code, RoutingDecision.Reject(Returning(Placed), 1, new('理', 501)).Refusal?.Code));

    [Fact]
    public void A_unit_that_keeps_it_after_all_holds_it_no_longer()
    {
        ReturnWithdrawn Kept(RoutedInquiry i) => new() { InquiryId = i.InquiryId, TaskId = RoutingDecision.TaskId(i.InquiryId, i.DispatchNo, 1), DispatchNo = i.DispatchNo };
        Assert.Equal(Json.Write(Placed), Json.Write(RoutingDecision.Kept(Returning(Placed, "c-heat"), Kept(Placed))));
        // It was decided meanwhile, and the next unit wants to return it too: that request stands.
        var next = Returning(RoutingDecision.Place(Returning(Placed), 1, "c-heat", [], "d1", City, Now).Value!);
        Assert.Same(next, RoutingDecision.Kept(next, Kept(Placed)));
    }

    static Outcome<RoutedInquiry> Decline(RoutedInquiry? i, int seen = 0, string reason = "Litigation", string reply = "请向人民法院提出。") => RoutingDecision.Decline(i, seen, reason, reply, "d1", Now);

    [Fact]
    public void What_a_dispatcher_has_in_hand_is_declined_with_the_words_for_the_citizen_and_placed_no_more()
    {
        var declined = Decline(Held).Value!;
        Assert.Equal(("Litigation", null, "d1"), (declined.Declined, declined.HeldSince, declined.DecidedBy));
        Assert.Equal(("Declined", "Declined"), (RoutingDecision.Place(declined, 0, "c-civil", [], "d1", City, Now).Refusal!.Code, Decline(declined).Refusal!.Code));
        Assert.Equal("Litigation", Decline(Returning(Placed), 1).Value!.Declined);
        Assert.Null(RoutingDecision.Returning(declined, Asked(declined), City).Return);
    }

    [Fact]
    public void What_a_unit_works_on_is_not_declined() => Assert.Equal(("NotHeld", "NotHeld", "UnknownInquiry"), (Decline(Placed, 1).Refusal!.Code, Decline(Returning(Placed), 0).Refusal!.Code, Decline(null).Refusal!.Code));

    [Theory, InlineData("", "x", "InvalidReason"), InlineData("Tired", "x", "InvalidReason"), InlineData("Morals", " ", "InvalidReply"), InlineData("Morals", "a\0b", "InvalidWords"), InlineData("Morals", "a\ufffdb", "InvalidWords")]
    public void A_decline_needs_a_reason_of_the_list_and_its_words(string reason, string reply, string code) => Assert.Equal(code, Decline(Held, 0, reason, reply).Refusal!.Code);

    [Fact]
    public void After_three_returns_the_next_unit_is_designated_and_where_no_number_holds_none_is()
    {
        var limited = City with { Returns = [(new(2014, 1, 1), 1), (new(2013, 1, 1), 3)] };
        RoutedInquiry After(int returns, Catalogue by) => Enumerable.Range(0, returns).Aggregate(Placed, (i, n) => RoutingDecision.Place(Returning(i), i.DispatchNo, n % 2 == 0 ? "c-heat" : "c-civil", [], "d1", by, Now).Value!);
        Assert.Equal((false, true), (After(2, limited).Designated, After(3, limited).Designated));
        Assert.False(After(9, City).Designated);
        Assert.False(After(9, City with { Returns = [(new(2004, 1, 1), 0)] }).Designated);
    }

    [Fact]
    public void What_the_citizen_took_back_leaves_the_queue_and_nobody_places_declines_or_returns_it_any_more()
    {
        foreach (var inquiry in new[] { Held, Placed, Returning(Placed) })
        {
            var over = RoutingDecision.TakenBack(inquiry, inquiry.InquiryId);
            Assert.Equal((null, null, true, inquiry.DispatchNo, inquiry.UnitCode), (over.HeldSince, over.Return, over.Withdrawn, over.DispatchNo, over.UnitCode));
            Assert.Empty(over.Candidates);
            Assert.Equal("WithdrawnByCitizen", RoutingDecision.Place(over, over.DispatchNo, "c-heat", [], "d1", City, Now).Refusal!.Code);
            Assert.Equal("WithdrawnByCitizen", RoutingDecision.Decline(over, over.DispatchNo, "Litigation", "x", "d1", Now).Refusal!.Code);
            Assert.Equal("WithdrawnByCitizen", RoutingDecision.Reject(over, over.DispatchNo, "x").Refusal!.Code);
            Assert.Equal("WithdrawnByCitizen", RoutingDecision.Join(over, over.DispatchNo, over.UnitCode, ["c-heat"], "x", City).Refusal!.Code);
            Assert.Equal(Json.Write(over), Json.Write(Json.Read<RoutedInquiry>(Json.Write(over))));
        }
        Assert.DoesNotContain("withdrawn", Json.Write(Placed)); // rows of before stay as they are
        Assert.True(RoutingDecision.TakenBack(null, Held.InquiryId).Withdrawn); // heard before it was registered here
    }
}
