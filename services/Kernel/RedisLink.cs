using StackExchange.Redis;

namespace InquiryHub.Kernel;

/// <summary>Redis, which only holds what may be lost. Without an address, or while it is away, everything works but live push and shared limits.</summary>
/// <param name="hubId">This hub's id; known once its database is migrated.</param>
public sealed class RedisLink(string? endpoint, string? password, Func<string> hubId) : IDisposable
{
    readonly Lazy<ConnectionMultiplexer?> connection = new(() =>
    {
        if (string.IsNullOrEmpty(endpoint)) return null;
        var options = ConfigurationOptions.Parse(endpoint);
        (options.Password, options.AbortOnConnectFail, options.ConnectTimeout, options.AsyncTimeout, options.BacklogPolicy) = (password, false, 2000, 2000, BacklogPolicy.FailFast);
        return ConnectionMultiplexer.Connect(options);
    });

    public ConnectionMultiplexer? Connection => connection.Value;
    /// <summary>A key or topic of this hub alone: several may share one Redis, and the news of one would be the figures of another.</summary>
    public string Name(string name) => $"hub:{hubId()}:{name}";
    public bool Up => Connection is { IsConnected: true };
    public void Dispose() { if (connection.IsValueCreated) connection.Value?.Dispose(); }
}
