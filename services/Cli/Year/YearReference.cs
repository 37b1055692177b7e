using InquiryHub.Contracts.Directory;

namespace InquiryHub.Cli.Year;

/// <summary>The city as the plan needs it: catalogue, counters and areas as Directory has them, in the order of their codes.</summary>
internal sealed class YearReference
{
    private static readonly string[] Counties = ["211102", "211103", "211104", "211122"];
    // Walk-ins by county as the city's dashboard shows them; calls come from where people live in blocks.
    private static readonly double[] WalkIns = [16.2, 19.9, 34.1, 37.9], Calls = [28, 42, 16, 14];

    private readonly Dictionary<string, CatalogueEntryPublished> entries;
    private readonly Dictionary<string, int> areas;
    private readonly int[][] streets, villages, blocks;
    private readonly int hall;

    public YearReference(IEnumerable<CatalogueEntryPublished> catalogue, IEnumerable<CounterPublished> counters, IEnumerable<AreaPublished> areas)
    {
        entries = catalogue.Where(e => e.Active).ToDictionary(e => e.EntryCode);
        Counters = [.. counters.Where(c => c.Active).OrderBy(c => c.CounterId, StringComparer.Ordinal)];
        Areas = [.. areas.OrderBy(a => a.AreaCode, StringComparer.Ordinal)];
        this.areas = Areas.Index().ToDictionary(a => a.Item.AreaCode, a => a.Index);
        streets = [.. Counties.Select(county => Where(Counters, c => c.AreaCode.Length == 9 && c.AreaCode.StartsWith(county)))];
        villages = [.. Counties.Select(county => Where(Counters, c => c.AreaCode.Length == 12 && c.AreaCode.StartsWith(county)))];
        blocks = [.. Counties.Select(county => Where(Areas, a => a.AreaCode.Length >= 9 && a.AreaCode.StartsWith(county)))];
        hall = Counters.ToList().FindIndex(c => c.AreaCode.Length == 6);
        if (hall < 0 || streets.Concat(villages).Concat(blocks).Any(list => list.Length == 0))
            throw new InvalidDataException("Directory has no counters or areas of Panjin; the year 2013 needs the shipped reference data.");
    }

    public IReadOnlyList<CounterPublished> Counters { get; }
    public IReadOnlyList<AreaPublished> Areas { get; }

    public bool Knows(string category) => entries.ContainsKey(category);
    public bool NeedsArea(string category) => entries[category].UnitCode.Length == 0;
    public int AreaOf(int counter) => areas[Counters[counter].AreaCode];

    /// <summary>The service hall, a street's or town's counter, or a village's, as likely as said.</summary>
    public int PickCounter(ref SplitMix random, double hall, double street)
    {
        if (random.Unit() < hall) return this.hall;
        var county = random.Pick(WalkIns);
        var list = (random.Unit() < street ? streets : villages)[county];
        return list[random.Below(list.Length)];
    }

    public int PickArea(ref SplitMix random)
    {
        var list = blocks[random.Pick(Calls)];
        return list[random.Below(list.Length)];
    }

    /// <summary>"胜利街道团结社区": people name the street with the village.</summary>
    public string AreaName(int area) => Areas[area] is { AreaCode.Length: 12 } village && areas.TryGetValue(village.ParentAreaCode, out var street) ? Areas[street].Name + village.Name : Areas[area].Name;

    /// <summary>What the dispatcher looks up by hand: the unit that answers for a category in an area.</summary>
    public string UnitOf(string category, int area)
    {
        var entry = entries[category];
        if (entry.ToStreet) return Areas[area].UnitCode;
        return entry.UnitCode.Length > 0 ? entry.UnitCode : entry.UnitCodeByArea[Areas[area].AreaCode[..6]];
    }

    private static int[] Where<T>(IReadOnlyList<T> items, Func<T, bool> which) => [.. Enumerable.Range(0, items.Count).Where(i => which(items[i]))];
}
