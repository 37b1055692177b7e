using System.Collections.Concurrent;
using System.Net.Sockets;

namespace InquiryHub.Bench.Chaos;

/// <summary>
/// A mail server on loopback that counts Message-IDs: a peer that can't tell a repeat, so a mail that comes twice was sent twice. It
/// takes a moment for each, so that faults find attempts in the air.
/// </summary>
internal sealed class Postbox : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(30);
    private readonly Listening listening;

    public Postbox() => listening = new(ConverseAsync);

    public int Port => listening.Port;

    /// <summary>How often each Message-ID was taken.</summary>
    public ConcurrentDictionary<string, int> Taken { get; } = new();

    private async Task ConverseAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
            try
            {
                using var reader = new StreamReader(client.GetStream());
                using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
                await writer.WriteLineAsync("220 postbox");
                while (await reader.ReadLineAsync(stop) is { } line)
                    switch (line.Split(' ')[0].ToUpperInvariant())
                    {
                        case "DATA":
                            await writer.WriteLineAsync("354 go on");
                            var id = "";
                            while (await reader.ReadLineAsync(stop) is { } text && text != ".")
                                if (text.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase)) id = text["Message-Id:".Length..].Trim();
                            Taken.AddOrUpdate(id, 1, (_, n) => n + 1);
                            await Task.Delay(Moment, stop);
                            await writer.WriteLineAsync("250 taken");
                            break;
                        case "QUIT": await writer.WriteLineAsync("221 bye"); return;
                        default: await writer.WriteLineAsync("250 postbox"); break;
                    }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException) { /* the hub was killed in the middle */ }
    }

    public ValueTask DisposeAsync() => listening.DisposeAsync();
}
