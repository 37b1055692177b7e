using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

/// <summary>A channel's day: what its door acknowledged beside what the figures count (次), and what of it waits in quarantine.</summary>
internal sealed record Reconciled(long Received, long Counted, long Open)
{
    public string Light => Received != Counted ? "late" : Open > 0 ? "warn" : "ok";
}

/// <summary>Two counts of the same day that were kept apart: the doors' own and Statistics'.</summary>
internal sealed class Reconciliation
{
    readonly Dictionary<string, Reconciled> channels = [];

    /// <param name="doors">Of the same one day.</param>
    /// <returns>Null for a day before the doors kept count.</returns>
    public static Reconciliation? Of(ReceivedContacts doors, LiveTotals figures)
    {
        if (!doors.Counted) return null;
        var all = new Reconciliation();
        foreach (var r in doors.Channels) all.channels[r.Channel] = new(r.Contacts, 0, 0);
        foreach (var c in figures.Channels) all.channels[c.Channel] = all[c.Channel] with { Counted = c.Contacts };
        foreach (var d in doors.Doors) { var channel = QuarantineWords.Channel(d.Door); all.channels[channel] = all[channel] with { Open = all[channel].Open + d.Open }; }
        return all;
    }

    public bool Differs => channels.Values.Any(c => c.Received != c.Counted);

    /// <summary>A channel of which nothing came agrees too.</summary>
    public Reconciled this[string channel] => channels.GetValueOrDefault(channel) ?? new(0, 0, 0);
}
