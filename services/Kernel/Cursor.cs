using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>An offset of a Kafka topic. The incarnation is the topic's id: a topic made anew after a lost cluster begins at 0 again.</summary>
internal readonly record struct LogOffset(string Incarnation, long Offset)
{
    public LogOffset Next => this with { Offset = Offset + 1 };
    public override string ToString() => $"{Incarnation}:{Offset}";
    public static LogOffset? Parse(string? text) => text?.LastIndexOf(':') is > 0 and var at ? new(text[..at], long.Parse(text[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture)) : null;
}

/// <summary>How far a consumer is with one (source, shard).</summary>
/// <param name="Next">The seq it expects: identity, whatever the log.</param>
/// <param name="RecordedAt">Of the last message; only chooses partitions of the outbox.</param>
/// <param name="Offset">Where the next message lies on Kafka; null on the embedded log.</param>
internal readonly record struct Cursor(long Next, DateTimeOffset? RecordedAt, LogOffset? Offset)
{
    /// <summary>Rows of source, shard, next_seq, recorded_at, position.</summary>
    public static Dictionary<Position, Cursor> Read(NpgsqlDataReader reader)
    {
        var cursors = new Dictionary<Position, Cursor>();
        while (reader.Read())
            cursors[new(reader.GetString(0), reader.GetInt16(1))] = new(reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3), reader.IsDBNull(4) ? null : LogOffset.Parse(reader.GetString(4)));
        return cursors;
    }

    /// <summary>Without the lock: where to read from. Whether what is read is folded, the batch decides.</summary>
    public static Dictionary<Position, Cursor> Of(NpgsqlConnection connection, string consumer, IReadOnlyCollection<Position> positions)
    {
        Position[] asked = [.. positions];
        using var command = new NpgsqlCommand("select source, shard, next_seq, recorded_at, position from log.cursor where service = $1 and (source, shard) in (select * from unnest($2::text[], $3::smallint[]))", connection)
        {
            Parameters = { new() { Value = consumer }, Arrays.Of(asked, p => p.Source), Arrays.Of(asked, p => (short)p.Shard) },
        };
        using var reader = command.ExecuteReader();
        return Read(reader);
    }
}
