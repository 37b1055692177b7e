using System.Runtime.InteropServices;
using System.Text.Json;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>Counters: single entries, batches of an offline counter, day tally sheets.</summary>
static class WalkInDoor
{
    public const int MostEntries = 50;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/doors/walkin/entries", EntryAsync);
        app.MapPost("/doors/walkin/batches", BatchAsync);
        app.MapPost("/doors/walkin/tallies", TallyAsync);
    }

    static async Task<IResult> EntryAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.WalkIn) is { } closed) return closed;
        var (body, entry) = await Doorway.JsonAsync<WalkInEntry>(http);
        return await door.RegisterAsync(Doors.WalkIn, entry.Refusal is { } refusal ? refusal : WalkInMapping.Map(entry.Value!), body);
    }

    sealed record Batch(string? CounterId, JsonElement Entries);
    sealed record Result(string? EntryId, string Status, string? InquiryId, string? QueryCode, DateTimeOffset? ReceivedAt, string? Code, string? Zh, string? En);

    /// <summary>
    /// The entries are commands of their own that the writer commits together: each keeps its own shard and its own refusal, and
    /// a batch sent again after half of it was lost only adds what is missing.
    /// </summary>
    static async Task<IResult> BatchAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.WalkIn) is { } closed) return closed;
        var (_, read) = await Doorway.JsonAsync<Batch>(http);
        if (read.Refusal is { } refusal) return Doorway.Refuse(Doors.WalkIn, refusal);
        if (read.Value!.Entries is not { ValueKind: JsonValueKind.Array } entries || entries.GetArrayLength() is 0 or > MostEntries) return Doorway.Refuse(Doors.WalkIn, DoorRefusals.TooManyEntries);
        var results = await Task.WhenAll(entries.EnumerateArray().Select(async one =>
        {
            var raw = JsonMarshal.GetRawUtf8Value(one).ToArray();
            var entry = Fields.Json<WalkInEntry>(raw);
            var outcome = await door.TakeAsync(Doors.WalkIn, entry.Refusal is { } broken ? broken : WalkInMapping.Map(entry.Value! with { CounterId = read.Value.CounterId }), raw);
            return outcome.Refusal is { } no ? new Result(entry.Value?.EntryId, "refused", null, null, null, no.Code, no.Zh, no.En)
                : new Result(entry.Value!.EntryId, outcome.Value!.IsNew ? "accepted" : "known", outcome.Value.InquiryId, outcome.Value.QueryCode, outcome.Value.ReceivedAt, null, null, null);
        }));
        return Results.Json(new { results }, Json.Options);
    }

    static async Task<IResult> TallyAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.WalkIn) is { } closed) return closed;
        var (body, payload) = await Doorway.JsonAsync<TallyPayload>(http);
        var tally = payload.Refusal is { } broken ? broken : Tally.Map(payload.Value!);
        var outcome = tally.Refusal is { } refusal ? refusal : await door.Intake.TallyAsync(tally.Value!, body);
        if (outcome.Refusal is { } no) return Doorway.Refuse(Doors.WalkIn, no);
        Doorway.Count(Doors.WalkIn, null, true);
        return Results.Json(new { outcome.Value!.SheetId, outcome.Value.Revision, outcome.Value.Total }, Json.Options);
    }
}
