using System.Collections.Frozen;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;

namespace InquiryHub.Web;

/// <summary>What the follow-up clerk's page shows, and what it sends. The queue's part is pure.</summary>
internal static class FollowUps
{
    /// <summary>The number after the open one, or before it, round to the start; the first one when it isn't in the queue. Empty: there is no other.</summary>
    public static string Neighbour(IEnumerable<string> queue, string current, int step)
    {
        var ids = queue.ToList();
        var at = ids.IndexOf(current);
        if (ids.Count == 0 || (at >= 0 && ids.Count == 1)) return "";
        return at < 0 ? ids[0] : ids[(at + step + ids.Count) % ids.Count];
    }

    /// <summary>The last day for the call; null without a limit, or where the calendar doesn't reach.</summary>
    public static DateOnly? DueOn(FollowUpRow row, WorkCalendar? calendar) =>
        row.WithinWorkingDays == 0 ? null : calendar?.After(Kernel.CityTime.DateOf(row.AnsweredAt.ToDateTimeOffset()), row.WithinWorkingDays);

    public static TimeLeft Left(FollowUpRow row, WorkCalendar? calendar) => DueOn(row, calendar) is not { } day ? TimeLeft.Unknown
        : day < calendar!.Today ? TimeLeft.Late : day == calendar.Today ? TimeLeft.Today : TimeLeft.Later;

    /// <summary>今日到期 / 超期 2 个工作日 / 剩 1 个工作日.</summary>
    public static string Due(FollowUpRow row, WorkCalendar? calendar, Texts t) => DueOn(row, calendar) is not { } day || calendar!.Between(calendar.Today, day) is not { } left ? ""
        : left < 0 ? t["officer.due.lateby", -left] : day < calendar.Today ? t["officer.due.late"] : day == calendar.Today ? t["officer.due.today"] : t["officer.due.left", left];

    /// <summary>已解决 · 满意; what the last call came to.</summary>
    public static string Found(AnswerFollowUp f, Texts t) => string.Join(t["officer.dot"], new[]
    {
        t[f.Result != FollowUpResult.Reached ? $"followup.result.{f.Result}" : f.Solved ? "officer.detail.Solved" : "officer.detail.Unsolved"],
        f.Grade == Grade.Unspecified ? "" : t[$"officer.detail.{f.Grade}"],
        f.Result != FollowUpResult.Reached ? "" : t[f.UnitContacted ? "followup.contacted.yes" : "followup.contacted.no"],
        f.Rehandled ? t["followup.rehandled"] : "",
    }.Where(p => p.Length > 0));

    static readonly FrozenDictionary<string, FollowUpResult> results = new[] { FollowUpResult.Reached, FollowUpResult.NotReached }.ToFrozenDictionary(r => r.ToString());

    public static void Map(WebApplication app) => app.MapAct("follow-up", async call =>
    {
        if (!int.TryParse(call["answerNo"], out var answer) || !int.TryParse(call["tries"], out var tries)) return new(call.T["act.stale"]);
        var (id, result) = (call["inquiryId"], results.GetValueOrDefault(call["result"]));
        var reached = result == FollowUpResult.Reached;
        // What was asked of somebody who was then not reached after all counts no more: it isn't seen either.
        var done = await call.Hub.Casework.RecordFollowUpAsync(new()
        {
            CommandId = call["commandId"], InquiryId = id, AnswerNo = answer, Tries = tries, Result = result, Solution = call["solution"], Grade = reached && Enum.TryParse<Grade>(call["grade"], out var grade) ? grade : default,
            UnitContacted = call.Has("contacted"), Words = call["words"], Rehandle = reached && call.Has("rehandle"),
        }, call.As);
        // The next one opens by itself; the page's own list is read anew with it.
        return new(Say: call.T[done.Rehandled ? "followup.done.rehandled" : $"followup.done.{done.Result}", id], Go: call["next"].Length > 0 ? $"/follow-ups/{Uri.EscapeDataString(call["next"])}" : "/follow-ups", Forget: [$"followup/{id}"], Again: true);
    });
}
