using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Web;

/// <summary>What an operator does with a call. One form, several ends: register, answer on the spot, add to an open inquiry or urge it, no order.</summary>
internal static class CallActs
{
    public static void Map(WebApplication app)
    {
        app.MapAct("take-call", async call =>
        {
            await call.Hub.Channels.TakeCallAsync(new() { ContactId = call["contactId"] }, call.As);
            // On its own page nothing is read again: the operator is typing already.
            return call.Has("here") ? new ActReply() : new ActReply(Go: $"/calls?call={Uri.EscapeDataString(call["contactId"])}");
        });
        // Apart from the page, which is there as soon as it rings: 680 lines of lists come behind it, once in ten minutes.
        app.MapGet("/calls/lists", async (HttpContext context, Names directory) =>
        {
            var names = await directory.GetAsync(context.RequestAborted);
            if (names.Catalogue.Count == 0) return Results.StatusCode(503);
            context.Response.Headers.CacheControl = "private, max-age=600";
            return Results.Json(new { Categories = Categories(names, Texts.Of(context)).Select(c => c.Shown), Areas = Areas(names).Select(a => a.Shown) });
        }).RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = WebModule.Scheme, Roles = Roles.Operator });
        var directory = app.Services.GetRequiredService<Names>();
        app.MapAct("call", call => call["end"] switch
        {
            "add" or "urge" => AddAsync(call, urge: call["end"] == "urge"),
            "WrongNumber" or "Silent" or "Harassment" or "Other" => CloseAsync(call),
            "answer" when string.IsNullOrWhiteSpace(call["reply"]) => Task.FromResult(new ActReply(call.T["calls.noreply"])),
            _ => RegisterAsync(call, directory),
        });
    }

    static async Task<ActReply> RegisterAsync(ActCall call, Names directory)
    {
        var (category, area, names) = (call["category"].Trim(), call["area"].Trim(), await directory.GetAsync());
        if (names.Catalogue.Count == 0 && category.Length + area.Length > 0) return new(call.T.Of(HubClient.Unreachable));
        if (CodeOf(category, Categories(names, call.T)) is not { } categoryCode) return new(call.T["calls.nocategory"]);
        if (CodeOf(area, Areas(names)) is not { } areaCode) return new(call.T["calls.noarea"]);
        Enum.TryParse<InquiryKind>(call["kind"], out var kind);
        var request = Of(call);
        (request.Kind, request.CategoryCode, request.AreaCode, request.Place) = (kind, categoryCode, areaCode, call["place"].Trim());
        (request.NoReply, request.Confidential, request.Urgency) = (!call.Has("wantsReply"), call.Has("confidential"), call.Has("urgent") ? Urgency.Urgent : Urgency.Normal);
        if (call["end"] == "answer") request.DirectAnswer = call["reply"];
        var reply = await call.Hub.Channels.RegisterCallAsync(request, call.As);
        return await DoneAsync(call, call.T[request.DirectAnswer.Length > 0 ? "calls.answered" : "calls.registered", reply.InquiryId, reply.QueryCode]);
    }

    static async Task<ActReply> AddAsync(ActCall call, bool urge)
    {
        // Nothing is chosen for the operator but what leaves no choice.
        var about = call["about"].Length > 0 ? call["about"] : call["onlyOpen"];
        if (about.Length == 0) return new(call.T["calls.noabout"]);
        var request = Of(call);
        (request.AboutInquiryId, request.Urge) = (about, urge);
        var reply = await call.Hub.Channels.RegisterCallAsync(request, call.As);
        return await DoneAsync(call, call.T[urge ? "calls.urged" : "calls.added", reply.InquiryId]);
    }

    static async Task<ActReply> CloseAsync(ActCall call)
    {
        await call.Hub.Channels.CloseCallAsync(new() { RegistrationId = call["commandId"], ContactId = call["contactId"], Reason = call["end"] }, call.As);
        return await DoneAsync(call, call.T["calls.closed", call.T[$"calls.reason.{call["end"]}"]]);
    }

    static RegisterCallRequest Of(ActCall call) => new() { RegistrationId = call["commandId"], ContactId = call["contactId"], Text = call["text"], Name = call["name"].Trim(), Phone = call["phone"].Trim() };

    static async Task<ActReply> DoneAsync(ActCall call, string said)
    {
        // The call may bring a second matter: it begins with an empty form. Done is done, whatever becomes of this.
        try { await call.Hub.Casework.DropDraftsAsync(new() { Scope = call["scope"] }, call.As); } catch (RpcException) { }
        return new(Say: said, Go: "/calls", Forget: [call["scope"]]);
    }

    /// <summary>Lists that one types ahead in: what is shown, and the code.</summary>
    public static IReadOnlyList<(string Shown, string Code)> Categories(NameList names, Texts t) =>
        [.. names.Catalogue.Values.Where(e => e.Active).OrderBy(e => e.EntryCode, StringComparer.Ordinal).Select(e => ($"{t.Either(e.NameZh, e.NameEn)} {e.EntryCode}", e.EntryCode))];

    public static IReadOnlyList<(string Shown, string Code)> Areas(NameList names) => [.. names.Areas.Values.OrderBy(a => a.AreaCode, StringComparer.Ordinal)
        .Select(a => (names.Areas.TryGetValue(a.ParentAreaCode, out var parent) ? $"{parent.Name} {a.Name} {a.AreaCode}" : $"{a.Name} {a.AreaCode}", a.AreaCode))];

    /// <summary>The code of what was typed: as shown, the code itself, or a name that only one has. Empty for nothing, null for what is in no list.</summary>
    public static string? CodeOf(string typed, IReadOnlyList<(string Shown, string Code)> list)
    {
        if (typed.Length == 0) return "";
        if (list.FirstOrDefault(e => e.Shown == typed || e.Code == typed) is { Code: { } code }) return code;
        bool Named((string Shown, string Code) e) => e.Shown[..^(e.Code.Length + 1)] is var name && (name == typed || name.EndsWith(" " + typed, StringComparison.Ordinal));
        if (list.Where(Named).Take(2).ToList() is [var named]) return named.Code;
        return list.Where(e => e.Shown.Contains(typed, StringComparison.OrdinalIgnoreCase)).Take(2).ToList() is [var only] ? only.Code : null;
    }
}
