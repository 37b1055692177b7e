using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace InquiryHub.Bench.Chaos;

/// <summary>
/// The line between the hub and its database. For a moment no answer that tells of a commit comes back, then the lines it was kept from
/// break: what they wrote is committed, and its writer can't know.
/// </summary>
internal sealed partial class Wire : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<Line, bool> lines = new();
    private readonly Listening listening;
    private readonly int server;
    private volatile bool deaf;

    private sealed class Line(TcpClient hub, TcpClient server) : IDisposable
    {
        public TcpClient Hub => hub;
        public TcpClient Server => server;
        /// <summary>Whose pool opened it; null until it has said so.</summary>
        public string? Service;
        public volatile bool Swallowed;
        public void Dispose() { hub.Dispose(); server.Dispose(); }
    }

    public Wire(int server)
    {
        this.server = server;
        listening = new(CarryAsync);
    }

    public int Port => listening.Port;

    /// <summary>Whose lines broke with the answer to a commit on its way, a service as often as it lost one.</summary>
    public async Task<IReadOnlyList<string>> CutAsync()
    {
        deaf = true;
        await Task.Delay(Moment);
        var cut = lines.Keys.Where(l => l.Swallowed).ToList();
        deaf = false; // first: who comes back at once must be heard
        foreach (var line in cut) line.Dispose();
        return [.. cut.Select(l => l.Service ?? "")];
    }

    // Each service's pool asks for its role when it opens a line (HubDatabase).
    [GeneratedRegex("role=hub_([a-z]+)")]
    private static partial Regex Role { get; }

    private async Task CarryAsync(TcpClient hub, CancellationToken stop)
    {
        using var line = new Line(hub, new TcpClient());
        try
        {
            await line.Server.ConnectAsync(IPAddress.Loopback, server, stop);
            hub.NoDelay = line.Server.NoDelay = true;
            lines[line] = true;
            await Task.WhenAny(PumpAsync(hub, line.Server, line, answers: false, stop), PumpAsync(line.Server, hub, line, answers: true, stop));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException) { /* the server is away: the hub sees its line closed */ }
        finally { lines.TryRemove(line, out _); }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Line line, bool answers, CancellationToken stop)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, stop) is > 0 and var n)
            {
                if (!answers && line.Service is null && Role.Match(Encoding.Latin1.GetString(bytes, 0, n)) is { Success: true } role) line.Service = role.Groups[1].Value;
                if (answers && (line.Swallowed || deaf && bytes.AsSpan(0, n).IndexOf("COMMIT\0"u8) >= 0)) { line.Swallowed = true; continue; }
                await to.GetStream().WriteAsync(bytes.AsMemory(0, n), stop);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException) { /* one end closed */ }
    }

    public async ValueTask DisposeAsync()
    {
        await listening.DisposeAsync();
        foreach (var line in lines.Keys) line.Dispose();
    }
}
