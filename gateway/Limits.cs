using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using StackExchange.Redis;

namespace InquiryHub.Gateway;

/// <summary>
/// The limit on what needs no sign-in, per client address and minute: counted in Redis, so that all gateways share it, and by a
/// limiter of this process while Redis is away. It also keeps what is not for the outside inside.
/// </summary>
public sealed class Limits : IAsyncDisposable
{
    readonly GatewayOptions options;
    readonly Lazy<Task<ConnectionMultiplexer?>> redis;
    readonly PartitionedRateLimiter<string> local;

    public Limits(GatewayOptions options, IConfiguration configuration)
    {
        this.options = options;
        redis = new(() => ConnectAsync(configuration["Redis:Endpoint"], configuration["Redis:Password"]));
        local = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetFixedWindowLimiter(client,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = options.PublicPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));
    }

    public async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (inside.Any(p => path.StartsWithSegments(p)))
        {
            context.Response.StatusCode = 404;
            return;
        }
        if (IsLimited(context.Request) && !await AllowedAsync(context.Connection.RemoteIpAddress?.ToString() ?? ""))
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = (60 - DateTimeOffset.UtcNow.Second).ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync("""{"type":"urn:inquiryhub:TooMany","status":429,"code":"TooMany","title":"操作过于频繁，请一分钟后再试。","zh":"操作过于频繁，请一分钟后再试。","detail":"Too many requests; please try again in a minute.","en":"Too many requests; please try again in a minute."}""");
            return;
        }
        await next(context);
    }

    static readonly PathString[] inside =
        ["/metrics", "/hub.directory.v1.Directory/ListDataKeys", "/hub.directory.v1.Directory/AddDataKey", "/hub.directory.v1.Directory/CheckSessions"];

    // What needs no sign-in: RPCs and /public always, pages when a form is sent.
    static readonly PathString[] open =
    [
        "/public", "/hub.directory.v1.Directory/SignIn", "/hub.casework.v1.Casework/GetProgress", "/hub.casework.v1.Casework/RateAnswer", "/hub.casework.v1.Casework/WithdrawInquiry",
        "/hub.channels.v1.Channels/Ask", "/hub.channels.v1.Channels/AddWords", "/hub.channels.v1.Channels/UrgeInquiry",
    ], forms = ["/signin", "/ask", "/progress"];

    public static bool IsLimited(HttpRequest request) => open.Any(p => request.Path.StartsWithSegments(p)) || (HttpMethods.IsPost(request.Method) && forms.Any(p => request.Path.StartsWithSegments(p)));

    async ValueTask<bool> AllowedAsync(string client)
    {
        // Only a hash of the address, and only for a minute.
        var who = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client)).AsSpan(0, 8));
        try
        {
            if (redis.Value.IsCompletedSuccessfully && await redis.Value is { IsConnected: true } up)
            {
                var key = (RedisKey)$"limit:{who}:{DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60}";
                var count = await up.GetDatabase().StringIncrementAsync(key);
                if (count == 1) await up.GetDatabase().KeyExpireAsync(key, TimeSpan.FromMinutes(2), CommandFlags.FireAndForget);
                return count <= options.PublicPerMinute;
            }
        }
        catch (Exception e) when (e is RedisException or RedisTimeoutException) { /* away: the local limiter below holds the line */ }
        using var lease = local.AttemptAcquire(who);
        return lease.IsAcquired;
    }

    static async Task<ConnectionMultiplexer?> ConnectAsync(string? endpoint, string? password)
    {
        if (string.IsNullOrEmpty(endpoint)) return null;
        var o = ConfigurationOptions.Parse(endpoint);
        (o.Password, o.AbortOnConnectFail, o.ConnectTimeout, o.AsyncTimeout) = (password, false, 1000, 500);
        return await ConnectionMultiplexer.ConnectAsync(o);
    }

    public async ValueTask DisposeAsync()
    {
        await local.DisposeAsync();
        if (redis.IsValueCreated && await redis.Value is { } up) await up.DisposeAsync();
    }
}
