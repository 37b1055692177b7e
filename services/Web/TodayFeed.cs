using System.Security.Claims;
using System.Threading.Channels;
using Grpc.Core;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

/// <summary>Today's totals for one who watches: the last ones, what moved with them, since when they stand. Over midnight they follow the city's day.</summary>
internal sealed class TodayFeed(HubClient hub)
{
    static readonly TimeSpan again = TimeSpan.FromSeconds(3);
    // What comes is shown at once, what comes within about two seconds after it together: each screen at a pace of its own. A hundred that
    // draw in the same moment for every contact keep whoever works at one waiting (./hub bench desk).
    readonly TimeSpan rest = TimeSpan.FromSeconds(1.5 + Random.Shared.NextDouble());
    readonly Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    volatile LiveTotals? last;

    public LiveTotals? Totals { get; private set; }
    /// <summary>The channels that moved since the totals before.</summary>
    public IReadOnlySet<string> Moved { get; private set; } = new HashSet<string>();
    public DateTimeOffset? BrokenSince { get; private set; }
    /// <summary>Nobody is signed in any more: asking again won't help until somebody is.</summary>
    public bool SignedOut { get; private set; }

    /// <summary>One reading, for a page's first answer.</summary>
    public async Task ReadAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        await ListenAsync(user, once: true, stop);
        Totals = last;
    }

    /// <summary>Until stopped; a stream that was cut is asked for again every three seconds.</summary>
    public Task FollowAsync(ClaimsPrincipal user, Func<Task> changed, CancellationToken stop)
    {
        return Task.WhenAll(HearAsync(), ShowAsync());

        async Task HearAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await ListenAsync(user, once: false, stop);
                BrokenSince ??= last?.AsOf?.ToDateTimeOffset() ?? TimeProvider.System.GetUtcNow();
                news.Writer.TryWrite(true);
                await Task.Delay(again, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        async Task ShowAsync()
        {
            try
            {
                await foreach (var _ in news.Reader.ReadAllAsync(stop))
                {
                    var (before, now) = (Totals, last);
                    Moved = before is null || before.Day != now?.Day ? new HashSet<string>() : now.Channels.Where(c => Of(c.Channel)?.Contacts != c.Contacts).Select(c => c.Channel).ToHashSet();
                    Totals = now;
                    await changed();
                    await Task.Delay(rest, stop);
                }
            }
            catch (OperationCanceledException) { /* the page was left */ }
        }
    }

    async Task ListenAsync(ClaimsPrincipal user, bool once, CancellationToken stop)
    {
        try
        {
            await foreach (var next in hub.FollowAsync(user, o => hub.Statistics.Watch(new(), o), stop))
            {
                (last, BrokenSince, SignedOut) = (next, null, false);
                if (once) return;
                news.Writer.TryWrite(true);
            }
        }
        catch (RpcException e) { SignedOut = e.StatusCode == StatusCode.Unauthenticated; } // said on the page by BrokenSince; asked again
        catch (OperationCanceledException) { }
    }

    public ChannelTotal? Of(string channel) => Totals?.Channels.FirstOrDefault(c => c.Channel == channel);
}
