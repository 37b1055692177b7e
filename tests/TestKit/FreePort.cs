using InquiryHub.Cli.Servers;

namespace InquiryHub.TestKit;

/// <summary>Loopback ports of our own choice, none twice in a test run: one the system hands out may be a client's by the time it is bound.</summary>
public static class FreePort
{
    static readonly Lock gate = new();
    static readonly List<int> taken = [];

    public static Uri Address()
    {
        lock (gate)
        {
            taken.Add(Ports.Choose(0, taken, Ports.IsFree));
            return new($"http://127.0.0.1:{taken[^1]}");
        }
    }
}
