using System.Collections.Frozen;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>Directory's data as the doors need it: which codes exist today.</summary>
sealed record DoorReference(FrozenDictionary<string, ChannelPublished> Channels, FrozenDictionary<string, CounterPublished> Counters, FrozenSet<string> Areas, FrozenSet<string> Categories, FrozenSet<string> Units)
{
    public static DoorReference Of(IReadOnlyList<IMessage> rows) => new(
        rows.OfType<ChannelPublished>().ToFrozenDictionary(c => c.Channel),
        rows.OfType<CounterPublished>().Where(c => c.Active).ToFrozenDictionary(c => c.CounterId),
        rows.OfType<AreaPublished>().Select(a => a.AreaCode).ToFrozenSet(),
        // 2+2+2 digits: a clerk may know the group and not the entry.
        rows.OfType<CatalogueEntryPublished>().Where(e => e.Active).SelectMany(e => new[] { e.EntryCode, e.EntryCode[..Math.Min(4, e.EntryCode.Length)], e.EntryCode[..Math.Min(2, e.EntryCode.Length)] }).ToFrozenSet(),
        rows.OfType<UnitPublished>().Where(u => u.Active).Select(u => u.UnitCode).ToFrozenSet());

    /// <summary>Nothing was published yet: the hub has just been made. Doors ask to come back instead of refusing what is right.</summary>
    public bool IsEmpty => Channels.Count == 0;

    public bool HasChannel(string channel, DateOnly on) => Channels.TryGetValue(channel, out var c)
        && (!CityTime.TryDay(c.ValidFrom, out var from) || from <= on) && (!CityTime.TryDay(c.ValidTo, out var to) || on <= to);
}
