using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// The doors' own count of what they acknowledged (次), by the day and channel on which it counts. It is moved in the transaction that files a
/// contact and goes nowhere else: Statistics counts events, and what was lost, doubled or parked on their way is the difference.
/// </summary>
static class Ledger
{
    public static readonly CounterTable Received = new("channels.received", told: false, "day", "channel");

    /// <summary>A contact with several matters counts once, with its first.</summary>
    public static void Enter(UnitOfWork work, Contact contact)
    {
        if (contact.MatterNo != 1) return;
        var day = CityTime.CountsOn(CityTime.Instant(contact.OccurredAt), contact.ReceivedAt.ToDateTimeOffset());
        work.Add(Received, 1, CityTime.Iso(day), contact.Channel);
    }

    /// <summary>A counter's entry that was a mistake counts no more on its day.</summary>
    public static void Void(UnitOfWork work, DateOnly day) => work.Add(Received, -1, CityTime.Iso(day), WalkInMapping.Channel);

    /// <summary>A sheet counts with its newest revision, on the day that it is of.</summary>
    public static void Enter(UnitOfWork work, TallySheet sheet, TallySheet? before)
    {
        if (before is { Day: { } day }) work.Add(Received, -before.Total, day, WalkInMapping.Channel);
        work.Add(Received, sheet.Total, sheet.Day!, WalkInMapping.Channel);
    }
}
