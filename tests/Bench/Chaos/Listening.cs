using System.Net;
using System.Net.Sockets;

namespace InquiryHub.Bench.Chaos;

/// <summary>Takes connections on a loopback port until it is disposed, and gives each to `serve`, which ends when its token does.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public Listening(Func<TcpClient, CancellationToken, Task> serve)
    {
        listener.Start();
        serving = Task.Run(async () =>
        {
            try { while (true) _ = serve(await listener.AcceptTcpClientAsync(stop.Token), stop.Token); }
            catch (Exception e) when (e is OperationCanceledException or SocketException) { }
        });
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }
}
