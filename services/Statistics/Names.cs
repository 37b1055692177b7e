using Google.Protobuf;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Statistics;

/// <summary>A bucket of the annual report, in the channel table's order.</summary>
internal sealed record Bucket(string Code, string NameZh, string NameEn);

/// <summary>Directory's names and the report's mapping: which bucket a channel counts in.</summary>
internal sealed class Names
{
    /// <summary>Where contacts of a channel count that the table doesn't name: shown, or the parts would not add up.</summary>
    public const string None = "-";
    static readonly Bucket unknown = new(None, "未归类渠道", "Channels without a bucket");

    public IReadOnlyList<ChannelPublished> Channels { get; private init; } = [];
    public IReadOnlyList<Bucket> Buckets { get; private init; } = [];
    readonly Dictionary<string, ChannelPublished> channels = [];
    readonly Dictionary<string, string> areas = [], units = [];

    public static Names Of(IReadOnlyList<IMessage> rows)
    {
        var ordered = rows.OfType<ChannelPublished>().OrderBy(c => c.Order).ToList();
        var names = new Names
        {
            Channels = ordered,
            Buckets = [.. ordered.DistinctBy(c => c.Bucket).Select(c => new Bucket(c.Bucket, c.BucketNameZh, c.BucketNameEn)), unknown],
        };
        foreach (var c in ordered) names.channels[c.Channel] = c;
        foreach (var a in rows.OfType<AreaPublished>()) names.areas[a.AreaCode] = a.Name;
        foreach (var u in rows.OfType<UnitPublished>()) names.units[u.UnitCode] = u.Name;
        return names;
    }

    public string BucketOf(string channel) => channels.TryGetValue(channel, out var c) ? c.Bucket : None;
    public ChannelPublished? Channel(string channel) => channels.GetValueOrDefault(channel);
    public string Unit(string code) => units.GetValueOrDefault(code, "");

    /// <summary>The area's name, or that of the nearest area around it that has one.</summary>
    public string Area(string code)
    {
        for (var length = code.Length; length >= 6; length--) if (areas.TryGetValue(code[..length], out var name)) return name;
        return "";
    }
}
