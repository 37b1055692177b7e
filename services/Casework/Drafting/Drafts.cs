using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace InquiryHub.Casework;

/// <summary>The shell of drafts: a person's own, sealed, under the shard's lock. Nothing is said about them to anybody.</summary>
sealed class Drafts([FromKeyedServices("casework")] Writer writer, [FromKeyedServices("casework")] NpgsqlDataSource database, KeyRing ring) : BackgroundService
{
    public const int KeptDays = 30;
    static readonly TimeSpan sweep = TimeSpan.FromHours(1);

    // Safe to repeat: the same text again is there already.
    public async Task<Outcome<SaveDraftReply>> SaveAsync(string account, SaveDraftRequest r)
    {
        if (DraftDecision.CheckScope(r.Scope) is { } refusal) return refusal;
        var key = DraftSet.KeyOf(account, r.Scope);
        var about = DraftSet.About(key, r.Field);
        var travels = r.Text.Length > 2 * DraftDecision.MaxText ? [] : ring.Seal(about, new Text { Text_ = r.Text }).ToByteArray();
        return await writer.RepeatableAsync<SaveDraftReply>([DraftDecision.ShardKey(account, r.Scope)], w => w.Add(CaseworkStore.Drafts, key), work =>
        {
            var before = work.Get(CaseworkStore.Drafts, key) ?? new(key);
            var step = DraftDecision.Save(before, r.Field, r.Text, travels, Open(about, before.Fields.GetValueOrDefault(r.Field)), r.Version, work.Now);
            if (step.Refusal is { } no) return no;
            var (after, field, other) = step.Value!;
            if (after != before) work.Put(CaseworkStore.Drafts, after);
            return new SaveDraftReply { Version = field.Version, SavedAt = CityTime.Stamp(field.SavedAt), Conflict = other is not null, Other = other ?? "" };
        });
    }

    public async Task<Outcome<ListDraftsReply>> ListAsync(string account, string scope, CancellationToken stop)
    {
        if (DraftDecision.CheckScope(scope) is { } refusal) return refusal;
        var drafts = await CaseworkStore.DraftsAsync(database, DraftSet.KeyOf(account, scope), stop);
        return new ListDraftsReply
        {
            Drafts = { (drafts?.Fields ?? new Dictionary<string, DraftField>()).OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => new Draft { Field = f.Key, Text = Open(DraftSet.About(drafts!.Key, f.Key), f.Value), Version = f.Value.Version, SavedAt = CityTime.Stamp(f.Value.SavedAt) }) },
        };
    }

    public async Task<Outcome<DropDraftsReply>> DropAsync(string account, string scope)
    {
        if (DraftDecision.CheckScope(scope) is { } refusal) return refusal;
        return await writer.RepeatableAsync<DropDraftsReply>([DraftDecision.ShardKey(account, scope)], w => w.Add(CaseworkStore.Drafts, DraftSet.KeyOf(account, scope)), work =>
        {
            Drop(account, scope, work);
            return new DropDraftsReply();
        });
    }

    /// <summary>Within a transaction that wanted the row.</summary>
    public static void Drop(string account, string scope, UnitOfWork work)
    {
        if (work.Get(CaseworkStore.Drafts, DraftSet.KeyOf(account, scope)) is { } drafts) work.Put(CaseworkStore.Drafts, DraftDecision.Drop(drafts, work.Now));
    }

    // Empty when its key was destroyed.
    string Open(string about, DraftField? field) => field is not { Text.Length: > 0 } ? "" : ring.Unseal<Text>(about, Sealed.Parser.ParseFrom(field.Text))?.Text_ ?? "";

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(sweep);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                try { await CaseworkStore.SweepDraftsAsync(database, KeptDays, stop); }
                catch (NpgsqlException) { /* /ready says that the database is away; the next hour tries again */ }
        }
        catch (OperationCanceledException) { }
    }
}
