using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>The outbox read as a log: the leases say which shards, one query reads every pair of source and shard from its next seq.</summary>
internal sealed partial class EmbeddedLog(HubService service, HubDatabase database, Shards shards, ServiceHealth health, ILogger log) : IInboundLog
{
    // The lateral form: a plain join over the pairs was planned as a scan (25 ms instead of 0.04 ms idle). The two bounds on
    // recorded_at prune partitions: without the upper one every idle poll probes the year that was made ahead.
    const string Tail = """
        select c.source, c.shard, o.seq, o.key, o.type, o.trace, o.body, o.recorded_at
        from unnest($1::text[], $2::smallint[], $3::bigint[]) c(source, shard, next)
        cross join lateral (select * from log.outbox o where o.service = c.source and o.shard = c.shard and o.seq >= c.next and o.recorded_at >= $4 and o.recorded_at < now() + interval '1 day' order by o.seq limit $5) o
        """;

    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    readonly AutoResetEvent wake = new(false);
    readonly HashSet<Position> stopped = [], suspect = [];
    readonly Leases leases = new(service, database.ConnectionString, shards, health);
    HashSet<int> held = [];
    Dictionary<Position, Cursor> next = [];
    int idle = 25;
    long lookedAt;

    public void Start()
    {
        foreach (var s in service.Sources) LogSignals.Register(s, wake);
        leases.Wake = wake;
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
            next = Cursor.Of(connection, service.Name, [.. service.Sources.SelectMany(s => held.Select(h => new Position(s, h)))]);
            stopped.Clear();
            suspect.Clear();
        }
        if (next.Count == 0) { WaitHandle.WaitAny([wake, stop.WaitHandle], 100); return ([], []); }
        var limit = Math.Max(most < ServiceLoop.MaxBatch ? 1 : 32, most / Math.Max(1, next.Count / 4));
        using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(TailOf(next.Where(n => !stopped.Contains(n.Key)).ToList(), limit));
        batch.BatchCommands.Add(Parking.Due(service, held));
        using var reader = batch.ExecuteReader();
        var messages = Messages(reader);
        reader.NextResult();
        var replays = Parking.Read(reader);
        if (messages.Count > most) messages = Trim(messages, most);
        if (messages.Count > 0 || replays.Count > 0) { idle = 25; return (messages, replays); }
        // Signals wake it; the poll only covers a lost one, and grows while nothing happens: seven idle loops cost something.
        WaitHandle.WaitAny([wake, stop.WaitHandle], idle = Math.Min(idle * 2, 400));
        return ([], []);
    }

    public void Committed(BatchResult result)
    {
        foreach (var (position, cursor) in result.Cursors) if (next.ContainsKey(position)) next[position] = cursor;
        // The cursor may have been behind what this process remembered: only a gap seen twice, reading from the cursor, is one.
        foreach (var gap in result.Gaps.Where(g => !suspect.Add(g)))
        {
            stopped.Add(gap);
            if (health.Gap(gap, result.Cursors[gap].Next)) Gap(log, service.Name, gap.Source, gap.Shard, result.Cursors[gap].Next);
        }
                suspect.IntersectWith(result.Gaps);
    }

    /// <param name="limit">Messages a pair, so that one busy shard can't starve the others.</param>
    internal static NpgsqlBatchCommand TailOf(IReadOnlyList<KeyValuePair<Position, Cursor>> from, int limit)
    {
        // Partitions older than every cursor can't hold anything wanted; a day's slack for clocks that were set.
        var since = from.Any(p => p.Value.RecordedAt is null) ? DateTimeOffset.UnixEpoch : from.Select(p => p.Value.RecordedAt!.Value).DefaultIfEmpty(DateTimeOffset.UnixEpoch.AddDays(1)).Min().AddDays(-1);
        return new(Tail)
        {
            Parameters =
            {
                Arrays.Of("text", from.Select(p => p.Key.Source), from.Count), Arrays.Of("smallint", from.Select(p => (object?)(short)p.Key.Shard), from.Count),
                Arrays.Of("bigint", from.Select(p => (object?)p.Value.Next), from.Count), new() { Value = since.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = limit },
            },
        };
    }

    internal static List<Message> Messages(NpgsqlDataReader reader)
    {
        var messages = new List<Message>();
        while (reader.Read()) messages.Add(One(reader));
        return messages;
    }

    internal static Message One(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt16(1), r.GetInt64(2), r.GetString(3), r.GetString(4),
        r.IsDBNull(5) ? null : r.GetString(5), r.GetFieldValue<byte[]>(6), r.GetFieldValue<DateTimeOffset>(7));

    // A prefix of each pair's messages: cutting anywhere keeps order.
    static List<Message> Trim(List<Message> messages, int most)
    {
        var share = most / messages.Select(m => (m.Source, m.Shard)).Distinct().Count();
        return [.. messages.GroupBy(m => (m.Source, m.Shard)).SelectMany(g => g.Take(Math.Max(1, share)))];
    }

    public void Dispose()
    {
        LogSignals.Forget(wake);
        leases.Dispose();
        wake.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: events of {Source}/{Shard} from {Seq} on are not in the outbox any more; this shard is stopped and nothing is skipped. Attach the outbox's partition again from the backup, or accept the loss: ./hub consumers skip")]
    static partial void Gap(ILogger log, string service, string source, int shard, long seq);
}
