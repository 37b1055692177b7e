using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// Passive replies (domain.md 5.1), or files in the pickup folder when no address is configured. The platform refuses a second
/// reply with the same msg_id and msg_seq, so a repeat is safe.
/// </summary>
sealed class QqSender(ChannelsOptions options, DoorSecrets secrets, TimeProvider clock) : IAnswerSender, IDisposable
{
    const int AlreadySent = 40054005;
    readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(10) };
    (string Token, DateTimeOffset Until) token;

    public string Door => Doors.Qq;
    public int Most => 10;
    public TimeSpan Limit => TimeSpan.FromMinutes(2); // ten calls of ten seconds
    public bool PeerTellsRepeats => true;

    sealed record Reply(string Content, [property: JsonPropertyName("msg_type")] int Type, [property: JsonPropertyName("msg_id")] string? MessageId, [property: JsonPropertyName("msg_seq")] int Seq);
    sealed record Accepted(string? Id);
    sealed record Failure(int? Code);
    sealed record Token([property: JsonPropertyName("access_token")] string? Value, [property: JsonPropertyName("expires_in")] JsonElement ExpiresIn);

    public async Task<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<Outgoing> answers, CancellationToken stop)
    {
        var results = new List<SendResult>();
        foreach (var answer in answers) results.Add(await OneAsync(answer, stop));
        return results;
    }

    async Task<SendResult> OneAsync(Outgoing answer, CancellationToken stop)
    {
        var d = answer.Delivery;
        var reply = new Reply(d.AnswerNo == 0 ? answer.Text : $"{answer.Text}\n编号：{d.InquiryId}", 0, d.MessageId, d.MessageSeq);
        if (options.Qq.ApiBase.Length == 0) return Pickup.Try("QqReply", options.Pickup, "qq", $"{d.InquiryId}-{d.AnswerNo}.json", Json.Write(reply));
        if (answer.To is not { } to) return new(Sent.Refused, "QqReply", "NoAddress");
        try
        {
            if (await TokenAsync(stop) is not { } bearer) return new(Sent.TryLater, "QqReply", "NoToken");
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{options.Qq.ApiBase.TrimEnd('/')}/v2/users/{Uri.EscapeDataString(to.Address)}/messages") { Content = JsonContent.Create(reply, options: Json.Options) };
            request.Headers.Authorization = new AuthenticationHeaderValue("QQBot", bearer);
            using var response = await http.SendAsync(request, stop);
            if (response.IsSuccessStatusCode) return new(Sent.Accepted, "QqReply", (await ReadAsync<Accepted>(response, stop))?.Id ?? "");
            if (response.StatusCode == HttpStatusCode.Unauthorized) token = default;
            var code = (await ReadAsync<Failure>(response, stop))?.Code ?? 0;
            return code == AlreadySent ? new(Sent.Accepted, "QqReply", "repeated")
                : response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500 || code == 22009 ? new(Sent.TryLater, "QqReply", $"Http{(int)response.StatusCode}")
                // The message it replies to is too old, or the citizen took the bot away: it waits until they write.
                : new(Sent.CitizenMustWrite, "QqReply", code == 0 ? $"Http{(int)response.StatusCode}" : $"Qq{code}");
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !stop.IsCancellationRequested) { return new(Sent.TryLater, "QqReply", "NoConnection"); }
    }

    static async Task<T?> ReadAsync<T>(HttpResponseMessage response, CancellationToken stop) where T : class
    {
        try { return await response.Content.ReadFromJsonAsync<T>(Json.Options, stop); }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return null; }
    }

    async Task<string?> TokenAsync(CancellationToken stop)
    {
        if (token.Token is { } kept && clock.GetUtcNow() < token.Until) return kept;
        using var response = await http.PostAsJsonAsync(options.Qq.TokenUrl, new { appId = options.Qq.AppId, clientSecret = secrets.Of(Doors.Qq) }, stop);
        if (!response.IsSuccessStatusCode || await ReadAsync<Token>(response, stop) is not { Value: { Length: > 0 } value } made) return null;
        // "7200", a string; in its last minute a new one is given while the old still works.
        var life = int.TryParse(made.ExpiresIn.ToString(), out var seconds) ? seconds : 0;
        token = (value, clock.GetUtcNow().AddSeconds(Math.Max(0, life - 60)));
        return value;
    }

    public void Dispose() => http.Dispose();
}
