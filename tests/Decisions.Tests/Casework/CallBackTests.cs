using InquiryHub.Casework;
using InquiryHub.Channels;
using InquiryHub.Contracts.Channels;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>回电: whose answer an operator tells by telephone.</summary>
public class CallBackTests
{
    /// <summary>An officer has it; it came by this channel.</summary>
    internal static CaseState Asked(string channel, Action<InquiryRegistered>? how = null)
    {
        var e = Registered();
        e.Contact.Channel = channel;
        how?.Invoke(e);
        return Of(e, Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001"));
    }

    static AnswerUndeliverable NobodyThere => new(Undeliverable(1)) { Reason = "NotReached" };

    [Fact]
    public void Who_asked_by_telephone_or_fax_is_called_back_once_it_is_answered_until_somebody_has_told_the_answer()
    {
        Assert.False(CallBack.Due(Asked("Hotline12345")));
        foreach (var channel in CallBack.Channels) Assert.True(CallBack.Due(Asked(channel).Answered()), channel);
        Assert.False(CallBack.Due(Asked("Hotline12345").Answered().Then(Delivered(1))));
        Assert.True(CallBack.Due(Asked("Hotline12345").Then(Declined())));
    }

    [Fact]
    public void Whom_the_own_door_did_not_reach_is_called_and_nobody_else()
    {
        Assert.False(CallBack.Due(Asked("Email").Answered()));
        Assert.True(CallBack.Due(Asked("Email").Answered().Then(Undeliverable(1))));
        Assert.False(CallBack.Due(Asked("Email").Answered().Then(Undeliverable(1), Delivered(1))));
    }

    [Fact]
    public void Three_calls_that_reached_nobody_are_enough() => Assert.False(CallBack.Due(Asked("Hotline12345").Answered().Then(NobodyThere)));

    [Fact]
    public void Who_wants_no_reply_reports_in_confidence_or_was_answered_on_the_spot_is_not_called()
    {
        Assert.False(CallBack.Due(Asked("Hotline12345", e => e.WantsReply = false).Answered()));
        Assert.False(CallBack.Due(Asked("Hotline12345", e => e.Confidential = true).Answered()));
        Assert.False(CallBack.Due(Of(RegisteredDirect())));
    }

    [Fact]
    public void The_channels_are_those_of_the_doors_that_send_nothing_themselves() =>
        Assert.Equal(new[] { Doors.Hotline, Doors.Office }.SelectMany(QuarantineFiling.ChannelsOf).Order(), CallBack.Channels.Order());
}
