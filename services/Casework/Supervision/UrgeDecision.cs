using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A supervisor presses for a task.</summary>
sealed record TaskUrge(string By, DateTimeOffset At);

/// <summary>督办催办: a supervisor presses a unit for what is open, before it is late and after; once a day a task, so that it keeps its weight.</summary>
static class UrgeDecision
{
    public static Outcome<CaseStep> Urge(CaseState? c, string taskId, Actor actor, DateTimeOffset now)
    {
        var (task, refusal) = CaseworkDecision.OpenTaskOf(c, taskId);
        if (task is null) return refusal!;
        if (task.Urges is [.., var last] && CityTime.DateOf(last.At) == CityTime.DateOf(now)) return TodayAlready;
        return new CaseStep(c!.With(task with { Urges = [.. task.Urges ?? [], new(actor.Account, now)] }), [new TaskUrged
        {
            InquiryId = c.InquiryId, TaskId = taskId, UnitCode = task.UnitCode, OfficerId = task.Assigned?.OfficerId ?? "", UrgedBy = actor.Account, UrgedAt = CityTime.Stamp(now),
        }]);
    }

    public static readonly Refusal TodayAlready = Refusals.Of("UrgedToday", "今天已经催办过这件，明天可再催；急的请直接打电话。", "This task was urged today already; it can be urged again tomorrow. If it is urgent, please telephone.");
}
