using System.Net.Sockets;
using Npgsql;

namespace InquiryHub.Cli.Servers;

/// <summary>Servers that are somebody else's (--postgres, --redis, --kafka): a sentence when they don't answer, before anything is started.</summary>
internal static class Existing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task RequirePostgresAsync(string connectionString, CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancel);
            if (connection.PostgreSqlVersion.Major < PostgresServer.OldestVersion)
                throw new HubStop(Exit.ServerUnreachable, $"PostgreSQL {connection.PostgreSqlVersion} 版本过低，需要 15 以上。", $"That server is PostgreSQL {connection.PostgreSqlVersion}; 15 or newer is needed.");
        }
        catch (Exception away) when (away is NpgsqlException or ArgumentException or TimeoutException)
        {
            throw new HubStop(Exit.ServerUnreachable, $"无法连接 --postgres 给出的数据库：{away.Message}", $"The database of --postgres cannot be reached: {away.Message}");
        }
    }

    public static async Task RequireRedisAsync(string address, string? password, CancellationToken cancel)
    {
        if (Split(address) is not [var (host, port)] || await RedisServer.VersionAsync(host, port, password, cancel) is null)
            throw new HubStop(Exit.ServerUnreachable, $"无法连接 Redis {address}。", $"No Redis answers at {address} (host:port; its password, if any, in the environment variable Redis__Password).");
    }

    /// <summary>One of the brokers must take a connection; the client finds the others by itself.</summary>
    public static async Task RequireKafkaAsync(string brokers, CancellationToken cancel)
    {
        if (Split(brokers) is not { Length: > 0 } known)
            throw new HubStop(Exit.Usage, $"--kafka 的“{brokers}”无法理解，应为 主机:端口，多个用逗号分隔。", $"\"{brokers}\" of --kafka can't be read: it is HOST:PORT, several separated by commas.");
        foreach (var (host, port) in known)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(host, port, patience.Token);
                return;
            }
            catch (Exception away) when (away is SocketException || (away is OperationCanceledException && !cancel.IsCancellationRequested)) { }
        }
        throw new HubStop(Exit.ServerUnreachable, $"无法连接 Kafka {brokers}。", $"No Kafka broker answers at {brokers} (host:port; further settings in environment variables Kafka__*).");
    }

    /// <summary>host:port, several separated by commas; null when a part is none.</summary>
    internal static (string Host, int Port)[]? Split(string addresses)
    {
        var parts = addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.LastIndexOf(':') is > 0 and var at && ushort.TryParse(part[(at + 1)..], out var port) ? (part[..at], port) : ((string, int)?)null).ToArray();
        return parts.Any(part => part is null) ? null : [.. parts.Select(part => part!.Value)];
    }
}
