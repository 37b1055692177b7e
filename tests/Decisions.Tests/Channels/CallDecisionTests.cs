using InquiryHub.Channels;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class CallDecisionTests
{
    static readonly DateTimeOffset now = new(2013, 5, 2, 1, 0, 0, TimeSpan.Zero);
    static Call After(params CallEvent[] events) => events.Aggregate(new Call("c1"), (call, e) => CallDecision.Apply(call, e, now));
    static CallEvent Event(string name, string cause = "", string direction = "in") => new(name, direction, cause, "");

    [Theory]
    [InlineData("cancel", "Abandoned")]
    [InlineData("noAnswer", "Abandoned")]
    [InlineData("normalClearing", "")]
    [InlineData("busy", "")]
    public void A_caller_who_gave_up_is_a_contact(string cause, string filed) => Assert.Equal(filed, After(Event("newCall"), Event("hangup", cause)).Filed);

    [Fact]
    public void An_answered_call_is_not_abandoned_whatever_ends_it() => Assert.Equal("", After(Event("newCall"), Event("answer"), Event("hangup", "cancel")).Filed);

    [Fact]
    public void A_call_of_ours_is_nobodys_contact() => Assert.Equal("", After(Event("newCall", direction: "out"), Event("hangup", "noAnswer", "out")).Filed);

    [Fact]
    public void A_repeated_push_changes_nothing()
    {
        var once = After(Event("newCall"), Event("hangup", "cancel"));
        Assert.Equal(once, CallDecision.Apply(once, Event("hangup", "cancel"), now.AddMinutes(1)));
    }

    [Fact]
    public void A_registered_call_is_not_filed_again()
    {
        var registered = After(Event("newCall")).WithMatter();
        Assert.Equal("", CallDecision.Apply(registered, Event("hangup", "cancel"), now).Filed);
        Assert.Equal(registered, CallDecision.File(registered, "Silent"));
    }

    [Fact]
    public void A_call_rings_is_talked_and_waits_for_its_registration()
    {
        Assert.Equal(["Ringing", "Talking", "WrapUp"], new[] { After(Event("newCall")), After(Event("newCall"), Event("answer")), After(Event("newCall"), Event("answer"), Event("hangup", "normalClearing")) }.Select(c => c.State));
        // Pushes may come in any order.
        Assert.Equal("WrapUp", After(Event("hangup", "normalClearing"), Event("answer")).State);
    }

    [Fact]
    public void A_call_is_at_no_desk_when_nothing_is_to_be_done_in_it()
    {
        Assert.Equal("", After(Event("newCall", direction: "out")).State);
        Assert.Equal("", After(Event("newCall"), Event("hangup", "cancel")).State);
        Assert.Equal("", After(Event("newCall"), Event("answer"), Event("hangup")).WithMatter().State);
        Assert.Equal("", CallDecision.File(After(Event("newCall"), Event("answer")), "Harassment").State);
        Assert.Equal("", new Call("c1").WithMatter().State); // registered without the telephone system
    }

    [Fact]
    public void Who_registers_while_talking_keeps_the_call_until_it_ends() => Assert.Equal("Talking", After(Event("newCall"), Event("answer")).WithMatter().State);

    [Fact]
    public void A_call_is_in_one_hand_until_it_has_ended()
    {
        var mine = CallDecision.Take(After(Event("newCall")), "op1").Value!;
        Assert.Equal("op1", mine.TakenBy);
        Assert.Equal(mine, CallDecision.Take(mine, "op1").Value);
        Assert.Equal("CallTaken", CallDecision.Take(mine, "op2").Refusal?.Code);
        // The seat's name says nothing about who sits there.
        Assert.Equal("op2", CallDecision.Take(After(Event("newCall"), new("answer", "in", "", "seat 3")), "op2").Value!.TakenBy);
        Assert.Equal("op2", CallDecision.Take(CallDecision.Apply(mine, Event("hangup", "normalClearing"), now), "op2").Value!.TakenBy);
        Assert.Equal("UnknownCall", CallDecision.Take(null, "op1").Refusal?.Code);
        Assert.Equal("CallOver", CallDecision.Take(After(Event("newCall"), Event("hangup", "cancel")), "op1").Refusal?.Code);
    }

    [Fact]
    public void The_number_is_in_full_while_it_rings_and_then_only_for_who_took_the_call()
    {
        var (rings, taken) = (After(Event("newCall")), CallDecision.Take(After(Event("newCall")), "op1").Value!);
        string Number(Call c, string account) => CallView.Of(c, "+8613800000000", account).Number;
        Assert.Equal(["13800000000", "13800000000", "138****0000"], [Number(rings, "op2"), Number(taken, "op1"), Number(taken, "op2")]);
        Assert.Equal("138****0000", Number(After(Event("newCall"), new("answer", "in", "", "seat 3")), "op1"));
        Assert.Equal("", CallView.Of(rings, null, "op1").Number);
    }

    [Fact]
    public void A_matter_needs_a_kind_and_words_and_a_further_contact_neither()
    {
        Outcome<Received> Map(RegisterCallRequest r) => HotlineMapping.Map(r, new("op1", [Roles.Operator], "U1", ""));
        Assert.Equal("NoKind", Map(new() { RegistrationId = "r", Text = "停暖" }).Refusal?.Code);
        Assert.Equal("NoText", Map(new() { RegistrationId = "r", Kind = InquiryKind.Complaint, Text = " " }).Refusal?.Code);
        Assert.True(Map(new() { RegistrationId = "r", AboutInquiryId = "130501-0700001-X" }).Value is { Vouched: true, DirectAnswer: null });
        Assert.Equal("MissingField", Map(new() { Kind = InquiryKind.Complaint, Text = "停暖" }).Refusal?.Code);
    }

    [Fact]
    public void The_examples_caller_is_read_like_user()
    {
        var push = Fields.Json<CallPush>("""{"event":"answer","callId":"1","direction":"in","from":"13904270001","caller":["seat 3"]}"""u8).Value!;
        var (_, caller, e) = HotlineMapping.Map(push).Value;
        Assert.Equal(("+8613904270001", "seat 3"), (caller, e.Agent));
    }
}
