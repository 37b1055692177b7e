using System.Collections.Frozen;
using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;

namespace InquiryHub.Web;

/// <summary>Directory's data as the dispatcher's pages name it.</summary>
public sealed record TriageNames(FrozenDictionary<string, UnitPublished> Units, FrozenDictionary<string, AreaPublished> Areas, IReadOnlyList<CatalogueEntryPublished> Catalogue, FrozenDictionary<string, ChannelPublished> Channels)
{
    public string Unit(string code) => Units.TryGetValue(code, out var u) ? u.Name : code;

    /// <summary>盘锦市 · 兴隆台区 · 惠宾街道; empty for no area.</summary>
    public string Area(string code)
    {
        var names = new List<string>();
        for (var at = code; Areas.TryGetValue(at, out var area) && names.Count < 6; at = area.ParentAreaCode) names.Insert(0, area.Name);
        return names.Count == 0 ? code : string.Join(" · ", names);
    }

    internal string Category(string code, Texts t) => Catalogue.FirstOrDefault(e => e.EntryCode == code) is { } entry ? t.Either(entry.NameZh, entry.NameEn) : "";
    internal string Channel(string code, Texts t) => Channels.TryGetValue(code, out var c) ? t.Either(c.NameZh, c.NameEn) : code;
}

/// <summary>What the dispatcher's pages read: names, kept for a minute, and the queue with its titles.</summary>
internal sealed class TriageBook(HubClient hub, TimeProvider clock)
{
    public const int Most = 100;
    (TriageNames Names, long At)? known;

    /// <exception cref="RpcException">Directory is away, and nothing is known yet.</exception>
    public async Task<TriageNames> NamesAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        if (known is { } k && clock.GetElapsedTime(k.At) < TimeSpan.FromMinutes(1)) return k.Names;
        try
        {
            using var units = hub.Directory.ListUnitsAsync(new(), hub.As(user, stop));
            using var areas = hub.Directory.ListAreasAsync(new(), hub.As(user, stop));
            using var catalogue = hub.Directory.ListCatalogueAsync(new(), hub.As(user, stop));
            using var channels = hub.Directory.ListChannelsAsync(new(), hub.As(user, stop));
            var names = new TriageNames((await units).Units.ToFrozenDictionary(u => u.UnitCode), (await areas).Areas.ToFrozenDictionary(a => a.AreaCode), (await catalogue).Entries, (await channels).Channels.ToFrozenDictionary(c => c.Channel));
            known = (names, clock.GetTimestamp());
            return names;
        }
        catch (RpcException e) when (known is not null && e.StatusCode != StatusCode.Unauthenticated) { return known.Value.Names; }
    }

    /// <summary>Held inquiries, oldest first. A title that Casework doesn't have yet is empty.</summary>
    public async Task<HeldList> HeldAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        using var held = hub.Routing.ListHeldAsync(new() { Page = new() { Size = Most } }, hub.As(user, stop));
        using var cases = hub.Casework.ListCasesAsync(new() { State = "Held", Page = new() { Size = 500 } }, hub.As(user, stop));
        var reply = await held;
        Dictionary<string, Contracts.Casework.CaseRow> rows = [];
        try { rows = (await cases).Cases.ToDictionary(c => c.InquiryId); } catch (RpcException e) when (e.StatusCode != StatusCode.Unauthenticated) { /* the queue is worth more than its titles */ }
        return new([.. reply.Inquiries.Select(i => rows.TryGetValue(i.InquiryId, out var row) ? Row(i, row.Title, row.Channel) : Row(i, "", ""))], reply.Total, reply.AsOf?.ToDateTimeOffset() ?? clock.GetUtcNow());
    }

    static HeldRow Row(RoutingState i, string title, string channel) => new(i.InquiryId, title, channel, i.Reason, i.DecidedAt.ToDateTimeOffset());

    /// <summary>The units that may take it, with their load now.</summary>
    public async Task<IReadOnlyList<Candidate>> CandidatesAsync(RoutingState state, TriageNames names, ClaimsPrincipal user, Texts t, CancellationToken stop) => await Task.WhenAll(Triage.Suggested(state).Select(async code =>
    {
        Contracts.Assignment.UnitLoad? load = null;
        try { load = await hub.Assignment.GetUnitLoadAsync(new() { UnitCode = code }, hub.As(user, stop)); } catch (RpcException) { /* a suggestion without its load is still one */ }
        var unit = names.Units.GetValueOrDefault(code) ?? new() { UnitCode = code, Name = code };
        var entry = Triage.EntryFor(code, state.CategoryCode, names.Catalogue);
        return new Candidate(code, unit.Name, unit.Kind, names.Areas.TryGetValue(unit.AreaCode, out var area) ? area.Name : "", entry?.EntryCode ?? "", entry is null ? "" : t.Either(entry.NameZh, entry.NameEn),
            load?.Officers.Sum(o => o.OpenTasks), load?.Officers.Count ?? 0, load?.Deferred ?? 0, unit.Active);
    }));
}
