using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A supervisor took the task under supervision. <paramref name="Words"/> is a Sealed message with a Text: what the unit has to do.</summary>
sealed record Supervision(string Form, string By, DateTimeOffset At, byte[] Words);

/// <summary>
/// 督办: what a unit refuses, leaves late, or should have solved and didn't (Weifang art. 26, Jinan art. 28), in one of four forms. It may grow into
/// another form, not be said twice in one; it moves no clock, and is over when the unit has answered.
/// </summary>
static class SupervisionDecision
{
    public const int MaxWords = 500;
    /// <summary>日常督办, 挂牌督办, 约谈, 联合督办.</summary>
    public static readonly string[] Forms = ["DailySupervision", "ListedSupervision", "Summons", "JointSupervision"];

    public static Outcome<CaseStep> Supervise(CaseState? c, SuperviseTaskRequest r, Actor actor, Sealed sealedWords, DateTimeOffset now)
    {
        var (task, refusal) = CaseworkDecision.OpenTaskOf(c, r.TaskId);
        if (task is null) return refusal!;
        if (!Forms.Contains(r.Form)) return NoForm;
        if (task.Supervisions?.Any(s => s.Form == r.Form) == true) return Already;
        if (Wording.Check(r.Words, MaxWords, NoWords) is { } invalid) return invalid;
        return new CaseStep(c!.With(task with { Supervisions = [.. task.Supervisions ?? [], new(r.Form, actor.Account, now, sealedWords.ToByteArray())] }), [new TaskSupervised
        {
            InquiryId = c.InquiryId, TaskId = r.TaskId, UnitCode = task.UnitCode, OfficerId = task.Assigned?.OfficerId ?? "", Form = r.Form, Words = sealedWords, SupervisedBy = actor.Account, SupervisedAt = CityTime.Stamp(now),
        }]);
    }

    static readonly Refusal NoForm = Refusals.Of("InvalidForm", "请选督办方式：日常、挂牌、约谈或联合督办。", "Please choose how it is supervised: daily, listed, by summons or jointly.");
    static readonly Refusal NoWords = Refusals.Of("WordsMissing", "请写明督办要求，承办单位会看到。", "Please write what is required; the unit reads it.");
    static readonly Refusal Already = Refusals.Of("SupervisedAlready", "这件已在这种督办中，可以催办，或改用别的督办方式。", "This task is under this supervision already; you can urge it, or choose another form.");
}
