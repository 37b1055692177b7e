using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Directory;

/// <summary>What changes Directory's rows: load, decide, save and emit, each one unit of work.</summary>
internal sealed class DirectoryHandlers(DirectoryStore store, Sessions sessions, [FromKeyedServices("directory")] Writer writer, TimeProvider clock)
{
    /// <summary>All reference data is published under this one key: every service reads it in the order of its changes.</summary>
    public const string Key = "directory";

    public static string KeyOf(string account) => "account:" + account;

    /// <summary>
    /// One attempt to sign in. The hash is computed before the account's lock is taken, so a slow hash holds nobody up;
    /// the failure is counted under it, so that parallel guesses all count. Without <paramref name="begins"/> nobody is signed in by it.
    /// </summary>
    public async Task<(SignInResult Result, AccountRow? Account)> SignInAsync(string account, string password, SessionRow? begins = null)
    {
        var known = DirectoryDecision.IsAccountName(account);
        var seen = known ? await store.AccountAsync(account) : null;
        var matches = await Task.Run(() => Passwords.Matches(seen?.PasswordHash, password));
        if (!known) return (SignInResult.WrongCredentials, null);
        // The real clock: a demonstration's year of minutes would lift every lock at once.
        var now = clock.GetUtcNow();
        var answer = await writer.RepeatableAsync<Tuple<SignInResult, AccountRow?>>([KeyOf(account)], wants => wants.Add(DirectoryStore.Accounts, account).Add(DirectoryStore.Sessions, account), work =>
        {
            var row = work.Get(DirectoryStore.Accounts, account);
            // The password may have been changed while the old hash was being compared.
            var outcome = DirectoryDecision.SignIn(row, matches && row?.PasswordHash == seen?.PasswordHash, now);
            if (outcome.Changed is { } changed) work.Put(DirectoryStore.Accounts, changed);
            if (outcome.Result is SignInResult.SignedIn && begins is not null) sessions.Begin(account, begins, work);
            return Tuple.Create(outcome.Result, outcome.Changed ?? row);
        });
        return (answer.Value!.Item1, answer.Value.Item2);
    }

    /// <summary>Sets a password that the decision allowed, and ends the account's sign-ins but for <paramref name="own"/>. The hash is computed before the lock.</summary>
    public async Task<Outcome<SetPasswordReply>> SetPasswordAsync(string account, string password, string own)
    {
        if (!DirectoryDecision.IsAccountName(account)) return DirectoryDecision.UnknownAccount;
        var hash = await Task.Run(() => Passwords.Hash(password));
        var officer = EntryRow.KeyOf<OfficerPublished>(account);
        return await writer.RepeatableAsync<SetPasswordReply>([KeyOf(account), Key],
            wants => wants.Add(DirectoryStore.Accounts, account).Add(DirectoryStore.Entries, officer).Add(DirectoryStore.Sessions, account), work =>
            {
                var set = DirectoryDecision.NewPassword(work.Get(DirectoryStore.Accounts, account), work.Get(DirectoryStore.Entries, officer)?.As<OfficerPublished>(), hash);
                if (set.Refusal is { } refusal) return refusal;
                work.Put(DirectoryStore.Accounts, set.Value!);
                return new SetPasswordReply { EndedSessions = sessions.EndOthers(account, own, SessionEnd.PasswordChanged, work) };
            });
    }

    /// <summary>One officer's change and, when there is one, the account that follows it.</summary>
    public async Task<Outcome<PublishOfficerReply>> PublishOfficerAsync(string commandId, OfficerPublished wanted)
    {
        if (DirectoryDecision.Malformed(wanted) is { } malformed) return malformed;
        var (officer, unit) = (EntryRow.KeyOf<OfficerPublished>(wanted.OfficerId), EntryRow.KeyOf<UnitPublished>(wanted.UnitCode));
        return await writer.CommandAsync<PublishOfficerReply>(commandId, [Key, KeyOf(wanted.OfficerId)],
            wants => wants.Add(DirectoryStore.Entries, officer).Add(DirectoryStore.Entries, unit).Add(DirectoryStore.Accounts, wanted.OfficerId).Add(DirectoryStore.Sessions, wanted.OfficerId), work =>
            {
                var (refusal, publish) = DirectoryDecision.Officer(
                    work.Get(DirectoryStore.Entries, officer)?.As<OfficerPublished>(), wanted, work.Get(DirectoryStore.Entries, unit)?.As<UnitPublished>());
                if (refusal is not null) return refusal;
                if (publish is null) return new PublishOfficerReply();
                work.Put(DirectoryStore.Entries, EntryRow.Of(publish));
                work.Emit(Key, publish);
                if (work.Get(DirectoryStore.Accounts, publish.OfficerId) is { } account) work.Put(DirectoryStore.Accounts, DirectoryDecision.Follow(account, publish));
                if (!publish.Active) sessions.EndOthers(publish.OfficerId, "", SessionEnd.AccountClosed, work);
                return new PublishOfficerReply();
            });
    }

    /// <summary>Keeps a sealed data protection key. The framework names each one anew, so a repetition writes the same row.</summary>
    public Task<Outcome<AddDataKeyReply>> AddDataKeyAsync(DataKeyRow row) =>
        writer.RepeatableAsync<AddDataKeyReply>([Key], _ => { }, work =>
        {
            work.Put(DirectoryStore.DataKeys, row);
            return new AddDataKeyReply();
        });

    /// <summary>
    /// The shipped data, in one unit of work, unless it was written before: the marker commits with the rows and events,
    /// so a crash leaves all or nothing and the second of two instances finds it done. A city that began before there were returns and extensions, or follow-ups, gets their limits.
    /// True when this call wrote everything.
    /// </summary>
    public async Task<bool> SeedAsync(ShippedData data)
    {
        const string all = "1";
        // Limits that came later, by the marker that says that they were given.
        (string Part, string[] Clocks)[] later = [("2", ["Return", "Extension"]), ("3", ["FollowUp", "Rehandling"])];
        var seeded = await writer.RepeatableAsync<Tuple<bool>>([Key], wants => { foreach (var part in later.Select(l => l.Part).Prepend(all)) wants.Add(DirectoryStore.Entries, "Seed/" + part); }, work =>
        {
            var first = work.Get(DirectoryStore.Entries, "Seed/" + all) is null;
            var missing = later.Where(l => work.Get(DirectoryStore.Entries, "Seed/" + l.Part) is null).ToList();
            foreach (var published in first ? data.All() : data.Limits.Where(l => missing.Any(m => m.Clocks.Contains(l.Clock))))
            {
                work.Put(DirectoryStore.Entries, EntryRow.Of(published));
                work.Emit(Key, published);
            }
            if (first) Mark(all);
            foreach (var (part, _) in missing) Mark(part);
            return Tuple.Create(first);

            void Mark(string part) => work.Put(DirectoryStore.Entries, new("Seed", part, System.Text.Json.JsonSerializer.SerializeToElement(new { seededAt = work.Now })));
        });
        return seeded.Value!.Item1;
    }

    /// <summary>Adds the accounts that aren't there yet; those that are keep their password.</summary>
    public Task AddAccountsAsync(IReadOnlyList<AccountRow> accounts) =>
        writer.RepeatableAsync<AccountRow[]>([.. accounts.Select(a => KeyOf(a.Account))],
            wants => { foreach (var a in accounts) wants.Add(DirectoryStore.Accounts, a.Account); }, work =>
            {
                foreach (var a in accounts)
                    if (work.Get(DirectoryStore.Accounts, a.Account) is null) work.Put(DirectoryStore.Accounts, a);
                return Array.Empty<AccountRow>();
            });
}
