using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Channels;

/// <summary>The official QQ webhook. The platform gets its acknowledgement (op 12) when the message is kept, or never will be.</summary>
static class QqDoor
{
    static readonly object acknowledged = new { op = 12, d = 0 };

    public static void Map(IEndpointRouteBuilder app, QqSignature? signature) =>
        app.MapPost("/doors/qq/webhook", (HttpContext http, Doorway door, ChannelsOptions options, KeyRing ring, [FromKeyedServices("channels")] NpgsqlDataSource database) =>
            signature is null ? Task.FromResult(Doorway.Refuse(Doors.Qq, DoorRefusals.WrongSignature)) : TakeAsync(http, door, options, ring, database, signature));

    static async Task<IResult> TakeAsync(HttpContext http, Doorway door, ChannelsOptions options, KeyRing ring, NpgsqlDataSource database, QqSignature signature)
    {
        if (await Doorway.BodyAsync(http) is not { } body) return Doorway.Refuse(Doors.Qq, DoorRefusals.TooLarge);
        var (timestamp, signed) = (http.Request.Headers["X-Signature-Timestamp"].ToString(), http.Request.Headers["X-Signature-Ed25519"].ToString());
        var isSigned = signature.Verifies(timestamp, body, signed);
        var envelope = Fields.Json<QqEnvelope>(body);
        if (envelope.Value is { Op: 13 } asked)
            return QqMapping.Validation(asked, http.Request.Headers["X-Bot-Appid"].ToString(), options.Qq.AppId) is { } v
                ? Results.Json(new { plain_token = v.PlainToken, signature = signature.Sign(v.EventTs!, v.PlainToken!) }) : Doorway.Refuse(Doors.Qq, DoorRefusals.WrongSignature);
        if (!isSigned) return Doorway.Refuse(Doors.Qq, DoorRefusals.WrongSignature);
        if (envelope.Refusal is not null) return await KeepAsync(door, "BrokenJson", body);

        var read = QqMapping.Read(envelope.Value!, timestamp, ring.Lookup);
        if (read.Reason is { } reason) return await KeepAsync(door, reason, body);
        if (read.Received is not { } received) return Results.Json(acknowledged);
        // Only somebody who asks costs a look-up; it is decided again under the lock.
        if (read.Asks) received = received with { About = await ChannelsStore.InquiryOfThreadAsync(database, received.ThreadKey!, http.RequestAborted) };
        var outcome = await door.TakeAsync(Doors.Qq, received, body);
        if (outcome.Refusal is { Code: "StaleTimestamp" } stale) return Answers.Problem(401, stale);
        if (outcome.Refusal is { } refusal) return refusal.Code == "KeyReused" ? Results.Json(acknowledged) : await KeepAsync(door, refusal.Code, body);
        // Before the acknowledgement: if this fails, the platform sends again and it is done then.
        await door.Intake.WakeAsync(received.ThreadKey!, database, http.RequestAborted);
        return Results.Json(acknowledged);
    }

    static async Task<IResult> KeepAsync(Doorway door, string reason, byte[] body)
    {
        Doorway.Count(Doors.Qq, Refusals.Of(reason, "", ""), false);
        await door.Intake.QuarantineAsync(Quarantined.KeyOf(Doors.Qq, "", body), Doors.Qq, reason, body);
        return Results.Json(acknowledged);
    }
}
