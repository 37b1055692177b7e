using System.Text.Json.Serialization;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>One call about an answer, by an account of the city's office.</summary>
sealed record FollowUp(int AnswerNo, FollowUpResult Result, string By, DateTimeOffset At)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Solved { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public Grade Grade { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool UnitContacted { get; init; }
    /// <summary>A Sealed message with a Text; null when nothing was written.</summary>
    public byte[]? Words { get; init; }

    internal bool Concludes => Result is FollowUpResult.Reached or FollowUpResult.Unreachable;
}

/// <summary>重办: the answer was not enough. <paramref name="Words"/> is a Sealed message with a Text: what is to be done.</summary>
sealed record Reopening(string TaskId, string UnitCode, int AnswerNo, string By, DateTimeOffset At, byte[] Words)
{
    /// <summary>It was closed until then. Null, and not written, when it was not.</summary>
    public Closing? Closed { get; init; }
}

/// <summary>
/// 回访: the city's office calls the citizen about the lead unit's answer: reached, had the unit spoken with them, solved, which grade (Beijing
/// art. 23, 济南 art. 24). Once an answer; who can't be reached is tried again, so often as the limit says. Who rated it well by own hand, wants
/// no reply or reports in confidence is not called.
/// 重办: what isn't solved, or badly, for a reason within the unit's power goes back to the unit that answered (济南 art. 27), with words.
/// </summary>
static class FollowUpDecision
{
    public const int MaxWords = 500;
    public const string Solved = "Solved", Unsolved = "Unsolved", Rehandled = "Rehandled";

    /// <summary>The lead unit's task whose answer somebody has to call about; null when nobody has to.</summary>
    public static CaseTask? Due(CaseState c) =>
        c.Lead is { Answer: { } answer } lead
        && c is { Registration: { WantsReply: true, Confidential: false, Direct: null }, Voiding: null, Decline: null, Merged: null, ToPlace: false, Reopened: false, Closing: null or { Outcome: CaseProjection.OutcomeAnswered } }
        && c.DeliveryOf(answer) is { State: CaseProjection.Delivered or CaseProjection.Undeliverable }
        && c.FollowUpsOf(answer.No).All(f => !f.Concludes)
        && c.RatingOf(answer.No) is null or { Grade: Grade.Dissatisfied or Grade.VeryDissatisfied } ? lead : null;

    public static Outcome<CaseStep> Record(CaseState? c, RecordFollowUpRequest r, Actor actor, FollowUpLimits limits, Sealed sealedWords, DateTimeOffset now)
    {
        if (c?.Registration is null) return Refusals.UnknownInquiry;
        if (Due(c) is not { Answer: { } answer } task) return WhyNot(c);
        if (answer.No != r.AnswerNo) return FollowUpRefusals.AnswerIsNewer;
        var (tries, limit) = (c.FollowUpsOf(answer.No).Count(), limits.On(c.Registration, answer.At));
        if (tries != r.Tries) return FollowUpRefusals.TriedMeanwhile(c.FollowUpsOf(answer.No).Last());
        if (r.Result is not (FollowUpResult.Reached or FollowUpResult.NotReached)) return FollowUpRefusals.NoResult;
        var reached = r.Result == FollowUpResult.Reached;
        if (reached && r.Solution is not (Solved or Unsolved)) return FollowUpRefusals.NoSolution;
        if (reached && r.Grade is < Grade.Unspecified or > Grade.VeryDissatisfied) return FollowUpRefusals.InvalidGrade;
        if (r.Rehandle && MayNotRehandle(c, r, reached, limit) is { } no) return no;
        if (Wording.Check(r.Words, MaxWords) is { } invalid) return invalid;

        var words = r.Words.Length == 0 ? null : sealedWords;
        var call = new FollowUp(answer.No, reached ? FollowUpResult.Reached : limit.Tries > 0 && tries + 1 >= limit.Tries ? FollowUpResult.Unreachable : FollowUpResult.NotReached, actor.Account, now)
        { Solved = reached && r.Solution == Solved, Grade = reached ? r.Grade : default, UnitContacted = reached && r.UnitContacted, Words = words?.ToByteArray() };
        var step = new CaseStep(c with { FollowUps = [.. c.FollowUps ?? [], call] }, [new InquiryFollowedUp
        {
            InquiryId = c.InquiryId, AnswerNo = answer.No, TaskId = task.TaskId, UnitCode = task.UnitCode, Result = call.Result, Solved = call.Solved, Grade = call.Grade,
            UnitContacted = call.UnitContacted, FollowedUpBy = call.By, FollowedUpAt = CityTime.Stamp(now), Words = words,
        }]);
        return r.Rehandle ? Reopen(step, task, answer, actor, sealedWords, now) : step;
    }

    /// <summary>Nobody's answer any more until the unit has given another one: whatever closed it is history.</summary>
    static CaseStep Reopen(CaseStep step, CaseTask task, Answer answer, Actor actor, Sealed sealedWords, DateTimeOffset now) => new(
        step.Case with { Closing = null, Reopenings = [.. step.Case.Reopenings ?? [], new(task.TaskId, task.UnitCode, answer.No, actor.Account, now, sealedWords.ToByteArray()) { Closed = step.Case.Closing }] },
        [.. step.Events, new InquiryReopened
        {
            InquiryId = step.Case.InquiryId, TaskId = task.TaskId, UnitCode = task.UnitCode, AnswerNo = answer.No, ReopenedBy = actor.Account, ReopenedAt = CityTime.Stamp(now), Words = sealedWords,
        }]);

    static Refusal? MayNotRehandle(CaseState c, RecordFollowUpRequest r, bool reached, FollowUpLimit limit) =>
        !reached || (r.Solution == Solved && r.Grade is not (Grade.Dissatisfied or Grade.VeryDissatisfied)) ? FollowUpRefusals.NothingToRehandle
        : c.Waiting.Any() ? FollowUpRefusals.OthersWait(c.Waiting.Count())
        : limit.Rehandlings > 0 && c.Reopenings?.Count >= limit.Rehandlings ? FollowUpRefusals.RehandledEnough(limit.Rehandlings)
        : Wording.Check(r.Words, MaxWords, FollowUpRefusals.NoWords);

    static Refusal WhyNot(CaseState c) => c switch
    {
        { Registration.Confidential: true } => FollowUpRefusals.Confidential,
        { Reopened: true } or { Reopenings: not null, Lead.Answer: null } => FollowUpRefusals.Reopened,
        { ShownAnswer: { } answer } when c.FollowUpsOf(answer.No).LastOrDefault(f => f.Concludes) is { } done => FollowUpRefusals.Done(done),
        { ShownAnswer: { } answer } when c.RatingOf(answer.No) is not null => FollowUpRefusals.Rated,
        _ => FollowUpRefusals.NotDue,
    };
}

static class FollowUpRefusals
{
    public static readonly Refusal Confidential = Refusals.Of("ReporterConfidential", "举报人要求保密，不回访。", "This reporter asked for confidence and is not called.");
    public static readonly Refusal Reopened = Refusals.Of("Reopened", "这件诉求已退回重办，等新的答复送达后再回访。", "This inquiry was sent back to its unit; follow up when the new answer has arrived.");
    public static readonly Refusal Rated = Refusals.Of("RatedWell", "诉求人已自行评价基本满意以上，不用回访。", "The citizen has rated the answer well; no call is needed.");
    public static readonly Refusal NotDue = Refusals.Of("NotDue", "这件诉求现在不用回访（答复还没送达，或不需要回复），请看下一件。", "This inquiry is not to be followed up now: its answer hasn't arrived, or nobody waits for one; please go on to the next.");
    public static readonly Refusal AnswerIsNewer = Refusals.Of("AnswerIsNewer", "已有新的答复，请刷新，看过以后再回访。", "There is a newer answer; please refresh and follow that one up.");
    public static readonly Refusal NoResult = Refusals.Of("InvalidResult", "请选接通或未接通。", "Please choose whether the citizen was reached.");
    public static readonly Refusal NoSolution = Refusals.Of("InvalidSolution", "接通了，请选已解决或未解决。", "The citizen was reached: please choose whether it is solved.");
    public static readonly Refusal InvalidGrade = Refusals.Of("InvalidGrade", "没有这一档评价，请重新选择，或不选。", "There is no such grade; please choose again, or none.");
    public static readonly Refusal NothingToRehandle = Refusals.Of("NothingToRehandle", "接通后诉求人说未解决，或不满意的，才能退回重办。", "Only what the citizen, once reached, calls unsolved or is dissatisfied with can be sent back.");
    public static readonly Refusal NoWords = Refusals.Of("WordsMissing", "请写明要重办什么，承办单位会看到。", "Please write what is to be done; the unit reads it.");

    public static Refusal TriedMeanwhile(FollowUp last) => Refusals.Of("TriedMeanwhile", $"刚才 {last.By} 已回访过一次，请刷新后再记录。", $"{last.By} called just now; please refresh before you record yours.");
    public static Refusal Done(FollowUp done) => Refusals.Of("FollowedUp", $"{done.By} 已回访过这个答复，不用再回访。", $"{done.By} has followed this answer up already; nothing more is to be done.");
    public static Refusal OthersWait(int count) => Refusals.Of("OthersMerged", $"有 {count} 件并入这一件、还等着答复，不能退回重办。", $"{count} were merged into this one and still wait for its answer; it can't be sent back.");
    public static Refusal RehandledEnough(int most) => Refusals.Of("RehandledEnough", $"已重办 {most} 次，不能再退回；请记录未解决，并请督办处理。", $"It was sent back {most} times, which is all there are; record it as unsolved and ask a supervisor.");
}
