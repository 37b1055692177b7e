using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>A column beside the body, for indexes and lists. Its type in the database follows from what the value is.</summary>
public sealed class Column<TRow>
{
    internal string Name { get; }
    internal string Type { get; }
    readonly Func<IReadOnlyList<ChangedRow>, NpgsqlParameter> all;

    Column(string name, string type, Func<IReadOnlyList<ChangedRow>, NpgsqlParameter> all) => (Name, Type, this.all) = (name, type, all);
    public Column(string name, Func<TRow, string?> value) : this(name, "text", rows => Arrays.Of(rows, r => value((TRow)r.Row))) { }
    public Column(string name, Func<TRow, bool> value) : this(name, "boolean", rows => Arrays.Of(rows, r => value((TRow)r.Row))) { }
    public Column(string name, Func<TRow, long> value) : this(name, "bigint", rows => Arrays.Of(rows, r => value((TRow)r.Row))) { }
    public Column(string name, Func<TRow, DateTimeOffset?> value) : this(name, "timestamptz", rows => Arrays.Of(rows, r => value((TRow)r.Row))) { }
    public Column(string name, Func<TRow, DateOnly?> value) : this(name, "date", rows => Arrays.Of(rows, r => value((TRow)r.Row))) { }
    public Column(string name, Func<TRow, byte[]?> value) : this(name, "bytea", rows => Arrays.Of(rows, r => value((TRow)r.Row))) { }

    internal NpgsqlParameter Of(IReadOnlyList<ChangedRow> rows) => all(rows);
}

/// <summary>
/// The states of one kind: an immutable record a key, kept as JSON in <c>body</c>, with columns for what is searched. A batch
/// reads the wanted rows once and writes the changed ones once. The table has (key text primary key, shard smallint, body json)
/// and the columns named here.
/// </summary>
public sealed class Table<TRow>(string name, Func<TRow, string> key, params Column<TRow>[] columns) : ITable where TRow : class
{
    internal Func<TRow, string> Key => key;
    public string Name => name;

    readonly string load = $"select key, body from {name} where key = any($1)";
    readonly string insert =
        $"insert into {name} (key, shard, body{string.Concat(columns.Select(c => ", " + c.Name))}) "
        // Not from unnest(...) with all of them: that puts each array into a table of its own first.
        + $"select u.key, u.shard, u.body::json{string.Concat(columns.Select(c => ", u." + c.Name))} "
        + $"from (select unnest($1::text[]) as key, unnest($2::smallint[]) as shard, unnest($3::text[]) as body{string.Concat(columns.Select((c, i) => $", unnest(${i + 4}::{c.Type}[]) as {c.Name}"))}) u";

    readonly string replace = $" on conflict (key) do update set body = excluded.body{string.Concat(columns.Select(c => $", {c.Name} = excluded.{c.Name}"))}";

    NpgsqlBatchCommand ITable.Load(IReadOnlyCollection<string> keys) =>
        new(load) { Parameters = { new() { Value = keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };

    object ITable.Read(byte[] body) => Json.Read<TRow>(body);

    NpgsqlBatchCommand ITable.Save(IReadOnlyList<ChangedRow> rows, bool allNew)
    {
        var command = new NpgsqlBatchCommand(allNew ? insert : insert + replace);
        var p = command.Parameters;
        p.Add(Arrays.Of(rows, r => r.Key));
        p.Add(Arrays.Of(rows, r => (short)r.Shard));
        p.Add(Arrays.Utf8(rows, r => Json.Bytes((TRow)r.Row)));
        foreach (var c in columns) p.Add(c.Of(rows));
        return command;
    }
}

/// <summary>What a batch needs of a table, whatever its rows are.</summary>
public interface ITable
{
    string Name { get; }
    internal NpgsqlBatchCommand Load(IReadOnlyCollection<string> keys);
    internal object Read(byte[] body);
    /// <param name="allNew">None of the rows is there: a plain insert, which costs the server two thirds of one that looks for conflicts.</param>
    internal NpgsqlBatchCommand Save(IReadOnlyList<ChangedRow> rows, bool allNew);
}

internal readonly record struct ChangedRow(string Key, int Shard, object Row, bool IsNew);

/// <summary>
/// Sums kept per shard and dimension values, changed by deltas and summed when read, so that two instances never meet on a row. A
/// batch moves those of its <see cref="UnitOfWork.Home"/>: one shard's value alone says nothing and may be below zero.
/// The table has (shard smallint, the dimensions as text, value bigint), primary key all but the value.
/// </summary>
/// <param name="told">Whether <see cref="UnitOfWork.AfterCommit"/> hears what the values became.</param>
public sealed class CounterTable(string name, bool told, params string[] dimensions)
{
    public string Name => name;
    internal bool Told => told;
    internal int Dimensions => dimensions.Length;

    readonly string save =
        $"insert into {name} as c (shard, {string.Join(", ", dimensions)}, value) "
        + $"select $1, u.* from unnest({string.Concat(dimensions.Select((_, i) => $"${i + 2}::text[], "))}${dimensions.Length + 2}::bigint[]) u "
        + $"on conflict (shard, {string.Join(", ", dimensions)}) do update set value = c.value + excluded.value"
        + (told ? $" returning {string.Join(", ", dimensions)}, value" : "");

    readonly string load = $"select {string.Join(", ", dimensions)}, sum(value)::bigint from {name} where {dimensions[0]} = any($1) group by {string.Join(", ", dimensions)}";

    internal NpgsqlBatchCommand Load(IReadOnlyCollection<string> first) =>
        new(load) { Parameters = { new() { Value = first.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };

    internal NpgsqlBatchCommand Save(int shard, IReadOnlyList<KeyValuePair<string[], long>> deltas)
    {
        var command = new NpgsqlBatchCommand(save) { Parameters = { new() { Value = (short)shard } } };
        for (var i = 0; i < dimensions.Length; i++) { var n = i; command.Parameters.Add(Arrays.Of(deltas, d => d.Key[n])); }
        command.Parameters.Add(Arrays.Of(deltas, d => d.Value));
        return command;
    }
}

/// <summary>The absolute value of one counter in one shard after a batch.</summary>
public sealed record CounterValue(int Shard, string[] Dimensions, long Value);

/// <summary>The dimension values of a counter, compared by what they say; in a dictionary also without an array to ask with.</summary>
sealed class Dimensions : IEqualityComparer<string[]>, IAlternateEqualityComparer<ReadOnlySpan<string>, string[]>, IComparer<string[]>
{
    public static readonly Dimensions ByValue = new();

    public bool Equals(string[]? a, string[]? b) => a.AsSpan().SequenceEqual(b);
    public bool Equals(ReadOnlySpan<string> a, string[] b) => a.SequenceEqual(b);
    public int GetHashCode(string[] all) => GetHashCode(all.AsSpan());
    public string[] Create(ReadOnlySpan<string> all) => all.ToArray();

    public int GetHashCode(ReadOnlySpan<string> all)
    {
        var hash = new HashCode();
        foreach (var one in all) hash.Add(one);
        return hash.ToHashCode();
    }

    public int Compare(string[]? a, string[]? b)
    {
        for (var i = 0; i < a!.Length; i++) if (string.CompareOrdinal(a[i], b![i]) is not 0 and var difference) return difference;
        return 0;
    }
}

/// <summary>Parameters with a value a row, of the type that the values have.</summary>
static class Arrays
{
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, string?> value) => Make(rows, value, NpgsqlDbType.Text);
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, short> value) => Make(rows, value, NpgsqlDbType.Smallint);
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, long> value) => Make(rows, value, NpgsqlDbType.Bigint);
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, bool> value) => Make(rows, value, NpgsqlDbType.Boolean);
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, DateOnly?> value) => Make(rows, value, NpgsqlDbType.Date);
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, byte[]?> value) => Make(rows, value, NpgsqlDbType.Bytea);
    public static NpgsqlParameter Of<T>(IReadOnlyList<T> rows, Func<T, DateTimeOffset?> value) => Make(rows, r => value(r)?.UtcDateTime, NpgsqlDbType.TimestampTz);

    /// <summary>Text that is UTF-8 already.</summary>
    public static NpgsqlParameter Utf8<T>(IReadOnlyList<T> rows, Func<T, byte[]> value) => Make(rows, value, NpgsqlDbType.Text);

    static NpgsqlParameter Make<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value, NpgsqlDbType type)
    {
        var array = new TValue[rows.Count];
        for (var i = 0; i < array.Length; i++) array[i] = value(rows[i]);
        return new NpgsqlParameter { Value = array, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}

/// <summary>How states are written: camel case, enums by name, Chinese left readable.</summary>
public static class Json
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);
    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);
    public static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null where a state was expected");
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null where a state was expected");
}
