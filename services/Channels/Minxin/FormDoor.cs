namespace InquiryHub.Channels;

/// <summary>Minxin (民心网) and the city's web site. Answers wait there until the citizen asks with number and query code.</summary>
static class FormDoor
{
    public static void MapMinxin(IEndpointRouteBuilder app) =>
        app.MapPost("/doors/minxin/inquiries", (HttpContext http, Doorway door) => TakeAsync(http, door, Doors.Minxin, "MinxinWeb", staffed: true));

    public static void MapWeb(IEndpointRouteBuilder app)
    {
        app.MapPost("/doors/web/inquiries", (HttpContext http, Doorway door) => TakeAsync(http, door, Doors.Web, FormMapping.WebChannel, staffed: true));
        // The gateway limits how often; there is no secret that a browser could keep.
        app.MapPost("/public/inquiries", (HttpContext http, Doorway door) => TakeAsync(http, door, Doors.Web, FormMapping.WebChannel, staffed: false));
    }

    static async Task<IResult> TakeAsync(HttpContext http, Doorway door, string name, string channel, bool staffed)
    {
        if (staffed && door.Closed(http, name) is { } closed) return closed;
        var (body, form) = await Doorway.JsonAsync<CitizenForm>(http);
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        // A citizen may not guess a portal's keys, nor the portal run into a citizen's.
        if (!staffed && key.Length > 0) key = FormMapping.Public + key;
        return await door.RegisterAsync(name, form.Refusal is { } broken ? broken : FormMapping.Map(form.Value!, name, channel, key, staffed), body);
    }
}
