using System.Diagnostics;
using System.Runtime.InteropServices;
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
    readonly Dictionary<ITable, Rows> tables = [];
    readonly Dictionary<CounterTable, Dictionary<string[], long>> deltas = [], sums = [];
    readonly List<Action<IReadOnlyDictionary<CounterTable, List<CounterValue>>>> afterCommit = [];
    // What the message or command in hand did, so that it can be undone.
    readonly List<(Rows Of, string Key, Row Before)> puts = [];
    readonly List<(CounterTable Table, string[] Dimensions, long Delta)> moves = [];
    (int Events, int Acts) began;
    readonly object? reference;
    int shard;
    string? trace;

    /// <summary>One table's rows as the batch knows them; a wanted one that isn't here isn't in the table either.</summary>
    sealed class Rows(HashSet<string> wanted)
    {
        public bool Wanted(string key) => wanted.Contains(key);
        public Dictionary<string, Row> Known { get; } = new(wanted.Count);
    }

    /// <param name="Value">Null: there is none.</param>
    readonly record struct Row(object? Value, int Shard, bool Changed, bool IsNew);

    internal UnitOfWork(Shards shards, IEnumerable<int> locked, DateTimeOffset now, DateTimeOffset recordedAt, object? reference)
    {
        this.shards = shards;
        this.locked = [.. locked];
        Home = this.locked.Count > 0 ? this.locked.Min() : 0;
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
        Of(table).Known.GetValueOrDefault(key).Value is { } row ? (TRow)row
        : Of(table).Wanted(key) ? null
        : throw new InvalidOperationException($"A row of {table.Name} was read that was not wanted before the batch.");

    public void Put<TRow>(Table<TRow> table, TRow row) where TRow : class => Put(table, row, isNew: false);

    /// <summary>A row that its key's facts make exactly once, so that it needn't be read before.</summary>
    public void PutNew<TRow>(Table<TRow> table, TRow row) where TRow : class => Put(table, row, isNew: true);

    void Put<TRow>(Table<TRow> table, TRow row, bool isNew) where TRow : class
    {
        var (rows, key) = (Of(table), table.Key(row));
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(rows.Known, key, out _);
        if (ReferenceEquals(known.Value, row)) return;
        puts.Add((rows, key, known));
        known = new(row, shard, true, known.Changed ? known.IsNew : isNew || (known.Value is null && rows.Wanted(key)));
    }

    Rows Of(ITable table) => tables.TryGetValue(table, out var rows) ? rows : tables[table] = new([]);

    /// <summary>
    /// The shard whose counters the batch moves: the first that it locked, whichever its keys are of. Any locked one keeps other writers
    /// away, and one row a sum is written instead of one a shard.
    /// </summary>
    public int Home { get; }

    /// <summary>Moves a counter.</summary>
    public void Add(CounterTable table, long delta, params ReadOnlySpan<string> dimensions)
    {
        if (delta == 0) return;
        Debug.Assert(dimensions.Length == table.Dimensions);
        var known = Of(deltas, table).GetAlternateLookup<ReadOnlySpan<string>>();
        if (!known.TryGetValue(dimensions, out var kept, out var sum)) kept = dimensions.ToArray();
        known.Dictionary[kept] = sum + delta;
        moves.Add((table, kept, delta));
    }

    /// <summary>The sum over all shards, with this batch's moves; its first dimension must have been wanted.</summary>
    public long Sum(CounterTable table, params ReadOnlySpan<string> dimensions) => In(sums, table, dimensions) + In(deltas, table, dimensions);

    static long In(Dictionary<CounterTable, Dictionary<string[], long>> all, CounterTable table, ReadOnlySpan<string> dimensions) =>
        Of(all, table).GetAlternateLookup<ReadOnlySpan<string>>().TryGetValue(dimensions, out var sum) ? sum : 0;

    static Dictionary<string[], long> Of(Dictionary<CounterTable, Dictionary<string[], long>> all, CounterTable table) =>
        all.TryGetValue(table, out var of) ? of : all[table] = new(Dimensions.ByValue);

    /// <summary>Publishes an event. The key must be the message's own, or one that the command locked.</summary>
    public void Emit(string key, IMessage @event)
    {
        var s = shards.Of(key);
        if (!locked.Contains(s)) throw new InvalidOperationException($"An event was emitted for a key of shard {s}, which this batch did not lock.");
        Outbox.Add(new OutboxRow(s, key, @event.Descriptor.FullName, Activity.Current?.Id ?? trace, @event.ToByteArray(), @event));
    }

    /// <summary>Opens the trace span of a step of the walk (house rules: nine steps, one trace).</summary>
    public Activity? Walk(int step, string name) => Trace.Walk(step, name, trace);

    /// <summary>Runs when the batch has committed, with the new absolute values of the counters it moved. It may be lost in a crash.</summary>
    public void AfterCommit(Action<IReadOnlyDictionary<CounterTable, List<CounterValue>>> act) => afterCommit.Add(act);

    /// <summary>
    /// The rows that follow belong to this key's shard, and no longer to that of the command's first key: a command that touches two inquiries
    /// puts each one's under its own.
    /// </summary>
    public void Under(string key)
    {
        var s = shards.Of(key);
        if (!locked.Contains(s)) throw new InvalidOperationException($"Rows were to be put under a key of shard {s}, which this batch did not lock.");
        shard = s;
    }

    internal void Begin(int shard, string? trace)
    {
        (this.shard, this.trace, began) = (shard, trace, (Outbox.Count, afterCommit.Count));
        puts.Clear();
        moves.Clear();
    }

    /// <summary>As if the message or command in hand had not been.</summary>
    internal void Undo()
    {
        for (var i = puts.Count - 1; i >= 0; i--) puts[i].Of.Known[puts[i].Key] = puts[i].Before;
        foreach (var (table, dimensions, delta) in moves) Of(deltas, table)[dimensions] -= delta;
        Outbox.RemoveRange(began.Events, Outbox.Count - began.Events);
        afterCommit.RemoveRange(began.Acts, afterCommit.Count - began.Acts);
        puts.Clear();
        moves.Clear();
    }

    internal void Loaded(ITable table, HashSet<string> wanted) => tables[table] = new(wanted);
    internal void Loaded(ITable table, string key, object row) => tables[table].Known[key] = new(row, 0, false, false);
    internal void Loaded(CounterTable table, string[] dimensions, long sum) => Of(sums, table)[dimensions] = sum;

    /// <summary>The changed rows by table; new ones apart where there are enough of them to be worth a statement.</summary>
    internal IEnumerable<(ITable Table, List<ChangedRow> Rows, bool AllNew)> Changed()
    {
        foreach (var (table, rows) in tables)
        {
            var all = new List<ChangedRow>(rows.Known.Count);
            foreach (var (key, row) in rows.Known) if (row.Changed) all.Add(new(key, row.Shard, row.Value!, row.IsNew));
            var fresh = all.Count(r => r.IsNew);
            if (all.Count == 0) continue;
            if (fresh == all.Count || fresh < WorthAStatement) yield return (table, all, fresh == all.Count);
            else
            {
                yield return (table, all.FindAll(r => r.IsNew), true);
                yield return (table, all.FindAll(r => !r.IsNew), false);
            }
        }
    }

    const int WorthAStatement = 8;

    /// <summary>What moved by table, in the order of its index.</summary>
    internal IEnumerable<(CounterTable Table, List<KeyValuePair<string[], long>> Deltas)> Deltas() =>
        deltas.Select(t => (t.Key, t.Value.Where(d => d.Value != 0).OrderBy(d => d.Key, Dimensions.ByValue).ToList())).Where(t => t.Item2.Count > 0);

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
