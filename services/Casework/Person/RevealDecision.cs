using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>One look at who a case is from, as it is entered: who, why, which fields. <paramref name="OfficerId"/> and <paramref name="UnitCode"/> are empty for the city's office.</summary>
sealed record Reveal(int No, string Account, string OfficerId, string UnitCode, string Reason, IReadOnlyList<string> Fields, DateTimeOffset At)
{
    /// <summary>What was written beside the reason: a Sealed message with a Text; null when nothing was.</summary>
    public byte[]? Words { get; init; }
    internal DateTimeOffset Until => At + RevealDecision.Shown;
}

/// <summary>An entry as the list finds it by its day.</summary>
sealed record RevealEntry(string InquiryId, int No, DateTimeOffset At)
{
    public static string KeyOf(string inquiryId, int no) => $"{inquiryId}#{no}";
}

/// <summary>
/// 查看个人信息: who has to do with a case sees whom it is from, with a reason, for a minute (个人信息保护法 34: no more than the duty needs).
/// An answered task still counts: an answer that can't be delivered is told by telephone.
/// </summary>
static class RevealDecision
{
    public const int MaxWords = 200;
    public const string Other = "Other";
    public static readonly TimeSpan Shown = TimeSpan.FromSeconds(60);
    static readonly string[] usual = ["ContactCitizen", "VerifyIdentity", "PrepareVisit"];

    /// <param name="person">The personal fields, unsealed; null when they were purged.</param>
    public static Outcome<CaseStep> Reveal(CaseState? c, Actor actor, string reason, string words, Content? person, Sealed sealedWords, DateTimeOffset now)
    {
        if (c?.Registration is not { } registration || !Sight.Of(actor).Sees(c)) return Refusals.UnknownInquiry;
        if (MayNot(c, actor) is { } no) return no;
        // Nobody's role and no reason opens it: a unit may be reported to itself.
        if (registration.Confidential) return RevealRefusals.Confidential;
        if (!usual.Contains(reason) && (reason != Other || words.Length == 0)) return RevealRefusals.NoReason;
        if (Wording.Check(words, MaxWords) is { } invalid) return invalid;
        if (Fields(person) is not { Count: > 0 } fields) return RevealRefusals.NobodyNamed;

        var entry = new Reveal((c.Reveals?.Count ?? 0) + 1, actor.Account, actor.OfficerId, actor.UnitCode, reason, fields, now) { Words = words.Length == 0 ? null : sealedWords.ToByteArray() };
        return new CaseStep(c with { Reveals = [.. c.Reveals ?? [], entry] }, [new PersonRevealed
        {
            InquiryId = c.InquiryId, EntryNo = entry.No, Account = actor.Account, OfficerId = actor.OfficerId, UnitCode = actor.UnitCode, Reason = reason,
            Words = words.Length == 0 ? null : sealedWords, Fields = { fields }, RevealedAt = CityTime.Stamp(now),
        }]);
    }

    /// <summary>Whether an entry still shows: to whoever it was made for, and until its minute is over. A command sent again gets the first entry, so this is asked each time.</summary>
    public static Refusal? Over(Reveal? entry, Actor actor, DateTimeOffset at, DateTimeOffset now) =>
        entry is not null && entry.Account == actor.Account && entry.At == at && now < entry.Until ? null : RevealRefusals.Over;

    static Refusal? MayNot(CaseState c, Actor actor)
    {
        if (actor.Is(Roles.Supervisor) || (actor.Is(Roles.Dispatcher) && c is { Closing: null } and ({ ToPlace: true } or { Lead.Returning: true }))
            || (actor.Is(Roles.FollowUpClerk) && FollowUpDecision.Due(c) is not null) || (actor.Is(Roles.Operator) && CallBack.Due(c))) return null;
        if (actor.Is(Roles.Officer) && actor.OfficerId.Length > 0)
            return c.Closing is not null ? RevealRefusals.Closed : c.Tasks.Any(t => t is { Dispatch: not null, Withdrawal: null } && t.UnitCode == actor.UnitCode) ? null : RevealRefusals.NoTask;
        return actor.Is(Roles.Dispatcher) ? RevealRefusals.Dispatched : actor.Is(Roles.FollowUpClerk) ? RevealRefusals.NoFollowUp : actor.Is(Roles.Operator) ? RevealRefusals.NoCallBack : RevealRefusals.NotYourRole;
    }

    static List<string> Fields(Content? p) => p is null ? [] : [.. new[] { ("Name", p.Name), ("Phone", p.Phone), ("Email", p.Email), ("Address", p.Address) }.Where(f => !string.IsNullOrWhiteSpace(f.Item2)).Select(f => f.Item1)];
}

static class RevealRefusals
{
    public static readonly Refusal Confidential = Refusals.Of("ReporterConfidential", "举报人要求保密，其姓名、电话、地址不向任何人显示。需要补充情况的，请写在答复里，由系统送达。", "This reporter asked for confidence: name, phone and address are shown to nobody. If you need to know more, say so in the answer; the hub delivers it.");
    public static readonly Refusal NoTask = Refusals.Of("NotYourTask", "本单位在这件诉求里没有有效的任务（已改派，或只是受理），不能查看个人信息；确有需要请联系督办。", "Your unit has no task that counts in this case (it was sent elsewhere, or only taken in by you); please ask a supervisor if you need to know.");
    public static readonly Refusal Closed = Refusals.Of("CaseClosed", "该诉求已办结，承办单位不能再查看个人信息；确有需要请联系督办。", "This inquiry is closed; please ask a supervisor if you still need to know whom it is from.");
    public static readonly Refusal Dispatched = Refusals.Of("NotHeld", "该诉求不在待派单，由承办单位联系诉求人；派单员只能查看待派单的。", "This inquiry isn't held for dispatch; its unit contacts the citizen. Dispatchers see whom a case is from only while it is held.");
    public static readonly Refusal NoFollowUp = Refusals.Of("NoFollowUp", "该诉求现在不用回访，回访员只能查看待回访的诉求人。", "This inquiry isn't to be followed up now; follow-up clerks see whom a case is from only while it is.");
    public static readonly Refusal NoCallBack = Refusals.Of("NoCallBack", "这件诉求没有等待回电的答复；话务员只看得到手头这通电话的号码，和要回电告知答复的诉求人。需要时请联系承办单位或督办。", "No answer of this inquiry waits for a call back; operators see the number of the call in hand and whom they are to call back only. Please ask the unit or a supervisor.");
    public static readonly Refusal NotYourRole = Refusals.Of("NotYourRole", "您的角色不能查看诉求人的个人信息；需要时请联系承办单位或督办。", "Your role doesn't see whom a case is from; please ask the unit or a supervisor.");
    public static readonly Refusal NoReason = Refusals.Of("InvalidReason", "请选一个查看原因，或写明原因。", "Please choose a reason, or write one.");
    public static readonly Refusal NobodyNamed = Refusals.Of("PersonUnknown", "诉求人没有留下姓名、电话和地址，或内容已清除，没有可查看的。", "The citizen left no name, phone or address, or they were purged: there is nothing to show.");
    public static readonly Refusal Over = Refusals.Of("RevealOver", "这次查看的时间已过；请再选一次原因，重新查看。", "The time of this look is over; please choose the reason again.");
}
