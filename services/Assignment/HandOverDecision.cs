using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Assignment;

/// <summary>An inquiry after a hand-over, and what is to be said; null when the officer had the task already.</summary>
sealed record HandOver(AssignedInquiry Inquiry, OfficerAssigned? Said);

/// <summary>
/// 转交: an open task goes to another active officer of its unit, by any officer of the unit, because people change and work may not fall
/// through; a supervisor may for every unit. Whether it still is open Casework decides: what was answered a moment ago keeps its answer, whoever has it.
/// </summary>
static class HandOverDecision
{
    public const string HandedOver = "HandedOver";

    public static Outcome<HandOver> Decide(AssignedInquiry? inquiry, string taskId, string officerId, Actor actor, Staff staff, DateTimeOffset now)
    {
        if (inquiry is null) return Refusals.UnknownInquiry;
        if (inquiry.Task(taskId) is not { } task) return Refusals.UnknownTask;
        if (!MayFor(actor, task.UnitCode)) return Refusals.NotYours;
        if (task.Ended) return AssignmentRefusals.TaskEnded;
        if (!staff.ActiveOf(task.UnitCode).Contains(officerId)) return AssignmentRefusals.OfficerNotActive;
        if (task.OfficerId == officerId) return new HandOver(inquiry, null);
        return new HandOver(inquiry.With(task with { OfficerId = officerId, HandedOverAt = now }), new()
        {
            InquiryId = inquiry.InquiryId, TaskId = taskId, DispatchNo = task.DispatchNo, UnitCode = task.UnitCode, OfficerId = officerId,
            AssignedAt = CityTime.Stamp(now), Reason = HandedOver, AssignedBy = NameOf(actor),
        });
    }

    /// <summary>Who may say who does a unit's work: its officers, and a supervisor.</summary>
    public static bool MayFor(Actor actor, string unitCode) =>
        actor.Is(Roles.Supervisor) || (actor.Is(Roles.Officer) && actor.OfficerId.Length > 0 && actor.UnitCode == unitCode);

    /// <summary>An actor as events name one.</summary>
    public static string NameOf(Actor actor) => actor.OfficerId.Length > 0 ? actor.OfficerId : actor.Account;
}

/// <summary>Assignment's refusals, each with what to do.</summary>
static class AssignmentRefusals
{
    public static readonly Refusal TaskEnded = Refusals.Of("TaskEnded", "该任务已答复或已撤回，不用再转交，请刷新查看。", "This task was answered or withdrawn; it needs no hand-over. Please refresh to see it.");
    public static readonly Refusal OfficerNotActive = Refusals.Of("OfficerNotActive", "该联络员已不在本单位在岗名单中，请另选一位。", "This officer is not, or no longer, an active officer of the unit; please choose another one.");
}
