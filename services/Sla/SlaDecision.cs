using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;

namespace InquiryHub.Sla;

/// <summary>How a clock was started: Routing's facts and the limit that held. The original due time is never overwritten.</summary>
sealed record ClockStart(int DispatchNo, string UnitCode, DateTimeOffset At, DateTimeOffset DueAt, DateOnly DueOn, int LimitWorkingDays, bool Provisional, string LimitSource)
{
    /// <summary>Until then the unit may return it (退单); null when no limit was set.</summary>
    public DateTimeOffset? ReturnBy { get; init; }
    /// <summary>Extensions (延期): so many may be granted, each of so many working days. Null when there are none.</summary>
    public ExtensionLimit? Extensions { get; init; }
}

sealed record ExtensionLimit(int WorkingDays, int Most);

/// <summary>Casework: more working days. <paramref name="DueOn"/> is where they led; null until the clock was started.</summary>
sealed record Extension(int No, int WorkingDays, DateTimeOffset GrantedAt, DateOnly? DueOn = null, bool Provisional = false);

/// <summary>How it ended: Casework's fact.</summary>
sealed record ClockStop(DateTimeOffset At, string Cause);

/// <summary>The handling clock of one task. Its start and its stop come from two services and may be heard in any order.</summary>
sealed record TaskClock(string TaskId)
{
    public ClockStart? Start { get; init; }
    public ClockStop? Stop { get; init; }
    public bool Overdue { get; init; }
    /// <summary>Null, and not written, until one is granted.</summary>
    public IReadOnlyList<Extension>? Extensions { get; init; }

    internal DateOnly DueOn => Extensions?.LastOrDefault(e => e.DueOn is not null)?.DueOn ?? Start!.DueOn;
    internal DateTimeOffset DueAt => CityTime.EndOf(DueOn);
    internal bool Provisional => Start!.Provisional || (Extensions?.Any(e => e.Provisional) ?? false);
    internal bool Due => Start is not null && Stop is null && !Overdue;
}

/// <summary>All clocks of an inquiry.</summary>
sealed record InquiryClocks(string InquiryId, IReadOnlyList<TaskClock> Clocks)
{
    /// <summary>When the sweep must look next: the first due time of a clock that runs and isn't overdue yet.</summary>
    public DateTimeOffset? NextDueAt() => Clocks.Where(c => c.Due).Min(c => (DateTimeOffset?)c.DueAt);

    internal TaskClock Of(string taskId) => Clocks.Of(taskId, c => c.TaskId) ?? new(taskId);
    internal InquiryClocks With(TaskClock clock) => this with { Clocks = Clocks.With(clock, c => c.TaskId) };
}

/// <summary>The clocks after a fact, and what is to be said.</summary>
sealed record ClockStep(InquiryClocks Clocks, IReadOnlyList<IMessage> Events);

/// <summary>
/// The handling clock runs from dispatch, not from sign-in: a clock that waits for a signature lets units bounce orders.
/// The day of dispatch isn't counted; the limit is in working days; it ends at the end (24:00) of the last one, and a last day
/// that is off moves to the next working day (民法典 arts. 201, 203).
/// </summary>
static class SlaDecision
{
    public const string Answered = "Answered", Withdrawn = "Withdrawn";

    /// <returns>Null when no limit for this kind is known yet.</returns>
    public static ClockStep? Dispatched(InquiryClocks clocks, InquiryDispatched e, SlaRules rules)
    {
        var clock = clocks.Of(e.TaskId);
        if (clock.Start is not null) return new(clocks, []);
        var at = e.DispatchedAt.ToDateTimeOffset();
        var day = CityTime.DateOf(at);
        if (rules.LimitOf(SlaRules.Handling, e.Kind, e.Urgency, day) is not { } limit) return null;
        var (dueOn, provisional) = rules.Calendar.Add(day, limit.WorkingDays);
        var returnBy = rules.LimitOf(SlaRules.Return, e.Kind, e.Urgency, day) is { } within ? CityTime.EndOf(rules.Calendar.Add(day, within.WorkingDays).Day) : (DateTimeOffset?)null;
        var extensions = rules.LimitOf(SlaRules.Extension, e.Kind, e.Urgency, day) is { Most: > 0, WorkingDays: > 0 } more ? new ExtensionLimit(more.WorkingDays, more.Most) : null;
        var started = clock with { Start = new(e.DispatchNo, e.UnitCode, at, CityTime.EndOf(dueOn), dueOn, limit.WorkingDays, provisional, limit.Source) { ReturnBy = returnBy, Extensions = extensions }, Extensions = null };
        List<IMessage> events = [Started(e.InquiryId, started)];
        foreach (var granted in clock.Extensions ?? []) { started = Moved(started, granted, rules); events.Add(MovedOf(e.InquiryId, started)); }
        if (started.Stop is not null) events.Add(StoppedOf(e.InquiryId, started));
        return new(clocks.With(started), events);
    }

    /// <summary>The task was answered or withdrawn. Heard before its dispatch, it is kept and applied then; only the first end counts.</summary>
    public static ClockStep Ended(InquiryClocks clocks, string taskId, DateTimeOffset at, string cause)
    {
        var clock = clocks.Of(taskId);
        if (clock.Stop is not null) return new(clocks, []);
        var stopped = clock with { Stop = new(at, cause) };
        return new(clocks.With(stopped), stopped.Start is null ? [] : [StoppedOf(clocks.InquiryId, stopped)]);
    }

    /// <summary>
    /// 延期: what Casework granted is applied whatever the clock says; found overdue before, it is not any more. The first due time stays. Heard
    /// before the dispatch, it is kept and applied then.
    /// </summary>
    public static ClockStep Extended(InquiryClocks clocks, ExtensionGranted e, SlaRules rules)
    {
        var clock = clocks.Of(e.TaskId);
        if (clock.Stop is not null || (clock.Extensions?.Any(x => x.No == e.ExtensionNo) ?? false)) return new(clocks, []);
        var granted = new Extension(e.ExtensionNo, e.WorkingDays, e.GrantedAt.ToDateTimeOffset());
        if (clock.Start is null) return new(clocks.With(clock with { Extensions = [.. clock.Extensions ?? [], granted] }), []);
        var moved = Moved(clock, granted, rules);
        return new(clocks.With(moved), [MovedOf(clocks.InquiryId, moved)]);
    }

    static TaskClock Moved(TaskClock clock, Extension granted, SlaRules rules)
    {
        var (dueOn, provisional) = rules.Calendar.Add(clock.DueOn, granted.WorkingDays);
        return clock with { Overdue = false, Extensions = [.. clock.Extensions ?? [], granted with { DueOn = dueOn, Provisional = provisional }] };
    }

    /// <summary>The sweep at <paramref name="now"/>: each clock is found overdue once.</summary>
    public static ClockStep Swept(InquiryClocks clocks, DateTimeOffset now)
    {
        var late = clocks.Clocks.Where(c => c.Due && c.DueAt < now).ToList();
        return new(late.Aggregate(clocks, (all, c) => all.With(c with { Overdue = true })), [.. late.Select(c => new ClockOverdue
        {
            InquiryId = clocks.InquiryId, TaskId = c.TaskId, Clock = SlaRules.Handling, UnitCode = c.Start!.UnitCode,
            DueAt = CityTime.Stamp(c.DueAt), FoundAt = CityTime.Stamp(now),
        })]);
    }

    /// <summary>Working days from the day of the stop, or today while it runs, to the due day; negative when late.</summary>
    public static int DaysLeft(TaskClock clock, DateTimeOffset now, WorkingDays calendar) => clock.Start is null ? 0 : calendar.Between(CityTime.DateOf(clock.Stop?.At ?? now), clock.DueOn);

    static ClockStarted Started(string inquiryId, TaskClock c) => new()
    {
        InquiryId = inquiryId, TaskId = c.TaskId, DispatchNo = c.Start!.DispatchNo, Clock = SlaRules.Handling, UnitCode = c.Start.UnitCode,
        StartedAt = CityTime.Stamp(c.Start.At), DueAt = CityTime.Stamp(c.Start.DueAt), DueOn = CityTime.Iso(c.Start.DueOn),
        LimitWorkingDays = c.Start.LimitWorkingDays, Provisional = c.Start.Provisional, LimitSource = c.Start.LimitSource,
        ReturnBy = c.Start.ReturnBy is { } by ? CityTime.Stamp(by) : null, ExtensionDays = c.Start.Extensions?.WorkingDays ?? 0, Extensions = c.Start.Extensions?.Most ?? 0,
    };

    static ClockMoved MovedOf(string inquiryId, TaskClock c) => new()
    {
        InquiryId = inquiryId, TaskId = c.TaskId, Clock = SlaRules.Handling, UnitCode = c.Start!.UnitCode, ExtensionNo = c.Extensions![^1].No, DueAt = CityTime.Stamp(c.DueAt), DueOn = CityTime.Iso(c.DueOn),
        FirstDueAt = CityTime.Stamp(c.Start.DueAt), Provisional = c.Provisional, MovedAt = CityTime.Stamp(c.Extensions[^1].GrantedAt),
    };

    static ClockStopped StoppedOf(string inquiryId, TaskClock c) => new()
    {
        InquiryId = inquiryId, TaskId = c.TaskId, Clock = SlaRules.Handling, UnitCode = c.Start!.UnitCode, Cause = c.Stop!.Cause,
        DueAt = CityTime.Stamp(c.DueAt), StoppedAt = CityTime.Stamp(c.Stop.At), InTime = c.Stop.At <= c.DueAt,
    };
}
