using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>A counter's entry (现场咨询). Most are a kind and a category; a text only when the matter goes on.</summary>
sealed record WalkInEntry(string? CounterId, string? EntryId, string? OccurredAt, string? Kind, string? CategoryCode, string? AreaCode, string? Urgency, string? Title, string? Text,
    string? Name, string? Phone, string? Place, bool? WantsReply, bool? Confidential, string? DirectAnswer, string? TakenBy);

static class WalkInMapping
{
    public const string Channel = "WalkIn";

    /// <summary>An entry of the counter's page.</summary>
    /// <param name="occurredAt">By the city's clock; null for now.</param>
    /// <param name="areaCode">Where the counter is: without it many topics would have no unit, and be held.</param>
    public static Outcome<Received> Map(RegisterWalkInRequest r, Actor actor, DateTimeOffset? occurredAt, string areaCode)
    {
        var entry = Map(new(r.CounterId, r.EntryId, null, r.Kind.ToString(), r.CategoryCode, areaCode, null, r.Title, r.Text, r.Name, r.Phone, null, true, false, r.DirectAnswer, actor.Account));
        return entry.Value is { } e ? e with { OccurredAt = occurredAt, OnlyUnit = actor.Is(Roles.Operator) ? null : actor.UnitCode } : entry;
    }

    public static Outcome<Received> Map(WalkInEntry e)
    {
        var f = new Fields();
        var (counter, entry) = (f.Id("counterId", e.CounterId), f.Id("entryId", e.EntryId));
        var takenBy = f.Text("takenBy", e.TakenBy);
        var received = new Received(Doors.WalkIn, $"{counter}\n{entry}", $"{counter}\n{entry}", Channel, f.Kind(e.Kind), new()
        {
            Title = f.Text("title", e.Title), Text = f.Text("text", e.Text, Fields.LongText), Name = f.Text("name", e.Name), Phone = f.Text("phone", e.Phone), Place = f.Text("place", e.Place),
        })
        {
            CounterId = counter, CategoryCode = f.Text("categoryCode", e.CategoryCode), AreaCode = f.Text("areaCode", e.AreaCode), Urgency = f.Urgency(e.Urgency),
            WantsReply = e.WantsReply ?? true, Confidential = e.Confidential ?? false, TakenBy = takenBy, DirectAnswer = f.DirectAnswer(e.DirectAnswer, takenBy),
            // An offline counter sends hours later, so its own time counts; a clerk can set a wrong clock right.
            OccurredAt = f.Instant("occurredAt", e.OccurredAt), RefuseImplausibleDate = true,
        };
        return f.Refusal is { } refusal ? refusal : received;
    }
}
