using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>The outbox as the log: leases say which shards this instance reads, each from its cursor on.</summary>
internal sealed partial class EmbeddedLog : IInboundLog
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    readonly HubService service;
    readonly ServiceHealth health;
    readonly ILogger log;
    readonly AutoResetEvent wake = new(false);
    readonly NewsInbox inbox;
    readonly OutboxTail tail;
    readonly Leases leases;
    readonly string database;
    readonly HashSet<Position> stopped = [], suspect = [];
    HashSet<int> held = [];
    int idle = 25;
    long lookedAt;

    public EmbeddedLog(HubService service, HubDatabase database, Shards shards, ServiceHealth health, ILogger log)
    {
        (this.service, this.health, this.log, this.database) = (service, health, log, LogSignals.DatabaseOf(database.ConnectionString));
        inbox = new(wake);
        tail = new(inbox);
        leases = new(service, database.ConnectionString, shards, health) { Wake = wake };
    }

    public void Start()
    {
        foreach (var s in service.Sources) LogSignals.Register(database, s, inbox);
        leases.Start();
    }

    public void Connected() => held = [];

    public (IReadOnlyList<Message>, IReadOnlyList<ParkedMessage>) Read(NpgsqlConnection connection, int most, CancellationToken stop)
    {
        var now = leases.Held;
        // A stopped shard is looked at again now and then: its partition may have been restored, or the loss accepted.
        if (!held.SetEquals(now) || (stopped.Count > 0 && Stopwatch.GetElapsedTime(lookedAt) > LookAgain))
        {
            lookedAt = Stopwatch.GetTimestamp();
            held = [.. now];
            tail.From(Cursor.Of(connection, service.Name, [.. service.Sources.SelectMany(s => held.Select(h => new Position(s, h)))]));
            stopped.Clear();
            suspect.Clear();
        }
        if (tail.Next.Count == 0) { WaitHandle.WaitAny([wake, stop.WaitHandle], 100); return ([], []); }
        var replays = tail.Gather() ? Parking.Read(connection, service, held) : [];
        var messages = tail.Read(connection, most, stopped.Contains);
        if (messages.Count > 0 || replays.Count > 0) { idle = 25; return (messages, replays); }
        // News wakes it; the poll only covers a lost one, and grows while nothing happens: seven idle loops cost something.
        if (WaitHandle.WaitAny([wake, stop.WaitHandle], idle = Math.Min(idle * 2, 400)) == WaitHandle.WaitTimeout) tail.Look();
        return ([], []);
    }

    public void Committed(BatchResult result)
    {
        foreach (var (position, cursor) in result.Cursors) tail.Moved(position, cursor);
        // The cursor may have been behind what this process remembered: only a gap seen twice, reading from the cursor, is one.
        foreach (var gap in result.Gaps)
        {
            tail.Look(gap);
            if (suspect.Add(gap)) continue;
            stopped.Add(gap);
            if (health.Gap(gap, result.Cursors[gap].Next)) Gap(log, service.Name, gap.Source, gap.Shard, result.Cursors[gap].Next);
        }
        suspect.IntersectWith(result.Gaps);
    }

    public void Dispose()
    {
        LogSignals.Forget(inbox);
        // `wake` isn't disposed: a writer that has just committed may still ring it.
        leases.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: events of {Source}/{Shard} from {Seq} on are not in the outbox any more; this shard is stopped and nothing is skipped. Attach the outbox's partition again from the backup, or accept the loss: ./hub consumers skip")]
    static partial void Gap(ILogger log, string service, string source, int shard, long seq);
}
