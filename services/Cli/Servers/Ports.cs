using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace InquiryHub.Cli.Servers;

/// <summary>Chooses loopback ports once; a remembered one is kept as long as nobody else took it.</summary>
internal static class Ports
{
    // Below the kernel's ephemeral range (32768 up), so that an outgoing connection cannot sit on a remembered port.
    private const int First = 21000, Last = 31999;

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException) { return false; }
    }

    /// <summary>The remembered port when it is still free, else a free one that <paramref name="taken"/> does not hold.</summary>
    public static int Choose(int remembered, ICollection<int> taken, Func<int, bool> isFree)
    {
        if (remembered > 0 && !taken.Contains(remembered) && isFree(remembered)) return remembered;
        for (var tries = 0; tries < 1000; tries++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last + 1);
            if (!taken.Contains(port) && isFree(port)) return port;
        }
        throw new HubStop(Exit.PortTaken, $"{First}-{Last} 之间没有空闲端口。", $"No port between {First} and {Last} is free on 127.0.0.1.");
    }

    /// <summary>The city's public port: the asked one or a refusal; else the default or the next free one after it.</summary>
    public static int ChoosePublic(int? asked, int standard, Func<int, bool> isFree)
    {
        if (asked is { } port)
            return isFree(port) ? port : throw new HubStop(Exit.PortTaken, $"端口 {port} 已被占用，请用 --port 指定其他端口。", $"Port {port} is taken. Stop what listens there or give another one with --port.");
        for (var next = standard; next < standard + 200; next++)
            if (isFree(next)) return next;
        throw new HubStop(Exit.PortTaken, $"{standard} 起的 200 个端口都被占用。", $"The 200 ports from {standard} on are all taken; give a free one with --port.");
    }
}
