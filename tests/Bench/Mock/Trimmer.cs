using InquiryHub.TestKit;
using Confluent.Kafka;
using Npgsql;

namespace InquiryHub.Bench.Mock;

/// <summary>
/// Keeps partitions below the 5 MiB at which the mock silently drops the oldest, unread or not: every 300 ms it deletes what every
/// consumer has folded (log.cursor of the database), or, without a database, all but the last <paramref name="keep"/> messages.
/// </summary>
internal sealed class Trimmer : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private readonly MockCluster cluster;
    private readonly IReadOnlyDictionary<string, int> topics;
    private readonly NpgsqlDataSource? database;
    private readonly int keep;
    private readonly IConsumer<Ignore, Ignore>? reader;
    private readonly Dictionary<(string Topic, int Partition), long> trimmed = [];
    private readonly HashSet<string> lost = [];
    private readonly Timer timer;

    public Trimmer(MockCluster cluster, IReadOnlyDictionary<string, int> topics, string? connectionString, int keep)
    {
        (this.cluster, this.topics, this.keep) = (cluster, topics, keep);
        database = connectionString is null ? null : NpgsqlDataSource.Create(connectionString);
        if (database is null) reader = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "trimmer" }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        timer = new Timer(_ => Trim(), null, Pause, Timeout.InfiniteTimeSpan);
    }

    public void Trim()
    {
        lock (this)
        {
            try { if (database is not null) TrimFolded(database); else TrimOld(); }
            catch (Exception e) when (e is NpgsqlException or KafkaException or TimeoutException) { /* the database or a broker is away on purpose: the next round sees */ }
            try { timer.Change(Pause, Timeout.InfiniteTimeSpan); } catch (ObjectDisposedException) { }
        }
    }

    /// <summary>Whatever positions name now is of topics that are no more: an offset of theirs would delete what nobody has read.</summary>
    public void Forget()
    {
        if (database is null) return;
        using var command = database.CreateCommand("select distinct left(position, -strpos(reverse(position), ':')) from log.cursor where position is not null");
        using var rows = command.ExecuteReader();
        while (rows.Read()) lost.Add(rows.GetString(0));
        trimmed.Clear();
    }

    // A position is the topic's incarnation and the offset that its consumer reads next. A consumer without one has read nothing yet.
    private void TrimFolded(NpgsqlDataSource source)
    {
        using var command = source.CreateCommand("select source, shard, array_agg(position) from log.cursor where service <> 'relay' group by 1, 2");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var (topic, partition) = ("hub." + rows.GetString(0), (int)rows.GetInt16(1));
            var offsets = rows.GetFieldValue<string?[]>(2).Select(p => p?.LastIndexOf(':') is > 0 and var at && !lost.Contains(p[..at]) ? long.Parse(p[(at + 1)..]) : 0).ToList();
            if (topics.ContainsKey(topic)) Delete(topic, partition, offsets.Min());
        }
    }

    private void TrimOld()
    {
        foreach (var (topic, partitions) in topics)
            for (var p = 0; p < partitions; p++)
                Delete(topic, p, reader!.QueryWatermarkOffsets(new TopicPartition(topic, p), TimeSpan.FromSeconds(1)).High.Value - keep);
    }

    private void Delete(string topic, int partition, long before)
    {
        if (before <= 0 || trimmed.GetValueOrDefault((topic, partition)) == before) return;
        // A position of a topic that was lost meanwhile may lie beyond the end of its successor.
        try { cluster.DeleteRecords(topic, partition, before); } catch (InvalidOperationException) { return; }
        trimmed[(topic, partition)] = before;
    }

    public void Dispose()
    {
        timer.Dispose();
        reader?.Dispose();
        database?.Dispose();
    }
}
