using System.Collections.Frozen;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Routing;

/// <summary>Directory's data as routing needs it: the dispatch catalogue (派单目录), units, and which unit serves an area.</summary>
sealed record Catalogue(FrozenDictionary<string, CatalogueEntryPublished> Entries, FrozenDictionary<string, UnitPublished> Units, FrozenDictionary<string, AreaPublished> Areas)
{
    public static Catalogue Of(IReadOnlyList<IMessage> rows) => new(
        rows.OfType<CatalogueEntryPublished>().Where(e => e.Active).ToFrozenDictionary(e => e.EntryCode),
        rows.OfType<UnitPublished>().ToFrozenDictionary(u => u.UnitCode),
        rows.OfType<AreaPublished>().ToFrozenDictionary(a => a.AreaCode));

    /// <summary>The area and all that it lies in, nearest first; empty for an unknown code.</summary>
    public IEnumerable<AreaPublished> Chain(string areaCode)
    {
        for (var code = areaCode; Areas.TryGetValue(code, out var area); code = area.ParentAreaCode) yield return area;
    }

    public bool IsActive(string unitCode) => Units.TryGetValue(unitCode, out var unit) && unit.Active;
}
