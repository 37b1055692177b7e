using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using InquiryHub.Contracts.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>One command in a batch: what it reads, what it decides, and who waits for the answer.</summary>
internal sealed class PendingCommand
{
    public string? Id { get; init; }
    public required IReadOnlyList<string> Keys { get; init; }
    public required Action<Wants> Want { get; init; }
    public required Func<UnitOfWork, (object? Answer, Refusal? Refusal)> Decide { get; init; }
    public Func<byte[], object>? Parse { get; init; }
    public string? Trace { get; init; }
    public long QueuedAt { get; } = Stopwatch.GetTimestamp();
    public TaskCompletionSource<(object? Answer, Refusal? Refusal)> Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    (object? Answer, Refusal? Refusal) outcome;
    Exception? failure;

    /// <summary>Whether the answer is new and must be kept for a repetition of the same id.</summary>
    public bool Keep { get; private set; }
    public byte[] Bytes => ((IMessage)outcome.Answer!).ToByteArray();

    public void Run(UnitOfWork work, Dictionary<string, byte[]> answers, Shards shards)
    {
        (failure, Keep) = (null, false);
        if (Id is not null && answers.TryGetValue(Id, out var first)) { outcome = (Parse!(first), null); return; }
        work.Begin(shards.Of(Keys[0]), Trace);
        try
        {
            outcome = Decide(work);
            if (outcome.Refusal is not null) work.Undo();
            else if (Id is not null) { Keep = true; answers[Id] = Bytes; }
        }
        catch (Exception e) { work.Undo(); failure = e; }
    }

    public void Complete() { if (failure is null) Waiting.TrySetResult(outcome); else Waiting.TrySetException(failure); }
}

/// <summary>
/// Commands, timers and intake of one service: they queue while a transaction is in flight and then commit together, under
/// the shard lock but without a lease, so any instance serves any command.
/// </summary>
public sealed partial class Writer : IHostedService, IDisposable
{
    const int MaxBatch = 500;
    static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(10);
    readonly HubService service;
    readonly HubDatabase database;
    readonly Shards shards;
    readonly ReferenceCache reference;
    readonly ILogger log;
    readonly BlockingCollection<PendingCommand> queue = new(20_000);
    readonly CancellationTokenSource stop = new();
    Thread? thread;

    internal Writer(HubService service, HubDatabase database, Shards shards, ReferenceCache reference, ILogger<Writer> log) =>
        (this.service, this.database, this.shards, this.reference, this.log) = (service, database, shards, reference, log);

    /// <summary>
    /// Runs a command. Its id makes it safe to send again: the first answer is given again. A refusal is not kept.
    /// </summary>
    /// <param name="id">Of the caller's choosing; empty is refused, because after a lost connection nothing could tell whether it was done. Null only where repeating does no harm.</param>
    /// <param name="keys">Keys whose shards are locked; rows belong to the first one's shard until <see cref="UnitOfWork.Under"/> says another's.</param>
    /// <exception cref="HubUnavailableException">The database did not take it within 10 seconds; sending it again is safe.</exception>
    public async Task<Outcome<T>> CommandAsync<T>(string? id, IReadOnlyList<string> keys, Action<Wants> want, Func<UnitOfWork, Outcome<T>> decide) where T : class, IMessage<T>, new()
    {
        if (id is "") return Refusals.NoCommandId;
        var (answer, refusal) = await Enqueue(new PendingCommand
        {
            Id = id,
            Keys = keys, Want = want, Trace = Activity.Current?.Id,
            Decide = work => { var o = decide(work); return (o.Value, o.Refusal); },
            Parse = bytes => { var m = new T(); m.MergeFrom(bytes); return m; },
        });
        return new((T?)answer, refusal);
    }

    /// <summary>Runs something that is safe to repeat by its own key (intake, timers, delivery attempts), so it needs no id.</summary>
    public async Task<Outcome<T>> RepeatableAsync<T>(IReadOnlyList<string> keys, Action<Wants> want, Func<UnitOfWork, Outcome<T>> decide) where T : class
    {
        var (answer, refusal) = await Enqueue(new PendingCommand
        { Keys = keys, Want = want, Trace = Activity.Current?.Id, Decide = work => { var o = decide(work); return (o.Value, o.Refusal); } });
        return new((T?)answer, refusal);
    }

    /// <summary>Whether a person's command (one with an id) came in the last second.</summary>
    internal bool Busy => Stopwatch.GetElapsedTime(Volatile.Read(ref commandedAt)) < TimeSpan.FromSeconds(1);
    long commandedAt = Stopwatch.GetTimestamp() - Stopwatch.Frequency;

    Task<(object? Answer, Refusal? Refusal)> Enqueue(PendingCommand command)
    {
        if (command.Id is not null) Volatile.Write(ref commandedAt, Stopwatch.GetTimestamp());
        // PostgreSQL holds no NUL: such an id or key can name nothing of ours.
        if (command.Keys.Append(command.Id ?? "").Any(k => k.Contains('\0'))) return Task.FromResult(((object?)null, (Refusal?)Refusals.InvalidKey));
        if (stop.IsCancellationRequested || !queue.TryAdd(command)) throw new HubUnavailableException();
        return command.Waiting.Task;
    }

    public Task StartAsync(CancellationToken _)
    {
        thread = new Thread(Run) { IsBackground = true, Name = $"{service.Name} writer" };
        thread.Start();
        return Task.CompletedTask;
    }

    void Run()
    {
        var batch = new Batch(service, shards, reference);
        NpgsqlConnection? connection = null;
        var pending = new List<PendingCommand>();
        var (pause, alone) = (10, 0);
        try
        {
            while (true)
            {
                if (pending.Count == 0) { alone = 0; pending.Add(queue.Take(stop.Token)); }
                while (pending.Count < MaxBatch && queue.TryTake(out var more)) pending.Add(more);
                // One id twice in a batch would be inserted twice; the second waits for the next one.
                var now = alone > 0 ? [pending[0]] : pending.Where(c => c.Id is null).Concat(pending.Where(c => c.Id is not null).DistinctBy(c => c.Id)).ToList();
                try
                {
                    connection ??= database.Open(service);
                    batch.Run(connection, [], [], now);
                    foreach (var c in now) c.Complete();
                    var done = now.ToHashSet();
                    pending.RemoveAll(done.Contains);
                    (pause, alone) = (10, Math.Max(0, alone - 1));
                }
                catch (PostgresException e) when (!Transient.Is(e))
                {
                    // The database refused what one of them wrote: each alone, so that only that one fails.
                    connection?.Dispose();
                    connection = null;
                    if (now.Count > 1) { alone = pending.Count; continue; }
                    Log.Refused(log, service.Name, e.SqlState);
                    now[0].Waiting.TrySetException(e);
                    pending.Remove(now[0]);
                    alone = Math.Max(0, alone - 1);
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
                {
                    Log.Retrying(log, service.Name, Transient.State(e));
                    // The commit may have happened: every command runs again from the database's own state, where its id or
                    // key tells. What carries neither is a timer's or intake's, which look before they act.
                    connection?.Dispose();
                    connection = null;
                    foreach (var c in pending.Where(c => Stopwatch.GetElapsedTime(c.QueuedAt) > GiveUp)) c.Waiting.TrySetException(new HubUnavailableException());
                    pending.RemoveAll(c => c.Waiting.Task.IsCompleted);
                    stop.Token.WaitHandle.WaitOne(pause);
                    pause = Math.Min(pause * 2, 1000);
                }
            }
        }
        catch (OperationCanceledException) { }
        finally
        {
            connection?.Dispose();
            foreach (var c in pending.Concat(queue)) c.Waiting.TrySetException(new HubUnavailableException());
        }
    }

    public Task StopAsync(CancellationToken _)
    {
        stop.Cancel();
        thread?.Join(TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    }

    public void Dispose() { stop.Dispose(); queue.Dispose(); }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service}: a batch failed ({State}), of commands or contacts; trying again")] public static partial void Retrying(ILogger log, string service, string state);
        [LoggerMessage(Level = LogLevel.Error, Message = "{Service}: the database refused a command ({State})")] public static partial void Refused(ILogger log, string service, string state);
    }
}

/// <summary>The hub can't commit now. Doors answer 503 with Retry-After, gRPC answers Unavailable; nothing was half done.</summary>
public sealed class HubUnavailableException() : Exception("The hub can't commit now.");
