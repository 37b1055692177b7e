using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A unit asks for more working days. <paramref name="Words"/> is a Sealed message with a Text: why, and on what basis.</summary>
sealed record ExtensionRequest(int No, string OfficerId, int WorkingDays, DateTimeOffset At, byte[] Words)
{
    public ExtensionVerdict? Verdict { get; init; }
}

/// <summary>What a supervisor said to it. <paramref name="Words"/> as in <see cref="ExtensionRequest"/>; null when granted.</summary>
sealed record ExtensionVerdict(bool Granted, string By, DateTimeOffset At, byte[]? Words);

/// <summary>
/// 延期: asked for before the task is due, with basis and reason, and approved (Beijing art. 15). How many days and how often is the limit of the
/// day of dispatch, which Sla says with the clock; what is granted Sla applies. The first due date is kept.
/// </summary>
static class ExtensionDecision
{
    public const int MaxWords = 500;

    public static Outcome<CaseStep> Request(CaseState? c, RequestExtensionRequest r, Actor actor, Sealed sealedWords, DateTimeOffset now)
    {
        var (task, refusal) = CaseworkDecision.OpenTaskFor(c, r.TaskId, actor);
        if (task is null) return refusal!;
        if (task.Returning) return ExtensionRefusals.Returning;
        if (task.Extending) return ExtensionRefusals.Waiting;
        if (task.Clock is not { DueAt: { } due } clock) return ExtensionRefusals.NoClock;
        if (now >= due) return ExtensionRefusals.TooLate;
        if (task.ExtensionsLeft <= 0) return clock.Extensions == 0 ? ExtensionRefusals.None : ExtensionRefusals.UsedUp(clock.Extensions);
        if (r.WorkingDays < 1 || r.WorkingDays > clock.ExtensionDays) return ExtensionRefusals.InvalidDays(clock.ExtensionDays);
        if (Wording.Check(r.Words, MaxWords, ExtensionRefusals.NoReason) is { } invalid) return invalid;

        var request = new ExtensionRequest((task.Extensions?.Count ?? 0) + 1, actor.OfficerId, r.WorkingDays, now, sealedWords.ToByteArray());
        return new CaseStep(c!.With(task with { Extensions = [.. task.Extensions ?? [], request] }), [new ExtensionRequested
        {
            InquiryId = c.InquiryId, TaskId = task.TaskId, ExtensionNo = request.No, UnitCode = task.UnitCode, OfficerId = actor.OfficerId, WorkingDays = r.WorkingDays, Words = sealedWords, RequestedAt = CityTime.Stamp(now),
        }]);
    }

    /// <summary>Granted also when the task has become due meanwhile: it was asked for in time.</summary>
    public static Outcome<CaseStep> Decide(CaseState? c, DecideExtensionRequest r, Actor actor, Sealed sealedWords, DateTimeOffset now)
    {
        if (c?.Registration is null) return Refusals.UnknownInquiry;
        if (c.Task(r.TaskId) is not { Extending: true } task || task.Extensions![^1].No != r.ExtensionNo || c.Closing is not null) return ExtensionRefusals.NothingAsked;
        if (!r.Granted && Wording.Check(r.Words, MaxWords, ExtensionRefusals.NoWords) is { } invalid) return invalid;
        var (asked, words) = (task.Extensions[^1], r.Granted ? null : sealedWords);
        var decided = asked with { Verdict = new(r.Granted, actor.Account, now, words?.ToByteArray()) };
        IMessage said = r.Granted
            ? new ExtensionGranted { InquiryId = c.InquiryId, TaskId = task.TaskId, ExtensionNo = asked.No, UnitCode = task.UnitCode, WorkingDays = asked.WorkingDays, GrantedBy = actor.Account, GrantedAt = CityTime.Stamp(now) }
            : new ExtensionRefused { InquiryId = c.InquiryId, TaskId = task.TaskId, ExtensionNo = asked.No, UnitCode = task.UnitCode, RefusedBy = actor.Account, Words = words, RefusedAt = CityTime.Stamp(now) };
        return new CaseStep(c.With(task with { Extensions = [.. task.Extensions.SkipLast(1), decided] }), [said]);
    }
}

static class ExtensionRefusals
{
    public static readonly Refusal Waiting = Refusals.Of("ExtensionRequested", "已申请延期，请等督办审批；急的请直接联系督办。", "An extension was asked for already; a supervisor decides. If it is urgent, please call the supervisor.");
    public static readonly Refusal Returning = Refusals.Of("ReturnRequested", "该任务正申请退单；要延期办理的，请先撤回退单。", "A return of this task was asked for; take that back first if you want more time to handle it.");
    public static readonly Refusal NoClock = Refusals.Of("NoDeadline", "办理时限还在计算，请稍候再试。", "The deadline is just being set; please try again shortly.");
    public static readonly Refusal TooLate = Refusals.Of("ExtensionTooLate", "办理时限已到，到期后不能再申请延期，请尽快答复。", "The task is due: an extension can't be asked for any more; please answer as soon as you can.");
    public static readonly Refusal None = Refusals.Of("NoExtension", "本市没有规定延期，请在时限内答复。", "This city has no rule for extensions; please answer in time.");
    public static readonly Refusal NoReason = Refusals.Of("BasisMissing", "请写明延期的理由和依据。", "Please write why, and on what basis, more time is needed.");
    public static readonly Refusal NoWords = Refusals.Of("ReasonMissing", "请写明不同意的理由，承办单位会看到。", "Please write why it is refused; the unit reads it.");
    public static readonly Refusal NothingAsked = Refusals.Of("NothingToDecide", "没有待审批的延期（已答复、已改派，或已由他人审批），请刷新查看。", "No extension of this task waits for a decision: it was answered, sent elsewhere, or somebody decided; please refresh.");

    public static Refusal UsedUp(int most) => Refusals.Of("NoExtensionLeft", $"已延期 {most} 次，不能再延，请在时限内答复。", $"It was extended {most} times, which is all there are; please answer in time.");
    public static Refusal InvalidDays(int most) => Refusals.Of("InvalidDays", $"每次可延 1 到 {most} 个工作日，请改正。", $"An extension may have 1 to {most} working days; please correct it.");
}
