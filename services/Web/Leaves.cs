using Grpc.Core;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>Who is away, of all units, on the city's day.</summary>
public sealed record Leaves(DateOnly Today, IReadOnlyList<OfficerLeave> All)
{
    public static readonly Leaves None = new(default, []);

    public static Leaves Of(LeaveList list) => new(Question.Day(list.Today), list.Leaves);

    public bool SaysTheSame(Leaves other) => Today == other.Today && All.SequenceEqual(other.All);
    public static bool On(OfficerLeave leave, DateOnly day) => Question.Day(leave.FromOn) <= day && day <= Question.Day(leave.UntilOn);
    public OfficerLeave? Away(string officerId) => AwayOn(officerId, Today);
    public OfficerLeave? AwayOn(string officerId, DateOnly day) => All.FirstOrDefault(l => l.OfficerId == officerId && On(l, day));
    /// <summary>Who of a unit is away today.</summary>
    public IReadOnlyList<OfficerLeave> AwayOf(string unit) => [.. All.Where(l => l.UnitCode == unit && On(l, Today))];

    /// <summary>Somebody has the tasks today: a deputy who isn't away as well, and still of the unit.</summary>
    public bool Deputised(OfficerLeave leave, NameList names) => leave.DeputyOfficerId is { Length: > 0 } deputy && Away(deputy) is null && names.ActiveOf(leave.UnitCode).Any(o => o.OfficerId == deputy);

    /// <summary>李某 请假至 1/30，王某 代理.</summary>
    internal string Words(OfficerLeave leave, NameList names, Texts t) => Deputised(leave, names)
        ? t["leave.away", names.Officer(leave.OfficerId), Day(leave.UntilOn), names.Officer(leave.DeputyOfficerId)] : t["leave.away.alone", names.Officer(leave.OfficerId), Day(leave.UntilOn)];

    /// <summary>1/30: a leave lasts less than a year.</summary>
    internal static string Day(string iso) => Question.Day(iso) is var day ? $"{day.Month}/{day.Day}" : "";
}

/// <summary>A unit of which nobody is there from a day until another one, both included; null = no officer of it is active.</summary>
public sealed record Vacancy(string UnitCode, DateOnly From, DateOnly? Until)
{
    /// <summary>无人在岗: the units of which every officer is on leave, or not active, today or on the next working day; who is without anybody today first.</summary>
    public static IReadOnlyList<Vacancy> Of(NameList names, Leaves leaves, WorkCalendar? calendar)
    {
        var next = calendar?.After(leaves.Today, 1);
        return [.. names.Units.Values.Where(u => u.Active && names.Staffed.Contains(u.UnitCode)).Select(u => OfUnit(u.UnitCode)).OfType<Vacancy>().OrderBy(v => v.From).ThenBy(v => v.UnitCode, StringComparer.Ordinal)];

        Vacancy? OfUnit(string unit)
        {
            var officers = names.ActiveOf(unit);
            if (officers.Count == 0) return new(unit, leaves.Today, null);
            bool Nobody(DateOnly day) => officers.All(o => leaves.AwayOn(o.OfficerId, day) is not null);
            if ((Nobody(leaves.Today) ? leaves.Today : next is { } n && Nobody(n) ? n : (DateOnly?)null) is not { } from) return null;
            var until = from;
            while (Nobody(until.AddDays(1))) until = until.AddDays(1);
            return new(unit, from, until);
        }
    }

    internal string Words(DateOnly today, Texts t) => Until is not { } until ? t["vacancy.inactive"] : From == today ? t["vacancy.today", until.Month, until.Day] : t["vacancy.next", From.Month, From.Day, until.Month, until.Day];
}

/// <summary>Everybody's leaves, at most ten seconds old; the last ones while Assignment is away, <see cref="Leaves.None"/> before the first: then nobody is named.</summary>
internal sealed class LeaveBook(HubClient hub, TimeProvider clock)
{
    static readonly TimeSpan fresh = TimeSpan.FromSeconds(10);
    Leaves known = Leaves.None;
    long until = long.MinValue;

    public async ValueTask<Leaves> GetAsync(CancellationToken stop = default)
    {
        if (clock.GetTimestamp() < Volatile.Read(ref until)) return known;
        try { known = Leaves.Of(await hub.Assignment.ListLeavesAsync(new(), hub.AsService().WithCancellationToken(stop))); }
        catch (RpcException) { stop.ThrowIfCancellationRequested(); /* pages go on with what is known */ }
        Volatile.Write(ref until, clock.GetTimestamp() + (long)(fresh.TotalSeconds * clock.TimestampFrequency));
        return known;
    }

    /// <summary>Whoever has just changed something reads it at once, here.</summary>
    public void Forget() => Volatile.Write(ref until, long.MinValue);
}

/// <summary>请假: set or changed by one form, ended in the list.</summary>
internal static class LeaveActs
{
    public static void Map(WebApplication app)
    {
        var (names, book) = (app.Services.GetRequiredService<Names>(), app.Services.GetRequiredService<LeaveBook>());
        app.MapAct("set-leave", async call =>
        {
            _ = int.TryParse(call["leaveNo"], out var no);
            // What is asked for is part of the command: the same form filled in otherwise is another one.
            var set = await call.Hub.Assignment.SetLeaveAsync(new()
            {
                CommandId = $"{call["commandId"]} {call["officerId"]} {call["fromOn"]} {call["untilOn"]} {call["deputy"]}", OfficerId = call["officerId"], LeaveNo = no, FromOn = call["fromOn"], UntilOn = call["untilOn"], DeputyOfficerId = call["deputy"],
            }, call.As);
            book.Forget();
            var known = await names.GetAsync();
            var said = call.T["leave.set", known.Officer(set.OfficerId), Leaves.Day(set.FromOn), Leaves.Day(set.UntilOn)];
            return new(Say: said + (set.DeputyOfficerId.Length > 0 ? call.T["leave.set.deputy", known.Officer(set.DeputyOfficerId)] : call.T["leave.set.alone"]), Go: Pages.LeavePage.Href(call["unit"]), Again: true);
        });
        app.MapAct("end-leave", async call =>
        {
            _ = int.TryParse(call["leaveNo"], out var no);
            await call.Hub.Assignment.EndLeaveAsync(new() { CommandId = call["commandId"], UnitCode = call["leaveUnit"], LeaveNo = no }, call.As);
            book.Forget();
            return new(Say: call.T["leave.ended", (await names.GetAsync()).Officer(call["officerId"])], Go: Pages.LeavePage.Href(call["unit"]), Again: true);
        });
    }
}
