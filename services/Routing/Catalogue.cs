using System.Collections.Frozen;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Routing;

/// <summary>Directory's data as routing needs it: the dispatch catalogue (派单目录), units, which unit serves an area, and how often an inquiry may come back.</summary>
/// <param name="Returns">So many returns of an inquiry from a day on, newest first; 0 = no end.</param>
sealed record Catalogue(FrozenDictionary<string, CatalogueEntryPublished> Entries, FrozenDictionary<string, UnitPublished> Units, FrozenDictionary<string, AreaPublished> Areas,
    IReadOnlyList<(DateOnly From, int Most)> Returns)
{
    public static Catalogue Of(IReadOnlyList<IMessage> rows) => new(
        rows.OfType<CatalogueEntryPublished>().Where(e => e.Active).ToFrozenDictionary(e => e.EntryCode),
        rows.OfType<UnitPublished>().ToFrozenDictionary(u => u.UnitCode),
        rows.OfType<AreaPublished>().ToFrozenDictionary(a => a.AreaCode),
        [.. rows.OfType<LimitPublished>().Where(l => l.Clock == "Return").SelectMany(Read).OrderByDescending(r => r.From)]);

    static IEnumerable<(DateOnly From, int Most)> Read(LimitPublished l) { if (CityTime.TryDay(l.EffectiveFrom, out var from)) yield return (from, l.Most); }

    /// <summary>Whether the next unit is designated (指定承办): it came back as often as is allowed on that day.</summary>
    public bool Designates(int returned, DateTimeOffset now) => Returns.FirstOrDefault(r => r.From <= CityTime.DateOf(now)) is { Most: > 0 and var most } && returned >= most;

    /// <summary>The area and all that it lies in, nearest first; empty for an unknown code.</summary>
    public IEnumerable<AreaPublished> Chain(string areaCode)
    {
        for (var code = areaCode; Areas.TryGetValue(code, out var area); code = area.ParentAreaCode) yield return area;
    }

    public bool IsActive(string unitCode) => Units.TryGetValue(unitCode, out var unit) && unit.Active;
}
