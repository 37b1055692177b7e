using System.Collections.Frozen;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Assignment;

/// <summary>The liaison officers by unit, as Directory has them.</summary>
sealed record Staff(FrozenDictionary<string, string[]> ActiveByUnit, FrozenSet<string> Units, FrozenDictionary<string, OfficerPublished> Active)
{
    public IReadOnlyList<string> ActiveOf(string unitCode) => ActiveByUnit.GetValueOrDefault(unitCode, []);
    public string Name(string officerId) => Active.TryGetValue(officerId, out var o) && o.Name.Length > 0 ? o.Name : officerId;

    public static Staff Of(IReadOnlyList<IMessage> rows) => new(
        rows.OfType<OfficerPublished>().Where(o => o.Active).GroupBy(o => o.UnitCode).ToFrozenDictionary(g => g.Key, g => g.Select(o => o.OfficerId).Order(StringComparer.Ordinal).ToArray()),
        rows.OfType<UnitPublished>().Select(u => u.UnitCode).ToFrozenSet(), rows.OfType<OfficerPublished>().Where(o => o.Active).ToFrozenDictionary(o => o.OfficerId));
}

/// <summary>One task as assignment sees it; the dispatch is routing's, the end is casework's, the officer is our own.</summary>
sealed record AssignedTask(string TaskId, int DispatchNo, string UnitCode, string? OfficerId, bool Ended)
{
    /// <summary>When it was handed over (转交). Null, and not written, until it is: most never are.</summary>
    public DateTimeOffset? HandedOverAt { get; init; }
}

/// <summary>All tasks of an inquiry.</summary>
sealed record AssignedInquiry(string InquiryId, IReadOnlyList<AssignedTask> Tasks)
{
    public const string Several = "*";
    public bool Waiting => Tasks.Any(t => t is { OfficerId: null, Ended: false, UnitCode.Length: > 0 });

    /// <summary>Whose open tasks it has: an officer's, <see cref="Several"/> where that isn't one alone, null where nobody's.</summary>
    internal string? Officer
    {
        get
        {
            // Asked with every dispatch: without an enumerator.
            string? one = null;
            for (var i = 0; i < Tasks.Count; i++)
                if (Tasks[i] is { OfficerId: { } officer, Ended: false }) one = one is null || one == officer ? officer : Several;
            return one;
        }
    }

    /// <summary>Who of the unit had it in an earlier dispatch (重办); null when nobody did.</summary>
    public string? Before(AssignedTask task) => task.DispatchNo == 1 ? null : Tasks.LastOrDefault(t => t.DispatchNo < task.DispatchNo && t.UnitCode == task.UnitCode && t.OfficerId is not null)?.OfficerId;

    public AssignedTask? Task(string taskId) => Tasks.Of(taskId, t => t.TaskId);

    public AssignedInquiry With(AssignedTask task) => this with { Tasks = Tasks.With(task, t => t.TaskId) };
}

sealed record AssignmentChoice(string? OfficerId, string Reason, long OpenTasks);

/// <summary>
/// Who of the unit had the inquiry before has it again; else the officer with the fewest open tasks, of those who aren't on leave, takes it; at a
/// tie the lower officer id, so that a repetition decides the same. Where all are on leave one of them has it all the same: a task of nobody's
/// would be in nobody's list.
/// </summary>
static class AssignmentDecision
{
    /// <param name="before">Who of the unit had it in an earlier dispatch; null when nobody.</param>
    public static AssignmentChoice Choose(IReadOnlyList<string> active, Func<string, long> openTasks, Func<string, bool>? away = null, string? before = null)
    {
        if (active.Count == 0) return new(null, "NoActiveOfficer", 0);
        var present = away is null ? active : [.. active.Where(o => !away(o))];
        if (before is not null && present.Contains(before)) return new(before, "HadBefore", openTasks(before));
        var best = (present.Count > 0 ? present : active).OrderBy(openTasks).ThenBy(o => o, StringComparer.Ordinal).First();
        return new(best, present.Count switch { 0 => "NobodyPresent", 1 => "OnlyOfficer", _ => "LeastLoaded" }, openTasks(best));
    }
}
