using System.Net.Sockets;
using System.Text;

namespace InquiryHub.Cli.Servers;

/// <summary>A private Redis on loopback without persistence: it only holds what may be lost.</summary>
internal sealed class RedisServer(string folder, int port, string password, Unprivileged user)
{
    public string Endpoint => $"127.0.0.1:{port}";

    public static string? FindBinary() => Apt.Find("redis-server");

    public async Task<OwnProcess> StartAsync(CancellationToken cancel)
    {
        await user.MakeFolderAsync(folder, cancel);
        var process = user.StartDetached(folder, Path.Combine(folder, "redis.log"), FindBinary()!, "-");
        // By its standard input, so that the password stands in no argument list and no file.
        await process.StandardInput.WriteAsync($"""
            bind 127.0.0.1
            port {port}
            {(password.Length > 0 ? $"requirepass {password}" : "")}
            save ""
            appendonly no
            dir {folder}
            maxmemory 256mb
            maxmemory-policy allkeys-lru

            """);
        process.StandardInput.Close();
        var own = OwnProcess.Of("redis", process.Id);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var tries = 0; tries < 200 && own.IsAlive; tries++, await timer.WaitForNextTickAsync(cancel))
            if (await VersionAsync("127.0.0.1", port, password, cancel) is not null) return own;
        await own.StopAsync(TimeSpan.FromSeconds(2));
        throw new HubStop(Exit.ProgramDied, $"Redis 没有启动，日志见 {folder}/redis.log。", $"Redis did not start; its log is {folder}/redis.log.");
    }

    /// <summary>The version of the Redis that answers there, null when none does.</summary>
    public static async Task<string?> VersionAsync(string host, int port, string? password, CancellationToken cancel)
    {
        try
        {
            using var client = new TcpClient();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(2000);
            await client.ConnectAsync(host, port, patience.Token);
            var stream = client.GetStream();
            var auth = string.IsNullOrEmpty(password) ? "" : $"AUTH {password}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{auth}INFO server\r\nQUIT\r\n"), patience.Token);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (await reader.ReadLineAsync(patience.Token) is { } line)
                if (line.StartsWith("redis_version:", StringComparison.Ordinal)) return line["redis_version:".Length..];
            return null;
        }
        catch (Exception away) when (away is SocketException or IOException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
