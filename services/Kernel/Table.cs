using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>A column beside the body, for indexes and lists. Types: text, smallint, integer, bigint, boolean, date, timestamptz.</summary>
public sealed record Column<TRow>(string Name, string Type, Func<TRow, object?> Value);

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
        + $"select u.key, u.shard, u.body::json{string.Concat(columns.Select(c => ", u." + c.Name))} "
        + $"from unnest($1::text[], $2::smallint[], $3::text[]{string.Concat(columns.Select((c, i) => $", ${i + 4}::{c.Type}[]"))}) "
        + $"u(key, shard, body{string.Concat(columns.Select(c => ", " + c.Name))})";

    readonly string replace = $" on conflict (key) do update set body = excluded.body{string.Concat(columns.Select(c => $", {c.Name} = excluded.{c.Name}"))}";

    NpgsqlBatchCommand ITable.Load(IReadOnlyCollection<string> keys) =>
        new(load) { Parameters = { new() { Value = keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };

    object ITable.Read(string body) => Json.Read<TRow>(body);

    NpgsqlBatchCommand ITable.Save(IReadOnlyList<ChangedRow> rows, bool allNew)
    {
        var command = new NpgsqlBatchCommand(allNew ? insert : insert + replace);
        var p = command.Parameters;
        p.Add(Arrays.Of("text", rows.Select(r => (object?)r.Key), rows.Count));
        p.Add(Arrays.Of("smallint", rows.Select(r => (object?)(short)r.Shard), rows.Count));
        p.Add(Arrays.Of("text", rows.Select(r => (object?)Json.Write((TRow)r.Row)), rows.Count));
        foreach (var c in columns) p.Add(Arrays.Of(c.Type, rows.Select(r => c.Value((TRow)r.Row)), rows.Count));
        return command;
    }
}

/// <summary>What a batch needs of a table, whatever its rows are.</summary>
public interface ITable
{
    string Name { get; }
    internal NpgsqlBatchCommand Load(IReadOnlyCollection<string> keys);
    internal object Read(string body);
    /// <param name="allNew">None of the rows is there: a plain insert, which costs the server two thirds of one that looks for conflicts.</param>
    internal NpgsqlBatchCommand Save(IReadOnlyList<ChangedRow> rows, bool allNew);
}

internal readonly record struct ChangedRow(string Key, int Shard, object Row, bool IsNew);

/// <summary>
/// Sums kept per shard and dimension values, changed by deltas and summed when read, so that two instances never meet on a row.
/// The table has (shard smallint, the dimensions as text, value bigint), primary key (shard, dimensions).
/// </summary>
public sealed class CounterTable(string name, params string[] dimensions)
{
    public string Name => name;
    internal int Dimensions => dimensions.Length;

    readonly string save =
        $"insert into {name} as c (shard, {string.Join(", ", dimensions)}, value) "
        + $"select * from unnest($1::smallint[], {string.Concat(dimensions.Select((_, i) => $"${i + 2}::text[], "))}${dimensions.Length + 2}::bigint[]) "
        + $"on conflict (shard, {string.Join(", ", dimensions)}) do update set value = c.value + excluded.value "
        + $"returning shard, {string.Join(", ", dimensions)}, value";

    readonly string load = $"select {string.Join(", ", dimensions)}, sum(value)::bigint from {name} where {dimensions[0]} = any($1) group by {string.Join(", ", dimensions)}";

    internal NpgsqlBatchCommand Load(IReadOnlyCollection<string> first) =>
        new(load) { Parameters = { new() { Value = first.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };

    internal NpgsqlBatchCommand Save(IReadOnlyList<(int Shard, string[] Dimensions, long Delta)> deltas)
    {
        var command = new NpgsqlBatchCommand(save);
        command.Parameters.Add(Arrays.Of("smallint", deltas.Select(d => (object?)(short)d.Shard), deltas.Count));
        for (var i = 0; i < dimensions.Length; i++) { var n = i; command.Parameters.Add(Arrays.Of("text", deltas.Select(d => (object?)d.Dimensions[n]), deltas.Count)); }
        command.Parameters.Add(Arrays.Of("bigint", deltas.Select(d => (object?)d.Delta), deltas.Count));
        return command;
    }
}

/// <summary>The absolute value of one counter in one shard after a batch.</summary>
public sealed record CounterValue(int Shard, string[] Dimensions, long Value);

static class Arrays
{
    public static NpgsqlParameter Of(string type, IEnumerable<object?> values, int count) => type switch
    {
        "text" => Make<string?>(values, count, NpgsqlDbType.Text),
        "smallint" => Make<short?>(values, count, NpgsqlDbType.Smallint),
        "integer" => Make<int?>(values, count, NpgsqlDbType.Integer),
        "bigint" => Make<long?>(values, count, NpgsqlDbType.Bigint),
        "boolean" => Make<bool?>(values, count, NpgsqlDbType.Boolean),
        "date" => Make<DateOnly?>(values, count, NpgsqlDbType.Date),
        "bytea" => Make<byte[]?>(values, count, NpgsqlDbType.Bytea),
        "timestamptz" => Make<DateTime?>(values.Select(v => v is DateTimeOffset o ? (object?)o.UtcDateTime : null), count, NpgsqlDbType.TimestampTz),
        _ => throw new ArgumentException($"No column may have the type {type}."),
    };

    static NpgsqlParameter Make<T>(IEnumerable<object?> values, int count, NpgsqlDbType type)
    {
        var array = new T[count];
        var i = 0;
        foreach (var v in values) array[i++] = v is null ? default! : (T)v;
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
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null where a state was expected");
}
