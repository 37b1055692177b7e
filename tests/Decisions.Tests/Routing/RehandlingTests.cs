using Google.Protobuf;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Routing;

namespace InquiryHub.Decisions.Tests.Routing;

/// <summary>重办: Casework sent it back; who has it then.</summary>
public sealed class RehandlingTests
{
    static readonly Catalogue City = Catalogue.Of(new IMessage[] { Unit("roads"), Unit("water"), Unit("street"), Unit("closed", active: false, parent: "street"), new AreaPublished { AreaCode = "211103", UnitCode = "street" } });
    static UnitPublished Unit(string code, bool active = true, string parent = "") => new() { UnitCode = code, Name = code, Active = active, ParentUnitCode = parent };
    static readonly DateTimeOffset Now = new(2013, 5, 22, 1, 0, 0, TimeSpan.Zero);
    static readonly RoutedInquiry Led = new("130522-0000001-0", InquiryKind.Complaint, Urgency.Normal, "", "211103", "Hotline12345", Now.AddDays(-3))
    { DispatchNo = 1, UnitCode = "roads", AssistingUnitCodes = ["water"], Reason = "Catalogue", CatalogueEntry = "010203", RunnerUpUnitCode = "street" };

    [Fact]
    public void The_unit_that_answered_gets_the_next_dispatch_alone()
    {
        var again = RehandlingDecision.Reopened(Led, City, Now);
        Assert.Equal((2, "roads", "Rehandled", null, "", Now), (again.DispatchNo, again.UnitCode, again.Reason, again.HeldSince, again.CatalogueEntry, again.DecidedAt));
        Assert.Empty(again.AssistingUnitCodes);
        Assert.DoesNotContain("ehandled", Json.Write(Led));
    }

    [Fact]
    public void A_closed_units_is_held_for_a_dispatcher_with_who_might_fit()
    {
        var held = RehandlingDecision.Reopened(Led with { UnitCode = "closed" }, City, Now);
        Assert.Equal((1, Now, "UnitClosed"), (held.DispatchNo, held.HeldSince, held.Reason));
        Assert.Equal(["street"], held.Candidates);
        Assert.Equal((2, "water"), RoutingDecision.Place(held, 1, "water", [], "d1", City, Now).Value is { } placed ? (placed.DispatchNo, placed.UnitCode) : default);
    }

    [Fact]
    public void What_a_dispatcher_declined_in_the_moment_before_counts_no_more_and_it_is_not_declined_afterwards()
    {
        var again = RehandlingDecision.Reopened(Led with { Declined = "Litigation", DecidedBy = "d1" }, City, Now);
        Assert.Equal((2, null), (again.DispatchNo, again.Declined));
        var held = RehandlingDecision.Reopened(Led with { UnitCode = "closed" }, City, Now);
        Assert.Equal("Rehandled", RoutingDecision.Decline(held, 1, "Litigation", "请向法院起诉。", "d1", Now).Refusal?.Code);
    }

    [Fact]
    public void Whoever_was_designated_in_the_same_moment_keeps_it()
    {
        var designated = RoutingDecision.Designate(Led, 1, "water", "协调会纪要", "s1", City, Now).Value!;
        var again = RehandlingDecision.Reopened(designated, City, Now);
        Assert.Equal((3, "water", true), (again.DispatchNo, again.UnitCode, again.Designated));
    }

    [Fact]
    public void A_return_that_was_asked_for_is_over()
    {
        var returning = Led with { Return = new("t", "roads", "WrongDuty", "", Now), HeldSince = Now };
        Assert.Equal((null, null), RehandlingDecision.Reopened(returning, City, Now) is var again ? (again.Return, again.HeldSince) : default);
    }
}
