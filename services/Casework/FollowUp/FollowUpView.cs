using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A follow-up as people see it: in the queue, beside its answer, in the timeline, and what of it a citizen is shown.</summary>
static class FollowUpView
{
    /// <summary>Null when nobody has to call any more: the queue was read a moment before.</summary>
    public static FollowUpRow? Row(CaseState c, FollowUpLimits limits)
    {
        if (FollowUpDecision.Due(c) is not { Answer: { } answer } task) return null;
        var (limit, tries) = (limits.On(c.Registration!, answer.At), c.FollowUpsOf(answer.No).ToList());
        return new()
        {
            InquiryId = c.InquiryId, Title = c.Registration!.Title, Kind = c.Registration.Kind, Channel = c.Registration.Channel, UnitCode = task.UnitCode, OfficerId = answer.OfficerId,
            AnswerNo = answer.No, AnsweredAt = CityTime.Stamp(answer.At), Grade = c.RatingOf(answer.No)?.Grade ?? default, Tries = tries.Count, TriedAt = tries.Count == 0 ? null : CityTime.Stamp(tries[^1].At),
            WithinWorkingDays = limit.WorkingDays, MostTries = limit.Tries, RehandlingsLeft = limit.Rehandlings == 0 ? -1 : Math.Max(0, limit.Rehandlings - (c.Reopenings?.Count ?? 0)),
        };
    }

    /// <summary>What somebody found out about an answer; null when nobody called.</summary>
    public static AnswerFollowUp? Of(CaseState c, int answerNo, Func<byte[]?, string> unseal)
    {
        var calls = c.FollowUpsOf(answerNo).ToList();
        return calls is not [.., var last] ? null : new()
        {
            Result = last.Result, Solved = last.Solved, Grade = last.Grade, UnitContacted = last.UnitContacted, By = last.By, At = CityTime.Stamp(last.At), Words = unseal(last.Words), Tries = calls.Count,
            Rehandled = c.Reopenings?.Any(r => r.AnswerNo == answerNo) ?? false,
        };
    }

    public static IEnumerable<CaseEntry> Timeline(CaseState c, Func<byte[]?, string> unseal)
    {
        // A rehandling has the same words: said once, where they are an order.
        foreach (var f in c.FollowUps ?? [])
            yield return new()
            {
                At = CityTime.Stamp(f.At), Act = "InquiryFollowedUp", Actor = f.By, Grade = f.Grade, Words = c.Reopenings?.Any(r => r.AnswerNo == f.AnswerNo && r.At == f.At) == true ? "" : unseal(f.Words),
                Detail = f.Result != FollowUpResult.Reached ? f.Result.ToString() : f.Solved ? FollowUpDecision.Solved : FollowUpDecision.Unsolved,
            };
        foreach (var r in c.Reopenings ?? [])
        {
            if (r.Closed is { } closed) yield return new() { At = CityTime.Stamp(closed.At), Act = "InquiryClosed", Actor = closed.By, Detail = closed.Outcome };
            yield return new() { At = CityTime.Stamp(r.At), Act = "InquiryReopened", Actor = r.By, UnitCode = r.UnitCode, Words = unseal(r.Words) };
        }
    }

    /// <summary>The answers that were not enough, for the citizen to read on.</summary>
    public static IEnumerable<EarlierAnswer> Earlier(CaseState c, IEnumerable<CaseAnswer> answers) =>
        from r in c.Reopenings ?? []
        join a in answers on r.AnswerNo equals a.AnswerNo
        select new EarlierAnswer { AnswerNo = a.AnswerNo, PublicReply = a.PublicReply, AnsweredAt = a.AnsweredAt, Grade = c.RatingOf(a.AnswerNo)?.Grade ?? default, ReopenedAt = CityTime.Stamp(r.At) };
}
