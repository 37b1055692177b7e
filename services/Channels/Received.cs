using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// One approach of a citizen as its door understood it: what every mapping makes of its own payload. Shapes and lengths are
/// checked; codes, dates and whether it is new are decided at intake, under the lock.
/// </summary>
/// <param name="DoorKey">What the door itself tells repeats by (call id + registration id, mailbox + Message-ID + body hash, ...).</param>
/// <param name="ContactKey">What the door calls one approach: one call may hold two matters.</param>
sealed record Received(string Door, string DoorKey, string ContactKey, string Channel, InquiryKind Kind, Content Content)
{
    public string CategoryCode { get; init; } = "";
    public string AreaCode { get; init; } = "";
    public Urgency Urgency { get; init; }
    public bool WantsReply { get; init; } = true;
    public bool Confidential { get; init; }
    public bool PublishConsent { get; init; }
    public string CounterId { get; init; } = "";
    public string ReceivingUnitCode { get; init; } = "";
    public string TakenBy { get; init; } = "";
    public SpotAnswer? DirectAnswer { get; init; }

    /// <summary>When the door says it happened. An implausible one is refused where a person can correct it, else receipt replaces it.</summary>
    public DateTimeOffset? OccurredAt { get; init; }
    public bool RefuseImplausibleDate { get; init; }

    /// <summary>Matters of one call are numbered in the call's own row.</summary>
    public bool IsCall { get; init; }

    /// <summary>Which matter of its contact it is, where a person splits what came; a call counts its own.</summary>
    public int MatterNo { get; init; } = 1;

    /// <summary>Where the answer must go, kept sealed; null where the inquiry's number alone is enough (counter, web, telephone).</summary>
    public ReplyAddress? ReplyTo { get; init; }

    /// <summary>A keyed hash of the sender: who may add to an inquiry, whose answers wait. Null when the door has none.</summary>
    public string? ThreadKey { get; init; }

    /// <summary>The inquiry that this is said to be a further contact about; only its own sender may add to it.</summary>
    public string? About { get; init; }

    /// <summary>An operator who hears the caller, or the query code that was shown, vouches that it belongs to <see cref="About"/>; anybody else must be its sender.</summary>
    public bool Vouched { get; init; }

    /// <summary>催办: the citizen presses for <see cref="About"/>, with or without words.</summary>
    public bool Urge { get; init; }

    /// <summary>Only this unit's counters may be named; null where a secret stands for all of them.</summary>
    public string? OnlyUnit { get; init; }

    /// <summary>The signed time of a webhook; more than five minutes from the city's clock is refused.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    // What it is known by can't be changed in a copy, and is hashed once.
    public string Door { get; } = Door;
    public string DoorKey { get; } = DoorKey;
    public string ContactKey { get; } = ContactKey;
    public string Key { get; } = DoorKeys.Of(Door, DoorKey);
    /// <summary>A call that the telephone system has shown is known by its contact already; there it must be.</summary>
    public string? KnownContactId { get; init; }
    public string ContactId => KnownContactId ?? contactId;
    readonly string contactId = DoorKeys.ContactId(Door, ContactKey);

    /// <summary>Tells whether the same key came with the same content. Times of sending are left out: a resend may carry a new one.</summary>
    public string ContentHash => DoorKeys.Hash(string.Join('\u001f', Channel, Kind, CategoryCode, AreaCode, Urgency, WantsReply, Confidential, CounterId,
        Content.Title, Content.Text, Content.Name, Content.Phone, Content.Email, Content.Address, Content.Place, DirectAnswer?.Text, DirectAnswer is null) + (Vouched ? "\u001f" + About : "") + (Urge ? "\u001furge" : ""));
}

/// <summary>An answer given on the spot.</summary>
sealed record SpotAnswer(string AnsweredBy, string Text);

/// <summary>What a sender needs of an e-mail or QQ citizen. Sealed wherever it rests.</summary>
sealed record ReplyAddress(string Address, string? MessageId = null, string? Subject = null);

static class DoorKeys
{
    /// <summary>The key of a contact's row and of its shard: the door and a hash, so that nothing personal can be in it.</summary>
    public static string Of(string door, string doorKey) => $"{door}|{Hash(doorKey)}";

    public static string ContactId(string door, string contactKey) => "c" + Hash($"{door}|{contactKey}")[..20];

    public static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16));
}

/// <summary>The doors' names, as in events, options and metrics.</summary>
static class Doors
{
    public const string Hotline = "hotline", Minxin = "minxin", Web = "web", Email = "email", Qq = "qq", WalkIn = "walkin", Office = "office";
    public static readonly IReadOnlyList<string> All = [Hotline, Minxin, Web, Email, Qq, WalkIn, Office];
}

/// <summary>Sealed text for a row's JSON.</summary>
static class Boxes
{
    public static string Box(this KeyRing ring, string about, string text) => Convert.ToBase64String(ring.Seal(about, new Text { Text_ = text }).ToByteArray());
    /// <summary>Null for no box, and when its key was destroyed.</summary>
    public static string? Open(this KeyRing ring, string about, string? box) => box is null ? null : ring.Unseal<Text>(about, Sealed.Parser.ParseFrom(Convert.FromBase64String(box)))?.Text_;
}
