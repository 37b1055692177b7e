using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

/// <summary>Today's totals for one who watches: the last ones, what moved with them, since when they stand. Over midnight they follow the city's day.</summary>
internal sealed class TodayFeed(HubClient hub)
{
    static readonly TimeSpan again = TimeSpan.FromSeconds(3);

    public LiveTotals? Totals { get; private set; }
    /// <summary>The channels that the last change moved.</summary>
    public IReadOnlySet<string> Moved { get; private set; } = new HashSet<string>();
    public DateTimeOffset? BrokenSince { get; private set; }
    /// <summary>Nobody is signed in any more: asking again won't help until somebody is.</summary>
    public bool SignedOut { get; private set; }

    /// <summary>One reading, for a page's first answer.</summary>
    public Task ReadAsync(ClaimsPrincipal user, CancellationToken stop) => ReadAsync(user, null, stop);

    /// <summary>Until stopped; a stream that was cut is asked for again every three seconds.</summary>
    public async Task FollowAsync(ClaimsPrincipal user, Func<Task> changed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await ReadAsync(user, changed, stop);
            if (stop.IsCancellationRequested) return;
            BrokenSince ??= Totals?.AsOf?.ToDateTimeOffset() ?? TimeProvider.System.GetUtcNow();
            await changed();
            await Task.Delay(again, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task ReadAsync(ClaimsPrincipal user, Func<Task>? changed, CancellationToken stop)
    {
        try
        {
            await foreach (var next in hub.FollowAsync(user, o => hub.Statistics.Watch(new(), o), stop))
            {
                Moved = Totals is null || Totals.Day != next.Day ? new HashSet<string>() : next.Channels.Where(c => Of(c.Channel)?.Contacts != c.Contacts).Select(c => c.Channel).ToHashSet();
                (Totals, BrokenSince, SignedOut) = (next, null, false);
                if (changed is null) return;
                await changed();
            }
        }
        catch (RpcException e) { SignedOut = e.StatusCode == StatusCode.Unauthenticated; } // said on the page by BrokenSince; asked again
        catch (OperationCanceledException) { }
    }

    public ChannelTotal? Of(string channel) => Totals?.Channels.FirstOrDefault(c => c.Channel == channel);
}
