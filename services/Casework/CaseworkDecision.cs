using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>
/// What people do with a case. Any officer of a unit acts for any task of the unit, because people change and work may not
/// fall through; who acted is recorded. Answering signs in, when nobody did: a unit that answers has received.
/// </summary>
static class CaseworkDecision
{
    public const int MaxReply = 5000;

    /// <summary>签收. Again, or by a colleague of the unit: the first one stands.</summary>
    public static Outcome<CaseStep> SignIn(CaseState? c, string taskId, Actor actor, DateTimeOffset now)
    {
        var (task, refusal) = TaskFor(c, taskId, actor);
        if (task is null) return refusal!;
        if (task.SignIn is not null) return (CaseStep)c!;
        return CanAct(c!, task) is { } no ? no : SignedIn(c!, task, actor, now);
    }

    /// <summary>The unit's answer. <paramref name="sealedReply"/> is the public reply as it travels; the handling note does not.</summary>
    public static Outcome<CaseStep> Answer(CaseState? c, string taskId, Actor actor, string reply, string note, Sealed sealedReply, DateTimeOffset now)
    {
        if (Check(reply, note) is { } invalid) return invalid;
        var (task, refusal) = OpenTaskFor(c, taskId, actor);
        if (task is null) return refusal!;

        // Who answers keeps it.
        var kept = task.Returning ? ReturnDecision.Withdrawn(c!, task, actor, now) : c!;
        var signed = task.SignIn is null ? SignedIn(kept.Case, kept.Case.Task(taskId)!, actor, now) : kept.Case;
        var answer = new Answer(CaseProjection.NextAnswerNo(c!), actor.OfficerId, now, null);
        var answered = signed.Case.With(signed.Case.Task(taskId)! with { Answer = answer });
        // What was merged into it is answered with it, each in its own case; a partial result is nobody's answer.
        if (!task.Assisting && c!.Waiting.Any()) answered = answered with { TookIn = [.. c.TookIn!.Select(t => t.Waits ? t with { AnswerNo = answer.No } : t)] };
        return new CaseStep(answered, [.. kept.Events, .. signed.Events, new InquiryAnswered
        {
            InquiryId = c!.InquiryId, TaskId = taskId, AnswerNo = answer.No, AnsweredBy = actor.OfficerId, AnsweredAt = CityTime.Stamp(now),
            PublicReply = sealedReply, UnitCode = task.UnitCode, Role = task.Dispatch!.Role,
        }]);
    }

    /// <summary>办结: what was answered and has reached the citizen, can't reach, or nobody waits for.</summary>
    public static Outcome<CaseStep> Close(CaseState? c, Actor actor, DateTimeOffset now)
    {
        if (c?.Registration is not { } registration) return Refusals.UnknownInquiry;
        if (c.Closing is not null) return CaseworkRefusals.CaseClosed;
        if (c.ToPlace || c.ShownAnswer is not { } answer) return CaseworkRefusals.AnswerMissing;
        if (registration.WantsReply && c.DeliveryOf(answer) is not { State: CaseProjection.Delivered or CaseProjection.Undeliverable }) return CaseworkRefusals.AnswerOnItsWay;
        return CaseProjection.Close(c, actor.Account, CaseProjection.OutcomeAnswered, now);
    }

    /// <summary>The citizen reads the newest answer; the first time is the proof that it arrived. No event when there is nothing new.</summary>
    public static CaseStep Fetched(CaseState c, DateTimeOffset now)
    {
        var after = c switch
        {
            { Decline: { Answer: { FetchedAt: null } told } decline } => c with { Decline = decline with { Answer = told with { FetchedAt = now } } },
            { Decline: null, Merged: { Answer: { FetchedAt: null } told } merged } => c with { Merges = [.. c.Merges!.SkipLast(1), merged with { Answer = told with { FetchedAt = now } }] },
            { Decline: null, Merged: null, Reopened: false, Lead: { Answer: { FetchedAt: null } answer } lead } => c.With(lead with { Answer = answer with { FetchedAt = now } }),
            _ => c,
        };
        return ReferenceEquals(after, c) ? c : new CaseStep(after, [new AnswerFetched { InquiryId = c.InquiryId, AnswerNo = c.ShownAnswerNo!.Value, FetchedAt = CityTime.Stamp(now) }]);
    }

    static CaseStep SignedIn(CaseState c, CaseTask task, Actor actor, DateTimeOffset now) => new(c.With(task with { SignIn = new(actor.OfficerId, now) }),
        [new TaskSignedIn { InquiryId = c.InquiryId, TaskId = task.TaskId, OfficerId = actor.OfficerId, SignedInAt = CityTime.Stamp(now), UnitCode = task.UnitCode }]);

    static (CaseTask? Task, Refusal? Refusal) TaskFor(CaseState? c, string taskId, Actor actor)
    {
        if (c?.Registration is null) return (null, Refusals.UnknownInquiry);
        if (c.Task(taskId) is not { Dispatch: not null } task) return (null, Refusals.UnknownTask);
        return actor.Is(Roles.Officer) && actor.OfficerId.Length > 0 && actor.UnitCode == task.UnitCode ? (task, null) : (null, Refusals.NotYours);
    }

    /// <summary>One on which somebody still has something to do, for who looks after all units.</summary>
    internal static (CaseTask? Task, Refusal? Refusal) OpenTaskOf(CaseState? c, string taskId) =>
        c?.Registration is null ? (null, Refusals.UnknownInquiry)
        : c.Task(taskId) is not { Dispatch: not null } task ? (null, Refusals.UnknownTask)
        : task.Withdrawal is not null ? (null, CaseworkRefusals.TaskWithdrawn)
        : task.Answer is not null ? (null, CaseworkRefusals.AlreadyAnswered)
        : (task, null);

    /// <summary>One on which the unit still has something to do.</summary>
    internal static (CaseTask? Task, Refusal? Refusal) OpenTaskFor(CaseState? c, string taskId, Actor actor)
    {
        var (task, refusal) = TaskFor(c, taskId, actor);
        return task is null ? (null, refusal) : CanAct(c!, task) is { } no ? (null, no) : task.Answer is not null ? (null, CaseworkRefusals.AlreadyAnswered) : (task, null);
    }

    static Refusal? CanAct(CaseState c, CaseTask task) =>
        task.Withdrawal is not null ? CaseworkRefusals.TaskWithdrawn
        : c.Closing is not null ? CaseworkRefusals.CaseClosed
        : task.Assigned is null ? CaseworkRefusals.TaskWaiting
        : null;

    static Refusal? Check(string reply, string note)
    {
        if (string.IsNullOrWhiteSpace(reply)) return CaseworkRefusals.InvalidReply("答复内容不能为空。", "The reply may not be empty.");
        if (Wording.Broken(reply) || Wording.Broken(note)) return CaseworkRefusals.InvalidReply("内容含有无法保存的字符，请删除后重试。", "The text holds characters that can't be saved; please remove them.");
        return Wording.Length(reply) > MaxReply || Wording.Length(note) > MaxReply
            ? CaseworkRefusals.InvalidReply($"答复和办理情况各不得超过 {MaxReply} 字，请缩减。", $"The reply and the handling note may have {MaxReply} characters each; please shorten.") : null;
    }
}

/// <summary>Casework's refusals, each with what to do.</summary>
static class CaseworkRefusals
{
    public static readonly Refusal TaskWithdrawn = Refusals.Of("TaskWithdrawn", "该任务已撤回（已改派或已办结），无需办理。", "This task was withdrawn (sent elsewhere or closed); nothing is to be done.");
    public static readonly Refusal TaskWaiting = Refusals.Of("TaskWaiting", "该任务正在分派联络员，请稍候再试。", "An officer is just being assigned to this task; please try again shortly.");
    public static readonly Refusal CaseClosed = Refusals.Of("CaseClosed", "该诉求已办结，不能再办理。", "This inquiry is closed; nothing more can be done with it.");
    public static readonly Refusal AlreadyAnswered = Refusals.Of("AlreadyAnswered", "该任务已答复，请刷新查看。", "This task was answered already; please refresh to see the answer.");
    public static readonly Refusal AnswerMissing = Refusals.Of("AnswerMissing", "主办单位尚未答复，不能办结。", "The lead unit has not answered yet; the inquiry can't be closed.");
    public static readonly Refusal AnswerOnItsWay = Refusals.Of("AnswerOnItsWay", "答复尚未送达，请待送达或确认无法送达后再办结。", "The answer has not reached the citizen yet; close it once it is delivered or undeliverable.");
    public static readonly Refusal TooManyNumbers = Refusals.Of("TooManyNumbers", $"一次最多列出 {CaseworkStore.MostNamed} 个编号，请分开查询。", $"At most {CaseworkStore.MostNamed} numbers at a time; please ask for the rest apart.");
    public static readonly Refusal InvalidPage = Refusals.Of("InvalidPage", "翻页标记无效，请从第一页重新开始。", "The page mark is not valid; please start from the first page.");
    public static readonly Refusal InvalidSearch = Refusals.Of("InvalidSearch", "请输入两个字以上、一百字和五个词以内的内容。", "Please give at least two characters, at most a hundred and at most five words.");
    public static readonly Refusal InvalidDay = Refusals.Of("InvalidDay", "日期应为 yyyy-MM-dd。", "A day must be yyyy-MM-dd.");
    public static readonly Refusal InvalidJson = Refusals.Of("InvalidJson", "请求应为 JSON：inquiryNumber、queryCode。", "The request must be JSON with inquiryNumber and queryCode.");

    public static readonly Refusal DraftTooLong = Refusals.Of("InvalidDraft", "内容超过 10 万字，草稿没有存到服务器；请缩减，或分开写。", "The text has more than 100,000 characters and was not kept on the server; please shorten or divide it.");

    public static Refusal InvalidReply(string zh, string en) => Refusals.Of("InvalidReply", zh, en);
}
