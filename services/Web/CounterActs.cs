using System.Globalization;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.Web.Parts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InquiryHub.Web;

/// <summary>What a counter's page does: an entry, and its list of the day again.</summary>
internal static class CounterActs
{
    public const string Cookie = "counter", StaffRoles = $"{Roles.Officer},{Roles.Operator}";

    public static void Map(WebApplication app)
    {
        app.MapAct("counter-register", RegisterAsync);
        app.MapAct("counter-void", VoidAsync);
        app.MapGet("/counter/today", (string counter) => new RazorComponentResult<CounterToday>(new { Counter = counter }))
            .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = WebModule.Scheme, Roles = StaffRoles });
    }

    static async Task<ActReply> VoidAsync(ActCall call)
    {
        await call.Hub.Channels.VoidWalkInAsync(new() { CommandId = call["commandId"], CounterId = call["counter"], InquiryId = call["number"] }, call.As);
        return new(Say: call.T["counter.void.done", call["number"]], Data: new { number = call["number"] });
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
