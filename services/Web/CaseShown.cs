using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using System.Security.Claims;

namespace InquiryHub.Web;

/// <summary>A case with its clocks, why it is where it is, and whose task the reader looks at.</summary>
/// <param name="Task">The own unit's newest task, for others the lead unit's; null before a dispatch.</param>
/// <param name="MayReveal">The reader's role may ask who it is from; Casework decides.</param>
/// <param name="Supervises">The reader grants extensions.</param>
public sealed record CaseShown(CaseFile File, IReadOnlyList<Clock> Clocks, RoutingState? Routing, TaskRow? Task, bool MayAnswer, bool MayReveal, bool Supervises, NameList Names, WorkCalendar? Calendar)
{
    public Clock? Clock => Clocks.FirstOrDefault(c => c.TaskId == Task?.TaskId);
    /// <summary>Who has the task is on leave, and it is still there: handed over by hand, or nobody deputises.</summary>
    public Contracts.Assignment.OfficerLeave? Away => Task is { OfficerId.Length: > 0 } t && WorkView.IsOpen(t) ? Leaves.Away(t.OfficerId) : null;
    public Leaves Leaves { get; init; } = Leaves.None;
    public bool Closed => File.Row.State == "Closed";
    public CaseAnswer? Answer => (Task is null ? null : File.Answers.FirstOrDefault(a => a.TaskId == Task.TaskId)) ?? File.Answers.FirstOrDefault(a => a.TaskId.Length == 0);
    /// <summary>The answer is still to be written, by this reader.</summary>
    public bool Writable => MayAnswer && !Closed && Task is not null && WorkView.IsOpen(Task);
    /// <summary>退单 can still be asked for, or a part handed back; Casework decides.</summary>
    public bool MayReturn => Returnable && !ReturnOver;
    public bool Returnable => Writable && Task is { ReturnState: "", Rehandled: false } task && (!task.Designated || task.Role == UnitRole.Assisting);
    /// <summary>会办: other units can be brought in; Routing decides.</summary>
    public bool MayJoin => Writable && Task is { Role: UnitRole.Lead, ReturnState: not "Requested" };
    /// <summary>The parts of those who assist in the newest dispatch, whatever became of them.</summary>
    public IReadOnlyList<TaskRow> Assisting => [.. File.Tasks.Where(t => t.Role == UnitRole.Assisting && t.DispatchNo == File.Tasks.Max(all => all.DispatchNo))];
    public bool ReturnOver => Task?.ReturnBy is { } by && Calendar is { } days && days.Today > WorkCalendar.DueDay(by.ToDateTimeOffset());
    /// <summary>延期 can still be asked for; Casework decides.</summary>
    public bool MayExtend => Writable && Task is { ExtensionState: not "Requested", ExtensionsLeft: > 0, ReturnState: not "Requested", Late: false } && Left != TimeLeft.Late;
    /// <summary>转交: somebody else of the unit could have it; Assignment decides.</summary>
    public bool MayHandOver => Writable && Names.ActiveOf(Task!.UnitCode).Any(o => o.OfficerId != Task.OfficerId);
    /// <summary>督办: a supervisor may press for the task, or take it under supervision; Casework decides.</summary>
    public bool MaySupervise => Supervises && !Closed && Task is not null && WorkView.IsOpen(Task);
    /// <summary>指定承办: a supervisor may name the unit of what isn't answered yet; Routing decides.</summary>
    public bool MayDesignate => Supervises && File.Row.State is not ("Closed" or "Answered" or "Delivered") && Routing is { Withdrawn: false, Declined: "", MergedInto: "" };
    /// <summary>By whose hand the task's unit was designated, and why; null when it was by the limit of returns.</summary>
    public CaseEntry? Designation => Task is { Designated: true } t ? File.Timeline.LastOrDefault(e => e.UnitCode == t.UnitCode && e is { Act: "UnitDesignated" } or { Act: "InquiryDispatched", Detail: "DesignatedByHand" }) : null;
    /// <summary>The task for which this reader has to grant more time, or not.</summary>
    public TaskRow? Asking => Supervises && !Closed ? File.Tasks.FirstOrDefault(t => t.ExtensionState == "Requested") : null;
    public TimeLeft Left => Task is null || !WorkView.IsOpen(Task) ? TimeLeft.Unknown : WorkCalendar.Left(Calendar, Task.DueAt, Task.Late);
    public string Light => File.Row.Late || Task is { Late: true } ? "late" : Closed ? "ok" : WorkCalendar.Light(Left);

    /// <summary>An officer acts for the own unit's task; whoever else looks sees the lead unit's.</summary>
    public static TaskRow? TaskOf(CaseFile file, bool officer, string unit)
    {
        var own = officer ? file.Tasks.Where(t => t.UnitCode == unit).ToList() : [];
        return own.LastOrDefault(WorkView.IsOpen) ?? own.LastOrDefault(t => t.State == "Answered") ?? file.Tasks.LastOrDefault(t => t is { Role: UnitRole.Lead, State: not "Withdrawn" }) ?? own.LastOrDefault();
    }

    /// <summary>The case as this person may see it. What only explains it (clocks, routing) may be missing; the case itself not.</summary>
    /// <param name="looking">The reader has it open: others are told so.</param>
    internal static async Task<CaseShown> ReadAsync(HubClient hub, Names directory, Days days, LeaveBook book, ClaimsPrincipal user, string inquiryId, bool looking, CancellationToken stop)
    {
        var reading = hub.Casework.GetCaseAsync(new() { InquiryId = inquiryId, Looking = looking }, hub.As(user, stop)).ResponseAsync;
        var clocks = OrNone(hub.Sla.GetClocksAsync(new() { InquiryId = inquiryId }, hub.As(user, stop)));
        var routing = OrNone(hub.Routing.GetRoutingAsync(new() { InquiryId = inquiryId }, hub.As(user, stop)));
        var (names, calendar, leaves) = (await directory.GetAsync(stop), await days.GetAsync(stop), await book.GetAsync(stop));
        var file = await reading;
        var (officer, unit) = (user.IsInRole(Kernel.Roles.Officer), user.FindFirstValue("unit") ?? "");
        var task = TaskOf(file, officer, unit);
        var reveals = !file.Confidential && (officer || user.IsInRole(Kernel.Roles.Supervisor) || user.IsInRole(Kernel.Roles.Dispatcher) || (file.FollowUpDue && user.IsInRole(Kernel.Roles.FollowUpClerk)) || (file.CallBackDue && user.IsInRole(Kernel.Roles.Operator)));
        return new(file, [.. (await clocks)?.Clocks ?? []], await routing, task, officer && task?.UnitCode == unit, reveals, user.IsInRole(Kernel.Roles.Supervisor), names, calendar) { Leaves = leaves };
    }

    internal static async Task<T?> OrNone<T>(AsyncUnaryCall<T> call) where T : class { try { return await call; } catch (RpcException) { return null; } }
}
