using System.Text.Json;
using InquiryHub.Kernel;

namespace InquiryHub.Cli;

/// <summary>The answer of GET /ready through the gateway; the report when the hub itself gave one.</summary>
internal sealed record Readiness(bool IsReady, string Reason, ReadyReport? Report)
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2),
        // Only ever our own gateway on loopback, whose certificate names the public host.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task<Readiness> AskAsync(string address, CancellationToken cancel)
    {
        try
        {
            using var reply = await Client.GetAsync(new Uri(address + "/ready"), cancel);
            var text = await reply.Content.ReadAsStringAsync(cancel);
            ReadyReport? report = null;
            try { report = JsonSerializer.Deserialize<ReadyReport>(text, JsonSerializerOptions.Web); }
            catch (JsonException) { }   // the gateway's own answer while the hub behind it is away
            return new(reply.IsSuccessStatusCode, reply.IsSuccessStatusCode ? "ready" : Why(report, (int)reply.StatusCode), report);
        }
        catch (HttpRequestException) { return new(false, "no answer yet", null); }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested) { return new(false, "no answer within 5 seconds", null); }
    }

    private static string Why(ReadyReport? report, int status)
    {
        if (report?.Reasons is not { Count: > 0 } reasons) return $"the hub does not answer yet ({status})";
        var all = string.Join("; ", reasons);
        return all.Length > 120 ? all[..120] + " …" : all;
    }
}
