using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// Kafka read as a log. The group's assignment decides what is read here, `log.cursor` from where. What was read waits in memory, a
/// list a partition, until its batch is committed; not to read is the back-pressure.
/// </summary>
internal sealed partial class KafkaLog(HubService service, HubDatabase database, KafkaLink kafka, ServiceHealth health, ILogger log) : IInboundLog
{
    static readonly TimeSpan ParkedEvery = TimeSpan.FromMilliseconds(200), AskEvery = TimeSpan.FromSeconds(5), Quiet = TimeSpan.FromSeconds(5), JoinAgain = TimeSpan.FromSeconds(1), GivenBy = TimeSpan.FromSeconds(15);
    const int IdleMs = 100;
    // The client hands over one partition's messages after another's. The oldest of several batches' worth are those of the same inquiries.
    const int Ahead = 4;
    readonly Dictionary<Position, List<Message>> waiting = [];
    readonly HashSet<Position> assigned = [];
    readonly Dictionary<Position, long> toAsk = [];
    readonly Dictionary<Position, (long From, long At)> asked = [];
    readonly HashSet<string> told = [];
    IConsumer<string, byte[]>? consumer;
    // Of the topics this consumer reads.
    IReadOnlyDictionary<string, string> incarnations = new Dictionary<string, string>();
    CancellationToken stopping;
    List<Message> taken = [];
    int held;
    long parkedAt, emptySince, heardAt = Stopwatch.GetTimestamp();

    public void Start() { }
    public void Connected() { }

    public (IReadOnlyList<Message>, IReadOnlyList<ParkedMessage>) Read(NpgsqlConnection connection, int most, CancellationToken stop)
    {
        if (service.Sources.Count == 0) { stop.WaitHandle.WaitOne(IdleMs); return ([], []); }
        stopping = stop;
        try { consumer ??= Join(); }
        catch (KafkaException)
        {
            // No broker answers. The outbox keeps what is to be heard, /ready carries a warning, and work goes on.
            kafka.Away(TimeProvider.System);
            stop.WaitHandle.WaitOne(JoinAgain);
            return ([], Replays(connection));
        }
        SayWhenUnassigned();
        if (TopicsWereMadeAnew())
        {
            Log.JoinsAnew(log, service.Name);
            Close();
            return ([], Replays(connection));
        }
        Ask(connection);
        for (var wait = held > 0 ? 0 : IdleMs; held < most * Ahead && Next(wait) is { } result; wait = 0) { heardAt = Stopwatch.GetTimestamp(); Keep(connection, result); }
        var replays = Replays(connection);
        taken = OutboxTail.Oldest([.. waiting.Values.Where(w => w.Count > 0)], most);
        return (taken, replays);
    }

    // Everything about the group is done inside Consume: assignment and loss of partitions arrive on this thread.
    ConsumeResult<string, byte[]>? Next(int wait)
    {
        try { return consumer!.Consume(wait); }
        catch (KafkaException e) when (e.Error.IsFatal)
        {
            Leave();
            throw;
        }
        catch (KafkaException e) { if (told.Add(e.Error.Code.ToString())) Log.Failed(log, service.Name, e.Error.Code.ToString(), e.Error.Reason); }
        return null;
    }

    // The client says nothing when the brokers don't know its group protocol: it waits for ever for partitions that nobody gives it.
    void SayWhenUnassigned()
    {
        if (assigned.Count == 0 && consumer is not null && Stopwatch.GetElapsedTime(emptySince) > GivenBy && kafka.Unassigned.TryAdd(service.Name, true)) Log.Unassigned(log, service.Name);
    }

    /// <summary>
    /// The client ends with its topics. It goes on by their names, with the leaders' epochs of those that are no more, and takes every word
    /// about the new ones for outdated: some partitions are then never heard again, without an error (librdkafka issue 4898).
    /// </summary>
    bool TopicsWereMadeAnew() => incarnations.Any(t => kafka.Incarnations.GetValueOrDefault(t.Key, t.Value) != t.Value);

    IConsumer<string, byte[]> Join()
    {
        incarnations = kafka.EnsureAsync(service.Sources).GetAwaiter().GetResult();
        var joined = new ConsumerBuilder<string, byte[]>(kafka.Options.Consumer(kafka.GroupOf(service.Name)))
            .SetPartitionsAssignedHandler((_, parts) => Assigned(parts))
            .SetPartitionsRevokedHandler((_, parts) => Lost(parts.Select(p => p.TopicPartition)))
            .SetPartitionsLostHandler((_, parts) => Lost(parts.Select(p => p.TopicPartition)))
            .SetErrorHandler((_, e) => { if (e.Code == ErrorCode.Local_AllBrokersDown) kafka.Away(TimeProvider.System); })
            .SetLogHandler((_, _) => { }).Build();
        joined.Subscribe(service.Sources.Select(kafka.Options.TopicOf));
        emptySince = Stopwatch.GetTimestamp();
        return joined;
    }

    string Incarnation(Position p) => incarnations.GetValueOrDefault(p.Source) ?? "";
    Position Of(TopicPartition p) => new(kafka.Options.ServiceOf(p.Topic), p.Partition.Value);

    List<TopicPartitionOffset> Assigned(List<TopicPartition> parts)
    {
        // An exception here would leave partitions assigned and unread: it is tried again until the database answers.
        var offsets = Transient.Retry(e => health.Failing(e)).Execute(() =>
        {
            stopping.ThrowIfCancellationRequested();
            using var connection = database.Open(service);
            var cursors = Cursor.Of(connection, service.Name, [.. parts.Select(Of)]);
            return parts.Select(p =>
            {
                var position = Of(p);
                assigned.Add(position);
                return new TopicPartitionOffset(p, cursors.GetValueOrDefault(position).Offset is { } o && o.Incarnation == Incarnation(position) ? new Offset(o.Offset) : Offset.Beginning);
            }).ToList();
        });
        health.Leases = $"{assigned.Count} partitions";
        kafka.Unassigned.TryRemove(service.Name, out _);
        return offsets;
    }

    void Lost(IEnumerable<TopicPartition> parts)
    {
        var gone = parts.Select(Of).ToHashSet();
        foreach (var p in gone) assigned.Remove(p);
        if (assigned.Count == 0) emptySince = Stopwatch.GetTimestamp();
        foreach (var p in gone) if (waiting.Remove(p, out var unread)) held -= unread.Count;
        health.Leases = $"{assigned.Count} partitions";
    }

    void Keep(NpgsqlConnection connection, ConsumeResult<string, byte[]> r)
    {
        if (kafka.Unwrap(r, Incarnation(Of(r.TopicPartition)), out var foreign) is { } message)
        {
            if (!waiting.TryGetValue(Of(r.TopicPartition), out var list)) waiting[Of(r.TopicPartition)] = list = [];
            list.Add(message);
            held++;
            return;
        }
        if (foreign) { if (told.Add("foreign " + r.Topic)) Log.Foreign(log, service.Name, r.Topic); return; }
        Parking.KeepForeign(connection, service, r.Topic, r.Partition.Value, r.Offset.Value, r.Message.Value ?? [], "no event: the headers hub, seq, type, recorded_at or the key are missing");
        Log.NoEvent(log, service.Name, r.Topic, r.Partition.Value, r.Offset.Value);
    }

    List<ParkedMessage> Replays(NpgsqlConnection connection)
    {
        if (assigned.Count == 0 || Stopwatch.GetElapsedTime(parkedAt) < ParkedEvery) return [];
        parkedAt = Stopwatch.GetTimestamp();
        return Parking.Read(connection, service, [.. assigned.Select(p => p.Shard).Distinct()]);
    }

    public void Committed(BatchResult result)
    {
        foreach (var (position, count) in taken.CountBy(m => new Position(m.Source, m.Shard)))
        {
            var list = waiting[position];
            try { consumer!.StoreOffset(new TopicPartitionOffset(kafka.Options.TopicOf(position.Source), position.Shard, list[count - 1].Offset!.Value.Offset + 1)); }
            catch (KafkaException) { /* just revoked: whoever has it now reads from the cursor */ }
            list.RemoveRange(0, count);
        }
        held -= taken.Count;
        taken = [];
        foreach (var gap in result.Gaps) toAsk[gap] = result.Cursors[gap].Next;
    }

    /// <summary>
    /// Missing events are still in the producer's outbox, if it kept them: its relay is asked for them, and until they come everything
    /// later of that partition is left aside (it comes again behind them).
    /// </summary>
    void Ask(NpgsqlConnection connection)
    {
        if (assigned.Count > 0 && held == 0 && Stopwatch.GetElapsedTime(heardAt) > Quiet) LookForUnheard(connection);
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
        heardAt = Stopwatch.GetTimestamp();
        var published = Cursor.Of(connection, Relay.Consumer, assigned);
        foreach (var (position, mine) in Cursor.Of(connection, service.Name, assigned))
            if (published.TryGetValue(position, out var relay) && relay.Next > mine.Next) toAsk[position] = mine.Next;
    }

    void Leave()
    {
        var leaving = consumer;
        consumer = null;
        waiting.Clear();
        (held, taken) = (0, []);
        assigned.Clear();
        leaving?.Dispose();
    }

    void Close()
    {
        try { consumer?.Close(); } catch (KafkaException) { /* it leaves by its session's end */ }
        Leave();
    }

    public void Dispose() => Close();

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: " + KafkaLink.NoPartition)] public static partial void Unassigned(ILogger log, string service);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: topics it hears were made anew; it joins its group again")] public static partial void JoinsAnew(ILogger log, string service);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: Kafka: {Code}: {Reason}")] public static partial void Failed(ILogger log, string service, string code, string reason);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: {Topic} holds events of another hub; they are left alone. Give each hub names of its own: Kafka__TopicPrefix")] public static partial void Foreign(ILogger log, string service, string topic);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: {Topic}/{Partition} offset {Offset} is no event; parked, see ./hub parked list")] public static partial void NoEvent(ILogger log, string service, string topic, int partition, long offset);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: events of {Source}/{Shard} from {Seq} on are missing on Kafka; its relay is asked to publish them again")] public static partial void Asked(ILogger log, string service, string source, int shard, long seq);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: events of {Source}/{Shard} from {Seq} on are not in the outbox any more; this shard waits and nothing is skipped. Attach the outbox's partition again from the backup, or accept the loss: ./hub consumers skip")] public static partial void NotKept(ILogger log, string service, string source, int shard, long seq);
    }
}
