using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>How an inquiry came in, as far as its answer needs it. Kept from intake on; the address stays sealed.</summary>
sealed record InquiryDoor(string InquiryId, string Door, bool WantsReply)
{
    public string CounterId { get; init; } = "";
    public string? ReplyTo { get; init; }
    public string? ThreadKey { get; init; }
    /// <summary>办结: no further contact is added to it.</summary>
    public bool Closed { get; init; }
}

/// <summary>
/// One answer on its way to the citizen; number 0 is the acknowledgement of a mail or QQ message. Sending and DueAt: queued, or
/// (with a Claim) being sent until DueAt. Real time, not the city's: servers answer in it.
/// </summary>
sealed record AnswerDelivery(string InquiryId, int AnswerNo, string Door)
{
    public const string Waiting = "Waiting", Sending = "Sending", Delivered = "Delivered", Undeliverable = "Undeliverable", InDoubt = "InDoubt";

    public string TaskId { get; init; } = "";
    public string State { get; init; } = Waiting;
    public DateTimeOffset? DueAt { get; init; }
    public int Attempts { get; init; }
    public string? Claim { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public string Reason { get; init; } = "";
    public string Medium { get; init; } = "";
    public string Proof { get; init; } = "";
    public string? Answer { get; init; }
    public string? ThreadKey { get; init; }
    /// <summary>QQ: the citizen's message that this replies to, and the number of the reply to it; the pair tells the platform a repeat.</summary>
    public string? MessageId { get; init; }
    public int MessageSeq { get; init; }
    public string? Trace { get; init; }
    /// <summary>The citizen read it elsewhere while it was being sent: whatever becomes of the attempt, it has arrived.</summary>
    public bool Read { get; init; }

    [System.Text.Json.Serialization.JsonIgnore] public string Key => KeyOf(InquiryId, AnswerNo);
    public static string KeyOf(string inquiryId, int answerNo) => $"{inquiryId}/{answerNo}";
}

/// <summary>What a sender reports of one attempt.</summary>
enum Sent { Accepted, Refused, TryLater, CitizenMustWrite, Unknown }

sealed record SendResult(Sent Outcome, string Medium, string ProofOrReason);

/// <summary>
/// Deliveries: an attempt is recorded before it is sent (kernel design, section 4). After a crash in between it is sent again
/// only where the peer tells repeats; a mail is then in doubt and a person decides.
/// </summary>
static class DeliveryDecision
{
    public const int MostAttempts = 8, MostCalls = 3;
    public const string NotReached = "NotReached";
    // Our default: eight attempts in about a day, as mail servers do.
    static readonly double[] pauseMinutes = [1, 5, 15, 60, 180, 420, 780];

    /// <summary>Where an answer begins: on its way, waiting for the citizen or a call back, or filed when nobody wants it.</summary>
    /// <param name="recordedAt">When the answer was written to the log, real time: it is due at once.</param>
    public static AnswerDelivery Begin(InquiryDoor? door, string inquiryId, int answerNo, string taskId, string? sealedAnswer, DateTimeOffset recordedAt)
    {
        if (door is null) return new(inquiryId, answerNo, "") { TaskId = taskId, State = AnswerDelivery.Undeliverable, Reason = "NoAddress" };
        var delivery = new AnswerDelivery(inquiryId, answerNo, door.Door) { TaskId = taskId, Answer = sealedAnswer, ThreadKey = door.ThreadKey };
        return !door.WantsReply ? Done(delivery, "Filed", "")
            : door.Door is Doors.WalkIn or Doors.Email or Doors.Qq ? delivery with { State = AnswerDelivery.Sending, DueAt = recordedAt }
            // The web answers when it is asked; a telephone rings when an operator has time.
            : delivery;
    }

    /// <summary>The row with a new attempt, or in doubt; null when there is nothing to do for this caller.</summary>
    /// <param name="claim">Names the caller's round: a commit in doubt runs again and finds its own claim.</param>
    /// <param name="limit">After that the attempt is taken to be a dead instance's.</param>
    public static AnswerDelivery? Claim(AnswerDelivery? d, string claim, DateTimeOffset now, bool peerTellsRepeats, TimeSpan limit)
    {
        if (d is not { State: AnswerDelivery.Sending }) return null;
        if (d.Claim == claim) return d;
        if (d.DueAt > now) return null;
        if (d.Claim is not null && !peerTellsRepeats) return d with { State = AnswerDelivery.InDoubt, DueAt = null, Reason = "Interrupted" };
        return d with { Attempts = d.Attempts + 1, Claim = claim, StartedAt = now, DueAt = now + limit };
    }

    /// <summary>The row after an attempt; null when the attempt is not this caller's any more.</summary>
    public static AnswerDelivery? Finish(AnswerDelivery? d, string claim, SendResult result, DateTimeOffset now)
    {
        // In doubt with our own claim: we were slow, not dead, and know now.
        if (d is not { State: AnswerDelivery.Sending or AnswerDelivery.InDoubt } || d.Claim != claim) return null;
        // Said only once: an attempt that fails afterwards would wait for ever for a citizen who has the answer.
        if (d.Read && result.Outcome != Sent.Accepted) return Done(d, "Query", "");
        return result.Outcome switch
        {
            Sent.Accepted => Done(d, result.Medium, result.ProofOrReason),
            Sent.Refused => GiveUp(d, result.ProofOrReason),
            Sent.Unknown => d with { State = AnswerDelivery.InDoubt, DueAt = null, Reason = result.ProofOrReason },
            // A late acknowledgement says nothing new.
            Sent.CitizenMustWrite when d.AnswerNo == 0 => GiveUp(d, result.ProofOrReason),
            Sent.CitizenMustWrite => d with { State = AnswerDelivery.Waiting, DueAt = null, Claim = null, MessageId = null, MessageSeq = 0, Reason = result.ProofOrReason },
            Sent.TryLater when d.Attempts >= MostAttempts => GiveUp(d, result.ProofOrReason),
            Sent.TryLater => d with { State = AnswerDelivery.Sending, Claim = null, DueAt = now.AddMinutes(pauseMinutes[d.Attempts - 1]), Reason = result.ProofOrReason },
        };
    }

    /// <summary>The citizen read it with number and code. What is being sent at the moment goes on, and remembers it.</summary>
    public static AnswerDelivery? Fetched(AnswerDelivery? d) =>
        d is { State: AnswerDelivery.Sending, AnswerNo: > 0 } ? d with { Read = true } :
        d is { State: AnswerDelivery.Waiting or AnswerDelivery.Undeliverable or AnswerDelivery.InDoubt, AnswerNo: > 0 } ? Done(d, "Query", "") : null;

    /// <summary>An operator rang. Three times nobody there is enough (our default).</summary>
    public static AnswerDelivery? CalledBack(AnswerDelivery? d, bool reached)
    {
        if (d is not { State: AnswerDelivery.Waiting or AnswerDelivery.Undeliverable or AnswerDelivery.InDoubt, AnswerNo: > 0 }) return null;
        var tried = d with { Attempts = d.Attempts + 1 };
        return reached ? Done(tried, "CallBack", "") : d.State != AnswerDelivery.Waiting || tried.Attempts < MostCalls ? tried : GiveUp(tried, NotReached);
    }

    // The text is Casework's; what was delivered needs no copy here.
    static AnswerDelivery Done(AnswerDelivery d, string medium, string proof) =>
        d with { State = AnswerDelivery.Delivered, DueAt = null, Claim = null, Answer = null, Medium = medium, Proof = proof, Reason = "" };

    static AnswerDelivery GiveUp(AnswerDelivery d, string reason) => d with { State = AnswerDelivery.Undeliverable, DueAt = null, Claim = null, Reason = reason };
}
