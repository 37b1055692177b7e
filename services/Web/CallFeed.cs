using System.Diagnostics;
using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Channels;

namespace InquiryHub.Web;

/// <summary>The calls at the desk, for all parts of one page: one stream a connection, or one reading while a page is made.</summary>
internal sealed class CallFeed(HubClient hub) : IDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(2), pause = TimeSpan.FromSeconds(2), tick = TimeSpan.FromSeconds(1);
    readonly CancellationTokenSource stop = new();
    readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task? once, following;
    CallsNow? last;
    long readAt;

    /// <summary>Something is otherwise now; while there are calls also every second, for their clocks.</summary>
    public event Action? Changed;

    public IReadOnlyList<CallNow> Calls => last is { } now ? now.Calls : [];
    /// <summary>Since when the calls are not known (any more); null while they are.</summary>
    public DateTimeOffset? BrokenSince { get; private set; }
    /// <summary>The sign-in has ended: asking again won't help.</summary>
    public bool SignedOut { get; private set; }

    public CallNow? Of(string? contactId) => Calls.FirstOrDefault(c => c.ContactId == contactId);

    /// <summary>The one that has waited longest and nobody has taken.</summary>
    public CallNow? Ringing => Calls.FirstOrDefault(IsRinging);
    public static bool IsRinging(CallNow c) => c.State == "Ringing" && c.TakenBy.Length == 0;

    /// <summary>What an operator without a call in front turns to: the own one that is not registered yet, else the first that rings.</summary>
    public CallNow? Next => Calls.FirstOrDefault(c => c.Mine && c.Matters == 0) ?? Ringing;

    /// <summary>Mine, and what rings.</summary>
    public IEnumerable<CallNow> Tabs => Calls.Where(c => c.Mine || IsRinging(c));

    /// <summary>At a seat that is no account's, and taken by nobody: somebody's own who didn't say so.</summary>
    public IEnumerable<CallNow> Unclaimed => Calls.Where(c => !c.Mine && c.TakenBy.Length == 0 && !IsRinging(c));

    /// <summary>How long it has been in its state, by the city's clock.</summary>
    public TimeSpan For(CallNow c) => last?.AsOf is not { } asOf ? default : asOf.ToDateTimeOffset() - c.Since.ToDateTimeOffset() + Stopwatch.GetElapsedTime(readAt);

    /// <summary>The calls are read once, or it is known that they can't be.</summary>
    public Task OnceAsync(ClaimsPrincipal user)
    {
        if (following is not null) return first.Task;
        return once ??= ReadAsync();
        async Task ReadAsync()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            limit.CancelAfter(patience);
            try
            {
                await foreach (var now in hub.FollowAsync(user, o => hub.Channels.WatchCalls(new(), o), limit.Token)) { Take(now); break; }
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException) { BrokenSince = TimeProvider.System.GetUtcNow(); }
        }
    }

    /// <summary>Follows the stream as long as the page's connection lives; done when the first reading is there or has failed.</summary>
    public Task FollowAsync(ClaimsPrincipal user)
    {
        following ??= Task.WhenAll(FollowAsync(), TickAsync());
        return first.Task;
        async Task FollowAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await foreach (var now in hub.FollowAsync(user, o => hub.Channels.WatchCalls(new(), o), stop.Token)) { Take(now); first.TrySetResult(); Changed?.Invoke(); }
                }
                catch (Exception e) when (e is RpcException or OperationCanceledException) { SignedOut = e is RpcException { StatusCode: StatusCode.Unauthenticated }; } // said by BrokenSince; asked again
                BrokenSince ??= TimeProvider.System.GetUtcNow();
                first.TrySetResult();
                Changed?.Invoke();
                await Task.Delay(pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task TickAsync()
    {
        using var timer = new PeriodicTimer(tick);
        try { while (await timer.WaitForNextTickAsync(stop.Token)) if (Calls.Count > 0) Changed?.Invoke(); }
        catch (OperationCanceledException) { }
    }

    void Take(CallsNow now) => (last, readAt, BrokenSince, SignedOut) = (now, Stopwatch.GetTimestamp(), null, false);

    public void Dispose() => stop.Cancel();
}
