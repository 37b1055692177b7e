using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>The citizen's form, as Minxin and the city's web site send it.</summary>
sealed record CitizenForm(string? Kind, string? CategoryCode, string? AreaCode, string? Title, string? Text, string? Name, string? Phone, string? Email, string? Address, string? Place,
    bool? WantsReply, bool? PublishConsent, string? DirectAnswer, string? AnsweredBy, string? OccurredAt);

static class FormMapping
{
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
