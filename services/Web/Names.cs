using System.Collections.Frozen;
using Grpc.Core;

namespace InquiryHub.Web;

/// <summary>What the codes of the case file are called. A code that nobody named is shown as it is.</summary>
public sealed record NameList(FrozenDictionary<string, string> Units, FrozenDictionary<string, string> Officers, FrozenDictionary<string, string> Areas,
    FrozenDictionary<string, (string Zh, string En)> Channels, FrozenDictionary<string, (string Zh, string En)> Categories)
{
    public static readonly NameList None = new(FrozenDictionary<string, string>.Empty, FrozenDictionary<string, string>.Empty, FrozenDictionary<string, string>.Empty,
        FrozenDictionary<string, (string, string)>.Empty, FrozenDictionary<string, (string, string)>.Empty);

    public string Unit(string code) => Units.GetValueOrDefault(code, code);
    /// <summary>An officer by id; any other account (operator1) by itself.</summary>
    public string Officer(string id) => Officers.GetValueOrDefault(id, id);
    public string Area(string code) => Areas.GetValueOrDefault(code, code);
    internal string Channel(string code, Texts t) => Channels.TryGetValue(code, out var n) ? t.Either(n.Zh, n.En) : code;
    internal string Category(string code, Texts t) => Categories.TryGetValue(code, out var n) ? t.Either(n.Zh, n.En) : code;
}

/// <summary>Directory's names, read at most every two minutes; the last ones while it is away.</summary>
internal sealed class Names(HubClient hub, TimeProvider clock)
{
    static readonly TimeSpan fresh = TimeSpan.FromMinutes(2), again = TimeSpan.FromSeconds(5);
    readonly SemaphoreSlim gate = new(1);
    NameList known = NameList.None;
    long until = long.MinValue;

    public async ValueTask<NameList> GetAsync(CancellationToken stop = default)
    {
        if (clock.GetTimestamp() < Volatile.Read(ref until)) return known;
        await gate.WaitAsync(stop);
        try
        {
            if (clock.GetTimestamp() < until) return known;
            var wait = fresh;
            try { known = await ReadAsync(); } catch (RpcException) { wait = again; }
            Volatile.Write(ref until, clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency));
            return known;
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
        return new((await units).Units.ToFrozenDictionary(u => u.UnitCode, u => u.Name), (await officers).Officers.ToFrozenDictionary(o => o.OfficerId, o => o.Name),
            (await areas).Areas.ToFrozenDictionary(a => a.AreaCode, a => a.Name), (await channels).Channels.ToFrozenDictionary(c => c.Channel, c => (c.NameZh, c.NameEn)),
            (await catalogue).Entries.ToFrozenDictionary(e => e.EntryCode, e => (e.NameZh, e.NameEn)));
    }
}
