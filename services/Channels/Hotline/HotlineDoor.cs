using System.Text.Json;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>12345: the telephone system pushes events, the operator registers. Either works without the other.</summary>
static class HotlineDoor
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/doors/hotline/events", EventAsync).DisableAntiforgery();
        app.MapPost("/doors/hotline/registrations", RegisterAsync);
        app.MapPost("/doors/hotline/closings", CloseAsync);
    }

    static async Task<IResult> EventAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.Hotline) is { } closed) return closed;
        var payload = http.Request.HasFormContentType ? await FormAsync(http) : (await Doorway.JsonAsync<CallPush>(http)).Payload;
        if (payload.Refusal is { } broken) return Doorway.Refuse(Doors.Hotline, broken);
        var mapped = HotlineMapping.Map(payload.Value!);
        if (mapped.Refusal is { } refusal) return Doorway.Refuse(Doors.Hotline, refusal);
        var (callId, caller, e) = mapped.Value;
        await door.Intake.CallAsync(callId, caller, "", "", (call, now) => CallDecision.Apply(call, e, now));
        return Results.Json(new { });
    }

    static async Task<Outcome<CallPush>> FormAsync(HttpContext http)
    {
        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            string? Of(string name) => form.TryGetValue(name, out var v) ? v[0] : null;
            JsonElement? One(string? text) => text is null ? null : JsonSerializer.SerializeToElement(text);
            return new CallPush(Of("event"), Of("from"), Of("to"), Of("direction"), Of("callId"), One(Of("user") ?? Of("user[]")), One(Of("caller") ?? Of("caller[]")), Of("answeringNumber"), Of("cause"));
        }
        // A multipart body that ends too early is an IOException; the server's own "too large" is one as well and goes on.
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException) { return DoorRefusals.InvalidEvent; }
    }

    static async Task<IResult> RegisterAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.Hotline, out var actor) is { } closed) return closed;
        var (body, payload) = await Doorway.JsonAsync<CallRegistration>(http);
        return await door.RegisterAsync(Doors.Hotline, payload.Refusal is { } broken ? broken : HotlineMapping.Map(payload.Value!, actor), body);
    }

    static async Task<IResult> CloseAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.Hotline, out var actor) is { } closed) return closed;
        var (_, payload) = await Doorway.JsonAsync<CallClosing>(http);
        if (payload.Refusal is { } broken) return Doorway.Refuse(Doors.Hotline, broken);
        var f = new Fields();
        var callId = f.Id("callId", payload.Value!.CallId);
        if (f.Refusal is { } refusal) return Doorway.Refuse(Doors.Hotline, refusal);
        if (payload.Value.Reason is not ("WrongNumber" or "Silent" or "Harassment" or "Other") || payload.Value.Reason is not { } reason) return Doorway.Refuse(Doors.Hotline, DoorRefusals.InvalidReason);
        var contactId = await door.Intake.CallAsync(callId, null, actor.Account, actor.UnitCode, (call, _) => CallDecision.File(call, reason));
        Doorway.Count(Doors.Hotline, null, true);
        return Results.Json(new { contactId }, Json.Options);
    }
}
