using System.Collections.Concurrent;
using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>One sign-in as this process knows it. It ends once, and with it every stream that a page follows on its behalf.</summary>
internal sealed class SessionKnown(string account, string id)
{
    readonly CancellationTokenSource ended = new();
    int followed;

    public string Account => account;
    public string Id => id;
    public bool HasEnded => ended.IsCancellationRequested;
    public CancellationToken Ended => ended.Token;
    public bool Followed => Volatile.Read(ref followed) > 0;
    /// <summary>Timestamps: when somebody last came with it, when Directory was last asked about it, whatever it answered.</summary>
    public long SeenAt { get; set; }
    public long AskedAt { get; set; } = long.MinValue;
    /// <summary>Being asked for who waits; those who come meanwhile wait for the same answer.</summary>
    public Task? Asking { get; set; }

    // Not on the asker's thread: what hangs on it is a page's.
    public void End() => _ = ended.CancelAsync();

    /// <summary>Somebody begins to listen, perhaps for hours without a request, or (-1) has stopped.</summary>
    public void Follow(int by) => Interlocked.Add(ref followed, by);
}

/// <summary>The sign-ins whose people this process serves.</summary>
internal sealed class SessionBook(TimeProvider clock)
{
    static readonly TimeSpan inUse = TimeSpan.FromMinutes(1), stale = TimeSpan.FromSeconds(20);
    readonly ConcurrentDictionary<string, SessionKnown> known = new();

    /// <summary>The person's own. Who signed in before there were sessions has none, which never ends: the cookie does, within 12 hours.</summary>
    public SessionKnown Of(ClaimsPrincipal user)
    {
        var id = user.FindFirstValue(Tokens.SessionClaim) ?? "";
        var session = id.Length == 0 ? new("", "") : known.GetOrAdd(id, i => new(user.FindFirstValue("sub") ?? "", i));
        session.SeenAt = clock.GetTimestamp();
        return session;
    }

    public bool IsStale(SessionKnown s) => s is { Id.Length: > 0, HasEnded: false } && (s.AskedAt == long.MinValue || clock.GetElapsedTime(s.AskedAt) > stale);

    /// <summary>Those that hold and that somebody uses. One that nobody has used for as long as a sign-in lasts is forgotten.</summary>
    public List<SessionKnown> InUse()
    {
        foreach (var s in known.Values.Where(s => !s.Followed && clock.GetElapsedTime(s.SeenAt) > Tokens.Life)) known.TryRemove(s.Id, out _);
        return [.. known.Values.Where(s => !s.HasEnded && (s.Followed || clock.GetElapsedTime(s.SeenAt) < inUse))];
    }
}

/// <summary>
/// Asks Directory which sign-ins still hold: every ten seconds about all that are in use, in one call; at once, and for a second at most, about one
/// that comes for the first time or after a while. While Directory is away who is signed in stays so.
/// </summary>
internal sealed class Sessions(SessionBook book, HubClient hub, TimeProvider clock) : BackgroundService
{
    static readonly TimeSpan every = TimeSpan.FromSeconds(10), patience = TimeSpan.FromSeconds(1);

    public async ValueTask<bool> HoldsAsync(ClaimsPrincipal user)
    {
        var session = book.Of(user);
        if (!book.IsStale(session)) return !session.HasEnded;
        Task asking;
        lock (session) asking = session.Asking is { IsCompleted: false } running ? running : session.Asking = AskAsync([session], patience);
        await asking;
        return !session.HasEnded;
    }

    async Task AskAsync(List<SessionKnown> asked, TimeSpan wait)
    {
        if (asked.Count == 0) return;
        var request = new Contracts.Directory.CheckSessionsRequest { Sessions = { asked.Select(s => new Contracts.Directory.SessionOf { Account = s.Account, SessionId = s.Id }) } };
        try
        {
            var ended = (await hub.Directory.CheckSessionsAsync(request, hub.AsService().WithDeadline(clock.GetUtcNow().UtcDateTime + wait))).Ended.ToHashSet();
            foreach (var s in asked.Where(s => ended.Contains(s.Id))) s.End();
        }
        catch (RpcException) { /* asked again in ten seconds */ }
        finally { foreach (var s in asked) s.AskedAt = clock.GetTimestamp(); }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every, clock);
        try { while (await timer.WaitForNextTickAsync(stop)) await AskAsync(book.InUse(), every / 2); }
        catch (OperationCanceledException) { }
    }
}
