using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;

namespace InquiryHub.Web;

/// <summary>An answer that an operator tells by telephone. <paramref name="Case"/> is null where the case can't be read at the moment.</summary>
public sealed record CallBackRow(Delivery Delivery, CaseRow? Case)
{
    public string InquiryId => Delivery.InquiryId;
    public string Title => Case is { Title.Length: > 0 } c ? c.Title : InquiryId;
    /// <summary>Its own door failed: the telephone is the way that is left.</summary>
    public bool Failed => Delivery.State != "Waiting";
}

/// <summary>回电: the operators' list of answers to be told, and what a call came to.</summary>
internal static class CallBacks
{
    const int AtOnce = 200;

    /// <summary>Oldest inquiry first; what waits for a first call before what other doors couldn't bring. And how many there are in all.</summary>
    public static async Task<(IReadOnlyList<CallBackRow> Rows, long Total)> ReadAsync(HubClient hub, CallOptions me)
    {
        var waiting = await hub.Channels.ListDeliveriesAsync(new() { ToCall = true, Page = new() { Size = AtOnce } }, me);
        if (waiting.Deliveries.Count == 0) return ([], 0);
        var cases = await CaseShown.OrNone(hub.Casework.ListCasesAsync(new() { InquiryIds = { waiting.Deliveries.Select(d => d.InquiryId).Distinct() } }, me));
        return (Of(waiting.Deliveries, cases?.Cases ?? []), waiting.Total);
    }

    public static IReadOnlyList<CallBackRow> Of(IEnumerable<Delivery> deliveries, IEnumerable<CaseRow> cases)
    {
        var known = cases.ToDictionary(c => c.InquiryId);
        // A case has one answer at a time that matters: the newest.
        return [.. deliveries.GroupBy(d => d.InquiryId).Select(g => new CallBackRow(g.MaxBy(d => d.AnswerNo)!, known.GetValueOrDefault(g.Key))).OrderBy(r => r.Failed).ThenBy(r => r.InquiryId, StringComparer.Ordinal)];
    }

    public static void Map(WebApplication app) => app.MapAct("call-back", async call =>
    {
        if (call["result"] is not ("Reached" or "NotReached")) return new(call.T["callback.choose"]);
        if (!int.TryParse(call["answerNo"], out var answer)) return new(call.T["act.stale"]);
        var reached = call["result"] == "Reached";
        await call.Hub.Channels.RecordCallBackAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], Reached = reached, AnswerNo = answer }, call.As);
        return new(Say: call.T[reached ? "callback.done" : "callback.notreached", call["inquiryId"]], Go: call["next"].Length > 0 ? $"/call-backs/{Uri.EscapeDataString(call["next"])}" : "/call-backs", Again: true);
    });
}
