using System.Text.Json.Serialization;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

// The facts of a case, each kept as the service that said it said it. No field has two sources, so facts of different
// services may be heard in any order. Derived members are internal: they are not written.

/// <summary>Channels: the matter as registered. Text is in <see cref="CaseText"/>.</summary>
sealed record Registration(string Channel, InquiryKind Kind, Urgency Urgency, string Title, string CategoryCode, string AreaCode, DateTimeOffset ReceivedAt,
    string TakenBy, bool WantsReply, bool Confidential, string ReceivingUnitCode, DirectAnswer? Direct);

sealed record DirectAnswer(string By, DateTimeOffset At);

/// <summary>Channels: a further contact about the matter.</summary>
sealed record AddedContact(string ContactId, string Channel, DateTimeOffset At)
{
    /// <summary>催办. Written only where it is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Urge { get; init; }
}

/// <summary>Channels: what became of an answer on its way. <paramref name="State"/>: Delivered, Undeliverable, InDoubt.</summary>
sealed record Delivery(int AnswerNo, string State, string Detail, DateTimeOffset At);

/// <summary>Routing: why nobody had it then.</summary>
sealed record Hold(string Reason, DateTimeOffset At);

/// <summary>Routing: a unit has it.</summary>
sealed record Dispatch(int No, string UnitCode, UnitRole Role, DateTimeOffset At, string Reason, string By)
{
    /// <summary>指定承办. Written only where it is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Designated { get; init; }
    /// <summary>会办: what the lead unit asks of this one; 指定承办 by hand: why. A Sealed message with a Text. Null, and not written, otherwise.</summary>
    public byte[]? Words { get; init; }
}

/// <summary>Routing: the unit that has it already was designated (指定承办). <paramref name="Words"/> is a Sealed message with a Text: why.</summary>
sealed record Designation(string By, DateTimeOffset At, byte[] Words);

/// <summary>Assignment: an officer has it.</summary>
sealed record Assigned(string OfficerId, string UnitCode, DateTimeOffset At)
{
    /// <summary>转交: who handed it over to this officer. Null, and not written, when the hub decided.</summary>
    public string? By { get; init; }
    /// <summary>Why, where it is more than that: OnLeave. Null, and not written, else.</summary>
    public string? Why { get; init; }
}

/// <summary>Sla: when it is due; found overdue; in time or not when it stopped.</summary>
sealed record DueClock(DateTimeOffset? DueAt, bool Provisional, DateTimeOffset? OverdueAt, bool? InTime)
{
    /// <summary>Until then the unit may return it; null when no limit was set.</summary>
    public DateTimeOffset? ReturnBy { get; init; }
    /// <summary>Extensions: each may have so many working days, and so many may be granted. Written only where there are any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int ExtensionDays { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Extensions { get; init; }
    /// <summary>Before any extension; null when there was none.</summary>
    public DateTimeOffset? FirstDueAt { get; init; }
    internal bool Late => InTime is { } inTime ? !inTime : OverdueAt is not null;
}

sealed record SignIn(string OfficerId, DateTimeOffset At);

sealed record Answer(int No, string OfficerId, DateTimeOffset At, DateTimeOffset? FetchedAt);

/// <summary>Routing: not for this service (不予受理); the answer is the citizen's, given by a dispatcher.</summary>
sealed record Decline(string Reason, Answer Answer);

sealed record Withdrawal(string Reason, DateTimeOffset At);

/// <summary>Channels: a counter took its entry back.</summary>
sealed record Voiding(string By, DateTimeOffset At);

sealed record Closing(string By, DateTimeOffset At, string Outcome);

/// <summary>The part of one answering unit in one dispatch (承办任务).</summary>
sealed record CaseTask(string TaskId)
{
    public Dispatch? Dispatch { get; init; }
    /// <summary>Null, and not written, unless it was designated after its dispatch.</summary>
    public Designation? Designation { get; init; }
    public Assigned? Assigned { get; init; }
    /// <summary>转交: who had it before, the first one first. Null, and not written, until it is handed over.</summary>
    public IReadOnlyList<Assigned>? Earlier { get; init; }
    public DueClock? Clock { get; init; }
    public SignIn? SignIn { get; init; }
    public Answer? Answer { get; init; }
    public Withdrawal? Withdrawal { get; init; }
    /// <summary>Null, and not written, until the unit asks to return it.</summary>
    public IReadOnlyList<ReturnRequest>? Returns { get; init; }
    public ReturnRejection? Rejection { get; init; }

    /// <summary>Null, and not written, until the unit asks for more time.</summary>
    public IReadOnlyList<ExtensionRequest>? Extensions { get; init; }

    /// <summary>Null, and not written, until a supervisor presses for it.</summary>
    public IReadOnlyList<TaskUrge>? Urges { get; init; }
    /// <summary>Null, and not written, until a supervisor takes it under supervision.</summary>
    public IReadOnlyList<Supervision>? Supervisions { get; init; }

    /// <summary>A supervisor has to decide.</summary>
    internal bool Extending => Open && Extensions is [.., { Verdict: null }];
    internal int ExtensionsLeft => (Clock?.Extensions ?? 0) - (Extensions?.Count(e => e.Verdict is { Granted: true }) ?? 0);

    internal bool Supervised => Open && Supervisions is { Count: > 0 };

    /// <summary>重办: it answered before, so the unit may not return it.</summary>
    internal bool Rehandled => Dispatch is { Reason: FollowUpDecision.Rehandled };

    /// <summary>指定承办: whether with its dispatch or after it, the unit may not return it.</summary>
    internal bool Designated => Dispatch is { Designated: true } || Designation is not null;

    /// <summary>A dispatcher has to decide. A designation decided it, also one that was made before Routing heard of the request.</summary>
    internal bool Returning => Open && Rejection is null && Designation is null && Returns is [.., { WithdrawnAt: null }];
    internal bool Open => Answer is null && Withdrawal is null;
    internal string UnitCode => Dispatch?.UnitCode ?? Assigned?.UnitCode ?? "";
    internal bool Assisting => Dispatch?.Role == UnitRole.Assisting;

    internal string State => this switch
    {
        { Withdrawal: not null } => "Withdrawn",
        { Answer: not null } => "Answered",
        { Returning: true } => "ReturnRequested",
        { SignIn: not null } => "SignedIn",
        { Assigned: not null } => "Assigned",
        _ => "Waiting",
    };
}

/// <summary>One case (诉求件): what happened to an inquiry.</summary>
sealed record CaseState(string InquiryId)
{
    public Registration? Registration { get; init; }
    public IReadOnlyList<AddedContact> Added { get; init; } = [];
    public IReadOnlyList<Delivery> Deliveries { get; init; } = [];
    public IReadOnlyList<Hold> Holds { get; init; } = [];
    public bool Held { get; init; }
    public IReadOnlyList<CaseTask> Tasks { get; init; } = [];
    /// <summary>Null, and not written, unless it was declined.</summary>
    public Decline? Decline { get; init; }
    /// <summary>Null, and not written, until the citizen rates.</summary>
    public IReadOnlyList<Rating>? Ratings { get; init; }
    /// <summary>回访: each call about an answer. Null, and not written, until somebody calls.</summary>
    public IReadOnlyList<FollowUp>? FollowUps { get; init; }
    /// <summary>重办: how often it went back to its unit. Null, and not written, until it does.</summary>
    public IReadOnlyList<Reopening>? Reopenings { get; init; }
    /// <summary>Null, and not written, until somebody looks.</summary>
    public IReadOnlyList<Reveal>? Reveals { get; init; }
    public Closing? Closing { get; init; }
    /// <summary>撤销登记: it was registered by mistake. Null, and not written, unless it was.</summary>
    public Voiding? Voiding { get; init; }
    /// <summary>合并: what it was merged into, one after the other. Null, and not written, unless it was.</summary>
    public IReadOnlyList<Merge>? Merges { get; init; }
    /// <summary>合并: what was merged into it. Null, and not written, unless something was.</summary>
    public IReadOnlyList<TakenIn>? TookIn { get; init; }

    /// <summary>W3C traceparent of the walk, so that the officer's read and answer continue it.</summary>
    public string? Trace { get; init; }

    internal IEnumerable<AddedContact> Urges => Added.Where(a => a.Urge);

    internal CaseTask? Task(string taskId) => Tasks.Of(taskId, t => t.TaskId);
    internal CaseState With(CaseTask task) => this with { Tasks = Tasks.With(task, t => t.TaskId) };

    /// <summary>The lead unit's task of the newest dispatch that still counts; its answer is the citizen's.</summary>
    internal CaseTask? Lead
    {
        get
        {
            // Asked for several times a fact: without an enumerator.
            CaseTask? lead = null;
            for (var i = 0; i < Tasks.Count; i++)
                if (Tasks[i] is { Dispatch: { } dispatch, Assisting: false, Withdrawal: null } task && dispatch.No > (lead?.Dispatch!.No ?? int.MinValue)) lead = task;
            return lead;
        }
    }

    /// <summary>What it is merged into; its answer is that one's. Null when it is on its own.</summary>
    internal Merge? Merged => Merges is [.., { SplitAt: null } merged] ? merged : null;
    /// <summary>The numbers of those that wait for this one's answer.</summary>
    internal IEnumerable<string> Waiting => (TookIn ?? []).Where(t => t.Waits).Select(t => t.InquiryId);
    /// <summary>A dispatcher has to decide; not while it is merged, whatever Routing has said.</summary>
    internal bool ToPlace => Held && Merged is null;

    /// <summary>The answers that were given later, whoever's.</summary>
    internal IEnumerable<Answer> Answers => Tasks.Select(t => t.Answer).Append(Decline?.Answer).Concat((Merges ?? []).Select(m => m.Answer)).OfType<Answer>();

    /// <summary>The one that is the citizen's: given on the spot (0), by who declined it, with what it is merged into, or by the lead unit.</summary>
    internal int? ShownAnswerNo => Registration?.Direct is not null ? 0 : ShownAnswer?.No;
    internal Answer? ShownAnswer => Decline?.Answer ?? Merged?.Answer ?? (Reopened ? null : Lead?.Answer);

    /// <summary>The lead unit's answer was not enough, and nobody has it anew yet: Routing's dispatch is on its way.</summary>
    internal bool Reopened => Reopenings is [.., var last] && Lead?.TaskId == last.TaskId;

    internal IEnumerable<FollowUp> FollowUpsOf(int answerNo) => (FollowUps ?? []).Where(f => f.AnswerNo == answerNo);

    internal Rating? RatingOf(int answerNo) => Ratings?.FirstOrDefault(r => r.AnswerNo == answerNo);

    internal Delivery? DeliveryOf(Answer answer) => Deliveries.LastOrDefault(d => d.AnswerNo == answer.No);

    internal string State => this switch
    {
        { Closing: not null } => "Closed",
        { Merged: { Answer: null } } => "Merged",
        { Merged.Answer: { } told } => DeliveryOf(told) is { State: CaseProjection.Delivered } ? "Delivered" : "Answered",
        { Held: true } => "Held",
        { Lead: null } => "Registered",
        { Reopened: true } => "Reopened",
        { Lead.Answer: { } answer } => DeliveryOf(answer) is { State: CaseProjection.Delivered } ? "Delivered" : "Answered",
        { Lead.Returning: true } => "ReturnRequested",
        { Lead.SignIn: not null } => "SignedIn",
        _ => "Dispatched",
    };

    internal string UnitCode => (TakenFrom ?? Lead)?.UnitCode ?? Merged?.UnitCode ?? Registration?.ReceivingUnitCode ?? "";

    /// <summary>撤回.</summary>
    internal bool TakenBack => Closing is { Outcome: CaseProjection.WithdrawnByCitizen };

    /// <summary>The lead unit's task that the citizen's withdrawal ended; null when no unit had it yet.</summary>
    internal CaseTask? TakenFrom => TakenBack ? Tasks.LastOrDefault(t => t is { Assisting: false, Withdrawal.Reason: CaseProjection.WithdrawnByCitizen }) : null;

    /// <summary>Officers see what their unit has or had a part in, or took in itself.</summary>
    internal bool IsOf(string unitCode) => unitCode.Length > 0 && (UnitCode == unitCode || Tasks.Any(t => t.UnitCode == unitCode));
}

/// <summary>What was said in a case, in clear because people search it; name, phone and addresses stay sealed in <paramref name="Personal"/> (a Sealed message with a Content).</summary>
sealed record CaseText(string InquiryId, string Text, string Place, string DirectReply, byte[] Personal)
{
    public IReadOnlyList<Supplement> Supplements { get; init; } = [];
    public IReadOnlyList<RatingWords>? Ratings { get; init; }
    public string SearchForm { get; init; } = "";

    /// <summary>A keyed hash of the number that it came from, so that an operator sees who calls again; null without a readable one, and for who reports in confidence.</summary>
    public string? CallerHash { get; init; }
}

sealed record Supplement(string ContactId, string Text);

/// <summary>An answer's words; the handling note (办理情况) is the unit's own and never leaves Casework. The key is inquiry id # answer number.</summary>
sealed record AnswerText(string Key, string PublicReply, string HandlingNote)
{
    public static string KeyOf(string inquiryId, int answerNo) => $"{inquiryId}#{answerNo}";
}
