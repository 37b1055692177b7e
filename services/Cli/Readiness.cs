using System.Text.Json;

namespace InquiryHub.Cli;

/// <summary>The answer of GET /ready through the gateway.</summary>
internal sealed record Readiness(bool IsReady, string Reason, JsonElement? Body)
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2),
        // Only ever our own gateway on loopback, whose certificate names the public host.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task<Readiness> AskAsync(string address, CancellationToken cancel, string path = "/ready")
    {
        try
        {
            using var reply = await Client.GetAsync(new Uri(address + path), cancel);
            var text = await reply.Content.ReadAsStringAsync(cancel);
            JsonElement? body = null;
            try { body = JsonSerializer.Deserialize<JsonElement>(text); }
            catch (JsonException) { }
            return new(reply.IsSuccessStatusCode, reply.IsSuccessStatusCode ? "ready" : $"/ready answers {(int)reply.StatusCode} {Reasons(body)}".TrimEnd(), body);
        }
        catch (HttpRequestException) { return new(false, "the gateway does not answer yet", null); }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested) { return new(false, "no answer within 5 seconds", null); }
    }

    private static string Reasons(JsonElement? body)
    {
        if (body is not { ValueKind: JsonValueKind.Object } known) return "";
        foreach (var name in new[] { "reasons", "reason" })
            if (known.TryGetProperty(name, out var value)) return value.ToString() is { Length: > 160 } text ? text[..160] : value.ToString();
        return "";
    }
}
