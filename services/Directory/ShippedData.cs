using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Directory;

/// <summary>What a new city starts with: the files under <c>data/</c> as the messages they become. See data/README.md.</summary>
internal sealed record ShippedData(
    IReadOnlyList<UnitPublished> Units,
    IReadOnlyList<OfficerPublished> Officers,
    IReadOnlyList<AreaPublished> Areas,
    IReadOnlyList<CounterPublished> Counters,
    IReadOnlyList<CatalogueEntryPublished> Catalogue,
    IReadOnlyList<ChannelPublished> Channels,
    IReadOnlyList<CalendarPublished> Calendars,
    IReadOnlyList<LimitPublished> Limits)
{
    public static ShippedData Load() => new(
        Rows<UnitPublished>("units"), Rows<OfficerPublished>("officers"), Rows<AreaPublished>("areas"), Rows<CounterPublished>("counters"),
        Rows<CatalogueEntryPublished>("catalogue"), Rows<ChannelPublished>("channels"), Rows<CalendarPublished>("calendar"), Rows<LimitPublished>("limits"));

    /// <summary>Everything, what others refer to first.</summary>
    public IEnumerable<IMessage> All() => [.. Areas, .. Units, .. Officers, .. Counters, .. Catalogue, .. Channels, .. Calendars, .. Limits];

    // An unknown field is an exception: a misspelt name in a data file may not become an empty column.
    static T[] Rows<T>(string file) where T : IMessage<T>, new()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"data/{file}.json")
            ?? throw new InvalidOperationException($"data/{file}.json is not embedded in the assembly.");
        using var rows = JsonDocument.Parse(stream);
        return [.. rows.RootElement.EnumerateArray().Select(row => JsonParser.Default.Parse<T>(row.GetRawText()))];
    }
}
