using System.Text.Json.Serialization;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A unit's request to be rid of a task. <paramref name="Words"/> is a Sealed message with a Text: the basis.</summary>
sealed record ReturnRequest(string OfficerId, string Reason, string SuggestedUnitCode, DateTimeOffset At, byte[] Words)
{
    /// <summary>The unit kept it after all: it took the request back, or answered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? WithdrawnAt { get; init; }
}

/// <summary>Routing: the unit has to handle it. <paramref name="Words"/> as in <see cref="ReturnRequest"/>.</summary>
sealed record ReturnRejection(string By, DateTimeOffset At, byte[] Words);

/// <summary>
/// 退单: "not my duty", with a reason and its basis, within a limit; later means accepted, and a designated unit has no return
/// (Tianjin draft, 潍坊 art. 22). A dispatcher decides, once a task: no endless ping-pong. The citizen's clock runs on meanwhile.
/// An assisting unit hands its part back at once: the lead unit reads why, and has the inquiry as before.
/// </summary>
static class ReturnDecision
{
    public const int MaxWords = 500;
    public static readonly IReadOnlyList<string> Reasons = ["WrongArea", "WrongDuty", "UnclearDuty", "SharedDuty", "UnclearMatter", "Duplicate"];

    /// <param name="sealedWords">The basis as it travels and is kept.</param>
    public static Outcome<CaseStep> Return(CaseState? c, ReturnTaskRequest r, Actor actor, Sealed sealedWords, UnitNames units, DateTimeOffset now)
    {
        var (task, refusal) = CaseworkDecision.OpenTaskFor(c, r.TaskId, actor);
        if (task is null) return refusal!;
        if (task.Returning) return ReturnRefusals.Waiting;
        if (task.Rehandled) return ReturnRefusals.Rehandled;
        if (task.Designated && !task.Assisting) return ReturnRefusals.Designated;
        if (task.Rejection is not null) return ReturnRefusals.Rejected;
        if (task.Clock?.ReturnBy is { } by && now > by) return ReturnRefusals.TooLate(by);
        if (!Reasons.Contains(r.Reason)) return ReturnRefusals.NoReason;
        if (Wording.Check(r.Words, MaxWords, ReturnRefusals.NoBasis) is { } invalid) return invalid;
        if (r.SuggestedUnitCode == task.UnitCode) return ReturnRefusals.OwnUnit;
        if (r.SuggestedUnitCode.Length > 0 && !units.Names.ContainsKey(r.SuggestedUnitCode)) return ReturnRefusals.UnknownUnit;

        var request = new ReturnRequest(actor.OfficerId, r.Reason, r.SuggestedUnitCode, now, sealedWords.ToByteArray());
        var asked = c!.With(task with { Returns = [.. task.Returns ?? [], request] });
        if (task.Assisting) return CaseProjection.Withdraw(asked, t => t.TaskId == task.TaskId, CaseProjection.HandedBack, now);
        return new CaseStep(asked, [new ReturnRequested
        {
            InquiryId = c.InquiryId, TaskId = task.TaskId, DispatchNo = task.Dispatch!.No, UnitCode = task.UnitCode, OfficerId = actor.OfficerId, Reason = r.Reason,
            SuggestedUnitCode = r.SuggestedUnitCode, Words = sealedWords, RequestedAt = CityTime.Stamp(now),
        }]);
    }

    public static Outcome<CaseStep> Withdraw(CaseState? c, string taskId, Actor actor, DateTimeOffset now)
    {
        var (task, refusal) = CaseworkDecision.OpenTaskFor(c, taskId, actor);
        if (task is null) return refusal!;
        return task.Returning ? Withdrawn(c!, task, actor, now) : ReturnRefusals.NothingAsked;
    }

    /// <summary>The unit keeps the task.</summary>
    internal static CaseStep Withdrawn(CaseState c, CaseTask task, Actor actor, DateTimeOffset now) => new(
        c.With(task with { Returns = [.. task.Returns!.SkipLast(1), task.Returns![^1] with { WithdrawnAt = now }] }),
        [new ReturnWithdrawn { InquiryId = c.InquiryId, TaskId = task.TaskId, DispatchNo = task.Dispatch!.No, UnitCode = task.UnitCode, OfficerId = actor.OfficerId, WithdrawnAt = CityTime.Stamp(now) }]);
}

static class ReturnRefusals
{
    public static readonly Refusal Waiting = Refusals.Of("ReturnRequested", "该任务已申请退单，请等派单员审核；要自己办理的，直接答复或撤回退单。", "A return of this task was asked for already; a dispatcher decides. To handle it after all, answer or take the request back.");
    public static readonly Refusal Rejected = Refusals.Of("ReturnRejected", "退单已被驳回，请办理；对驳回有异议的，请联系派单员。", "The return was rejected: your unit handles it. If you object, please call the dispatcher.");
    public static readonly Refusal Designated = Refusals.Of("Designated", "这件诉求已指定本单位承办，不能再退单。", "Your unit was designated for this inquiry: it can't be returned any more.");
    public static readonly Refusal Rehandled = Refusals.Of("Rehandled", "这件诉求由本单位答复过，退回重办，不能退单。", "Your unit answered this inquiry and has it back to handle anew: it can't be returned.");
    public static readonly Refusal NoReason = Refusals.Of("InvalidReason", "请选一个退单原因。", "Please choose a reason for the return.");
    public static readonly Refusal NoBasis = Refusals.Of("BasisMissing", "请写明退单依据（职责分工、法规条款或事实）。", "Please write the basis of the return: the division of duties, the article or the facts.");
    public static readonly Refusal OwnUnit = Refusals.Of("InvalidUnits", "建议的承办单位不能是本单位。", "The unit that you suggest can't be your own.");
    public static readonly Refusal UnknownUnit = Refusals.Of("UnknownUnit", "没有建议的这个单位，请重新选择，或不填。", "There is no unit with the code that you suggest; please choose again, or none.");
    public static readonly Refusal NothingAsked = Refusals.Of("NothingToWithdraw", "没有待审核的退单，请刷新查看。", "No return of this task waits for a decision; please refresh.");

    public static Refusal TooLate(DateTimeOffset by) => Refusals.Of("ReturnTooLate", $"退单期限已过（{CityTime.Iso(CityTime.LastDayOf(by))}），请本单位办理。", $"The time for a return ended on {CityTime.Iso(CityTime.LastDayOf(by))}; your unit handles it.");
}
