using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>The citizen's form, as Minxin and the city's web site send it.</summary>
sealed record CitizenForm(string? Kind, string? CategoryCode, string? AreaCode, string? Title, string? Text, string? Name, string? Phone, string? Email, string? Address, string? Place,
    bool? WantsReply, bool? PublishConsent, string? DirectAnswer, string? AnsweredBy, string? OccurredAt);

static class FormMapping
{
    /// <summary>A question from the public page. A citizen may not guess a portal's keys, nor the portal run into a citizen's.</summary>
    public static Outcome<Received> Map(AskRequest r) => Map(new(r.Kind.ToString(), null, null, r.Title, r.Text, r.Name, r.Phone, null, null, r.Place, r.WantsReply, r.PublishConsent, null, null, null),
        Doors.Web, WebChannel, r.Key.Length > 0 ? Public + r.Key : "", staffed: false);

    /// <summary>Words added to an inquiry by who has its query code, whatever door it came in by.</summary>
    public static Outcome<Received> Map(AddWordsRequest r, string inquiryId)
    {
        var f = new Fields();
        var key = $"words:{inquiryId}:{f.Id("key", r.Key)}";
        // A further contact has no kind of its own.
        var received = new Received(Doors.Web, key, key, WebChannel, InquiryKind.Consultation, new() { Text = f.Text("text", r.Text, Fields.LongText, required: true) }) { About = inquiryId, Vouched = true };
        return f.Refusal is { } refusal ? refusal : received;
    }

    /// <summary>One a day: whoever presses again on the same day is the same contact.</summary>
    public static Received Urge(string inquiryId, DateOnly day)
    {
        var key = $"urge:{inquiryId}:{CityTime.Iso(day)}";
        return new(Doors.Web, key, key, WebChannel, InquiryKind.Consultation, new()) { About = inquiryId, Vouched = true, Urge = true };
    }

    public const string WebChannel = "WebPortal", Public = "public:";

    /// <param name="staffed">Only a platform with people of its own may say that it has answered; a citizen can't answer the own question.</param>
    public static Outcome<Received> Map(CitizenForm p, string door, string channel, string? idempotencyKey, bool staffed)
    {
        if (string.IsNullOrEmpty(idempotencyKey)) return DoorRefusals.MissingKey;
        var f = new Fields();
        var key = f.Id("Idempotency-Key", idempotencyKey);
        var received = new Received(door, key, key, channel, f.Kind(p.Kind), new()
        {
            Title = f.Text("title", p.Title), Text = f.Text("text", p.Text, Fields.LongText, required: true), Name = f.Text("name", p.Name), Phone = f.Text("phone", p.Phone),
            Email = f.Text("email", p.Email), Address = f.Text("address", p.Address), Place = f.Text("place", p.Place),
        })
        {
            CategoryCode = f.Text("categoryCode", p.CategoryCode), AreaCode = f.Text("areaCode", p.AreaCode), WantsReply = p.WantsReply ?? true, PublishConsent = p.PublishConsent ?? false,
            DirectAnswer = staffed ? f.DirectAnswer(p.DirectAnswer, f.Text("answeredBy", p.AnsweredBy)) : null, OccurredAt = f.Instant("occurredAt", p.OccurredAt), RefuseImplausibleDate = true,
        };
        return f.Refusal is { } refusal ? refusal : received;
    }
}
