using StackExchange.Redis;

namespace InquiryHub.Kernel;

/// <summary>Redis, which only holds what may be lost. Without an address, or while it is away, everything works but live push and shared limits.</summary>
public sealed class RedisLink(string? endpoint, string? password) : IDisposable
{
    readonly Lazy<ConnectionMultiplexer?> connection = new(() =>
    {
        if (string.IsNullOrEmpty(endpoint)) return null;
        var options = ConfigurationOptions.Parse(endpoint);
        (options.Password, options.AbortOnConnectFail, options.ConnectTimeout, options.AsyncTimeout, options.BacklogPolicy) = (password, false, 2000, 2000, BacklogPolicy.FailFast);
        return ConnectionMultiplexer.Connect(options);
    });

    public ConnectionMultiplexer? Connection => connection.Value;
    public bool Up => Connection is { IsConnected: true };
    public void Dispose() { if (connection.IsValueCreated) connection.Value?.Dispose(); }
}
