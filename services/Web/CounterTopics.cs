using InquiryHub.Contracts.Directory;

namespace InquiryHub.Web;

/// <summary>One key of the counter's keypad: the catalogue's entry; an empty code for "something else".</summary>
internal sealed record CounterTopic(int Digit, string Code);

/// <summary>What stands on the nine keys.</summary>
internal static class CounterTopics
{
    // What is asked most at the counters of streets and villages (screens: 医保 户籍 社保, 低保 土地 农补, 供热 计生); 9 is everything else.
    static readonly string[] Usual = ["040203", "030103", "040202", "040301", "030401", "041001", "040101", "040503"];

    /// <summary>Keys 1 to 8 hold the usual entries that the catalogue has, filled up with its first ones; in the order of the keypad, 7 8 9 above.</summary>
    public static IReadOnlyList<CounterTopic> Of(IEnumerable<CatalogueEntryPublished> catalogue)
    {
        var codes = catalogue.Where(e => e.Active).Select(e => e.EntryCode).Order(StringComparer.Ordinal).ToList();
        var chosen = Usual.Where(codes.Contains).Concat(codes.Except(Usual)).Take(8).ToList();
        int[] pad = [7, 8, 9, 4, 5, 6, 1, 2, 3];
        return [.. pad.Where(d => d == 9 || d <= chosen.Count).Select(d => new CounterTopic(d, d == 9 ? "" : chosen[d - 1]))];
    }
}
