using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InquiryHub.Bench.Chaos;

/// <summary>
/// The line between the hub and its database. For a moment the server hears everything and no answer comes back, then the line breaks: what
/// was being committed is committed, and its writer can't know.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Line, bool> lines = new();
    private readonly CancellationTokenSource stop = new();
    private readonly int server;
    private readonly Task serving;
    private volatile bool deaf;

    private sealed class Line(TcpClient hub, TcpClient server) : IDisposable
    {
        public TcpClient Hub => hub;
        public TcpClient Server => server;
        public volatile bool Swallowed;
        public void Dispose() { hub.Dispose(); server.Dispose(); }
    }

    public Wire(int server)
    {
        this.server = server;
        listener.Start();
        serving = Task.Run(ServeAsync);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Lines broken while an answer was on its way.</summary>
    public async Task<int> CutAsync()
    {
        deaf = true;
        await Task.Delay(Moment);
        var cut = lines.Keys.Where(l => l.Swallowed).ToList();
        foreach (var line in cut) line.Dispose();
        deaf = false;
        return cut.Count;
    }

    private async Task ServeAsync()
    {
        try { while (true) _ = CarryAsync(await listener.AcceptTcpClientAsync(stop.Token)); }
        catch (Exception e) when (e is OperationCanceledException or SocketException) { }
    }

    private async Task CarryAsync(TcpClient hub)
    {
        using var line = new Line(hub, new TcpClient());
        try
        {
            await line.Server.ConnectAsync(IPAddress.Loopback, server, stop.Token);
            hub.NoDelay = line.Server.NoDelay = true;
            lines[line] = true;
            await Task.WhenAny(PumpAsync(hub, line.Server, line, answers: false), PumpAsync(line.Server, hub, line, answers: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException) { /* the server is away: the hub sees its line closed */ }
        finally { lines.TryRemove(line, out _); }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Line line, bool answers)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, stop.Token) is > 0 and var n)
            {
                if (answers && (deaf || line.Swallowed)) { line.Swallowed = true; continue; }
                await to.GetStream().WriteAsync(bytes.AsMemory(0, n), stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException) { /* one end closed */ }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        foreach (var line in lines.Keys) line.Dispose();
        stop.Dispose();
    }
}
