using InquiryHub.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Channels;

/// <summary>撤销登记: which entry of a counter is taken back, and by whom.</summary>
public class VoidDecisionTests
{
    static readonly DateOnly today = new(2013, 6, 3);
    static readonly DateTimeOffset now = CityTime.At(today, new(10, 0));
    static readonly Actor clerk = new("clerk", [Roles.Officer], "U1", "LO-001"), stranger = new("other", [Roles.Officer], "U2", "LO-002"), homeless = new("none", [Roles.Officer], "", ""), desk = new("op1", [Roles.Operator], "", "");
    static readonly KnownContact entry = new("k", "hash", "130603-0300001-5", "c1", now) { Direct = true };

    static string? Code(KnownContact? contact, Actor actor, DateOnly? countedOn = null, string unit = "U1") => VoidDecision.Void(contact, countedOn ?? today, unit, actor, now).Refusal?.Code;

    [Fact]
    public void The_counters_own_unit_and_an_operator_take_back_what_was_answered_on_the_spot()
    {
        Assert.Equal(entry with { VoidedAt = now }, VoidDecision.Void(entry, today, "U1", clerk, now).Value);
        Assert.Null(Code(entry, desk));
        Assert.Equal("NotYours", Code(entry, stranger));
        Assert.Equal("NotYours", Code(entry, homeless, unit: "")); // a counter that nobody knows, and an account without a unit
    }

    [Fact]
    public void Only_on_the_day_on_which_it_counts()
    {
        Assert.Equal("NotToday", Code(entry, clerk, today.AddDays(-1)));
        Assert.Equal("NotToday", Code(null, clerk));
        Assert.Equal("NotYours", Code(null, stranger)); // who may not ask isn't told what there is
    }

    [Fact]
    public void Only_once() => Assert.Equal("NotToday", Code(entry with { VoidedAt = now }, clerk));

    [Fact]
    public void What_went_to_a_unit_is_not_taken_back_here() => Assert.Equal(("AtAUnit", "AtAUnit"), (Code(entry with { Direct = false }, clerk), Code(entry with { Direct = null }, desk)));
}
