using System.Security.Claims;
using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace InquiryHub.Web;

/// <summary>What an act came to, as desk.js shows it. Either it was done, or <paramref name="Refusal"/> says what to do.</summary>
/// <param name="Say">A sentence for the foot of the page.</param>
/// <param name="Go">Where to go next; null stays.</param>
/// <param name="Forget">Draft scopes whose local copies are no longer needed.</param>
/// <param name="Again">The page's fixed part has changed: it is read again.</param>
/// <param name="Data">What a page's own script needs of it.</param>
/// <param name="SignedOut">The sign-in has expired: what was typed stays, the page offers to sign in.</param>
internal sealed record ActReply(string? Refusal = null, string? Say = null, string? Go = null, IReadOnlyList<string>? Forget = null, bool Again = false, bool SignedOut = false, object? Data = null);

/// <summary>An act's form and who sent it.</summary>
internal sealed class ActCall(IFormCollection form, ClaimsPrincipal user, HubClient hub, Texts words, CancellationToken stop)
{
    public HubClient Hub => hub;
    public Texts T => words;
    public ClaimsPrincipal User => user;
    public string Account => user.FindFirstValue("sub") ?? "";
    /// <summary>A field of the form; empty when it isn't there. Browsers send line ends as CR LF.</summary>
    public string this[string field] => form.TryGetValue(field, out var value) ? value.ToString().ReplaceLineEndings("\n") : "";
    /// <summary>A field that may stand there several times, in its order.</summary>
    public IReadOnlyList<string> All(string field) => form.TryGetValue(field, out var values) ? [.. values.Select(v => v ?? "")] : [];
    /// <summary>The names of the fields.</summary>
    public IEnumerable<string> Fields => form.Keys;
    public bool Has(string field) => this[field] is "on" or "true";
    public CallOptions As => hub.As(user, stop);
}

/// <summary>
/// What people do on the pages. An act is a plain form that desk.js sends to <c>/acts/NAME</c>: it works while the page's live connection
/// is away, a lost answer can be asked for again (the form carries the command's id), and a refusal comes back as a sentence beside the button.
/// </summary>
internal static class Acts
{
    /// <summary>An id for a command that is sent once by this form, however often it is sent.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    public static void MapAct(this WebApplication app, string name, Func<ActCall, Task<ActReply>> act) =>
        app.MapPost($"/acts/{name}", async (HttpContext context, HubClient hub, IAntiforgery forms) =>
        {
            var words = Texts.Of(context);
            if (context.User.Identity is not { IsAuthenticated: true } && await context.AuthenticateAsync(WebModule.Scheme) is { Principal: { } person }) context.User = person;
            if (context.User.Identity is not { IsAuthenticated: true }) return Results.Json(new ActReply(words["act.signedout"], SignedOut: true), statusCode: 401);
            if (!await forms.IsRequestValidAsync(context)) return Results.Json(new ActReply(words["act.stale"]), statusCode: 400);
            context.Response.Headers.CacheControl = "no-store"; // an answer may name a person
            try { return Results.Json(await act(new(await context.Request.ReadFormAsync(context.RequestAborted), context.User, hub, words, context.RequestAborted))); }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated) { return Results.Json(new ActReply(words["act.signedout"], SignedOut: true), statusCode: 401); }
            catch (RpcException e) { return Results.Json(new ActReply(words.Of(HubClient.RefusalOf(e))), statusCode: e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded ? 503 : 200); }
            catch (BadHttpRequestException) { return Results.Json(new ActReply(words["act.toolarge"]), statusCode: 413); }
            catch (InvalidDataException) { return Results.Json(new ActReply(words["act.toolarge"]), statusCode: 413); }
        });
}
