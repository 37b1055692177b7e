using CsCheck;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Directory;

public class DirectoryDecisionTests
{
    static readonly DateTimeOffset Morning = new(2013, 6, 7, 1, 0, 0, TimeSpan.Zero);
    static readonly AccountRow Officer = new("lly001", "芦一苇", Roles.Officer, "211100-zfb", "lly001", "zh-CN", "hash");
    static readonly Actor Self = new("lly001", [Roles.Officer], "", ""), Colleague = new("lly002", [Roles.Officer], "", ""), Admin = new("admin", [Roles.Administrator], "", "");

    static AccountRow After(AccountRow account, DateTimeOffset at, params bool[] attempts) =>
        attempts.Aggregate(account, (a, matches) => DirectoryDecision.SignIn(a, matches, at).Changed ?? a);

    [Fact]
    public void A_right_password_signs_in_and_writes_nothing() =>
        Assert.Equal(new SignInOutcome(SignInResult.SignedIn, null), DirectoryDecision.SignIn(Officer, true, Morning));

    [Fact]
    public void An_unknown_account_is_refused_and_writes_nothing() =>
        Assert.Equal(new SignInOutcome(SignInResult.WrongCredentials, null), DirectoryDecision.SignIn(null, false, Morning));

    [Fact]
    public void A_right_password_forgets_earlier_failures()
    {
        var four = After(Officer, Morning, false, false, false, false);
        Assert.Equal(4, four.Failures);
        Assert.Equal(Officer, After(four, Morning, true));
    }

    [Fact]
    public void The_fifth_failure_locks_for_thirty_minutes_even_against_the_right_password()
    {
        var locked = After(Officer, Morning, false, false, false, false, false);
        Assert.Equal(Morning.AddMinutes(30), locked.LockedUntil);
        Assert.Equal(SignInResult.Locked, DirectoryDecision.SignIn(locked, true, Morning.AddMinutes(30).AddTicks(-1)).Result);
        Assert.Equal(SignInResult.SignedIn, DirectoryDecision.SignIn(locked, true, Morning.AddMinutes(30)).Result);
    }

    [Fact]
    public void Attempts_against_a_locked_account_do_not_prolong_the_lock()
    {
        var locked = After(Officer, Morning, false, false, false, false, false);
        Assert.Equal(locked, After(locked, Morning.AddMinutes(20), false, false, true));
    }

    [Fact]
    public void After_a_lock_has_run_out_the_count_starts_again()
    {
        var locked = After(Officer, Morning, false, false, false, false, false);
        var again = After(locked, Morning.AddMinutes(31), false);
        Assert.Equal((1, (DateTimeOffset?)null), (again.Failures, again.LockedUntil));
    }

    [Fact]
    public void A_closed_account_is_refused_with_the_right_password() =>
        Assert.Equal(SignInResult.Closed, DirectoryDecision.SignIn(Officer with { Active = false }, true, Morning).Result);

    [Fact]
    public void An_account_is_locked_exactly_when_its_last_five_attempts_failed() =>
        Gen.Bool.Array[0, 40].Sample(attempts =>
        {
            var (account, wrongInARow) = (Officer, 0);
            foreach (var matches in attempts)
            {
                if (account.LockedUntil is not null) { Assert.Equal(5, wrongInARow); return; }
                account = After(account, Morning, matches);
                wrongInARow = matches ? 0 : wrongInARow + 1;
                Assert.Equal(wrongInARow, account.Failures);
            }
            Assert.Equal(wrongInARow == 5, account.LockedUntil is not null);
        });

    [Theory]
    [InlineData("Short-1a", "InvalidPasswordTooShort")]
    [InlineData("onlylowercaseletters", "InvalidPasswordTooPlain")]
    [InlineData("lowercase12345", "InvalidPasswordTooPlain")]
    [InlineData("My-LLY001-password", "InvalidPasswordHoldsAccount")]
    [InlineData("Reeds-by-the-river", null)]
    [InlineData("reeds2by2the2River", null)]
    [InlineData("芦苇荡里的ABCabc鹤鸣声", null)]
    public void A_password_has_12_characters_of_3_classes_and_not_the_accounts_name(string password, string? code) =>
        Assert.Equal(code, DirectoryDecision.Password("lly001", password)?.Code);

    [Fact]
    public void A_password_of_129_characters_is_refused_so_that_nobody_makes_the_server_hash_a_book() =>
        Assert.Equal("InvalidPasswordTooLong", DirectoryDecision.Password("lly001", new string('a', 127) + "B2")?.Code);

    [Fact]
    public void A_person_sets_the_own_password_only_with_the_old_one()
    {
        Assert.Null(DirectoryDecision.MaySetPassword(Self, "lly001", oldMatches: true));
        Assert.Equal("NotTheOldPassword", DirectoryDecision.MaySetPassword(Self, "lly001", oldMatches: false)?.Code);
        Assert.Equal("NotTheOldPassword", DirectoryDecision.MaySetPassword(Admin, "admin", oldMatches: false)?.Code);
    }

    [Fact]
    public void Only_an_administrator_sets_another_persons_password()
    {
        Assert.Null(DirectoryDecision.MaySetPassword(Admin, "lly001", oldMatches: false));
        Assert.Equal("NotYourAccount", DirectoryDecision.MaySetPassword(Colleague, "lly001", oldMatches: true)?.Code);
    }

    [Fact]
    public void A_new_password_ends_a_lock()
    {
        var locked = After(Officer, Morning, false, false, false, false, false);
        Assert.Equal(Officer with { PasswordHash = "new" }, DirectoryDecision.NewPassword(locked, null, "new").Value);
    }

    [Fact]
    public void An_officer_without_an_account_gets_one_with_the_first_password_and_nobody_else_does()
    {
        var account = DirectoryDecision.NewPassword(null, Known, "new").Value!;
        Assert.Equal((Known.OfficerId, Known.UnitCode, Roles.Officer, true), (account.Account, account.UnitCode, account.Roles, account.Active));
        Assert.Equal("UnknownAccount", DirectoryDecision.NewPassword(null, null, "new").Refusal?.Code);
    }

    static readonly UnitPublished Unit = new() { UnitCode = "211100-mzj", Name = "市民政局", Active = true };
    static readonly OfficerPublished Known = new() { OfficerId = "lly001", Name = "芦一苇", UnitCode = "211100-mzj", Active = true };

    [Fact]
    public void An_officer_who_did_not_change_publishes_nothing()
    {
        var spaced = new OfficerPublished(Known) { Name = " 芦一苇 " };
        Assert.Equal((null, null), DirectoryDecision.Officer(Known, spaced, Unit));
    }

    [Fact]
    public void An_officer_on_leave_is_published_and_the_account_closes()
    {
        var (refusal, publish) = DirectoryDecision.Officer(Known, new(Known) { Active = false }, Unit);
        Assert.Null(refusal);
        Assert.False(publish!.Active);
        Assert.False(DirectoryDecision.Follow(Officer, publish).Active);
    }

    [Fact]
    public void A_new_officer_needs_an_id_a_name_and_an_open_unit()
    {
        Assert.Equal(Known, DirectoryDecision.Officer(null, Known, Unit).Publish);
        Assert.Equal("InvalidOfficerId", DirectoryDecision.Officer(null, new(Known) { OfficerId = "芦" }, Unit).Refusal?.Code);
        Assert.Equal("InvalidOfficerName", DirectoryDecision.Officer(null, new(Known) { Name = "  " }, Unit).Refusal?.Code);
        Assert.Equal("UnknownUnit", DirectoryDecision.Officer(null, Known, null).Refusal?.Code);
        Assert.Equal("UnitClosed", DirectoryDecision.Officer(null, Known, new(Unit) { Active = false }).Refusal?.Code);
    }

    [Fact]
    public void A_generated_password_keeps_the_rules_and_fits_only_its_own_hash()
    {
        var password = Passwords.Generate();
        Assert.Equal(20, password.Length);
        Assert.Null(DirectoryDecision.Password("lly001", password));
        var hash = Passwords.HashGenerated(password);
        Assert.True(Passwords.Matches(hash, password));
        Assert.False(Passwords.Matches(hash, password + "x"));
        Assert.False(Passwords.Matches(null, password));
    }
}
