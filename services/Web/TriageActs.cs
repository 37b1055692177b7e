namespace InquiryHub.Web;

/// <summary>What a dispatcher does: places, which also agrees to a return; rejects one; declines; merges and splits.</summary>
internal static class TriageActs
{
    public static void Map(WebApplication app)
    {
        app.MapAct("triage-place", PlaceAsync);
        app.MapAct("return-reject", RejectAsync);
        app.MapAct("decline", DeclineAsync);
        app.MapAct("merge", MergeAsync);
        app.MapAct("split", SplitAsync);
    }

    static async Task<ActReply> RejectAsync(ActCall call)
    {
        if (!int.TryParse(call["expected"], out var expected)) return new(call.T["act.stale"]);
        await call.Hub.Routing.RejectReturnAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], ExpectedDispatchNo = expected, Words = call["words"] }, call.As);
        return await DoneAsync(call, "triage.return.rejected");
    }

    static async Task<ActReply> DeclineAsync(ActCall call)
    {
        if (!int.TryParse(call["expected"], out var expected)) return new(call.T["act.stale"]);
        await call.Hub.Routing.DeclineInquiryAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], ExpectedDispatchNo = expected, Reason = call["reason"], PublicReply = call["reply"] }, call.As);
        return await DoneAsync(call, "triage.declined");
    }

    // What was written is done with; the queue goes on by itself.
    static async Task<ActReply> DoneAsync(ActCall call, string said)
    {
        var scope = $"triage/{call["inquiryId"]}";
        await call.Hub.Casework.DropDraftsAsync(new() { Scope = scope }, call.As);
        return new(Say: call.T[said, call["inquiryId"]], Go: "/triage", Forget: [scope]);
    }

    static async Task<ActReply> MergeAsync(ActCall call)
    {
        // A typed number is meant, whatever was chosen before.
        var into = call["typed"].Trim() is { Length: > 0 } typed ? typed : call["into"];
        if (into.Length == 0) return new(call.T["triage.merge.needed"]);
        await call.Hub.Casework.MergeInquiryAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], IntoInquiryId = into }, call.As);
        // The queue goes on by itself (triage.js).
        return new(Say: call.T["triage.merge.done", call["inquiryId"], into], Go: call.Has("stay") ? $"/case/{Uri.EscapeDataString(call["inquiryId"])}" : null);
    }

    static async Task<ActReply> SplitAsync(ActCall call)
    {
        var split = await call.Hub.Casework.SplitInquiryAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"] }, call.As);
        return new(Say: call.T["officer.merged.done", call["inquiryId"], split.IntoInquiryId], Again: true);
    }

    static async Task<ActReply> PlaceAsync(ActCall call)
    {
        if (!int.TryParse(call["expected"], out var expected)) return new(call.T["act.stale"]);
        var lead = call["lead"];
        await call.Hub.Routing.PlaceInquiryAsync(new()
        {
            CommandId = call["commandId"], InquiryId = call["inquiryId"], ExpectedDispatchNo = expected, LeadUnitCode = lead,
            // Boxes of one name come joined. Whoever leads doesn't assist as well.
            AssistingUnitCodes = { call["assist"].Split(',', StringSplitOptions.RemoveEmptyEntries).Where(a => a != lead).Distinct() },
        }, call.As);
        // The queue goes on by itself, and a sentence would take the place of the next one's undo.
        return call.Has("stay") ? new(Say: call.T["triage.placed", call["inquiryId"]], Go: $"/case/{Uri.EscapeDataString(call["inquiryId"])}") : new();
    }
}
