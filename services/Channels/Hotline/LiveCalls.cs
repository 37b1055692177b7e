using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using InquiryHub.Kernel;
using StackExchange.Redis;

namespace InquiryHub.Channels;

/// <summary>
/// Tells who watches the calls that something has changed: at once within this process, by Redis pub/sub between processes. What
/// is told is never what happened, only that it did: the few calls there are are read again. So nothing can be missed for longer
/// than a look: every 30 s, every 2 s while Redis is away.
/// </summary>
sealed class LiveCalls(RedisLink redis) : BackgroundService
{
    static readonly RedisChannel topic = RedisChannel.Literal("hub:calls");
    static readonly TimeSpan look = TimeSpan.FromSeconds(30), lookAlone = TimeSpan.FromSeconds(2);
    readonly string self = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    ImmutableList<Channel<bool>> watchers = [];
    volatile bool subscribed;

    /// <summary>Called when a call at a desk has changed and the change is committed. Never waits.</summary>
    public void Changed()
    {
        Wake();
        // The link is up once we have subscribed; before that others look by themselves.
        if (!subscribed || !redis.Up) return;
        try { redis.Connection!.GetSubscriber().Publish(topic, self, CommandFlags.FireAndForget); }
        catch (Exception e) when (e is RedisException or TimeoutException) { /* they look */ }
    }

    void Wake() { foreach (var watcher in watchers) watcher.Writer.TryWrite(true); }

    /// <summary>Once at the beginning and then whenever the calls are to be read; several changes at once may be one.</summary>
    public async IAsyncEnumerable<bool> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        ImmutableInterlocked.Update(ref watchers, w => w.Add(wake));
        try
        {
            while (true)
            {
                yield return true;
                using var rest = CancellationTokenSource.CreateLinkedTokenSource(stop);
                rest.CancelAfter(subscribed && redis.Up ? look : lookAlone);
                try { await wake.Reader.ReadAsync(rest.Token); }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested) { }
            }
        }
        finally { ImmutableInterlocked.Update(ref watchers, w => w.Remove(wake)); }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await Task.Yield(); // connecting takes up to 2 s when Redis is away
        if (redis.Connection is not { } connection) return;
        connection.ConnectionRestored += (_, _) => Wake();
        while (!subscribed && !stop.IsCancellationRequested)
        {
            // Once made, the client renews the subscription itself whenever Redis comes back.
            try { await connection.GetSubscriber().SubscribeAsync(topic, (_, from) => { if (from != self) Wake(); }); subscribed = true; }
            catch (Exception e) when (e is RedisException or TimeoutException) { await Task.Delay(lookAlone, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
        }
    }
}
