using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// Outbox -> Kafka, for every service of this process: whoever holds a shard's lease publishes its events from the relay's own
/// cursor on. Waves fly one behind the other, as soon as there is something; the cursor moves over what is acknowledged. What a dying
/// or frozen relay sends twice the consumers drop by its seq.
/// </summary>
internal sealed partial class Relay(HubDatabase database, Shards shards, KafkaLink kafka, IEnumerable<HubService> services, TimeProvider clock, ILogger<Relay> log) : IHostedService, IDisposable
{
    public const string Consumer = "relay";
    const int Wave = 2000, MostAloft = 2 * Wave;
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    // The cursor may lag: it is only where the next relay begins.
    static readonly TimeSpan MoveEvery = TimeSpan.FromMilliseconds(50);
    readonly AutoResetEvent wake = new(false);
    NewsInbox? inbox;
    readonly CancellationTokenSource stop = new();
    readonly Dictionary<string, Leases> leases = [];
    // Only who publishes gets a topic: Statistics says nothing.
    readonly HashSet<string> publishing = [];
    readonly IReadOnlyList<string> heard = [.. services.SelectMany(s => s.Sources).Distinct()];
    // Of the topics that the producer publishes to, and that the consumers hear.
    IReadOnlyDictionary<string, string> incarnations = new Dictionary<string, string>();
    Thread? thread;

    public Task StartAsync(CancellationToken _)
    {
        inbox = new(wake);
        foreach (var s in services)
        {
            LogSignals.Register(LogSignals.DatabaseOf(database.ConnectionString), s.Name, inbox);
            leases[s.Name] = new Leases(s, database.ConnectionString, shards, new ServiceHealth(s.Name)) { Wake = wake };
            leases[s.Name].Start();
        }
        thread = new Thread(Run) { IsBackground = true, Name = "relay" };
        thread.Start();
        return Task.CompletedTask;
    }

    void Run() { if (leases.Count > 0) Transient.Keep(Serve, Failed, stop.Token); }

    void Failed(Exception e)
    {
        Log.Retrying(log, Transient.State(e));
        if (e is not KafkaException) return;
        kafka.Away(clock);
        kafka.DropProducer();
    }

    void Serve(Action worked, CancellationToken token)
    {
        using var connection = database.OpenLogin("relay");
        // The cursor may lag what is published, never lead it: a lost one is published again.
        using (var relaxed = new NpgsqlCommand("set synchronous_commit = off", connection)) relaxed.ExecuteNonQuery();
        foreach (var s in services) Register(connection, s.Name);
        var tail = new OutboxTail(inbox!);
        HashSet<Position> held = [];
        var flying = new Queue<Flight>();
        var (looked, moved, idle) = (0L, 0L, 25);
        try
        {
            while (!token.IsCancellationRequested)
            {
                var now = leases.SelectMany(l => l.Value.Held.Select(s => new Position(l.Key, s))).ToHashSet();
                if (Stopwatch.GetElapsedTime(looked) > LookEvery || !held.SetEquals(now))
                {
                    // Also what somebody asked to be published again is found here: it moved the cursor back.
                    Land(flying, token);
                    Move(connection, Landed(flying));
                    looked = Stopwatch.GetTimestamp();
                    held = now;
                    tail.From(Look(connection, held));
                }
                if (tail.Next.Count == 0) { WaitHandle.WaitAny([wake, token.WaitHandle], 100); continue; }
                var rows = flying.Sum(f => f.Count) < MostAloft ? tail.Read(connection, Wave) : [];
                if (rows.Any(r => publishing.Add(r.Source))) { held = []; continue; }
                if (rows.Count > 0)
                {
                    idle = 25;
                    flying.Enqueue(Send(rows, tail));
                    worked();
                }
                var due = flying.TryPeek(out var first) && first.IsDown ? (int)Math.Ceiling((MoveEvery - Stopwatch.GetElapsedTime(moved)).TotalMilliseconds) : int.MaxValue;
                if (due <= 0)
                {
                    moved = Stopwatch.GetTimestamp();
                    if (!Move(connection, Landed(flying))) held = [];
                }
                else if (rows.Count == 0 && WaitHandle.WaitAny([wake, token.WaitHandle], Math.Min(due, idle = Math.Min(idle * 2, 400))) == WaitHandle.WaitTimeout && due == int.MaxValue) tail.Look();
            }
        }
        // Whatever happened: the next wave may not overtake what is still in the air.
        finally { Land(flying, token); }
    }

    /// <summary>Rows on their way to the brokers, and where they lead the cursors once all are acknowledged.</summary>
    sealed class Flight(List<(Position At, Cursor Old, Message Last)> moves, int count, EventWaitHandle wake)
    {
        int left = count;
        volatile Error? failed;
        public IReadOnlyList<(Position At, Cursor Old, Message Last)> Moves => moves;
        public int Count { get; } = count;
        public bool IsDown => Volatile.Read(ref left) == 0;
        public Error? Failed => failed;

        public void Report(DeliveryReport<string, byte[]> r) => Down(1, r.Error.IsError ? r.Error : null);

        public void Down(int rows, Error? error)
        {
            if (error is not null) failed = error;
            if (Interlocked.Add(ref left, -rows) == 0) wake.Set();
        }
    }

    // Every report comes, at the latest when the client gives a message up.
    void Land(Queue<Flight> flying, CancellationToken token)
    {
        while (!flying.All(f => f.IsDown) && !token.IsCancellationRequested) WaitHandle.WaitAny([wake, token.WaitHandle], 100);
    }

    /// <summary>Takes those that are acknowledged, in their order.</summary>
    /// <exception cref="KafkaException">One was not.</exception>
    List<Flight> Landed(Queue<Flight> flying)
    {
        var landed = new List<Flight>();
        while (flying.TryPeek(out var first) && first.IsDown)
        {
            if (first.Failed is { } error) throw new KafkaException(error);
            landed.Add(flying.Dequeue());
            kafka.Seen();
        }
        return landed;
    }

    static void Register(NpgsqlConnection connection, string source)
    {
        using var command = new NpgsqlCommand("select log.register_relay($1)", connection) { Parameters = { new() { Value = source } } };
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// The cursors as they stand now. A topic that isn't the one published to before (a lost cluster, a topic made anew) gets again
    /// what its slowest consumer still needs.
    /// </summary>
    Dictionary<Position, Cursor> Look(NpgsqlConnection connection, HashSet<Position> held)
    {
        var next = held.Count == 0 ? [] : Cursor.Of(connection, Consumer, held);
        publishing.UnionWith(next.Where(n => n.Value.Offset is not null).Select(n => n.Key.Source));
        var before = incarnations;
        // Also what this process hears: its consumers end with their topics.
        if (publishing.Union(heard).ToList() is { Count: > 0 } topics) incarnations = kafka.EnsureAsync(topics).GetAwaiter().GetResult();
        // Like a consumer, a producer ends with its topics: it would take the new ones' leaders for outdated.
        if (before.Any(b => incarnations.TryGetValue(b.Key, out var id) && id != b.Value)) kafka.DropProducer();
        foreach (var lost in next.Where(n => n.Value.Offset is { } at && at.Incarnation != incarnations.GetValueOrDefault(n.Key.Source)).Select(n => n.Key).ToList())
        {
            if (TestSwitches.NoRepublish) continue;
            using var command = new NpgsqlCommand("select log.publish_again($1, $2, null)", connection) { Parameters = { new() { Value = lost.Source }, new() { Value = (short)lost.Shard } } };
            command.ExecuteNonQuery();
            next[lost] = Cursor.Of(connection, Consumer, [lost])[lost];
            Log.Again(log, kafka.Options.TopicOf(lost.Source), lost.Shard, next[lost].Next);
        }
        return next.ToDictionary(n => n.Key, n => n.Value with { Offset = new LogOffset(incarnations.GetValueOrDefault(n.Key.Source) ?? "", 0) });
    }

    // Walk 2: outbox -> log, when the log is Kafka.
    Flight Send(List<Message> rows, OutboxTail tail)
    {
        var producer = kafka.Producer();
        var flight = new Flight([.. rows.GroupBy(r => new Position(r.Source, r.Shard)).Select(g => (g.Key, tail.Next[g.Key], g.Last()))], rows.Count, wake);
        Action<DeliveryReport<string, byte[]>> report = flight.Report;
        var sent = 0;
        try
        {
            foreach (var row in rows) { producer.Produce(kafka.PartitionOf(new(row.Source, row.Shard)), kafka.Wrap(row), report); sent++; }
        }
        catch (ProduceException<string, byte[]> e) { flight.Down(rows.Count - sent, e.Error); }
        foreach (var (at, old, last) in flight.Moves) tail.Moved(at, old with { Next = last.Seq + 1, RecordedAt = last.RecordedAt });
        return flight;
    }

    /// <summary>False when a cursor was moved by somebody else meanwhile (asked to publish again): the rows are looked at anew.</summary>
    static bool Move(NpgsqlConnection connection, List<Flight> landed)
    {
        if (landed.Count == 0) return true;
        var moved = landed.SelectMany(f => f.Moves).GroupBy(m => m.At).Select(g => (At: g.Key, g.First().Old, g.Last().Last)).OrderBy(m => m.At.Source, StringComparer.Ordinal).ThenBy(m => m.At.Shard).ToList();
        using var command = new NpgsqlCommand("""
            update log.cursor c set next_seq = u.n, recorded_at = u.r, position = u.p from unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[]) u(source, shard, old, n, r, p)
            where c.service = 'relay' and c.source = u.source and c.shard = u.shard and c.next_seq = u.old
            """, connection)
        {
            Parameters =
            {
                Arrays.Of(moved, m => m.At.Source), Arrays.Of(moved, m => (short)m.At.Shard),
                Arrays.Of(moved, m => m.Old.Next), Arrays.Of(moved, m => m.Last.Seq + 1),
                Arrays.Of(moved, m => m.Last.RecordedAt), Arrays.Of(moved, m => m.Old.Offset!.Value.ToString()),
            },
        };
        return command.ExecuteNonQuery() == moved.Count;
    }

    public Task StopAsync(CancellationToken _)
    {
        stop.Cancel();
        thread?.Join(TimeSpan.FromSeconds(5));
        LogSignals.Forget(inbox!);
        foreach (var l in leases.Values) l.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => stop.Dispose();

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "relay: {State}; trying again, the outbox keeps what is to be published")] public static partial void Retrying(ILogger log, string state);
        [LoggerMessage(Level = LogLevel.Warning, Message = "relay: {Topic}/{Partition} was made anew; its events from {Seq} on are published again")] public static partial void Again(ILogger log, string topic, int partition, long seq);
    }
}
