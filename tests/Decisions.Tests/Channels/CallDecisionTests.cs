using InquiryHub.Channels;

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
    public void The_examples_caller_is_read_like_user()
    {
        var push = Fields.Json<CallPush>("""{"event":"answer","callId":"1","direction":"in","from":"13904270001","caller":["seat 3"]}"""u8).Value!;
        var (_, caller, e) = HotlineMapping.Map(push).Value;
        Assert.Equal(("+8613904270001", "seat 3"), (caller, e.Agent));
    }
}
