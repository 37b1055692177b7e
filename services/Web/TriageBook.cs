using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Routing;

namespace InquiryHub.Web;

/// <summary>What the dispatcher's pages read: the queue with its titles, and who may take a case.</summary>
internal sealed class TriageBook(HubClient hub, TimeProvider clock)
{
    public const int Most = 100;

    /// <summary>Held inquiries, oldest first. A title that Casework doesn't have yet is empty.</summary>
    public async Task<HeldList> HeldAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        using var held = hub.Routing.ListHeldAsync(new() { Page = new() { Size = Most } }, hub.As(user, stop));
        var reply = await held;
        Dictionary<string, Contracts.Casework.CaseRow> rows = [];
        // By their numbers: by state it is all cases that are looked at, every three seconds.
        try { if (reply.Inquiries.Count > 0) rows = (await hub.Casework.ListCasesAsync(new() { InquiryIds = { reply.Inquiries.Select(i => i.InquiryId) } }, hub.As(user, stop))).Cases.ToDictionary(c => c.InquiryId); } catch (RpcException e) when (e.StatusCode != StatusCode.Unauthenticated) { /* the queue is worth more than its titles */ }
        return new([.. reply.Inquiries.Select(i => rows.TryGetValue(i.InquiryId, out var row) ? Row(i, row.Title, row.Channel) : Row(i, "", ""))], reply.Total, reply.AsOf?.ToDateTimeOffset() ?? clock.GetUtcNow());
    }

    static HeldRow Row(RoutingState i, string title, string channel) => new(i.InquiryId, title, channel, i.Returns is null ? i.Reason : "ReturnRequested", (i.HeldSince ?? i.DecidedAt).ToDateTimeOffset());

    /// <summary>What it might be merged into; none when that can't be read.</summary>
    public async Task<IReadOnlyList<Contracts.Casework.CaseRow>> AlikeAsync(string inquiryId, ClaimsPrincipal user, CancellationToken stop)
    {
        try { return (await hub.Casework.ListAlikeAsync(new() { InquiryId = inquiryId }, hub.As(user, stop))).Cases; } catch (RpcException) { return []; }
    }

    /// <summary>The units that may take it, with their load now.</summary>
    public async Task<IReadOnlyList<Candidate>> CandidatesAsync(RoutingState state, NameList names, ClaimsPrincipal user, Texts t, CancellationToken stop) => await Task.WhenAll(Triage.Suggested(state).Select(async code =>
    {
        Contracts.Assignment.UnitLoad? load = null;
        try { load = await hub.Assignment.GetUnitLoadAsync(new() { UnitCode = code }, hub.As(user, stop)); } catch (RpcException) { /* a suggestion without its load is still one */ }
        var unit = names.Units.GetValueOrDefault(code) ?? new() { UnitCode = code, Name = code };
        var entry = Triage.EntryFor(code, state.CategoryCode, names.Catalogue.Values);
        return new Candidate(code, unit.Name, unit.Kind, names.Area(unit.AreaCode), entry?.EntryCode ?? "", entry is null ? "" : t.Either(entry.NameZh, entry.NameEn),
            load?.Officers.Sum(o => o.OpenTasks), load?.Officers.Count ?? 0, load?.Deferred ?? 0, unit.Active);
    }));
}
