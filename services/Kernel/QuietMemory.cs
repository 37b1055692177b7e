using Microsoft.Extensions.Hosting;

namespace InquiryHub.Kernel;

/// <summary>
/// Gives memory back when a storm is over. The runtime collects only as it allocates: a hub that has fallen quiet would keep what the
/// storm took until the next one (a year loaded in 40 s, then a minute of quiet: 453 MB).
/// </summary>
internal sealed class QuietMemory : BackgroundService
{
    static readonly TimeSpan look = TimeSpan.FromSeconds(15);
    const long Quiet = 48L << 20, Worth = 256L << 20;

    /// <param name="sinceLook">Bytes allocated since the last look, 15 s ago.</param>
    /// <param name="sinceCollected">Bytes allocated since memory was given back.</param>
    internal static bool IsTime(long sinceLook, long sinceCollected) => sinceLook < Quiet && sinceCollected > Worth;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(look);
        var (last, collected) = (GC.GetTotalAllocatedBytes(), 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = GC.GetTotalAllocatedBytes();
                if (IsTime(now - last, now - collected)) { GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); collected = now; }
                last = now;
            }
        }
        catch (OperationCanceledException) { }
    }
}
