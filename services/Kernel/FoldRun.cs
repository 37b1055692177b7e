using Google.Protobuf;

namespace InquiryHub.Kernel;

/// <summary>
/// The middle of a batch: drops duplicates, stops at gaps, folds, parks. `expected` comes from the cursor read under the
/// lock and never from memory: an instance that was frozen finds its messages to be duplicates.
/// </summary>
internal sealed class FoldRun(HubService service, UnitOfWork work, Dictionary<Position, Cursor> cursors, Dictionary<string, SortedSet<long>> parked, HashSet<string> deferred, string? refused = null)
{
    readonly HashSet<string> blocked = [];

    public Dictionary<Position, Cursor> Cursors => cursors;
    public HashSet<Position> Moved { get; } = [];
    public List<Position> Gaps { get; } = [];
    public List<(Message Message, string Error, bool Deferred)> ToPark { get; } = [];
    public List<ParkedMessage> Replayed { get; } = [];
    public List<(string Key, string Error, bool Deferred)> FailedReplays { get; } = [];
    /// <summary>Keys whose first messages were folded while more of them wait: those were parked after somebody marked the queue, and follow it.</summary>
    public IEnumerable<string> Freed => Replayed.Select(r => r.Message.Key).Distinct().Where(k => parked.ContainsKey(k) && !blocked.Contains(k));
    public List<IMessage> ReferenceRows { get; } = [];
    public int Folded { get; private set; }
    public int Duplicates { get; private set; }

    public void Next(Message message)
    {
        var position = new Position(message.Source, message.Shard);
        if (!cursors.TryGetValue(position, out var cursor)) throw new InvalidOperationException($"{service.Name} has no cursor for {position}: it was not registered at start.");
        if (message.Seq < cursor.Next) { Duplicates++; return; }
        if (message.Seq > cursor.Next) { if (!Gaps.Contains(position)) Gaps.Add(position); return; }
        cursors[position] = new(message.Seq + 1, message.RecordedAt, message.Offset?.Next);
        Moved.Add(position);

        if (parked.ContainsKey(message.Key)) Park(message, "held back behind an earlier message of its key", deferred.Contains(message.Key));
        else if (Try(message) is { } failure) Park(message, failure.Error, failure.Deferred);
    }

    /// <summary>A parked message again, when it is still there and the first of its key.</summary>
    public void Replay(ParkedMessage replay)
    {
        var key = replay.Message.Key;
        if (blocked.Contains(key) || !parked.TryGetValue(key, out var queue) || queue.Count == 0 || queue.Min != replay.Id) return;
        if (Try(replay.Message) is { } failure)
        {
            blocked.Add(key);
            FailedReplays.Add((key, failure.Error, failure.Deferred));
            return;
        }
        Replayed.Add(replay);
        queue.Remove(replay.Id);
        if (queue.Count == 0) parked.Remove(key);
    }

    void Park(Message message, string error, bool waits)
    {
        ToPark.Add((message, error, waits));
        if (waits) deferred.Add(message.Key);
        // An id above all others: what this batch parks is behind what was parked before.
        if (!parked.TryGetValue(message.Key, out var queue)) parked[message.Key] = queue = [];
        queue.Add(long.MaxValue - int.MaxValue + ToPark.Count);
    }

    (string Error, bool Deferred)? Try(Message message)
    {
        if (refused is not null) return (refused, false);
        // Bytes from Kafka that were no event: there is nothing to fold, a replay clears them away.
        if (message.Type.Length == 0) return null;
        using var step = Trace.Source.HasListeners() ? Trace.Walk(2, "Log", message.Trace) : null; // Walk 2: the message is read from the log
        work.Begin(message.Shard, message.Trace);
        try
        {
            if (service.Reference is not null && message.Source == "directory" && message.Event is { } published) ReferenceRows.Add(published);
            service.Fold.Fold(message, work);
            Folded++;
            return null;
        }
        catch (NotKnownYetException e)
        {
            work.Undo();
            return (e.Message, true);
        }
        catch (Exception e)
        {
            // The type and place of the error only: an exception's text may quote a citizen's words.
            work.Undo();
            return ($"{e.GetType().Name} at {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}", false);
        }
    }
}
