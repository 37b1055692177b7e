using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// Where a loop hears from: the outbox itself (EmbeddedLog) or Kafka (KafkaLog). Either gives each (source, shard) in the order of
/// its seqs; whether a message is folded is decided by the cursor under the lock, never here.
/// </summary>
internal interface IInboundLog : IDisposable
{
    void Start();

    /// <summary>A new connection to the database: positions are read again from there.</summary>
    void Connected();

    /// <summary>At most <paramref name="most"/> messages and the parked ones whose turn has come; waits a little when there are none.</summary>
    (IReadOnlyList<Message> Messages, IReadOnlyList<ParkedMessage> Replays) Read(NpgsqlConnection connection, int most, CancellationToken stop);

    /// <summary>What was read last is folded and committed.</summary>
    void Committed(BatchResult result);
}
