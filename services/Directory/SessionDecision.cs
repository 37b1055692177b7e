using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Directory;

internal enum SessionEnd { SignedOut, EndedByOwner, PasswordChanged, AccountClosed }

/// <summary>One sign-in. <c>Id</c> is random and opens nothing; browser and system are words of <see cref="UserAgent"/>; instants are UTC of the real clock.</summary>
internal sealed record SessionRow(string Id, DateTimeOffset BeganAt, DateTimeOffset EndsAt, string Browser, string System, DateTimeOffset? EndedAt = null, SessionEnd? Why = null)
{
    public bool HoldsAt(DateTimeOffset now) => EndedAt is null && EndsAt > now;
}

/// <summary>An account's sign-ins, the oldest first; those that were ended stay until they would have ended anyway.</summary>
internal sealed record SessionSet(string Account)
{
    public IReadOnlyList<SessionRow> Sessions { get; init; } = [];

    public IEnumerable<SessionRow> At(DateTimeOffset now) => Sessions.Where(s => s.HoldsAt(now));
}

/// <summary>
/// Sign-ins: a person sees and ends the own ones only, and only from one that still holds. Who is asked with an <c>own</c> that is empty
/// has a token that no sign-in made (a service's, the command line's).
/// </summary>
internal static class SessionDecision
{
    /// <summary>Nobody has more desktops; a program that signs in for ever must not make a row for ever.</summary>
    public const int Most = 100;

    public static readonly Refusal UnknownSession = Refusals.Of("UnknownSession", "没有这次登录，可能已经到期。", "There is no such sign-in; it may have run out.");
    public static readonly Refusal SignedOut = Refusals.Of("SignedOut", "本次登录已结束，请重新登录。", "This sign-in has ended: sign in again.");

    /// <summary>With one more. What has run out goes, the oldest above <see cref="Most"/> too; the same one again changes nothing.</summary>
    public static SessionSet Begin(SessionSet set, SessionRow begun, DateTimeOffset now) =>
        set with { Sessions = [.. set.Sessions.Where(s => s.EndsAt > now && s.Id != begun.Id).TakeLast(Most - 1), begun] };

    public static bool Holds(SessionSet? set, string id, DateTimeOffset now) => set?.Sessions.Any(s => s.Id == id && s.HoldsAt(now)) ?? false;

    /// <summary>Whoever was signed out, perhaps because the desktop was in wrong hands, must not sign the others out.</summary>
    public static Refusal? MayAct(SessionSet? set, string own, DateTimeOffset now) => own.Length == 0 || Holds(set, own, now) ? null : SignedOut;

    /// <summary>One is ended: the own one is a sign-out. One that has ended already stays as it is. Another's isn't in the set: it reads like none.</summary>
    public static Outcome<SessionSet> End(SessionSet set, string own, string id, DateTimeOffset now) =>
        MayAct(set, own, now) is { } refusal ? refusal
        : set.Sessions.All(s => s.Id != id) ? UnknownSession
        : EndWhere(set, s => s.Id == id, id == own ? SessionEnd.SignedOut : SessionEnd.EndedByOwner, now);

    /// <summary>All but the own one are ended, and how many that were.</summary>
    public static (SessionSet Set, int Ended) EndOthers(SessionSet set, string own, SessionEnd why, DateTimeOffset now) =>
        (EndWhere(set, s => s.Id != own, why, now), set.At(now).Count(s => s.Id != own));

    static SessionSet EndWhere(SessionSet set, Func<SessionRow, bool> which, SessionEnd why, DateTimeOffset now) =>
        set.At(now).Any(which) ? set with { Sessions = [.. set.Sessions.Select(s => which(s) && s.HoldsAt(now) ? s with { EndedAt = now, Why = why } : s)] } : set;
}
