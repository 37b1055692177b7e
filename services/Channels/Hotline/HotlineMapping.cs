using System.Text.Json;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>What an operator registers while or after the citizen is on the telephone.</summary>
sealed record CallRegistration(string? CallId, string? RegistrationId, string? Channel, string? Kind, string? CategoryCode, string? AreaCode, string? Urgency, string? Title, string? Text,
    string? Name, string? Phone, string? Address, string? Place, bool? WantsReply, bool? Confidential, string? DirectAnswer, string? OccurredAt, string? ReceivingUnitCode);

/// <summary>"No order": the call is counted, nothing is registered.</summary>
sealed record CallClosing(string? CallId, string? Reason);

/// <summary>Zammad's generic CTI push (domain.md 6.1), JSON or form. Its examples write `caller` for `user`; both may be one text or many.</summary>
sealed record CallPush(string? Event, string? From, string? To, string? Direction, string? CallId, JsonElement? User, JsonElement? Caller, string? AnsweringNumber, string? Cause);

static class HotlineMapping
{
    public const string Channel = "Hotline12345";

    public static Outcome<Received> Map(CallRegistration r, Actor actor)
    {
        var f = new Fields();
        var (call, registration) = (f.Id("callId", r.CallId), f.Id("registrationId", r.RegistrationId));
        return Of(f, r, actor, Doors.Hotline, $"{call}\n{registration}", call, Channel) is var received && f.Refusal is { } refusal ? refusal : received with { IsCall = true };
    }

    /// <summary>The same from the operator's desk: a call that is there is known by its contact, one entered by hand by its form.</summary>
    public static Outcome<Received> Map(RegisterCallRequest r, Actor actor)
    {
        var f = new Fields();
        var (registration, call) = (f.Id("registration_id", r.RegistrationId), r.ContactId.Length > 0 ? f.Id("contact_id", r.ContactId) : r.RegistrationId);
        if (r.Urge) f.Text("about_inquiry_id", r.AboutInquiryId, required: true);
        var about = r.AboutInquiryId.Length == 0 ? null : InquiryNumber.TryRead(r.AboutInquiryId, out var id) ? id : r.AboutInquiryId;
        var received = new Received(Doors.Hotline, $"{call}\n{registration}", call, Channel, about is null ? r.Kind : InquiryKind.Unspecified, new()
        {
            Text = f.Text("text", r.Text, Fields.LongText), Name = f.Text("name", r.Name), Phone = f.Text("phone", r.Phone), Address = f.Text("address", r.Address), Place = f.Text("place", r.Place),
        })
        {
            CategoryCode = f.Text("category_code", r.CategoryCode), AreaCode = f.Text("area_code", r.AreaCode), Urgency = r.Urgency, WantsReply = !r.NoReply, Confidential = r.Confidential,
            TakenBy = actor.Account, DirectAnswer = about is null ? f.DirectAnswer(r.DirectAnswer, actor.Account) : null,
            IsCall = true, KnownContactId = r.ContactId.Length > 0 ? r.ContactId : null, About = about, Vouched = about is not null, Urge = r.Urge,
        };
        return f.Refusal is { } refusal ? refusal : CallDecision.Check(received) is { } missing ? missing : received;
    }

    /// <summary>Office telephones and fax are registered by the same hands with the same fields.</summary>
    public static Received Of(Fields f, CallRegistration r, Actor actor, string door, string doorKey, string contactKey, string channel) =>
        new(door, doorKey, contactKey, channel, f.Kind(r.Kind), new()
        {
            Title = f.Text("title", r.Title), Text = f.Text("text", r.Text, Fields.LongText), Name = f.Text("name", r.Name), Phone = f.Text("phone", r.Phone),
            Address = f.Text("address", r.Address), Place = f.Text("place", r.Place),
        })
        {
            CategoryCode = f.Text("categoryCode", r.CategoryCode), AreaCode = f.Text("areaCode", r.AreaCode), Urgency = f.Urgency(r.Urgency), WantsReply = r.WantsReply ?? true,
            Confidential = r.Confidential ?? false, TakenBy = actor.Account, DirectAnswer = f.DirectAnswer(r.DirectAnswer, actor.Account), OccurredAt = f.Instant("occurredAt", r.OccurredAt),
            RefuseImplausibleDate = true, ReceivingUnitCode = f.Text("receivingUnitCode", r.ReceivingUnitCode),
        };

    public static Outcome<(string CallId, string? Caller, CallEvent Event)> Map(CallPush p)
    {
        var f = new Fields();
        var call = f.Id("callId", p.CallId);
        var from = f.Text("from", p.From);
        if (f.Refusal is { } refusal) return refusal;
        if (p.Event is not ("newCall" or "answer" or "hangup") || p.Direction is not (null or "" or "in" or "out")) return DoorRefusals.InvalidEvent;
        var agent = Agent(p.User) ?? Agent(p.Caller) ?? p.AnsweringNumber ?? "";
        var caller = p.Direction == "in" && PhoneNumber.Read(from) is { Kind: not PhoneKind.Unreadable } number ? number.E164 ?? number.Raw : null;
        return (call, caller, new CallEvent(p.Event, p.Direction ?? "", p.Cause ?? "", agent.Length <= 64 && Fields.CanBeKept(agent) ? agent : ""));
    }

    static string? Agent(JsonElement? user) => user switch
    {
        { ValueKind: JsonValueKind.String } one => one.GetString(),
        { ValueKind: JsonValueKind.Array } many when many.GetArrayLength() > 0 && many[0].ValueKind == JsonValueKind.String => many[0].GetString(),
        _ => null,
    };
}
