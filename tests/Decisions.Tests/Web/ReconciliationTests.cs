using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Web;

namespace InquiryHub.Decisions.Tests.Web;

/// <summary>A day as its doors counted it beside what the figures say.</summary>
public sealed class ReconciliationTests
{
    static readonly ReceivedContacts doors = new()
    {
        Counted = true, Channels = { new ReceivedByChannel { Channel = "WalkIn", Contacts = 1_030 }, new ReceivedByChannel { Channel = "Email", Contacts = 6 }, new ReceivedByChannel { Channel = "QQ", Contacts = 3 } },
        Doors = { new QuarantinedByDoor { Door = "email", Open = 1 } },
    };
    static readonly LiveTotals figures = new()
    {
        Day = "2014-01-21", Channels = { new ChannelTotal { Channel = "WalkIn", Contacts = 1_030 }, new ChannelTotal { Channel = "Email", Contacts = 6 }, new ChannelTotal { Channel = "QQ", Contacts = 2 }, new ChannelTotal { Channel = "Fax", Contacts = 1 } },
    };

    [Theory]
    [InlineData("WalkIn", "ok")]
    [InlineData("Email", "warn")] // counted alike, but one mail waits in quarantine
    [InlineData("QQ", "late")]    // a message that the figures lack
    [InlineData("Fax", "late")]   // one that no door took
    [InlineData("MinxinWeb", "ok")]
    public void A_channel_agrees_when_both_counts_do_and_nothing_of_it_waits_in_quarantine(string channel, string light) =>
        Assert.Equal(light, Reconciliation.Of(doors, figures)![channel].Light);

    [Fact]
    public void A_day_differs_when_one_channel_does()
    {
        Assert.True(Reconciliation.Of(doors, figures)!.Differs);
        Assert.False(Reconciliation.Of(new() { Counted = true, Channels = { doors.Channels[0] } }, new() { Channels = { figures.Channels[0] } })!.Differs);
    }

    [Fact]
    public void A_day_before_the_doors_kept_count_is_not_called_reconciled() => Assert.Null(Reconciliation.Of(new(), figures));
}
