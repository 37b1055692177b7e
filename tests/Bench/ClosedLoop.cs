using System.Diagnostics;

namespace InquiryHub.Bench;

/// <summary>Sends contacts as fast as the chain takes them, never more than so many ahead of it.</summary>
static class ClosedLoop
{
    const int Lanes = 16;
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromMinutes(2);

    /// <summary>Batches <paramref name="first"/> to first + count - 1. The time until the last one is through the whole chain.</summary>
    /// <exception cref="InvalidOperationException">The chain stood still for two minutes.</exception>
    public static async Task<TimeSpan> RunAsync(WalkIns counters, Chain chain, int first, int count, int waiting, Action<long> tell, CancellationToken cancel)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var ahead = new SemaphoreSlim(Math.Max(1, waiting / WalkIns.BatchSize));
        var next = first - 1;
        var began = Stopwatch.GetTimestamp();
        var lanes = Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Task.Run(LaneAsync, cancel)));
        var (done, released, moved) = (0L, 0, Stopwatch.GetTimestamp());
        using var timer = new PeriodicTimer(Poll);
        while (done < (long)count * WalkIns.BatchSize)
        {
            await timer.WaitForNextTickAsync(cancel);
            if (lanes.IsFaulted) await lanes;
            var now = await chain.DoneAsync(cancel);
            if (now > done) moved = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(moved) > Patience) throw new InvalidOperationException($"The chain stands still at {now:N0} of {count * WalkIns.BatchSize:N0} contacts: {string.Join(", ", (await chain.HeardAsync(cancel)).Select(h => $"{h.Key} {h.Value:N0}"))}");
            done = now;
            tell(done);
            if ((int)(done / WalkIns.BatchSize) - released is > 0 and var through) { ahead.Release(through); released += through; }
        }
        var took = Stopwatch.GetElapsedTime(began);
        await lanes;
        return took;

        async Task LaneAsync()
        {
            try
            {
                for (int batch; (batch = Interlocked.Increment(ref next)) < first + count;)
                {
                    await ahead.WaitAsync(failed.Token);
                    await counters.SendAsync(batch, failed.Token);
                }
            }
            catch { await failed.CancelAsync(); throw; }
        }
    }
}
