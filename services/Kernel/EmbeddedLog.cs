using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>The outbox read as a log: every pair of source and shard from its next seq, in one query.</summary>
internal static class EmbeddedLog
{
    // The lateral form: a plain join over the pairs was planned as a scan (25 ms instead of 0.04 ms idle). The two bounds on
    // recorded_at prune partitions: without the upper one every idle poll probes the year that was made ahead.
    const string Tail = """
        select c.source, c.shard, o.seq, o.key, o.type, o.trace, o.body, o.recorded_at
        from unnest($1::text[], $2::smallint[], $3::bigint[]) c(source, shard, next)
        cross join lateral (select * from log.outbox o where o.service = c.source and o.shard = c.shard and o.seq >= c.next and o.recorded_at >= $4 and o.recorded_at < now() + interval '1 day' order by o.seq limit $5) o
        """;

    /// <param name="limit">Messages a pair, so that one busy shard can't starve the others.</param>
    // Walk 2: outbox -> log. The span of each message is opened where it is folded (FoldRun).
    public static (List<Message> Messages, List<ParkedMessage> Replays) Read(NpgsqlConnection connection, string service,
        IReadOnlyDictionary<Position, (long Next, DateTimeOffset? RecordedAt)> from, int limit, bool hasReference = false)
    {
        var pairs = from.ToList();
        // Partitions older than every cursor can't hold anything wanted; a day's slack for clocks that were set.
        var since = pairs.Any(p => p.Value.RecordedAt is null) ? DateTimeOffset.UnixEpoch : pairs.Min(p => p.Value.RecordedAt!.Value).AddDays(-1);
        using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Tail)
        {
            Parameters =
            {
                Arrays.Of("text", pairs.Select(p => p.Key.Source), pairs.Count), Arrays.Of("smallint", pairs.Select(p => (object?)(short)p.Key.Shard), pairs.Count),
                Arrays.Of("bigint", pairs.Select(p => (object?)p.Value.Next), pairs.Count), new() { Value = since.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = limit },
            },
        });
        // The version is compared here and not marked when Directory's data comes in: what another batch is just parking
        // would miss the mark, and with it a whole key its turn.
        var known = hasReference ? $" or deferred and reference_version < (select version from {service}.reference_version)" : "";
        batch.BatchCommands.Add(Batch.Command(
            $"select source, shard, seq, key, type, trace, body, recorded_at, id from log.parked where service = $1 and shard = any($2) and (replay{known}) order by id limit 2000",
            service, pairs.Select(p => (short)p.Key.Shard).Distinct().ToArray()));
        using var reader = batch.ExecuteReader();
        var messages = new List<Message>();
        while (reader.Read()) messages.Add(One(reader));
        reader.NextResult();
        var replays = new List<ParkedMessage>();
        while (reader.Read()) replays.Add(new(reader.GetInt64(8), One(reader)));
        return (messages, replays);
    }

    static Message One(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt16(1), r.GetInt64(2), r.GetString(3), r.GetString(4),
        r.IsDBNull(5) ? null : r.GetString(5), r.GetFieldValue<byte[]>(6), r.GetFieldValue<DateTimeOffset>(7));
}
