using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>The one thread that folds what a service hears: gather, begin-lock-read, fold, write-commit (kernel design, section 3).</summary>
internal sealed partial class ServiceLoop(HubService service, HubDatabase database, Shards shards, ReferenceCache reference, ServiceHealth health, ILogger<ServiceLoop> log) : IHostedService, IDisposable
{
    const int MaxBatch = 2000;
    readonly AutoResetEvent wake = new(false);
    readonly CancellationTokenSource stop = new();
    Leases? leases;
    Thread? thread;
    int size = MaxBatch;

    public Task StartAsync(CancellationToken _)
    {
        foreach (var s in service.Sources) LogSignals.Register(s, wake);
        leases = new Leases(service, database.ConnectionString, shards, health) { Wake = wake };
        leases.Start();
        thread = new Thread(Run) { IsBackground = true, Name = $"{service.Name} loop" };
        thread.Start();
        return Task.CompletedTask;
    }

    void Run()
    {
        // A batch that folds for longer than the idle time-out (25P03: no processor left for it) would fail the same way for ever.
        var retry = Transient.Retry(e => { size = Math.Max(50, size / 2); health.Failing(e); Log.Retrying(log, service.Name, Transient.State(e)); });
        while (!stop.IsCancellationRequested)
        {
            // Everything below starts from the database: after a lost connection nothing prepared is ever sent again.
            try { retry.Execute(token => Serve(token), stop.Token); }
            catch (OperationCanceledException) { }
        }
    }

    void Serve(CancellationToken token)
    {
        using var connection = database.Open(service);
        var batch = new Batch(service, shards, reference);
        var held = new HashSet<int>();
        var next = new Dictionary<Position, (long Next, DateTimeOffset? RecordedAt)>();
        var (stopped, suspect) = (new HashSet<Position>(), new HashSet<Position>());
        var (last, idle) = (0, 25);
        health.Working();
        while (!token.IsCancellationRequested)
        {
            var now = leases!.Held;
            if (!held.SetEquals(now)) { held = [.. now]; next = Cursors(connection, held); stopped.Clear(); suspect.Clear(); }
            if (next.Count == 0) { health.Working(); wake.WaitOne(100); continue; }
            // A batch costs about the same for 5 messages as for 50: when messages come closer than batches, a short pause makes
            // fewer of them (the year's load had 14 messages a batch without it); a message that comes alone goes at once.
            if (last >= 8) stop.Token.WaitHandle.WaitOne(Math.Min(last, 10));
            var limit = Math.Max(size < MaxBatch ? 1 : 32, size / Math.Max(1, next.Count / 4));
            var (messages, replays) = EmbeddedLog.Read(connection, service.Name, next.Where(n => !stopped.Contains(n.Key)).ToDictionary(), limit, service.Reference is not null);
            last = messages.Count;
            if (messages.Count == 0 && replays.Count == 0)
            {
                health.Working();
                // Signals wake it; the poll only covers a lost one, and grows while nothing happens: seven idle loops cost something.
                wake.WaitOne(idle = Math.Min(idle * 2, 400));
                continue;
            }
            idle = 25;
            if (messages.Count > size) messages = Trim(messages);
            var started = Stopwatch.GetTimestamp();
            var result = RunOrIsolate(batch, connection, messages, replays);
            size = Math.Min(MaxBatch, size + size / 4);
            foreach (var (position, cursor) in result.Cursors) if (next.ContainsKey(position)) next[position] = cursor;
            // The cursor may have been behind what this process remembered: only a gap seen twice, reading from the cursor, is one.
            foreach (var gap in result.Gaps.Where(g => !suspect.Add(g))) { stopped.Add(gap); health.Gap(gap); Log.Gap(log, service.Name, gap.Source, gap.Shard, result.Cursors[gap].Next); }
            suspect.IntersectWith(result.Gaps);
            health.Folded(result, messages.Count);
            Metrics.Batch(service.Name, result, messages.Count, Stopwatch.GetElapsedTime(started));
            if (result.Parked > 0) Log.Parked(log, service.Name, result.Parked);
        }
    }

    // What a fold wrote may be refused by the database itself (a NUL, a value too long): then one message at a time, and the
    // one that can't be written is parked like one that can't be folded.
    BatchResult RunOrIsolate(Batch batch, NpgsqlConnection connection, List<Message> messages, List<ParkedMessage> replays)
    {
        try { return batch.Run(connection, messages, replays, []); }
        catch (PostgresException e) when (!Transient.Is(e)) { Rollback(connection); Log.Isolating(log, service.Name, e.SqlState, messages.Count); }
        var cursors = new Dictionary<Position, (long, DateTimeOffset?)>();
        var (gaps, folded, duplicates, parked, emitted) = (new HashSet<Position>(), 0, 0, 0, 0);
        foreach (var (message, replay) in replays.Select(r => ((Message?)null, (ParkedMessage?)r)).Concat(messages.Select(m => ((Message?)m, (ParkedMessage?)null))))
        {
            BatchResult Alone(string? refused = null) => batch.Run(connection, message is null ? [] : [message], replay is null ? [] : [replay], [], refused);
            BatchResult one;
            try { one = Alone(); }
            catch (PostgresException e) when (!Transient.Is(e)) { Rollback(connection); one = Alone(refused: $"PostgreSQL {e.SqlState}"); }
            foreach (var (position, cursor) in one.Cursors) cursors[position] = cursor;
            gaps.UnionWith(one.Gaps);
            (folded, duplicates, parked, emitted) = (folded + one.Folded, duplicates + one.Duplicates, parked + one.Parked, emitted + one.Emitted);
        }
        return new(cursors, [.. gaps], folded, duplicates, parked, emitted);
    }

    static void Rollback(NpgsqlConnection connection) { using var command = new NpgsqlCommand("rollback", connection); command.ExecuteNonQuery(); }

    // A prefix of each pair's messages: cutting anywhere keeps order.
    List<Message> Trim(List<Message> messages)
    {
        var share = size / messages.Select(m => (m.Source, m.Shard)).Distinct().Count();
        return [.. messages.GroupBy(m => (m.Source, m.Shard)).SelectMany(g => g.Take(Math.Max(1, share)))];
    }

    Dictionary<Position, (long, DateTimeOffset?)> Cursors(NpgsqlConnection connection, HashSet<int> held)
    {
        using var command = new NpgsqlCommand("select source, shard, next_seq, recorded_at from log.cursor where service = $1 and shard = any($2) and source = any($3)", connection);
        command.Parameters.Add(new() { Value = service.Name });
        command.Parameters.Add(new() { Value = held.Select(s => (short)s).ToArray() });
        command.Parameters.Add(new() { Value = service.Sources.ToArray() });
        using var reader = command.ExecuteReader();
        var cursors = new Dictionary<Position, (long, DateTimeOffset?)>();
        while (reader.Read()) cursors[new(reader.GetString(0), reader.GetInt16(1))] = (reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3));
        return cursors;
    }

    public Task StopAsync(CancellationToken _)
    {
        stop.Cancel();
        wake.Set();
        thread?.Join(TimeSpan.FromSeconds(5));
        leases?.Dispose();
        LogSignals.Forget(wake);
        return Task.CompletedTask;
    }

    public void Dispose() => stop.Dispose();

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: the database failed ({State}); trying again")] public static partial void Retrying(ILogger log, string service, string state);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: events of {Source}/{Shard} from {Seq} are missing; this shard is stopped, publish them again")] public static partial void Gap(ILogger log, string service, string source, int shard, long seq);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: the database refused a batch of {Count} ({State}); folding it one by one")] public static partial void Isolating(ILogger log, string service, string state, int count);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: {Count} messages were parked; see ./hub parked list")] public static partial void Parked(ILogger log, string service, int count);
    }
}
