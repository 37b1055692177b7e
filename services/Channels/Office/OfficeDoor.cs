using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>Office telephones, other hotlines and fax: registered by hand, each with its own channel. Pure mapping.</summary>
static class OfficeMapping
{
    public static Outcome<Received> Map(CallRegistration r, Actor actor)
    {
        if (r.Channel is not ("OfficePhone" or "OtherHotline" or "Fax") || r.Channel is not { } channel) return DoorRefusals.InvalidChannel;
        var f = new Fields();
        var key = f.Id("registrationId", r.RegistrationId);
        var received = HotlineMapping.Of(f, r, actor, Doors.Office, key, key, channel);
        return f.Refusal is { } refusal ? refusal : received;
    }
}

static class OfficeDoor
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/doors/office/contacts", RegisterAsync);

    static async Task<IResult> RegisterAsync(HttpContext http, Doorway door)
    {
        if (door.Closed(http, Doors.Office, out var actor) is { } closed) return closed;
        var (body, payload) = await Doorway.JsonAsync<CallRegistration>(http);
        return await door.RegisterAsync(Doors.Office, payload.Refusal is { } broken ? broken : OfficeMapping.Map(payload.Value!, actor), body);
    }
}
