using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Directory;

/// <summary>One account. <c>Roles</c> are separated by commas; <c>Failures</c> counts wrong passwords since the last right one; instants are UTC.</summary>
internal sealed record AccountRow(
    string Account, string DisplayName, string Roles, string UnitCode, string OfficerId, string Language, string PasswordHash,
    int Failures = 0, DateTimeOffset? LockedUntil = null, bool Active = true)
{
    public Actor ToActor() => new(Account, Roles.Split(','), UnitCode, OfficerId);
}

internal enum SignInResult { SignedIn, WrongCredentials, Locked, Closed }

/// <summary>What a sign-in comes to. <c>Changed</c> is the account to store, null when it stays as it is.</summary>
internal sealed record SignInOutcome(SignInResult Result, AccountRow? Changed);

/// <summary>
/// Accounts: unique per person, 12 characters of 3 classes, locked 30 minutes after 5 failures
/// (MLPS level 3, GB/T 22239-2019 8.1.4.1; the values are ours, domain.md 7.4).
/// Officers: who answers for which unit. Time and the comparison of hashes come in as parameters.
/// </summary>
internal static class DirectoryDecision
{
    public const int MinLength = 12, MaxLength = 128, FailuresToLock = 5;
    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(30);

    // One sentence for a wrong account, a wrong password, a locked and a closed account: any difference tells a
    // stranger which accounts exist, and "locked" after the right password would confirm a guess.
    public static readonly Refusal SignInRefused = Refusals.Of("SignInRefused",
        "账号或密码不对。连续错误 5 次后账号锁定 30 分钟，请稍后再试或请管理员重设密码。",
        "Account or password is wrong. After 5 failures an account is locked for 30 minutes: try again later, or ask an administrator for a new password.");

    public static readonly Refusal UnknownAccount = Refusals.Of("UnknownAccount", "没有这个账号，请核对账号名。", "There is no such account: check its name.");

    /// <summary>One attempt. <paramref name="matches"/> is whether the password fits the hash of this very row.</summary>
    public static SignInOutcome SignIn(AccountRow? account, bool matches, DateTimeOffset now)
    {
        if (account is null) return new(SignInResult.WrongCredentials, null);
        if (!account.Active) return new(SignInResult.Closed, null);
        // Attempts against a locked account don't prolong the lock: else anybody could keep an officer out for ever.
        if (account.LockedUntil > now) return new(SignInResult.Locked, null);

        var fresh = account.LockedUntil is null ? account : account with { Failures = 0, LockedUntil = null };
        if (matches)
        {
            var reset = fresh with { Failures = 0 };
            return new(SignInResult.SignedIn, reset == account ? null : reset);
        }
        var failures = fresh.Failures + 1;
        return new(SignInResult.WrongCredentials,
            fresh with { Failures = failures, LockedUntil = failures >= FailuresToLock ? now + LockedFor : null });
    }

    /// <summary>Null, or why this password may not be set for the account.</summary>
    public static Refusal? Password(string account, string password)
    {
        if (password.Length < MinLength)
            return Refusals.Of("InvalidPasswordTooShort", "密码至少 12 个字符，请加长。", "A password has at least 12 characters: make it longer.");
        if (password.Length > MaxLength)
            return Refusals.Of("InvalidPasswordTooLong", "密码最多 128 个字符，请缩短。", "A password has at most 128 characters: make it shorter.");
        if (password.Contains(account, StringComparison.OrdinalIgnoreCase))
            return Refusals.Of("InvalidPasswordHoldsAccount", "密码里不能含有账号名，请换一个。", "A password may not hold the account's name: choose another.");
        if (Classes(password) < 3)
            return Refusals.Of("InvalidPasswordTooPlain", "密码须含大写字母、小写字母、数字、其他字符中的至少三类。",
                "A password has characters of at least three of: upper case, lower case, digits, others.");
        return null;
    }

    /// <summary>
    /// Null, or why the caller may not set this account's password. One's own takes the old one, also for an
    /// administrator: a page left open must not be enough to take an account over.
    /// </summary>
    public static Refusal? MaySetPassword(Actor caller, string account, bool oldMatches) =>
        caller.Account == account
            ? oldMatches ? null : Refusals.Of("NotTheOldPassword", "原密码不对，请重新输入。", "The old password is wrong: type it again.")
            : caller.Is(Roles.Administrator) ? null
            : Refusals.Of("NotYourAccount", "只有管理员可以重设他人的密码。", "Only an administrator sets another person's password.");

    /// <summary>
    /// The account with its new password. That ends a lock: whoever sets it knows the old one or has seen the person. An
    /// officer without an account gets one this way, as there is no other use for an account without a password.
    /// </summary>
    public static Outcome<AccountRow> NewPassword(AccountRow? account, OfficerPublished? officer, string hash) =>
        account is not null ? account with { PasswordHash = hash, Failures = 0, LockedUntil = null }
        : officer is not null ? OfOfficer(officer, hash)
        : UnknownAccount;

    public static AccountRow OfOfficer(OfficerPublished officer, string hash) =>
        new(officer.OfficerId, officer.Name, Roles.Officer, officer.UnitCode, officer.OfficerId, "zh-CN", hash, Active: officer.Active);

    /// <summary>
    /// One officer as an administrator wants it. Without a refusal, what to publish: null when nothing changed, since
    /// an event that says nothing wakes every service for nothing.
    /// </summary>
    public static (Refusal? Refusal, OfficerPublished? Publish) Officer(OfficerPublished? known, OfficerPublished wanted, UnitPublished? unit)
    {
        if (Malformed(wanted) is { } malformed) return (malformed, null);
        if (unit is null)
            return (UnknownUnit, null);
        if (!unit.Active && wanted.Active)
            return (Refusals.Of("UnitClosed", "该承办单位已停用，请选择其他单位。", "This unit is closed: choose another."), null);
        var publish = wanted.Clone();
        publish.Name = wanted.Name.Trim();
        return (null, publish.Equals(known) ? null : publish);
    }

    /// <summary>What is wrong with the request itself; looked at before anything is looked up by it.</summary>
    public static Refusal? Malformed(OfficerPublished wanted) =>
        !IsAccountName(wanted.OfficerId) ? Refusals.Of("InvalidOfficerId",
            "联络员编号须为 3 到 32 位小写字母、数字或连字符。", "An officer id has 3 to 32 lower-case letters, digits or hyphens.")
        : wanted.Name.Trim().Length is 0 or > 40 || wanted.Name.Any(char.IsControl) ? Refusals.Of("InvalidOfficerName",
            "请填写联络员姓名（最多 40 个字）。", "Give the officer's name, at most 40 characters.")
        : !wanted.UnitCode.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? UnknownUnit : null;

    static readonly Refusal UnknownUnit = Refusals.Of("UnknownUnit", "没有这个承办单位，请从单位列表中选择。", "There is no such unit: choose one from the list.");

    /// <summary>The account of an officer after a change: same password, new unit and name; closed with the officer.</summary>
    public static AccountRow Follow(AccountRow account, OfficerPublished officer) =>
        account with { DisplayName = officer.Name, UnitCode = officer.UnitCode, Active = officer.Active };

    static int Classes(string password) =>
        (password.Any(char.IsAsciiLetterUpper) ? 1 : 0) + (password.Any(char.IsAsciiLetterLower) ? 1 : 0)
        + (password.Any(char.IsAsciiDigit) ? 1 : 0) + (password.Any(c => !char.IsAsciiLetterOrDigit(c)) ? 1 : 0);

    /// <summary>Anything else can be no account or officer, and is not looked up (nor a NUL, which PostgreSQL refuses).</summary>
    public static bool IsAccountName(string id) => id.Length is >= 3 and <= 32 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
