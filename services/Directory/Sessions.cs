using System.Security.Cryptography;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Directory;

/// <summary>The shell of sign-ins: an account's own, under the account's lock. They follow the real clock, as tokens do.</summary>
internal sealed partial class Sessions(DirectoryStore store, [FromKeyedServices("directory")] Writer writer, TimeProvider clock, ILogger<Sessions> log) : BackgroundService
{
    static readonly TimeSpan sweep = TimeSpan.FromHours(1);

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>One that begins now, not yet kept.</summary>
    public SessionRow New(string userAgent)
    {
        var (browser, system) = UserAgent.Read(userAgent);
        return new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Now, Now + Tokens.Life, browser, system);
    }

    public async Task<Outcome<ListSessionsReply>> ListAsync(string account, string own)
    {
        var (set, now) = ((await store.SessionsAsync([account])).FirstOrDefault(), Now);
        if (SessionDecision.MayAct(set, own, now) is { } refusal) return refusal;
        return new ListSessionsReply
        {
            Sessions = { (set?.At(now) ?? []).Reverse().OrderBy(s => s.Id != own).Select(s => new Session
            { SessionId = s.Id, BeganAt = CityTime.Stamp(s.BeganAt), EndsAt = CityTime.Stamp(s.EndsAt), Browser = s.Browser, System = s.System, Current = s.Id == own }) },
        };
    }

    /// <summary>Those that hold no more, or never were.</summary>
    public async Task<CheckSessionsReply> CheckAsync(IReadOnlyCollection<SessionOf> asked)
    {
        var (sets, now) = ((await store.SessionsAsync([.. asked.Select(s => s.Account).Distinct()])).ToDictionary(s => s.Account), Now);
        return new() { Ended = { asked.Where(s => !SessionDecision.Holds(sets.GetValueOrDefault(s.Account), s.SessionId, now)).Select(s => s.SessionId) } };
    }

    public Task<Outcome<EndSessionReply>> EndAsync(string commandId, string account, string own, string id) =>
        writer.CommandAsync<EndSessionReply>(commandId, [DirectoryHandlers.KeyOf(account)], w => w.Add(DirectoryStore.Sessions, account), work =>
        {
            var ended = SessionDecision.End(Of(work, account), own, id, Now);
            if (ended.Refusal is { } refusal) return refusal;
            work.Put(DirectoryStore.Sessions, ended.Value!);
            return new EndSessionReply();
        });

    public Task<Outcome<EndOtherSessionsReply>> EndOthersAsync(string commandId, string account, string own) =>
        writer.CommandAsync<EndOtherSessionsReply>(commandId, [DirectoryHandlers.KeyOf(account)], w => w.Add(DirectoryStore.Sessions, account), work =>
            SessionDecision.MayAct(Of(work, account), own, Now) is { } refusal ? refusal : new EndOtherSessionsReply { Ended = EndOthers(account, own, SessionEnd.EndedByOwner, work) });

    /// <summary>Within a transaction that wanted the row; how many were ended.</summary>
    public int EndOthers(string account, string own, SessionEnd why, UnitOfWork work)
    {
        var (set, ended) = SessionDecision.EndOthers(Of(work, account), own, why, Now);
        if (ended == 0) return 0;
        work.Put(DirectoryStore.Sessions, set);
        work.AfterCommit(_ => Log.Ended(log, account, ended, why));
        return ended;
    }

    /// <summary>Within a transaction that wanted the row.</summary>
    public void Begin(string account, SessionRow begun, UnitOfWork work) => work.Put(DirectoryStore.Sessions, SessionDecision.Begin(Of(work, account), begun, Now));

    static SessionSet Of(UnitOfWork work, string account) => work.Get(DirectoryStore.Sessions, account) ?? new(account);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(sweep);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                try { await store.SweepSessionsAsync(Now, stop); }
                catch (NpgsqlException) { /* /ready says that the database is away; the next hour tries again */ }
        }
        catch (OperationCanceledException) { }
    }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Account}: {Count} other sign-ins ended ({Why})")] public static partial void Ended(ILogger log, string account, int count, SessionEnd why);
    }
}
