namespace InquiryHub.Web;

/// <summary>What a dispatcher does: places, which also agrees to a return; rejects one; declines.</summary>
internal static class TriageActs
{
    public static void Map(WebApplication app)
    {
        app.MapAct("triage-place", PlaceAsync);
        app.MapAct("return-reject", RejectAsync);
        app.MapAct("decline", DeclineAsync);
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
