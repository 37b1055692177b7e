namespace InquiryHub.Bench.Recover;

/// <summary>Contacts that come all the time, over all shards, whatever is broken behind the doors.</summary>
sealed class Trickle : IAsyncDisposable
{
    const int ARequest = 10;
    // Dense enough that the next contact of a shard is no great part of what is measured, 17 a second and shard, and not so dense that
    // two processors have no time left for taking over: at 400 a second nine processes had none.
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);
    readonly CancellationTokenSource stop = new();
    readonly Task sending;
    int requests;

    /// <param name="first">The first contact's number.</param>
    public Trickle(WalkIns counters, int first) => sending = Task.Run(async () =>
    {
        using var timer = new PeriodicTimer(Every);
        for (; !stop.IsCancellationRequested; requests++)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            await counters.SendAsync(first + requests * ARequest, ARequest, CancellationToken.None);
        }
    });

    /// <summary>Ends it; how many contacts were sent, each acknowledged.</summary>
    public async Task<int> EndAsync()
    {
        await stop.CancelAsync();
        await sending;
        return requests * ARequest;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await sending.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        stop.Dispose();
    }
}
