using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Channels;

/// <summary>A mail server posts each message as it is. What can't be filed is kept and answered with 202: a refused mail would be lost.</summary>
static class MailDoor
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/doors/email/messages", TakeAsync);

    static async Task<IResult> TakeAsync(HttpContext http, Doorway door, ChannelsOptions options, KeyRing ring)
    {
        if (door.Closed(http, Doors.Email) is { } closed) return closed;
        if (await Doorway.BodyAsync(http, Doorway.MailLimit) is not { } raw) return Doorway.Refuse(Doors.Email, DoorRefusals.TooLarge);
        var mail = MailMapping.Read(raw, options.Email, ring.Lookup);
        if (mail.Received is not { } received) return await KeepAsync(door, mail.Reason, raw);
        if (mail.Attachments > 0)
        {
            // Kept before the inquiry, so that its text can name it; under the mail's own key, which a second delivery has too.
            var kept = await door.Intake.QuarantineAsync(Quarantined.KeyOf(Doors.Email, received.DoorKey, []), Doors.Email, "HasAttachments", raw);
            received.Content.Text += $"\n（原邮件含附件 {mail.Attachments} 个，已封存：{kept}）";
        }
        var outcome = await door.TakeAsync(Doors.Email, received, raw);
        // A refusal here is nothing its sender can act on (a channel that is closed today): somebody must see the mail.
        return outcome.Refusal is { } refusal ? await KeepAsync(door, refusal.Code, raw, received.DoorKey)
            : Results.Json(new { outcome.Value!.InquiryId, outcome.Value.QueryCode, outcome.Value.ReceivedAt }, Json.Options, statusCode: outcome.Value.IsNew ? 201 : 200);
    }

    // The key is the one that intake gives to a reused key, so that such a mail is kept once.
    static async Task<IResult> KeepAsync(Doorway door, string reason, byte[] raw, string doorKey = "")
    {
        Doorway.Count(Doors.Email, Refusals.Of(reason, "", ""), false);
        return Results.Json(new { quarantineId = await door.Intake.QuarantineAsync(Quarantined.KeyOf(Doors.Email, doorKey, raw), Doors.Email, reason, raw), reason }, Json.Options, statusCode: 202);
    }
}
