using System.Globalization;
using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Web.Parts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InquiryHub.Web;

/// <summary>Where the numbers that are not saved yet are kept: of a counter and a day, a draft each.</summary>
internal static class SheetScope
{
    public static string Of(string counterId, string day) => $"sheet {counterId} {day}";
}

/// <summary>What a counter's page does: an entry, and its list of the day again.</summary>
internal static class CounterActs
{
    public const string Cookie = "counter", StaffRoles = $"{Roles.Officer},{Roles.Operator}";

    public static void Map(WebApplication app)
    {
        app.MapAct("counter-register", RegisterAsync);
        app.MapAct("counter-void", VoidAsync);
        app.MapAct("counter-sheet", SheetAsync);
        app.MapGet("/counter/today", (string counter) => new RazorComponentResult<CounterToday>(new { Counter = counter }))
            .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = WebModule.Scheme, Roles = StaffRoles });
    }

    static async Task<ActReply> VoidAsync(ActCall call)
    {
        await call.Hub.Channels.VoidWalkInAsync(new() { CommandId = call["commandId"], CounterId = call["counter"], InquiryId = call["number"] }, call.As);
        return new(Say: call.T["counter.void.done", call["number"]], Data: new { number = call["number"] });
    }

    /// <summary>The counters at which a person may sit: an operator helps out anywhere, an officer sits at one of the own unit.</summary>
    public static List<CounterPublished> Of(IEnumerable<CounterPublished> all, ClaimsPrincipal user) =>
        [.. all.Where(c => c.Active && (user.IsInRole(Roles.Operator) || c.UnitCode == user.FindFirstValue("unit"))).OrderBy(c => c.CounterId, StringComparer.Ordinal)];

    /// <summary>The one that this browser remembers, or the only one; null when it is to be chosen.</summary>
    public static CounterPublished? ChosenOf(IEnumerable<CounterPublished> all, HttpContext context) =>
        Of(all, context.User) is { Count: 1 } only ? only[0] : Of(all, context.User).Find(c => c.CounterId == context.Request.Cookies[Cookie]);

    static async Task<ActReply> SheetAsync(ActCall call)
    {
        var request = new SaveTallySheetRequest { CounterId = call["counter"], Day = call["day"], Revision = int.TryParse(call["revision"], NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0 };
        foreach (var field in call.Fields.Where(f => f.StartsWith('n')))
        {
            if (call[field].Length == 0) continue;
            if (!int.TryParse(call[field], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return new(Refusal: call.T["sheet.number"]);
            request.Rows.Add(new TallyRow { CategoryCode = field[1..], Count = count });
        }
        var saved = await call.Hub.Channels.SaveTallySheetAsync(request, call.As);
        var scope = SheetScope.Of(request.CounterId, request.Day);
        // Saved it is; a draft that stays would only show the same numbers again.
        try { await call.Hub.Casework.DropDraftsAsync(new() { Scope = scope }, call.As); } catch (RpcException) { }
        return new(Say: call.T["sheet.done", Show.N(saved.Total)], Forget: [scope], Again: true);
    }

    static async Task<ActReply> RegisterAsync(ActCall call)
    {
        var onTheSpot = call["spot"] == "1";
        if (!onTheSpot && string.IsNullOrWhiteSpace(call["text"])) return new(Refusal: call.T["counter.refused.text"]);
        var done = await call.Hub.Channels.RegisterWalkInAsync(new()
        {
            CounterId = call["counter"], EntryId = call["entry"], CategoryCode = call["topic"], Title = call["title"], Text = call["text"].Trim(), Name = call["name"].Trim(), Phone = call["phone"].Trim(),
            Kind = Enum.TryParse<InquiryKind>(call["kind"], out var kind) ? kind : InquiryKind.Consultation,
            SecondsAgo = long.TryParse(call["ago"], NumberStyles.None, CultureInfo.InvariantCulture, out var ago) ? ago : 0,
            // In the city's language: it is filed, not shown to this clerk.
            DirectAnswer = onTheSpot ? Texts.For(Texts.Chinese)["counter.onthespot"] : "",
        }, call.As);
        return new(Data: new { number = done.InquiryId, code = Citizens.Grouped(done.QueryCode), at = Show.Clock(done.ReceivedAt, "yyyy-MM-dd HH:mm") });
    }
}
