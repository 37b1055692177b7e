using InquiryHub.Contracts.Assignment;

namespace InquiryHub.Web;

/// <summary>Who may get a task.</summary>
/// <param name="Open">The officer's open tasks; null when they can't be read now.</param>
public sealed record Colleague(string OfficerId, string Name, long? Open)
{
    /// <summary>The leave that the officer is on; null when there.</summary>
    public OfficerLeave? Away { get; init; }

    /// <summary>How a choice names one.</summary>
    internal string Words(string name, Texts t) => (Open is { } open ? t["officer.handover.load", name, Show.N(open)] : name) + (Away is { } away ? t["leave.option.away", Leaves.Day(away.UntilOn)] : "");
}

/// <summary>转交: to whom a unit's tasks may go, and how one is handed over.</summary>
internal static class HandOver
{
    /// <summary>The unit's active officers, without the one who has it: the reader first, then who has least to do, and who is on leave last.</summary>
    public static IReadOnlyList<Colleague> Colleagues(NameList names, string unit, UnitLoad? load, string reader, string has = "", Leaves? leaves = null)
    {
        var open = load?.Officers.ToDictionary(o => o.OfficerId, o => o.OpenTasks);
        return [.. names.ActiveOf(unit).Where(o => o.OfficerId != has).Select(o => new Colleague(o.OfficerId, o.Name, open is null ? null : open.GetValueOrDefault(o.OfficerId)) { Away = leaves?.Away(o.OfficerId) })
            .OrderBy(c => c.OfficerId != reader).ThenBy(c => c.Away is not null).ThenBy(c => c.Open).ThenBy(c => c.OfficerId, StringComparer.Ordinal)];
    }

    /// <summary>The officer is part of the command: the same form with somebody else chosen is another one.</summary>
    public static async Task SendAsync(ActCall call, string inquiryId, string taskId, string officerId) =>
        await call.Hub.Assignment.HandOverTaskAsync(new() { CommandId = $"{call["commandId"]} {taskId} {officerId}", InquiryId = inquiryId, TaskId = taskId, OfficerId = officerId }, call.As);
}
