using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InquiryHub.Kernel;

/// <summary>
/// Kafka -> what the services of this process hear. One consumer for all of them: a broker looks again through every partition of each
/// fetch that waits whenever something is appended to one of them, so one of all topics costs it a fifth of five, and each
/// record comes once. The group's assignment decides what is read here, the services' cursors from where. Not to read is the
/// back-pressure: as long as one of them has enough waiting, none gets more.
/// </summary>
internal sealed partial class KafkaReader : IHostedService, IDisposable
{
    static readonly TimeSpan JoinAgain = TimeSpan.FromSeconds(1), GivenBy = TimeSpan.FromSeconds(15), StoreEvery = TimeSpan.FromSeconds(1);
    const int IdleMs = 100, MostAtOnce = 500;
    readonly HubDatabase database;
    readonly KafkaLink kafka;
    readonly ILogger log;
    readonly IReadOnlyList<HubService> services;
    readonly IReadOnlyList<string> sources;
    readonly Dictionary<string, KafkaLog> logs;
    readonly AutoResetEvent room = new(false);
    readonly CancellationTokenSource stop = new();
    readonly HashSet<Position> assigned = [];
    readonly Dictionary<Position, List<Message>> fresh = [];
    readonly HashSet<string> told = [];
    IConsumer<string, byte[]>? consumer;
    // Of the topics this consumer reads.
    IReadOnlyDictionary<string, string> incarnations = new Dictionary<string, string>();
    long emptySince, storedAt;
    Thread? thread;

    public KafkaReader(HubDatabase database, KafkaLink kafka, IEnumerable<HubService> services, IEnumerable<ServiceHealth> healths, ILogger<KafkaReader> log)
    {
        (this.database, this.kafka, this.log) = (database, kafka, log);
        logs = healths.Join(services, h => h.Service, s => s.Name, (health, service) => (service, Log: new KafkaLog(service, health, room, log))).ToDictionary(l => l.service.Name, l => l.Log);
        this.services = [.. services.Where(s => s.Sources.Count > 0)];
        sources = [.. this.services.SelectMany(s => s.Sources).Distinct()];
        // Processes of the same services share their partitions.
        Name = string.Join('+', this.services.Select(s => s.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>The services that read together, `casework+routing`.</summary>
    public string Name { get; }

    /// <summary>What one service hears.</summary>
    public KafkaLog Of(HubService service) => logs[service.Name];

    public Task StartAsync(CancellationToken _)
    {
        thread = new Thread(Run) { IsBackground = true, Name = "kafka reader" };
        if (services.Count > 0) thread.Start();
        return Task.CompletedTask;
    }

    void Run()
    {
        Transient.Keep(Serve, e => Log.Failed(log, Name, Transient.State(e)), stop.Token);
        Close();
    }

    void Serve(Action worked, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try { consumer ??= Join(); }
            catch (KafkaException)
            {
                // No broker answers. The outbox keeps what is to be heard, /ready carries a warning, and work goes on.
                kafka.Away(TimeProvider.System);
                token.WaitHandle.WaitOne(JoinAgain);
                continue;
            }
            SayWhenUnassigned();
            if (TopicsWereMadeAnew())
            {
                Log.JoinsAnew(log, Name);
                Close();
                continue;
            }
            if (logs.Values.Any(l => l.IsFull)) { WaitHandle.WaitAny([room, token.WaitHandle], IdleMs); continue; }
            Read();
            worked();
            StoreOffsets();
        }
    }

    void Read()
    {
        var (read, wait) = (0, IdleMs);
        for (; read < MostAtOnce && Next(wait) is { } result; wait = 0, read++) Keep(result);
        if (fresh.Count == 0) return;
        foreach (var service in services) logs[service.Name].Add([.. fresh.Where(f => service.Sources.Contains(f.Key.Source))]);
        fresh.Clear();
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
        catch (KafkaException e) { if (told.Add(e.Error.Code.ToString())) Log.Refused(log, Name, e.Error.Code.ToString(), e.Error.Reason); }
        return null;
    }

    void Keep(ConsumeResult<string, byte[]> r)
    {
        var position = kafka.PositionOf(r.TopicPartition);
        if (kafka.Unwrap(r, position, Incarnation(position), out var foreign) is { } message)
        {
            if (!fresh.TryGetValue(position, out var list)) fresh[position] = list = [];
            list.Add(message);
            return;
        }
        if (foreign) { if (told.Add("foreign " + r.Topic)) Log.Foreign(log, Name, r.Topic); return; }
        WithDatabase(connection =>
        {
            foreach (var service in Hearers(position.Source))
                Parking.KeepForeign(connection, service, r.Topic, r.Partition.Value, r.Offset.Value, r.Message.Value ?? [], "no event: the headers hub, seq, type, recorded_at or the key are missing");
            return true;
        });
        Log.NoEvent(log, Name, r.Topic, r.Partition.Value, r.Offset.Value);
    }

    // The client says nothing when the brokers don't know its group protocol: it waits for ever for partitions that nobody gives it.
    void SayWhenUnassigned()
    {
        if (assigned.Count == 0 && Stopwatch.GetElapsedTime(emptySince) > GivenBy && kafka.Unassigned.TryAdd(Name, true)) Log.Unassigned(log, Name);
    }

    /// <summary>
    /// The client ends with its topics. It goes on by their names, with the leaders' epochs of those that are no more, and takes every word
    /// about the new ones for outdated: some partitions are then never heard again, without an error (librdkafka issue 4898).
    /// </summary>
    bool TopicsWereMadeAnew() => incarnations.Any(t => kafka.Incarnations.GetValueOrDefault(t.Key, t.Value) != t.Value);

    IConsumer<string, byte[]> Join()
    {
        incarnations = kafka.EnsureAsync(sources).GetAwaiter().GetResult();
        var joined = new ConsumerBuilder<string, byte[]>(kafka.Options.Consumer(kafka.GroupOf(Name)))
            .SetPartitionsAssignedHandler((_, parts) => Assigned(parts))
            .SetPartitionsRevokedHandler((_, parts) => Lost(parts.Select(p => kafka.PositionOf(p.TopicPartition))))
            .SetPartitionsLostHandler((_, parts) => Lost(parts.Select(p => kafka.PositionOf(p.TopicPartition))))
            .SetErrorHandler((_, e) => { if (e.Code == ErrorCode.Local_AllBrokersDown) kafka.Away(TimeProvider.System); })
            .SetLogHandler((_, _) => { }).Build();
        joined.Subscribe(sources.Select(kafka.Options.TopicOf));
        emptySince = Stopwatch.GetTimestamp();
        return joined;
    }

    string Incarnation(Position p) => incarnations.GetValueOrDefault(p.Source) ?? "";
    IEnumerable<HubService> Hearers(string source) => services.Where(s => s.Sources.Contains(source));

    List<TopicPartitionOffset> Assigned(List<TopicPartition> parts)
    {
        var positions = parts.Select(kafka.PositionOf).ToList();
        var cursors = WithDatabase(connection => services.ToDictionary(s => s.Name, s => Cursor.Of(connection, s.Name, positions)));
        assigned.UnionWith(positions);
        TellAssigned();
        kafka.Unassigned.TryRemove(Name, out _);
        // From where the slowest of them stands; the others drop by its seq what they have.
        return [.. parts.Zip(positions, (part, position) => new TopicPartitionOffset(part, Hearers(position.Source)
            .Select(s => cursors[s.Name].GetValueOrDefault(position).Offset is { } o && o.Incarnation == Incarnation(position) ? new Offset(o.Offset) : Offset.Beginning)
            .MinBy(o => o.Value)))];
    }

    void Lost(IEnumerable<Position> gone)
    {
        foreach (var p in gone) { assigned.Remove(p); fresh.Remove(p); }
        if (assigned.Count == 0) emptySince = Stopwatch.GetTimestamp();
        TellAssigned();
    }

    void TellAssigned() { foreach (var l in logs.Values) l.Assign(assigned); }

    // An exception here would leave partitions assigned and unread, or bytes unkept: it is tried again until the database answers.
    T WithDatabase<T>(Func<Npgsql.NpgsqlConnection, T> ask) => Transient.Retry(e => Log.Failed(log, Name, Transient.State(e))).Execute(() =>
    {
        stop.Token.ThrowIfCancellationRequested();
        using var connection = database.OpenLogin("kafka reader");
        return ask(connection);
    });

    /// <summary>Committed offsets are for people who watch the lag: that of the slowest.</summary>
    void StoreOffsets()
    {
        if (Stopwatch.GetElapsedTime(storedAt) < StoreEvery) return;
        storedAt = Stopwatch.GetTimestamp();
        foreach (var position in assigned)
        {
            var folded = Hearers(position.Source).Select(s => logs[s.Name].FoldedTo(position)).ToList();
            if (folded.Contains(null)) continue;
            try { consumer!.StoreOffset(new TopicPartitionOffset(kafka.PartitionOf(position), folded.Min()!.Value)); }
            catch (KafkaException) { /* just revoked: whoever has it now reads from the cursors */ }
        }
    }

    void Leave()
    {
        var leaving = consumer;
        consumer = null;
        assigned.Clear();
        fresh.Clear();
        TellAssigned();
        leaving?.Dispose();
    }

    void Close()
    {
        try { consumer?.Close(); } catch (KafkaException) { /* it leaves by its session's end */ }
        Leave();
    }

    public Task StopAsync(CancellationToken _)
    {
        stop.Cancel();
        if (services.Count > 0) thread?.Join(TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    }

    public void Dispose() => stop.Dispose();

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Services}: " + KafkaLink.NoPartition)] public static partial void Unassigned(ILogger log, string services);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Services}: topics they hear were made anew; they join their group again")] public static partial void JoinsAnew(ILogger log, string services);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Services}: Kafka: {State}; trying again")] public static partial void Failed(ILogger log, string services, string state);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Services}: Kafka: {Code}: {Reason}")] public static partial void Refused(ILogger log, string services, string code, string reason);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Services}: {Topic} holds events of another hub; they are left alone. Give each hub names of its own: Kafka__TopicPrefix")] public static partial void Foreign(ILogger log, string services, string topic);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Services}: {Topic}/{Partition} offset {Offset} is no event; parked, see ./hub parked list")] public static partial void NoEvent(ILogger log, string services, string topic, int partition, long offset);
    }
}
