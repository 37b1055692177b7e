using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>
/// The outbox from given cursors on, in the order of seqs for each (source, shard). What this process committed itself is handed
/// over in memory, already decoded; everything else, and whatever doesn't fit on behind it, is read from the table. Either way the
/// cursor under the lock decides what is folded, so this may be behind or ahead without harm.
/// </summary>
internal sealed class OutboxTail(NewsInbox inbox)
{
    // The lateral form: a plain join over the pairs was planned as a scan (25 ms instead of 0.04 ms idle). The two bounds on
    // recorded_at prune partitions: without the upper one every idle poll probes the year that was made ahead.
    const string Tail = """
        select c.source, c.shard, o.seq, o.key, o.type, o.trace, o.body, o.recorded_at
        from unnest($1::text[], $2::smallint[], $3::bigint[]) c(source, shard, next)
        cross join lateral (select * from log.outbox o where o.service = c.source and o.shard = c.shard and o.seq >= c.next and o.recorded_at >= $4 and o.recorded_at < now() + interval '1 day' order by o.seq limit $5) o
        """;

    // A lost notification costs this much, never a message.
    internal static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);
    // Of one pair in memory; a reader that is behind gets the rest from the table when it comes to it.
    const int MostWaiting = 2000;
    readonly Dictionary<Position, List<Message>> ready = [];
    readonly List<Message> news = [];
    // Pairs to read from the table at once, and pairs of which the table has more than is in memory.
    readonly HashSet<Position> lookAt = [], cut = [];
    long lookedAt;
    bool lookNow;

    public Dictionary<Position, Cursor> Next { get; private set; } = [];

    public void From(Dictionary<Position, Cursor> cursors)
    {
        Next = cursors;
        ready.Clear();
        lookAt.Clear();
        cut.Clear();
        lookNow = true;
    }

    /// <summary>Nothing was heard of for a while: the next read looks into the table.</summary>
    public void Look() => lookNow = true;
    public void Look(Position position) { ready.Remove(position); lookAt.Add(position); }

    /// <summary>Takes what came in. True when the next read goes to the table for all pairs: then it is worth to ask there for other things too.</summary>
    public bool Gather() => lookNow |= inbox.Drain(news) || Stopwatch.GetElapsedTime(lookedAt) > LookEvery;

    /// <summary>At most `most` messages, of each pair a prefix of what it has.</summary>
    public List<Message> Read(NpgsqlConnection connection, int most, Func<Position, bool>? except = null)
    {
        var all = Gather();
        foreach (var m in news) Append(m);
        news.Clear();
        if (all) (lookedAt, lookNow) = (Stopwatch.GetTimestamp(), false);
        // Of each pair a share, so that one busy shard can't starve the others.
        var limit = Math.Max(most < ServiceLoop.MaxBatch ? 1 : 32, most / Math.Max(1, Next.Count / 4));
        var from = new List<KeyValuePair<Position, Cursor>>();
        foreach (var (position, cursor) in Next)
        {
            var asked = lookAt.Contains(position);
            if ((!all && !asked) || except?.Invoke(position) == true) continue;
            // Behind what is in memory; a pair that has enough there is looked at when that is folded.
            var known = ready.GetValueOrDefault(position);
            if (known is null or { Count: 0 }) from.Add(new(position, cursor));
            else if (known.Count < limit) from.Add(new(position, cursor with { Next = known[^1].Seq + 1, RecordedAt = known[^1].RecordedAt }));
            else if (asked) cut.Add(position);
        }
        lookAt.Clear();
        if (from.Count > 0)
        {
            using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(Of(from, limit));
            using var reader = batch.ExecuteReader();
            foreach (var pair in Messages(reader).GroupBy(m => new Position(m.Source, m.Shard)))
            {
                var rows = pair.ToList();
                if (ready.TryGetValue(pair.Key, out var known)) known.AddRange(rows); else ready[pair.Key] = rows;
                if (rows.Count == limit) cut.Add(pair.Key); else cut.Remove(pair.Key);
            }
        }
        return Oldest([.. ready.Where(r => r.Value.Count > 0 && except?.Invoke(r.Key) != true).Select(r => r.Value)], most);
    }

    /// <summary>
    /// The oldest first, across sources: behind a backlog the facts of one inquiry, which several services said within a moment, are
    /// then folded in one batch and its rows written once. Each pair is in its own order anyway.
    /// </summary>
    internal static List<Message> Oldest(List<List<Message>> waiting, int most)
    {
        var total = waiting.Sum(w => w.Count);
        var taken = new List<Message>(Math.Min(total, most));
        if (total <= most) { foreach (var w in waiting) taken.AddRange(w); return taken; }
        var heads = new PriorityQueue<(List<Message> Of, int At), DateTimeOffset>(waiting.Select(w => ((w, 0), w[0].RecordedAt)));
        while (taken.Count < most && heads.TryDequeue(out var head, out _))
        {
            taken.Add(head.Of[head.At]);
            if (head.At + 1 < head.Of.Count) heads.Enqueue((head.Of, head.At + 1), head.Of[head.At + 1].RecordedAt);
        }
        return taken;
    }

    void Append(Message m)
    {
        var position = new Position(m.Source, m.Shard);
        if (!Next.TryGetValue(position, out var next)) return;
        if (!ready.TryGetValue(position, out var list)) ready[position] = list = [];
        var expected = list.Count > 0 ? list[^1].Seq + 1 : next.Next;
        if (m.Seq < expected || cut.Contains(position)) return;
        if (list.Count >= MostWaiting) cut.Add(position);
        else if (m.Seq == expected) list.Add(m);
        // Another instance, or the other thread of the same service, committed in between.
        else lookAt.Add(position);
    }

    /// <summary>What is folded (or published) is let go of.</summary>
    public void Moved(Position position, Cursor cursor)
    {
        if (!Next.ContainsKey(position)) return;
        Next[position] = cursor;
        if (!ready.TryGetValue(position, out var list)) return;
        var done = list.FindIndex(m => m.Seq >= cursor.Next);
        if (done < 0) list.Clear(); else list.RemoveRange(0, done);
        if (list.Count > 0 && list[0].Seq != cursor.Next) { list.Clear(); lookAt.Add(position); }
        // The rest of a backlog at once: to wait for news or for the next look would pause 50 ms after every few hundred messages.
        if (list.Count == 0 && cut.Remove(position)) lookAt.Add(position);
    }

    /// <param name="limit">Messages a pair.</param>
    internal static NpgsqlBatchCommand Of(IReadOnlyList<KeyValuePair<Position, Cursor>> from, int limit)
    {
        // Partitions older than every cursor can't hold anything wanted; a day's slack for clocks that were set.
        var since = from.Any(p => p.Value.RecordedAt is null) ? DateTimeOffset.UnixEpoch : from.Min(p => p.Value.RecordedAt!.Value).AddDays(-1);
        return new(Tail)
        {
            Parameters =
            {
                Arrays.Of(from, p => p.Key.Source), Arrays.Of(from, p => (short)p.Key.Shard),
                Arrays.Of(from, p => p.Value.Next), new() { Value = since.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = limit },
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
}
