using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>Which of the open tasks a supervisor looks at; each is a list, and a number that its rows add up to.</summary>
public enum OpenTasks { All, Late, Soon, NotSignedIn, Supervised }

/// <summary>What units have in hand at a moment, in tasks (项). Late and Soon are null while the calendar isn't known.</summary>
internal sealed record Backlog(long All, long? Late, long? Soon, long NotSignedIn, long Supervised)
{
    public long? Of(OpenTasks which) => which switch { OpenTasks.All => All, OpenTasks.Late => Late, OpenTasks.Soon => Soon, OpenTasks.NotSignedIn => NotSignedIn, _ => Supervised };

    /// <summary>Null when it needs the calendar and there is none.</summary>
    public static ListTasksRequest? Request(OpenTasks of, WorkCalendar? calendar) => of switch
    {
        OpenTasks.All => new(),
        OpenTasks.NotSignedIn => new() { State = "NotSignedIn" },
        OpenTasks.Supervised => new() { State = "Supervised" },
        _ when calendar is null => null,
        OpenTasks.Late => new() { DueBy = CityTime.Stamp(calendar.Now) },
        _ => calendar.After(calendar.Today, WorkCalendar.SoonDays) is { } last ? new() { DueAfter = CityTime.Stamp(calendar.Now), DueBy = CityTime.Stamp(CityTime.EndOf(last)) } : null,
    };
}

/// <summary>The backlog for all screens, at most ten seconds old; null while Casework is away: an old number of what is open would be believed.</summary>
internal sealed class Backlogs(HubClient hub, Days days, TimeProvider clock)
{
    static readonly TimeSpan fresh = TimeSpan.FromSeconds(10);
    readonly SemaphoreSlim reading = new(1);
    Backlog? known;
    long until = long.MinValue;

    public async Task<Backlog?> GetAsync(CancellationToken stop)
    {
        await reading.WaitAsync(stop);
        try
        {
            if (clock.GetTimestamp() < until) return known;
            try { known = await ReadAsync(await days.GetAsync(stop), stop); }
            catch (RpcException)
            {
                stop.ThrowIfCancellationRequested();
                known = null;
            }
            until = clock.GetTimestamp() + (long)(fresh.TotalSeconds * clock.TimestampFrequency);
            return known;
        }
        finally { reading.Release(); }
    }

    async Task<Backlog> ReadAsync(WorkCalendar? calendar, CancellationToken stop)
    {
        async Task<long?> CountAsync(OpenTasks of)
        {
            if (Backlog.Request(of, calendar) is not { } request) return null;
            request.Page = new() { Size = 1 };
            return (await hub.Casework.ListTasksAsync(request, hub.AsService().WithCancellationToken(stop))).Total;
        }
        var (all, late, soon, unsigned, supervised) = (CountAsync(OpenTasks.All), CountAsync(OpenTasks.Late), CountAsync(OpenTasks.Soon), CountAsync(OpenTasks.NotSignedIn), CountAsync(OpenTasks.Supervised));
        return new((await all)!.Value, await late, await soon, (await unsigned)!.Value, (await supervised)!.Value);
    }
}
