using InquiryHub.Contracts.Common;

namespace InquiryHub.Web;

/// <summary>What a dispatcher does with a quarantine entry.</summary>
internal static class QuarantineActs
{
    public static void Map(WebApplication app)
    {
        app.MapAct("quarantine-file", FileAsync);
        app.MapAct("quarantine-reject", RejectAsync);
    }

    static string Page(ActCall call) => $"/quarantine/{Uri.EscapeDataString(call["quarantineId"])}";

    static async Task<ActReply> FileAsync(ActCall call)
    {
        if (!int.TryParse(call["matterNo"], out var matter)) return new(call.T["act.stale"]);
        var reply = await call.Hub.Channels.FileQuarantinedAsync(new()
        {
            CommandId = call["commandId"], QuarantineId = call["quarantineId"], MatterNo = matter,
            Form = new()
            {
                Channel = call["channel"], Kind = Enum.TryParse<InquiryKind>(call["kind"], out var kind) ? kind : default, Title = call["title"].Trim(), Text = call["text"].Trim(), Name = call["name"].Trim(), Phone = call["phone"].Trim(),
                Email = call["email"].Trim(), Place = call["place"].Trim(), CategoryCode = call["category"], AreaCode = call["area"], WantsReply = call.Has("wantsReply"),
            },
        }, call.As);
        return new(Say: call.T["quarantine.filed.as", reply.InquiryId], Go: Page(call), Again: true);
    }

    static async Task<ActReply> RejectAsync(ActCall call)
    {
        await call.Hub.Channels.RejectQuarantinedAsync(new() { CommandId = call["commandId"], QuarantineId = call["quarantineId"], Reason = call["reason"], Note = call["note"].Trim() }, call.As);
        return new(Say: call.T["quarantine.rejected.done"], Go: "/quarantine");
    }
}
