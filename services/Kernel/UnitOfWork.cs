using System.Diagnostics;
using Google.Protobuf;

namespace InquiryHub.Kernel;

/// <summary>Which rows a message or command may read: named before the batch begins, read in its one round trip.</summary>
public sealed class Wants
{
    internal Dictionary<ITable, HashSet<string>> Keys { get; } = [];

    public Wants Add(ITable table, string key)
    {
        if (!Keys.TryGetValue(table, out var set)) Keys[table] = set = [];
        set.Add(key);
        return this;
    }

    internal Dictionary<CounterTable, HashSet<string>> Sums { get; } = [];

    /// <summary>The sums, over all shards, of the counters whose first dimension has this value. They may lag other shards by one batch.</summary>
    public Wants AddSums(CounterTable table, string firstDimension)
    {
        if (!Sums.TryGetValue(table, out var set)) Sums[table] = set = [];
        set.Add(firstDimension);
        return this;
    }
}

/// <summary>
/// What one batch knows and does, under the lock of its shards: rows read, rows changed, events emitted. All of it commits
/// together with the cursors, or none of it. Handlers are pure but for this.
/// </summary>
public sealed class UnitOfWork
{
    readonly Shards shards;
    readonly HashSet<int> locked;
    readonly Dictionary<(ITable, string), object> rows = [];
    readonly HashSet<(ITable, string)> wanted = [];
    readonly Dictionary<(ITable, string), (int Shard, bool IsNew)> changed = [];
    readonly List<(CounterTable Table, int Shard, string[] Dimensions, long Delta)> deltas = [];
    readonly List<Action<IReadOnlyDictionary<CounterTable, List<CounterValue>>>> afterCommit = [];
    readonly Dictionary<(CounterTable, string), long> sums = [];
    readonly List<Action> undo = [];
    readonly object? reference;
    int shard;
    string? trace;

    internal UnitOfWork(Shards shards, IEnumerable<int> locked, DateTimeOffset now, DateTimeOffset recordedAt, object? reference)
    {
        this.shards = shards;
        this.locked = [.. locked];
        this.reference = reference;
        Now = now;
        RecordedAt = recordedAt;
    }

    /// <summary>The city's clock, read once for the batch, after its lock. Every date, limit and window uses it.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The city's day of <see cref="Now"/>.</summary>
    public DateOnly Today => CityTime.DateOf(Now);

    internal DateTimeOffset RecordedAt { get; }
    internal List<OutboxRow> Outbox { get; } = [];

    /// <summary>The service's reference data, in the version that this batch read.</summary>
    public TSnapshot Reference<TSnapshot>() where TSnapshot : class =>
        reference as TSnapshot ?? throw new InvalidOperationException($"The service registered no reference data of the type {typeof(TSnapshot).Name}.");

    /// <summary>The row, with this batch's changes; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">The row was not named in <see cref="Wants"/>: it was not read.</exception>
    public TRow? Get<TRow>(Table<TRow> table, string key) where TRow : class =>
        rows.TryGetValue((table, key), out var row) ? (TRow)row
        : wanted.Contains((table, key)) ? null
        : throw new InvalidOperationException($"A row of {table.Name} was read that was not wanted before the batch.");

    public void Put<TRow>(Table<TRow> table, TRow row) where TRow : class => Put(table, row, isNew: false);

    /// <summary>A row that its key's facts make exactly once, so that it needn't be read before.</summary>
    public void PutNew<TRow>(Table<TRow> table, TRow row) where TRow : class => Put(table, row, isNew: true);

    void Put<TRow>(Table<TRow> table, TRow row, bool isNew) where TRow : class
    {
        var id = ((ITable)table, table.Key(row));
        var had = rows.TryGetValue(id, out var before);
        if (had && ReferenceEquals(before, row)) return;
        var wasChanged = changed.TryGetValue(id, out var old);
        undo.Add(() =>
        {
            if (had) rows[id] = before!; else rows.Remove(id);
            if (wasChanged) changed[id] = old; else changed.Remove(id);
        });
        rows[id] = row;
        changed[id] = (shard, wasChanged ? old.IsNew : isNew || (!had && wanted.Contains(id)));
    }

    /// <summary>Moves a counter of the current key's shard.</summary>
    public void Add(CounterTable table, long delta, params string[] dimensions)
    {
        if (delta == 0) return;
        Debug.Assert(dimensions.Length == table.Dimensions);
        var id = (table, string.Join('\u001f', dimensions));
        undo.Add(() => { deltas.RemoveAt(deltas.Count - 1); sums[id] -= delta; });
        deltas.Add((table, shard, dimensions, delta));
        sums[id] = sums.GetValueOrDefault(id) + delta;
    }

    /// <summary>The sum over all shards, with this batch's moves; its first dimension must have been wanted.</summary>
    public long Sum(CounterTable table, params string[] dimensions) => sums.GetValueOrDefault((table, string.Join('\u001f', dimensions)));

    /// <summary>Publishes an event. The key must be the message's own, or one that the command locked.</summary>
    public void Emit(string key, IMessage @event)
    {
        var s = shards.Of(key);
        if (!locked.Contains(s)) throw new InvalidOperationException($"An event was emitted for a key of shard {s}, which this batch did not lock.");
        undo.Add(() => Outbox.RemoveAt(Outbox.Count - 1));
        Outbox.Add(new OutboxRow(s, key, @event.Descriptor.FullName, Activity.Current?.Id ?? trace, @event.ToByteArray(), @event));
    }

    /// <summary>Opens the trace span of a step of the walk (house rules: nine steps, one trace).</summary>
    public Activity? Walk(int step, string name) => Trace.Walk(step, name, trace);

    /// <summary>Runs when the batch has committed, with the new absolute values of the counters it moved. It may be lost in a crash.</summary>
    public void AfterCommit(Action<IReadOnlyDictionary<CounterTable, List<CounterValue>>> act)
    {
        undo.Add(() => afterCommit.RemoveAt(afterCommit.Count - 1));
        afterCommit.Add(act);
    }

    internal void Begin(int shard, string? trace) { undo.Clear(); this.shard = shard; this.trace = trace; }
    internal void Undo() { for (var i = undo.Count - 1; i >= 0; i--) undo[i](); undo.Clear(); }
    internal void Loaded(ITable table, IEnumerable<string> keys) { foreach (var k in keys) wanted.Add((table, k)); }
    internal void Loaded(ITable table, string key, object row) => rows[(table, key)] = row;
    internal void Loaded(CounterTable table, string[] dimensions, long sum) => sums[(table, string.Join('\u001f', dimensions))] = sum;

    /// <summary>The changed rows by table; new ones apart where there are enough of them to be worth a statement.</summary>
    internal IEnumerable<(ITable Table, List<ChangedRow> Rows, bool AllNew)> Changed()
    {
        foreach (var table in changed.GroupBy(c => c.Key.Item1))
        {
            var all = table.Select(c => new ChangedRow(c.Key.Item2, c.Value.Shard, rows[c.Key], c.Value.IsNew)).ToList();
            var fresh = all.Where(r => r.IsNew).ToList();
            if (fresh.Count == all.Count || fresh.Count < WorthAStatement) yield return (table.Key, all, fresh.Count == all.Count);
            else
            {
                yield return (table.Key, fresh, true);
                yield return (table.Key, [.. all.Where(r => !r.IsNew)], false);
            }
        }
    }

    const int WorthAStatement = 8;

    internal IEnumerable<(CounterTable Table, List<(int Shard, string[] Dimensions, long Delta)> Deltas)> Deltas() =>
        deltas.GroupBy(d => d.Table).Select(t => (t.Key, t.GroupBy(d => (d.Shard, string.Join('\u001f', d.Dimensions)))
            .Select(g => (g.Key.Shard, g.First().Dimensions, g.Sum(d => d.Delta)))
            .Where(d => d.Item3 != 0).OrderBy(d => string.Join('\u001f', d.Dimensions), StringComparer.Ordinal).ThenBy(d => d.Shard).ToList()));

    internal void Committed(IReadOnlyDictionary<CounterTable, List<CounterValue>> values) { foreach (var act in afterCommit) act(values); }
}

internal sealed record OutboxRow(int Shard, string Key, string Type, string? Trace, byte[] Body, IMessage Event)
{
    /// <summary>Given when it is written.</summary>
    public long Seq { get; set; }
}

/// <summary>What a service does with what it hears: names the rows, then folds one message at a time, in order, without any other input.</summary>
public interface IFold
{
    void Want(Message message, Wants wants);
    void Fold(Message message, UnitOfWork work);
}

/// <summary>Thrown by a fold when reference data it needs is not known yet (an unknown unit, an unknown officer): the key waits until it changes.</summary>
public sealed class NotKnownYetException(string what) : Exception(what);
