using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// What one service hears on Kafka. The reader of its process hands it over; it waits here, a list a partition, until its batch is
/// committed. Two threads: the reader's (Assign, Add) and the service's loop.
/// </summary>
internal sealed partial class KafkaLog(HubService service, ServiceHealth health, AutoResetEvent room, ILogger log) : IInboundLog
{
    static readonly TimeSpan ParkedEvery = TimeSpan.FromMilliseconds(200), AskEvery = TimeSpan.FromSeconds(5), Quiet = TimeSpan.FromSeconds(5);
    const int IdleMs = 100;
    /// <summary>Messages that may wait. Several batches' worth: the client hands over one partition's after another's, and the oldest of many are those of the same inquiries.</summary>
    internal const int Most = 60_000;
    readonly Lock gate = new();
    readonly AutoResetEvent wake = new(false);
    readonly Dictionary<Position, List<Message>> waiting = [];
    readonly Dictionary<Position, long> folded = [];
    HashSet<Position> assigned = [];
    int held;
    long heardAt = Stopwatch.GetTimestamp();
    // Of the loop alone.
    readonly Dictionary<Position, long> toAsk = [];
    readonly Dictionary<Position, (long From, long At)> asked = [];
    List<Message> taken = [];
    long parkedAt;

    public bool IsFull { get { lock (gate) return held >= Most; } }

    /// <summary>The partitions that this process has now, of all its services.</summary>
    public void Assign(IEnumerable<Position> now)
    {
        lock (gate)
        {
            assigned = [.. now.Where(p => service.Sources.Contains(p.Source))];
            foreach (var p in waiting.Keys.Where(p => !assigned.Contains(p)).ToList()) { held -= waiting[p].Count; waiting.Remove(p); }
            foreach (var p in folded.Keys.Where(p => !assigned.Contains(p)).ToList()) folded.Remove(p);
            health.Leases = $"{assigned.Count} partitions";
        }
    }

    public void Add(IReadOnlyList<KeyValuePair<Position, List<Message>>> read)
    {
        if (read.Count == 0) return;
        lock (gate)
        {
            foreach (var (position, messages) in read)
            {
                if (!assigned.Contains(position)) continue;
                if (!waiting.TryGetValue(position, out var list)) waiting[position] = list = [];
                list.AddRange(messages);
                held += messages.Count;
            }
            heardAt = Stopwatch.GetTimestamp();
        }
        wake.Set();
    }

    /// <summary>Where to go on behind what is folded and committed; null when that isn't known yet.</summary>
    public long? FoldedTo(Position position) { lock (gate) return folded.TryGetValue(position, out var offset) ? offset : null; }

    public void Start() { }
    public void Connected() { }

    public (IReadOnlyList<Message>, IReadOnlyList<ParkedMessage>) Read(NpgsqlConnection connection, int most, CancellationToken stop)
    {
        if (service.Sources.Count == 0) { stop.WaitHandle.WaitOne(IdleMs); return ([], []); }
        Ask(connection);
        if (Take(most).Count == 0) { WaitHandle.WaitAny([wake, stop.WaitHandle], IdleMs); Take(most); }
        return (taken, Replays(connection));
    }

    internal List<Message> Take(int most) { lock (gate) return taken = OutboxTail.Oldest([.. waiting.Values.Where(w => w.Count > 0)], most); }

    List<ParkedMessage> Replays(NpgsqlConnection connection)
    {
        int[] shards;
        lock (gate) shards = [.. assigned.Select(p => p.Shard).Distinct()];
        if (shards.Length == 0 || Stopwatch.GetElapsedTime(parkedAt) < ParkedEvery) return [];
        parkedAt = Stopwatch.GetTimestamp();
        return Parking.Read(connection, service, shards);
    }

    public void Committed(BatchResult result)
    {
        lock (gate)
        {
            foreach (var of in taken.GroupBy(m => new Position(m.Source, m.Shard)))
            {
                // A partition that went meanwhile, and maybe came again, has none of these any more: what is read twice is dropped by its seq.
                if (!waiting.TryGetValue(of.Key, out var list)) continue;
                var done = of.Zip(list).TakeWhile(m => ReferenceEquals(m.First, m.Second)).Count();
                if (done == 0) continue;
                folded[of.Key] = list[done - 1].Offset!.Value.Offset + 1;
                list.RemoveRange(0, done);
                held -= done;
            }
        }
        taken = [];
        room.Set();
        foreach (var gap in result.Gaps) toAsk[gap] = result.Cursors[gap].Next;
    }

    /// <summary>
    /// Missing events are still in the producer's outbox, if it kept them: its relay is asked for them, and until they come everything
    /// later of that partition is left aside (it comes again behind them).
    /// </summary>
    void Ask(NpgsqlConnection connection)
    {
        LookForUnheard(connection);
        foreach (var (gap, from) in toAsk.ToList())
        {
            toAsk.Remove(gap);
            if (asked.TryGetValue(gap, out var before) && before.From == from && Stopwatch.GetElapsedTime(before.At) < AskEvery) continue;
            asked[gap] = (from, Stopwatch.GetTimestamp());
            if (TestSwitches.NoRepublish) continue;
            using var command = new NpgsqlCommand("select log.publish_again($1, $2, $3)", connection) { Parameters = { new() { Value = gap.Source }, new() { Value = (short)gap.Shard }, new() { Value = from } } };
            var oldest = command.ExecuteScalar() as long?;
            if (oldest != from && health.Gap(gap, from)) Log.NotKept(log, service.Name, gap.Source, gap.Shard, from);
            else if (oldest == from) Log.Asked(log, service.Name, gap.Source, gap.Shard, from);
        }
    }

    // What vanished with nothing behind it leaves no gap to see: only the relay's cursor tells that there was more.
    void LookForUnheard(NpgsqlConnection connection)
    {
        HashSet<Position> mine;
        lock (gate)
        {
            if (assigned.Count == 0 || held > 0 || Stopwatch.GetElapsedTime(heardAt) < Quiet) return;
            (heardAt, mine) = (Stopwatch.GetTimestamp(), assigned);
        }
        var published = Cursor.Of(connection, Relay.Consumer, mine);
        foreach (var (position, cursor) in Cursor.Of(connection, service.Name, mine))
            if (published.TryGetValue(position, out var relay) && relay.Next > cursor.Next) toAsk[position] = cursor.Next;
    }

    // `wake` isn't disposed: the reader may still ring it.
    public void Dispose() { }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: events of {Source}/{Shard} from {Seq} on are missing on Kafka; its relay is asked to publish them again")] public static partial void Asked(ILogger log, string service, string source, int shard, long seq);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: events of {Source}/{Shard} from {Seq} on are not in the outbox any more; this shard waits and nothing is skipped. Attach the outbox's partition again from the backup, or accept the loss: ./hub consumers skip")] public static partial void NotKept(ILogger log, string service, string source, int shard, long seq);
    }
}
