using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>What every receiver does alike: check who sends, read the body, answer, count.</summary>
sealed class Doorway(Intake intake, DoorSecrets secrets)
{
    public Intake Intake => intake;

    /// <summary>Null when the door's secret is right.</summary>
    public IResult? Closed(HttpContext http, string door) =>
        secrets.Opens(door, http.Request.Headers["X-Door-Secret"].ToString()) ? null : Refuse(door, DoorRefusals.WrongSecret);

    /// <summary>The signed-in operator, or the answer that says why not.</summary>
    public IResult? Closed(HttpContext http, string door, out Actor actor)
    {
        actor = Actor.Of(http.User);
        return http.User.Identity is not { IsAuthenticated: true } ? Refuse(door, DoorRefusals.NotSignedIn) : actor.Is(Roles.Operator) ? null : Refuse(door, DoorRefusals.NotOperator);
    }

    public const int JsonLimit = 2 * 1024 * 1024, MailLimit = 25 * 1024 * 1024;

    /// <summary>The body as it came; null when it is longer than the door's limit.</summary>
    public static async Task<byte[]?> BodyAsync(HttpContext http, int limit = JsonLimit)
    {
        using var bytes = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, 1 << 20));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            // Read to its end even when it is too long: a sender that is cut off sees a broken pipe and never the answer.
            for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
                if (bytes.Length <= limit) bytes.Write(buffer, 0, read);
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
        return bytes.Length > limit ? null : bytes.ToArray();
    }

    /// <summary>The body of a JSON door and what it holds.</summary>
    public static async Task<(byte[] Body, Outcome<T> Payload)> JsonAsync<T>(HttpContext http) where T : class =>
        await BodyAsync(http) is { } body ? (body, Fields.Json<T>(body)) : ([], DoorRefusals.TooLarge);

    public async Task<IResult> RegisterAsync(string door, Outcome<Received> mapped, ReadOnlyMemory<byte> raw) => Answer(door, await TakeAsync(door, mapped, raw));

    public async Task<Outcome<Receipt>> TakeAsync(string door, Outcome<Received> mapped, ReadOnlyMemory<byte> raw)
    {
        var outcome = mapped.Refusal is { } refusal ? refusal : await intake.RegisterAsync(mapped.Value!, raw);
        Count(door, outcome.Refusal, outcome.Value?.IsNew ?? false);
        return outcome;
    }

    static IResult Answer(string door, Outcome<Receipt> outcome) => outcome.Refusal is { } refusal
        ? Answers.Problem(DoorRefusals.Status(refusal.Code), refusal)
        : Results.Json(new { outcome.Value!.InquiryId, outcome.Value.QueryCode, outcome.Value.ReceivedAt }, Json.Options, statusCode: outcome.Value.IsNew ? 201 : 200);

    public static IResult Refuse(string door, Refusal refusal)
    {
        Count(door, refusal, false);
        return Answers.Problem(DoorRefusals.Status(refusal.Code), refusal);
    }

    public static void Count(string door, Refusal? refusal, bool isNew)
    {
        if (refusal is null) Metrics.Intake.Add(1, new("door", door), new("code", isNew ? "New" : "Known"));
        else Metrics.IntakeRefused.Add(1, new("door", door), new("code", refusal.Code));
    }
}

/// <summary>One secret a door, from a file; a door without one takes nothing.</summary>
sealed class DoorSecrets
{
    readonly Dictionary<string, string> secrets;
    DoorSecrets(Dictionary<string, string> secrets) => this.secrets = secrets;

    /// <exception cref="InvalidDataException">The file is there but can't be read.</exception>
    public static DoorSecrets Open(string path)
    {
        if (!File.Exists(path)) return new([]);
        try { return new(JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? []); }
        catch (JsonException) { throw new InvalidDataException($"{path} must be a JSON object that names a secret for each door."); }
    }

    public string? Of(string door) => secrets.GetValueOrDefault(door);

    // Hashes, so that neither the time nor the length tells anything about the secret.
    public bool Opens(string door, string sent) => Of(door) is { Length: > 0 } secret
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), SHA256.HashData(Encoding.UTF8.GetBytes(sent)));
}
