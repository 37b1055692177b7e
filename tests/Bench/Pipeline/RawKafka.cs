using System.Diagnostics;
using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using InquiryHub.Kernel;

namespace InquiryHub.Bench.Pipeline;

/// <summary>What the brokers do at most: one producer that waits for every acknowledgement, and readers who each get every message, at the same time.</summary>
static class RawKafka
{
    /// <summary>The mock keeps 5 MiB a partition.</summary>
    const int MockMessages = 50_000, Messages = 200_000;

    /// <summary>Messages read, by all readers together, and seconds.</summary>
    public static async Task<(double Read, double Seconds)> RunAsync(Brokers brokers, int bytes, int readers, CancellationToken cancel)
    {
        var partitions = new HubOptions().Shards;
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers.Servers }).Build();
        var topic = brokers.AreMock ? Brokers.Raw : $"{Brokers.Raw}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        if (!brokers.AreMock) await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]);
        try { return await Task.Run(() => Run(brokers, topic, partitions, bytes, readers, cancel), cancel); }
        finally { if (!brokers.AreMock) await admin.DeleteTopicsAsync([topic]); }
    }

    static (double, double) Run(Brokers brokers, string topic, int partitions, int bytes, int readers, CancellationToken cancel)
    {
        var messages = brokers.AreMock ? MockMessages : Messages;
        // The settings of the hub's own producer and consumers.
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        { BootstrapServers = brokers.Servers, Acks = Acks.All, EnableIdempotence = true, LingerMs = 1, BatchSize = 500_000, DeliveryReportFields = "none" }).Build();
        using var ready = new CountdownEvent(readers);
        using var done = new CountdownEvent(readers);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var starts = Starts(brokers, topic, partitions);
        var threads = Enumerable.Range(0, readers).Select(n => new Thread(() => Read(brokers, starts, messages, ready, done, stop.Token)) { IsBackground = true, Name = $"raw reader {n}" }).ToList();
        var body = RandomNumberGenerator.GetBytes(Math.Max(1, bytes));
        void Produce(int n)
        {
            while (true)
                try { producer.Produce(new TopicPartition(topic, n % partitions), new() { Key = $"P20130101-{n:0000000}", Value = body }); return; }
                catch (ProduceException<string, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull) { producer.Poll(TimeSpan.FromMilliseconds(5)); }
        }
        try
        {
            // One a partition first, so that leaders being chosen and connecting aren't counted.
            for (var n = 0; n < partitions; n++) Produce(n);
            producer.Flush(cancel);
            foreach (var thread in threads) thread.Start();
            ready.Wait(cancel);
            var began = Stopwatch.GetTimestamp();
            for (var n = 0; n < messages; n++) Produce(n);
            producer.Flush(cancel);
            done.Wait(cancel);
            return ((double)messages * readers, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        finally
        {
            stop.Cancel();
            foreach (var thread in threads.Where(thread => thread.IsAlive)) thread.Join();
        }
    }

    // On the mock the messages of the last time are still there.
    static List<TopicPartitionOffset> Starts(Brokers brokers, string topic, int partitions)
    {
        using var looking = Consumer(brokers);
        return [.. Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p))
            .Select(p => new TopicPartitionOffset(p, brokers.AreMock ? looking.QueryWatermarkOffsets(p, TimeSpan.FromSeconds(20)).High : 0))];
    }

    static void Read(Brokers brokers, List<TopicPartitionOffset> starts, int messages, CountdownEvent ready, CountdownEvent done, CancellationToken stop)
    {
        using var consumer = Consumer(brokers);
        consumer.Assign(starts);
        foreach (var (count, reached) in new[] { (starts.Count, ready), (messages, done) })
        {
            for (var read = 0; read < count && !stop.IsCancellationRequested;) if (consumer.Consume(100) is not null) read++;
            reached.Signal();
        }
        consumer.Unassign();
    }

    static IConsumer<Ignore, byte[]> Consumer(Brokers brokers)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = brokers.Servers, GroupId = "bench", EnableAutoCommit = false, EnableAutoOffsetStore = false, AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchQueueBackoffMs = 5, QueuedMinMessages = 20_000, ConsumeResultFields = "none",
        };
        if (brokers.AreMock) config.FetchWaitMaxMs = 5;
        return new ConsumerBuilder<Ignore, byte[]>(config).Build();
    }
}
