using System.Collections.Frozen;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>How near a deadline is, as lists are grouped.</summary>
public enum TimeLeft { Late, Today, Soon, Later, Unknown }

/// <summary>The city's time and the days around it, as Sla counts them.</summary>
public sealed record WorkCalendar(DateTimeOffset Now, DateOnly Today, FrozenDictionary<DateOnly, bool> Worked)
{
    public const int SoonDays = 3;

    public static WorkCalendar Of(GetCalendarReply r) => new(r.Now.ToDateTimeOffset(), Question.Day(r.Today), r.Days.ToFrozenDictionary(d => Question.Day(d.Day), d => d.Worked));

    /// <summary>The day whose end a deadline is: 24:00 is the next day's first instant.</summary>
    public static DateOnly DueDay(DateTimeOffset dueAt) => CityTime.LastDayOf(dueAt);

    /// <summary>A day off in the week, or worked at a weekend.</summary>
    public bool IsMakeUp(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday && Worked.GetValueOrDefault(day);
    public bool IsWorked(DateOnly day) => Worked.GetValueOrDefault(day, day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));

    /// <summary>Working days after <paramref name="from"/> up to and with <paramref name="to"/>, negative backwards; null beyond the days known.</summary>
    public int? Between(DateOnly from, DateOnly to)
    {
        if (!Worked.ContainsKey(from) || !Worked.ContainsKey(to)) return null;
        if (to < from) return -Between(to, from);
        var count = 0;
        for (var day = from.AddDays(1); day <= to; day = day.AddDays(1)) if (Worked[day]) count++;
        return count;
    }

    /// <summary>The day so many working days after another; null beyond the days known. What holds is what Sla counts.</summary>
    public DateOnly? After(DateOnly from, int days)
    {
        var day = from;
        while (days > 0) { day = day.AddDays(1); if (!Worked.TryGetValue(day, out var worked)) return null; if (worked) days--; }
        return day;
    }

    public int? LeftUntil(DateTimeOffset dueAt) => Between(Today, DueDay(dueAt));

    public TimeLeft Of(Timestamp? due, bool late)
    {
        if (late) return TimeLeft.Late;
        if (due?.ToDateTimeOffset() is not { } dueAt) return TimeLeft.Unknown;
        if (dueAt <= Now) return TimeLeft.Late;
        return DueDay(dueAt) == Today ? TimeLeft.Today : LeftUntil(dueAt) is <= SoonDays ? TimeLeft.Soon : TimeLeft.Later;
    }

    /// <summary>The same where the calendar may be missing: then only what is late is known.</summary>
    public static TimeLeft Left(WorkCalendar? calendar, Timestamp? due, bool late) => calendar?.Of(due, late) ?? (late ? TimeLeft.Late : TimeLeft.Unknown);

    public static string Light(TimeLeft left) => left switch { TimeLeft.Late => "late", TimeLeft.Today or TimeLeft.Soon => "warn", _ => "ok" };
}

/// <summary>The calendar, at most ten seconds old; the last one while Sla is away, null when there never was one: then days are shown without a count.</summary>
internal sealed class Days(HubClient hub, TimeProvider clock)
{
    const int Around = 180;
    static readonly TimeSpan fresh = TimeSpan.FromSeconds(10);
    WorkCalendar? known;
    long until = long.MinValue;

    public async ValueTask<WorkCalendar?> GetAsync(CancellationToken stop = default)
    {
        if (clock.GetTimestamp() < Volatile.Read(ref until)) return known;
        try { known = WorkCalendar.Of(await hub.Sla.GetCalendarAsync(new() { DaysBack = Around, DaysAhead = Around }, hub.AsService().WithCancellationToken(stop))); }
        catch (RpcException) when (!stop.IsCancellationRequested) { /* lists go on with what is known */ }
        Volatile.Write(ref until, clock.GetTimestamp() + (long)(fresh.TotalSeconds * clock.TimestampFrequency));
        return known;
    }
}
