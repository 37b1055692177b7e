using System.Text.Json;
using Grpc.Core;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace InquiryHub.Web;

/// <summary>
/// What desk.js keeps of a person's typing. <c>GET /drafts?scope=</c>: {field: {text, version, savedAt}}. <c>PUT /drafts</c> {scope, field,
/// text, version}: {version, savedAt}; {other, version} when another text stands there, and nothing was kept; {refusal} with 401 signed
/// out, 400 an old page, 413 too long, 503 no answer.
/// </summary>
internal static class Drafts
{
    sealed record Sent(string? Scope, string? Field, string? Text, long Version);
    sealed record Kept(string Text, long Version, DateTimeOffset? SavedAt);

    public static void Map(WebApplication app)
    {
        app.MapGet("/drafts", (HttpContext context, HubClient hub, string? scope) => AnswerAsync(context, async () =>
        {
            var reply = await hub.Casework.ListDraftsAsync(new() { Scope = scope ?? "" }, hub.As(context.User, context.RequestAborted));
            // They are nobody else's, also not the browser's cache's after a sign-out.
            context.Response.Headers.CacheControl = "no-store";
            return Results.Json(reply.Drafts.ToDictionary(d => d.Field, d => new Kept(d.Text, d.Version, CityTime.Instant(d.SavedAt))));
        }));
        app.MapPut("/drafts", (HttpContext context, HubClient hub, IAntiforgery forms) => AnswerAsync(context, async () =>
        {
            if (!await forms.IsRequestValidAsync(context)) return Refused(400, Texts.Of(context)["act.stale"]);
            if (await ReadAsync(context) is not { } sent) return Refused(400, Texts.Of(context)["officer.draft.unreadable"]);
            var reply = await hub.Casework.SaveDraftAsync(new() { Scope = sent.Scope ?? "", Field = sent.Field ?? "", Text = sent.Text ?? "", Version = sent.Version }, hub.As(context.User, context.RequestAborted));
            return reply.Conflict ? Results.Json(new { reply.Other, reply.Version }) : Results.Json(new { reply.Version, SavedAt = CityTime.Instant(reply.SavedAt) });
        }));
    }

    static async Task<IResult> AnswerAsync(HttpContext context, Func<Task<IResult>> answer)
    {
        var words = Texts.Of(context);
        if (await context.AuthenticateAsync(WebModule.Scheme) is { Principal: { } person }) context.User = person;
        if (context.User.Identity is not { IsAuthenticated: true }) return Refused(401, words["act.signedout"]);
        try { return await answer(); }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated) { return Refused(401, words["act.signedout"]); }
        catch (RpcException e) { return Refused(e.StatusCode switch { StatusCode.InvalidArgument => 413, StatusCode.Unavailable or StatusCode.DeadlineExceeded => 503, _ => 400 }, words.Of(HubClient.RefusalOf(e))); }
        catch (BadHttpRequestException) { return Refused(413, words["act.toolarge"]); }
    }

    // Half a character (an unpaired surrogate) can't travel: JSON that holds one isn't read.
    static async Task<Sent?> ReadAsync(HttpContext context)
    {
        try { return await JsonSerializer.DeserializeAsync<Sent>(context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted); }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return null; }
    }

    static IResult Refused(int status, string refusal) => Results.Json(new { Refusal = refusal }, statusCode: status);
}
