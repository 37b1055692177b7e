using System.Collections.Frozen;
using Grpc.Core;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Web;

/// <summary>Directory's data as pages name it. A code that nobody named is shown as it is.</summary>
public sealed record NameList(FrozenDictionary<string, UnitPublished> Units, FrozenDictionary<string, string> Officers, FrozenDictionary<string, AreaPublished> Areas,
    FrozenDictionary<string, ChannelPublished> Channels, FrozenDictionary<string, CatalogueEntryPublished> Catalogue)
{
    public static readonly NameList None = new(FrozenDictionary<string, UnitPublished>.Empty, FrozenDictionary<string, string>.Empty, FrozenDictionary<string, AreaPublished>.Empty,
        FrozenDictionary<string, ChannelPublished>.Empty, FrozenDictionary<string, CatalogueEntryPublished>.Empty);

    /// <summary>The active officers by unit.</summary>
    public FrozenDictionary<string, OfficerPublished[]> Active { get; init; } = FrozenDictionary<string, OfficerPublished[]>.Empty;
    /// <summary>Units that have officers, active or not.</summary>
    public FrozenSet<string> Staffed { get; init; } = [];
    public IReadOnlyList<OfficerPublished> ActiveOf(string unit) => Active.GetValueOrDefault(unit, []);

    public string Unit(string code) => Units.TryGetValue(code, out var u) ? u.Name : code;
    /// <summary>An officer by id; any other account (operator1) by itself.</summary>
    public string Officer(string id) => Officers.GetValueOrDefault(id, id);
    public string Area(string code) => Areas.TryGetValue(code, out var a) ? a.Name : code;
    internal string Channel(string code, Texts t) => Channels.TryGetValue(code, out var c) ? t.Either(c.NameZh, c.NameEn) : code;
    internal string Category(string code, Texts t) => Catalogue.TryGetValue(code, out var e) ? t.Either(e.NameZh, e.NameEn) : code;

    /// <summary>盘锦市 · 兴隆台区 · 惠宾街道; empty for no area.</summary>
    public string AreaPath(string code)
    {
        var names = new List<string>();
        for (var at = code; Areas.TryGetValue(at, out var area) && names.Count < 6; at = area.ParentAreaCode) names.Insert(0, area.Name);
        return names.Count == 0 ? code : string.Join(" · ", names);
    }
}

/// <summary>Directory's names, read anew every two minutes, which nobody waits for but who needs the first; the last ones while it is away, <see cref="NameList.None"/> before the first.</summary>
internal sealed class Names(HubClient hub, TimeProvider clock)
{
    static readonly TimeSpan fresh = TimeSpan.FromMinutes(2), again = TimeSpan.FromSeconds(5);
    readonly SemaphoreSlim gate = new(1);
    NameList known = NameList.None;
    long until = long.MinValue;

    public async ValueTask<NameList> GetAsync(CancellationToken stop = default)
    {
        if (clock.GetTimestamp() < Volatile.Read(ref until)) return known;
        if (known == NameList.None) { await gate.WaitAsync(stop); await FreshAsync(); }
        else if (gate.Wait(0)) _ = Task.Run(FreshAsync, CancellationToken.None);
        return known;
    }

    // Behind the gate, which it opens.
    async Task FreshAsync()
    {
        try
        {
            if (clock.GetTimestamp() < until) return;
            var wait = fresh;
            try { known = await ReadAsync(); } catch (RpcException) { wait = again; }
            Volatile.Write(ref until, clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency));
        }
        finally { gate.Release(); }
    }

    async Task<NameList> ReadAsync()
    {
        using var units = hub.Directory.ListUnitsAsync(new(), hub.AsService());
        using var officers = hub.Directory.ListOfficersAsync(new(), hub.AsService());
        using var areas = hub.Directory.ListAreasAsync(new(), hub.AsService());
        using var channels = hub.Directory.ListChannelsAsync(new(), hub.AsService());
        using var catalogue = hub.Directory.ListCatalogueAsync(new(), hub.AsService());
        var staff = (await officers).Officers;
        return new((await units).Units.ToFrozenDictionary(u => u.UnitCode), staff.ToFrozenDictionary(o => o.OfficerId, o => o.Name),
            (await areas).Areas.ToFrozenDictionary(a => a.AreaCode), (await channels).Channels.ToFrozenDictionary(c => c.Channel), (await catalogue).Entries.ToFrozenDictionary(e => e.EntryCode))
        { Active = staff.Where(o => o.Active).GroupBy(o => o.UnitCode).ToFrozenDictionary(g => g.Key, g => g.ToArray()), Staffed = staff.Select(o => o.UnitCode).ToFrozenSet() };
    }
}
