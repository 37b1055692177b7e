using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Web;

/// <summary>The dispatcher's one act, and the list in which a unit is found by its name's first letters.</summary>
internal static class TriageActs
{
    sealed record UnitName(string Code, string Name, string Initials, string Area);

    public static void Map(WebApplication app)
    {
        app.MapAct("triage-place", PlaceAsync);
        app.MapGet("/triage/units", [Authorize(AuthenticationSchemes = WebModule.Scheme, Roles = Roles.Dispatcher)] async (HttpContext context, Names directory) =>
        {
            var names = await directory.GetAsync(context.RequestAborted);
            if (names.Units.Count == 0) return Results.StatusCode(503);
            context.Response.Headers.CacheControl = "private, max-age=300";
            return Results.Json(names.Units.Values.Where(u => u.Active).OrderBy(u => u.UnitCode, StringComparer.Ordinal).Select(u => new UnitName(u.UnitCode, u.Name, Pinyin.Initials(u.Name), names.AreaPath(u.AreaCode))), Json.Options);
        });
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
