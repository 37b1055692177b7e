using System.Text.Json.Serialization;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>What a door's key led to the first time.</summary>
sealed record KnownContact(string Key, string ContentHash, string InquiryId, string ContactId, DateTimeOffset ReceivedAt)
{
    /// <summary>Of a walk-in: what the counter's list of the day shows. Nobody else pays for these.</summary>
    [JsonIgnore] public string? CounterId { get; init; }
    [JsonIgnore] public DateOnly? CounterOn { get; init; }
    public string? CategoryCode { get; init; }
    public bool? Direct { get; init; }
    /// <summary>It was registered by mistake and counts no more.</summary>
    public DateTimeOffset? VoidedAt { get; init; }
}

/// <summary>The next ordinal of a shard and day; the shard's lock makes it dense.</summary>
sealed record Sequence(string Key, DateOnly Day, int Next)
{
    public static string KeyOf(int shard) => shard.ToString("00", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What is known of a contact when it is decided; rows that aren't there are null.</summary>
sealed record IntakeState(KnownContact? Known, Sequence? Sequence, Call? Call, InquiryDoor? About);

enum Intaken { Registered, Added, Known, KeyReused }

/// <summary>What becomes of a contact. <paramref name="Contact"/> is the row as it must be kept, or as it was.</summary>
sealed record IntakeChoice(Intaken Outcome, KnownContact Contact)
{
    public Sequence? Sequence { get; init; }
    public Call? Call { get; init; }
    public int MatterNo { get; init; } = 1;
    public DateTimeOffset OccurredAt { get; init; }
    public string ReceivingUnitCode { get; init; } = "";
}

/// <summary>
/// Whether a contact is new, and its number. The identity is the door's own key (kernel design, section 4): the same key with
/// the same content is the same contact however often it comes; with other content somebody must look.
/// </summary>
static class IntakeDecision
{
    static readonly TimeSpan SignatureWindow = TimeSpan.FromMinutes(5);
    static readonly DateTimeOffset Earliest = CityTime.At(new(2000, 1, 1), TimeOnly.MinValue);

    public static Outcome<IntakeChoice> Decide(Received r, IntakeState state, int shard, DateTimeOffset now, DoorReference reference)
    {
        if (r.SignedAt is { } signed && (now - signed).Duration() > SignatureWindow) return DoorRefusals.StaleTimestamp;
        if (state.Known is { } known) return new IntakeChoice(known.ContentHash == r.ContentHash ? Intaken.Known : Intaken.KeyReused, known);
        if (Check(r, now, reference) is { } refusal) return refusal;
        if (r.KnownContactId is not null && state.Call is null) return DoorRefusals.UnknownCall;
        // What was answered on the spot has no row here: nothing is open that could be added to.
        if (r.Vouched && state.About is not { Closed: false }) return DoorRefusals.InquiryNotOpen;

        var occurred = IsPlausible(r.OccurredAt, now) ? r.OccurredAt!.Value : now;
        var unit = r.CounterId.Length > 0 ? reference.Counters[r.CounterId].UnitCode : r.ReceivingUnitCode;
        var call = r.IsCall ? (state.Call ?? new Call(r.ContactId)).WithMatter() : null;
        // Only the sender who began an inquiry may add to it: a number in a mail is no proof. On the telephone the operator vouches, on the web the query code.
        if (state.About is { } about && (r.Vouched || (about.ThreadKey is { } sender && sender == r.ThreadKey)))
            return new IntakeChoice(Intaken.Added, new(r.Key, r.ContentHash, about.InquiryId, r.ContactId, now)) { Call = call, MatterNo = call?.Matters ?? 1, OccurredAt = occurred, ReceivingUnitCode = unit };

        var (number, sequence) = NextNumber(state.Sequence, shard, CityTime.DateOf(now));
        var contact = new KnownContact(r.Key, r.ContentHash, number, r.ContactId, now);
        if (r.CounterId.Length > 0) contact = contact with { CounterId = r.CounterId, CounterOn = CityTime.CountsOn(occurred, now), CategoryCode = r.CategoryCode, Direct = r.DirectAnswer is not null };
        return new IntakeChoice(Intaken.Registered, contact)
        {
            Sequence = sequence, Call = call, MatterNo = call?.Matters ?? r.MatterNo, OccurredAt = occurred, ReceivingUnitCode = unit,
        };
    }

    static Refusal? Check(Received r, DateTimeOffset now, DoorReference reference) =>
        !reference.HasChannel(r.Channel, CityTime.DateOf(now)) ? DoorRefusals.UnknownChannel
        : r.CounterId.Length > 0 && !reference.Counters.ContainsKey(r.CounterId) ? DoorRefusals.UnknownCounter
        : r.OnlyUnit is { } own && r.CounterId.Length > 0 && reference.Counters[r.CounterId].UnitCode != own ? Refusals.NotYours
        : r.CategoryCode.Length > 0 && !reference.Categories.Contains(r.CategoryCode) ? DoorRefusals.UnknownCategory
        : r.AreaCode.Length > 0 && !reference.Areas.Contains(r.AreaCode) ? DoorRefusals.UnknownArea
        : r.ReceivingUnitCode.Length > 0 && !reference.Units.Contains(r.ReceivingUnitCode) ? DoorRefusals.UnknownUnit
        : r.RefuseImplausibleDate && r.OccurredAt is not null && !IsPlausible(r.OccurredAt, now) ? DoorRefusals.InvalidDate("occurredAt")
        : null;

    /// <summary>Not before 2000 and at most a day ahead of the city's clock: clocks of counters and mail programs are often wrong.</summary>
    public static bool IsPlausible(DateTimeOffset? at, DateTimeOffset now) => at is { } t && t >= Earliest && t <= now.AddDays(1);

    // A clock that steps back over midnight must not count the earlier day again: the later day goes on.
    static (string Number, Sequence Next) NextNumber(Sequence? last, int shard, DateOnly today)
    {
        var sequence = last is { } l && l.Day >= today ? l : new Sequence(Sequence.KeyOf(shard), today, 1);
        return (InquiryNumber.Make(sequence.Day, shard, sequence.Next), sequence with { Next = sequence.Next + 1 });
    }
}
