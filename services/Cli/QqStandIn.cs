using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InquiryHub.Cli;

/// <summary>
/// Stands in for QQ's bot platform in the demonstration: hands out tokens and takes replies, and like the real one refuses
/// the same msg_id with the same msg_seq twice (domain 5.1), which is what makes a repeated attempt safe.
/// </summary>
internal sealed class QqStandIn : IAsyncDisposable
{
    public const string AppId = "102013001";
    private readonly ConcurrentDictionary<(string MessageId, int Sequence), string> sent = new();
    private readonly WebApplication app;

    public QqStandIn(int port, string secret)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var token = SecretFile.NewPassword();
        app.MapPost("/app/getAppAccessToken", (JsonElement asked) =>
            asked.GetProperty("appId").GetString() == AppId && asked.GetProperty("clientSecret").GetString() == secret
                ? Results.Json(new { access_token = token, expires_in = "7200" })
                : Results.Json(new { code = 100016, message = "invalid appid or secret" }));
        app.MapPost("/v2/users/{openid}/messages", (HttpRequest request, string openid, JsonElement message) =>
        {
            if (request.Headers.Authorization != $"QQBot {token}") return Results.Json(new { code = 11244, message = "token not exist or expire" }, statusCode: 401);
            var id = message.TryGetProperty("msg_id", out var given) ? given.GetString() ?? "" : "";
            var sequence = message.TryGetProperty("msg_seq", out var number) ? number.GetInt32() : 1;
            return sent.TryAdd((id, sequence), message.TryGetProperty("content", out var text) ? text.GetString() ?? "" : "")
                ? Results.Json(new { id = $"{openid}-{sent.Count}", timestamp = TimeProvider.System.GetUtcNow().ToString("O") })
                : Results.Json(new { code = 40054005, message = "消息被去重，请检查请求msgseq" }, statusCode: 400);
        });
    }

    public int Replies => sent.Count;
    /// <summary>The first reply to a message, as its sender sees it; null while there is none.</summary>
    public string? ReplyTo(string messageId) => sent.GetValueOrDefault((messageId, 1));
    public Task StartAsync() => app.StartAsync();
    public ValueTask DisposeAsync() => app.DisposeAsync();
}
