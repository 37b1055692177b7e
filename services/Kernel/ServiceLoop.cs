using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>The one thread that folds what a service hears: gather, begin-lock-read, fold, write-commit (kernel design, section 3).</summary>
internal sealed partial class ServiceLoop(HubService service, HubDatabase database, Shards shards, ReferenceCache reference, ServiceHealth health, Writer writer, IInboundLog inbound, ILogger<ServiceLoop> log) : IHostedService, IDisposable
{
    public const int MaxBatch = 2000;
    /// <summary>In a flood, of those who hear of one inquiry from many services: its facts come within a second, and in one batch they are one row.</summary>
    const int MaxGathered = 16_000;
    /// <summary>While people act on the same rows: a command waits for the batch before it.</summary>
    const int MaxBesideCommands = 500;
    readonly CancellationTokenSource stop = new();
    Thread? thread;
    readonly int most = service.Sources.Count >= Many ? MaxGathered : MaxBatch;
    int size = MaxBatch;

    public Task StartAsync(CancellationToken _)
    {
        inbound.Start();
        thread = new Thread(Run) { IsBackground = true, Name = $"{service.Name} loop" };
        thread.Start();
        return Task.CompletedTask;
    }

    void Run() => Transient.Keep(Serve, Failed, stop.Token);

    void Failed(Exception e)
    {
        // A batch that folds for longer than the idle time-out (25P03: no processor left for it) would fail the same way for ever.
        size = Math.Max(50, size / 2);
        health.Failing(e);
        Log.Retrying(log, service.Name, Transient.State(e));
    }

    void Serve(Action worked, CancellationToken token)
    {
        using var connection = database.Open(service);
        var batch = new Batch(service, shards, reference);
        inbound.Connected();
        var (last, began) = (0, Stopwatch.GetTimestamp());
        health.Working();
        while (!token.IsCancellationRequested)
        {
            var now = writer.Busy ? Math.Min(size, MaxBesideCommands) : size;
            if (Pause(last, now, most > MaxBatch, service.Apart, Stopwatch.GetElapsedTime(began).TotalMilliseconds) is > 0 and var pause) stop.Token.WaitHandle.WaitOne(pause);
            var (messages, replays) = inbound.Read(connection, now, token);
            last = messages.Count;
            if (messages.Count == 0 && replays.Count == 0) { health.Working(); continue; }
            began = Stopwatch.GetTimestamp();
            var result = RunOrIsolate(batch, connection, messages, replays);
            size = Math.Min(most, size + size / 4);
            worked();
            inbound.Committed(result);
            health.Folded(result);
            Metrics.Batch(service.Name, result, messages.Count, Stopwatch.GetElapsedTime(began));
            if (result.Parked > 0) Log.Parked(log, service.Name, result.Parked);
        }
    }

    /// <summary>
    /// Milliseconds to let messages gather. A message that comes alone goes at once, and a full batch waits for nothing; else batches
    /// begin a few milliseconds apart, each service's own. Who hears of one inquiry from many services waits longer in a flood: then the
    /// inquiry's facts meet in one batch and its row is written once, not once a fact.
    /// </summary>
    /// <param name="since">Milliseconds since the last batch began.</param>
    internal static int Pause(int last, int size, bool gathers, int apart, double since) =>
        last == 0 || last >= size ? 0 : last < Flood ? Math.Max(0, apart - (int)since) : gathers ? Math.Min(last / 8, 120) : 10;

    const int Flood = 200, Many = 4;

    // What a fold wrote may be refused by the database itself (a NUL, a value too long): then one message at a time, and the
    // one that can't be written is parked like one that can't be folded.
    BatchResult RunOrIsolate(Batch batch, NpgsqlConnection connection, IReadOnlyList<Message> messages, IReadOnlyList<ParkedMessage> replays)
    {
        try { return batch.Run(connection, messages, replays, []); }
        catch (PostgresException e) when (!Transient.Is(e)) { Rollback(connection); Log.Isolating(log, service.Name, e.SqlState, messages.Count); }
        var cursors = new Dictionary<Position, Cursor>();
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

    public Task StopAsync(CancellationToken _)
    {
        stop.Cancel();
        thread?.Join(TimeSpan.FromSeconds(5));
        inbound.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => stop.Dispose();

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: a batch failed ({State}); trying again")] public static partial void Retrying(ILogger log, string service, string state);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: the database refused a batch of {Count} ({State}); folding it one by one")] public static partial void Isolating(ILogger log, string service, string state, int count);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: {Count} messages were parked; see ./hub parked list")] public static partial void Parked(ILogger log, string service, int count);
    }
}
