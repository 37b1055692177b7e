using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using InquiryHub.Contracts;

namespace InquiryHub.Kernel;

/// <summary>What all of a process share of Kafka: the producer, topics and their incarnations, and whether a broker answers.</summary>
internal sealed class KafkaLink(KafkaOptions options, Shards shards, string hubId) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    readonly Lock gate = new();
    readonly Lazy<IAdminClient> admin = new(() => new AdminClientBuilder(options.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build());
    IProducer<string, byte[]>? producer;

    readonly ConcurrentDictionary<Position, TopicPartition> partitions = [];
    readonly ConcurrentDictionary<TopicPartition, Position> positions = [];

    public KafkaOptions Options => options;
    public TopicPartition PartitionOf(Position position) => partitions.GetOrAdd(position, p => new(options.TopicOf(p.Source), p.Shard));
    public Position PositionOf(TopicPartition partition) => positions.GetOrAdd(partition, p => new(options.ServiceOf(p.Topic), p.Partition.Value));
    public byte[] HubId { get; } = Encoding.ASCII.GetBytes(hubId);

    /// <summary>One group a service and hub: two hubs on one cluster may not take each other's partitions.</summary>
    public string GroupOf(string services) => $"{options.TopicPrefix}hub.{services}.{hubId[..8]}";

    /// <summary>Null while a broker answers; else since when none does. An alarm, no refusal: the outbox keeps what is to be sent.</summary>
    public DateTimeOffset? AwaySince { get; private set; }
    public void Seen() => AwaySince = null;
    public void Away(TimeProvider clock) => AwaySince ??= clock.GetUtcNow();

    /// <summary>Each topic's incarnation as last seen, by service; the relay looks every two seconds.</summary>
    public ConcurrentDictionary<string, string> Incarnations { get; } = [];

    /// <summary>The services of this process that were given no partition for a while.</summary>
    public ConcurrentDictionary<string, bool> Unassigned { get; } = [];
    public const string NoPartition = "Kafka has given this instance no partition; a Kafka older than 4.0 doesn't know the group protocol: upgrade it, or set Kafka__group_protocol=classic; a newer one that says in its log that writes of the group coordinator time out needs that broker restarted";

    /// <summary>For /ready: what somebody should look at although contacts are taken.</summary>
    public IEnumerable<string> Warnings()
    {
        if (AwaySince is { } since) yield return $"kafka: no broker has answered since {since:u}; events wait in the outbox";
        else foreach (var service in Unassigned.Keys.Order(StringComparer.Ordinal))
            yield return $"{service}: Kafka 没有给本实例分配任何分区。版本低于 4.0 的 Kafka 不支持新的组协议，请升级，或设置 Kafka__group_protocol=classic；若版本够新而其日志中有组协调器写入超时，请重启该节点。 / {NoPartition}";
    }

    public IProducer<string, byte[]> Producer()
    {
        lock (gate) return producer ??= new ProducerBuilder<string, byte[]>(options.Producer()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>After an error the next wave starts with a producer that has nothing in flight and a new identity.</summary>
    public void DropProducer()
    {
        lock (gate) { producer?.Dispose(); producer = null; }
    }

    /// <summary>
    /// Makes the topics that are missing, one partition a shard. Answers each topic's incarnation: its id, which a topic made anew
    /// does not share.
    /// </summary>
    /// <exception cref="InvalidDataException">A topic has another number of partitions, or the cluster makes no topics; with what to do.</exception>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public async Task<IReadOnlyDictionary<string, string>> EnsureAsync(IReadOnlyCollection<string> services)
    {
        var names = services.Select(options.TopicOf).ToList();
        // All topics: to ask for one by its name would make it, on a cluster that allows that, with partitions of the cluster's choice.
        var there = admin.Value.GetMetadata(Patience).Topics.Where(t => t.Error.Code == ErrorCode.NoError).ToDictionary(t => t.Topic, t => t.Partitions.Count);
        if (there.FirstOrDefault(t => names.Contains(t.Key) && t.Value != shards.Count) is { Key: { } wrong } found)
            throw new InvalidDataException($"主题 {wrong} 有 {found.Value} 个分区，应为 {shards.Count}（每个分片一个）。请删除该主题后重新启动，系统会按分片数重建并重新发布。 / "
                + $"Topic {wrong} has {found.Value} partitions and this hub has {shards.Count} shards. Delete the topic and start again: it is made anew and its events are published again; or choose other names with Kafka__TopicPrefix.");
        var missing = services.Where(s => !there.ContainsKey(options.TopicOf(s))).ToList();
        if (missing.Count > 0) await CreateAsync(missing);
        var described = await admin.Value.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience });
        Seen();
        // A topic that can't be described now isn't one that was made anew.
        var incarnations = described.TopicDescriptions.ToDictionary(d => options.ServiceOf(d.Name), d => d.Error.IsError ? throw new KafkaException(d.Error) : d.TopicId?.ToString() ?? "");
        foreach (var (service, incarnation) in incarnations) Incarnations[service] = incarnation;
        return incarnations;
    }

    async Task CreateAsync(List<string> services)
    {
        try
        {
            await admin.Value.CreateTopicsAsync(services.Select(s => new TopicSpecification
            {
                Name = options.TopicOf(s), NumPartitions = shards.Count, ReplicationFactor = -1,
                Configs = new() { ["cleanup.policy"] = "delete", ["retention.ms"] = ((long)(Topics.All.FirstOrDefault(t => t.Owner == s)?.Retention ?? Topics.Retention).TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture) },
            }), new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience });
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError)) { /* another process made it */ }
        catch (CreateTopicsException e)
        {
            var refused = e.Results.First(r => r.Error.Code is not (ErrorCode.TopicAlreadyExists or ErrorCode.NoError));
            throw new InvalidDataException($"无法创建主题 {refused.Topic}：{refused.Error.Reason} / Topic {refused.Topic} can't be made: {refused.Error.Reason}. Make it by hand with {shards.Count} partitions, or allow this client to.");
        }
    }

    /// <summary>An event as it lies on Kafka: the body is the value, key is the key, the rest is headers.</summary>
    public Message<string, byte[]> Wrap(Message m)
    {
        var (seq, at) = (new byte[8], new byte[8]);
        BinaryPrimitives.WriteInt64BigEndian(seq, m.Seq);
        BinaryPrimitives.WriteInt64BigEndian(at, (m.RecordedAt - DateTimeOffset.UnixEpoch).Ticks / 10);
        var headers = new Headers { { "hub", HubId }, { "seq", seq }, { "type", Encoding.UTF8.GetBytes(m.Type) }, { "recorded_at", at } };
        if (m.Trace is not null) headers.Add("traceparent", Encoding.ASCII.GetBytes(m.Trace));
        return new() { Key = m.Key, Value = m.Body, Headers = headers };
    }

    /// <summary>Null when it is none of this hub's events; <paramref name="foreign"/> then tells another hub's (true) from no event at all.</summary>
    public Message? Unwrap(ConsumeResult<string, byte[]> r, Position at, string incarnation, out bool foreign)
    {
        foreign = false;
        byte[]? hub = null, seq = null, type = null, recorded = null, trace = null;
        foreach (var h in r.Message.Headers ?? [])
            switch (h.Key)
            {
                case "hub": hub = h.GetValueBytes(); break;
                case "seq": seq = h.GetValueBytes(); break;
                case "type": type = h.GetValueBytes(); break;
                case "recorded_at": recorded = h.GetValueBytes(); break;
                case "traceparent": trace = h.GetValueBytes(); break;
            }
        if (hub is not null && !hub.AsSpan().SequenceEqual(HubId)) { foreign = true; return null; }
        if (hub is null || seq is not { Length: 8 } || recorded is not { Length: 8 } || type is null || r.Message.Key is null) return null;
        return new(at.Source, at.Shard, BinaryPrimitives.ReadInt64BigEndian(seq), r.Message.Key, string.Intern(Encoding.UTF8.GetString(type)),
            trace is null ? null : Encoding.ASCII.GetString(trace), r.Message.Value ?? [], DateTimeOffset.UnixEpoch.AddTicks(BinaryPrimitives.ReadInt64BigEndian(recorded) * 10))
        { Offset = new(incarnation, r.Offset.Value) };
    }

    public void Dispose()
    {
        DropProducer();
        if (admin.IsValueCreated) admin.Value.Dispose();
    }
}
