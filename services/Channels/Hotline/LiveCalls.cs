using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using InquiryHub.Kernel;
using Npgsql;
using StackExchange.Redis;

namespace InquiryHub.Channels;

/// <summary>The calls at the operators' desks as they stand, each with its caller's number opened.</summary>
sealed record DeskCalls(IReadOnlyList<(Call Call, string? Number)> Calls, DateTimeOffset AsOf);

/// <summary>
/// The calls for all who watch them, read once a process when something has changed, however many screens are open: told at once within
/// this process, by Redis pub/sub between processes. What is told is never what happened, only that it did. So nothing can be missed for
/// longer than a look, every 2 s: the process that took a ring may have just started, or have lost Redis, and be unable to tell it.
/// </summary>
sealed class LiveCalls(RedisLink redis, [FromKeyedServices("channels")] NpgsqlDataSource database, KeyRing ring) : BackgroundService
{
    RedisChannel topic => RedisChannel.Literal(redis.Name("calls"));
    static readonly TimeSpan look = TimeSpan.FromSeconds(2);
    readonly string self = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    ImmutableList<Channel<DeskCalls?>> watchers = [];
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

    void Wake() => wake.Writer.TryWrite(true);

    /// <summary>As they are now, and again whenever they were read; a slow watcher gets the newest. Null: they can't be read.</summary>
    public async IAsyncEnumerable<DeskCalls?> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var own = Channel.CreateBounded<DeskCalls?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        ImmutableInterlocked.Update(ref watchers, w => w.Add(own));
        try
        {
            Wake();
            await foreach (var now in own.Reader.ReadAllAsync(stop)) yield return now;
        }
        finally { ImmutableInterlocked.Update(ref watchers, w => w.Remove(own)); }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        var subscribing = SubscribeAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            using var rest = CancellationTokenSource.CreateLinkedTokenSource(stop);
            rest.CancelAfter(look);
            // Woken before it reads: what is committed while it reads wakes it again.
            try { await wake.Reader.ReadAsync(rest.Token); } catch (OperationCanceledException) { /* a look, or the end */ }
            if (stop.IsCancellationRequested || watchers.IsEmpty) continue;
            var now = await ReadAsync(stop);
            foreach (var watcher in watchers) watcher.Writer.TryWrite(now);
        }
        await subscribing;
    }

    async Task<DeskCalls?> ReadAsync(CancellationToken stop)
    {
        try
        {
            var (calls, asOf) = await ChannelsStore.LiveCallsAsync(database, stop);
            return new([.. calls.Select(c => (c, ring.Open(c.ContactId, c.Caller)))], asOf);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException) { return null; }
    }

    async Task SubscribeAsync(CancellationToken stop)
    {
        await Task.Yield(); // connecting takes up to 2 s when Redis is away
        if (redis.Connection is not { } connection) return;
        connection.ConnectionRestored += (_, _) => Wake();
        while (!subscribed && !stop.IsCancellationRequested)
        {
            // Once made, the client renews the subscription itself whenever Redis comes back.
            try { await connection.GetSubscriber().SubscribeAsync(topic, (_, from) => { if (from != self) Wake(); }); subscribed = true; }
            catch (Exception e) when (e is RedisException or TimeoutException) { await Task.Delay(look, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
        }
    }
}
