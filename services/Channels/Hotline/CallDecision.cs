using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// One telephone call: what the telephone system pushed and how many matters were registered in it. The pushes may come late,
/// twice, in any order or not at all; the operator's registration counts by itself.
/// </summary>
sealed record Call(string ContactId)
{
    public string Direction { get; init; } = "";
    public DateTimeOffset? OfferedAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string Cause { get; init; } = "";
    /// <summary>Who took it, as the telephone system names its seats.</summary>
    public string Agent { get; init; } = "";
    /// <summary>The account of the operator who has it in hand; the telephone system may name a seat instead, or nobody.</summary>
    public string TakenBy { get; init; } = "";
    /// <summary>The caller's number, sealed about the contact.</summary>
    public string? Caller { get; init; }
    /// <summary>Events that carry this contact: the first of them counts as the contact.</summary>
    public int Matters { get; init; }
    /// <summary>Why it was filed as a contact without an inquiry; empty when it wasn't.</summary>
    public string Filed { get; init; } = "";

    public static string KeyOf(string contactId) => "call:" + contactId;

    /// <summary>Who has it in hand: the operator who took it, else whom the telephone system names.</summary>
    internal string Hand => TakenBy.Length > 0 ? TakenBy : Agent;

    /// <summary>Where it stands at the operators' desks; empty when it is on none: a call of ours, one that nobody answered, one that is done with.</summary>
    internal string State => this switch
    {
        { Direction: not "in" } or { Filed.Length: > 0 } or { EndedAt: not null, Matters: > 0 } or { EndedAt: not null, AnsweredAt: null, TakenBy: "" } => "",
        { EndedAt: not null } => WrapUp,
        { AnsweredAt: not null } => Talking,
        { OfferedAt: not null } => Ringing,
        _ => "",
    };

    internal DateTimeOffset? LiveSince => State switch { WrapUp => EndedAt, Talking => AnsweredAt, Ringing => OfferedAt, _ => null };

    public const string Ringing = "Ringing", Talking = "Talking", WrapUp = "WrapUp";

    public Call WithMatter() => this with { Matters = Matters + 1 };
}

/// <summary>What the telephone system says happened (Zammad's generic CTI, domain.md 6.1).</summary>
sealed record CallEvent(string Event, string Direction, string Cause, string Agent);

static class CallDecision
{
    /// <summary>The call after an event. Each time is kept from its first report: a push is repeated when our answer was lost.</summary>
    public static Call Apply(Call call, CallEvent e, DateTimeOffset now) => Abandon((e.Event switch
    {
        "newCall" => call with { OfferedAt = call.OfferedAt ?? now },
        "answer" => call with { AnsweredAt = call.AnsweredAt ?? now, Agent = e.Agent.Length > 0 ? e.Agent : call.Agent },
        _ => call with { EndedAt = call.EndedAt ?? now, Cause = call.EndedAt is null ? e.Cause : call.Cause },
    }) with { Direction = call.Direction.Length > 0 ? call.Direction : e.Direction });

    // An inbound call that ended before anybody answered is a contact too: the caller gave up, or the seat let it ring.
    static Call Abandon(Call call) =>
        call is { Direction: "in", AnsweredAt: null, EndedAt: not null, Cause: "cancel" or "noAnswer", Matters: 0 } ? File(call, "Abandoned") : call;

    /// <summary>An operator takes it in hand. A call that another one holds stays there until it has ended; then whoever is free may do what is left.</summary>
    public static Outcome<Call> Take(Call? call, string account) =>
        call is null ? DoorRefusals.UnknownCall
        : call.State.Length == 0 ? DoorRefusals.CallOver
        : call.Hand != account && call.TakenBy.Length > 0 && call.EndedAt is null ? DoorRefusals.CallTaken
        : call with { TakenBy = account };

    /// <summary>What an operator must have said before a matter is registered; a further contact may be without words.</summary>
    public static Refusal? Check(Received r) =>
        r.About is not null ? null : r.Kind == InquiryKind.Unspecified ? DoorRefusals.NoKind : string.IsNullOrWhiteSpace(r.Content.Text) ? DoorRefusals.NoText : null;

    /// <summary>A contact without an inquiry, unless the call is counted already.</summary>
    public static Call File(Call call, string reason) => call.Matters > 0 ? call : call.WithMatter() with { Filed = reason };
}
