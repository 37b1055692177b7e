using InquiryHub.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace InquiryHub.Decisions.Tests.Kernel;

/// <summary>What one service has of Kafka between the reader that hands it over and the batch that folds it.</summary>
public sealed class KafkaLogTests
{
    class Nothing : IFold { public void Want(Message message, Wants wants) { } public void Fold(Message message, UnitOfWork work) { } }

    readonly AutoResetEvent room = new(false);
    readonly KafkaLog log;
    static readonly Position first = new("a", 0), second = new("a", 1), unheard = new("b", 0);

    public KafkaLogTests()
    {
        log = new(new HubService("s", ["a"], new Nothing(), typeof(KafkaLogTests).Assembly), new ServiceHealth("s"), room, NullLogger.Instance);
        log.Assign([first, second, unheard]);
    }

    static Message Event(Position at, long seq) => new(at.Source, at.Shard, seq, $"k{seq}", "t", null, [], DateTimeOffset.UnixEpoch.AddSeconds(seq)) { Offset = new("topic", 100 + seq) };
    void Read(Position at, int from, int count) => log.Add([new(at, [.. Enumerable.Range(from, count).Select(n => Event(at, n))])]);
    void Fold() => log.Committed(new(new Dictionary<Position, Cursor>(), [], 0, 0, 0, 0));
    IEnumerable<long> Taken(int most = 10) => log.Take(most).Select(m => m.Seq);

    [Fact]
    public void What_a_failed_batch_had_taken_is_taken_again_and_what_was_committed_is_not()
    {
        Read(first, 1, 3);
        Assert.Equal([1, 2], Taken(2));
        Assert.Equal([1, 2], Taken(2));
        Fold();
        Assert.Equal([3], Taken());
    }

    [Fact]
    public void A_place_to_go_on_from_is_known_once_something_is_committed_and_only_while_the_partition_is_ours()
    {
        Read(first, 1, 3);
        Taken(2).ToList();
        Assert.Null(log.FoldedTo(first));
        Fold();
        Assert.Equal((103L, null), (log.FoldedTo(first), log.FoldedTo(second)));
        log.Assign([second]);
        Assert.Null(log.FoldedTo(first));
    }

    [Fact]
    public void A_partition_that_goes_takes_along_what_waits_of_it_and_lets_nothing_more_in()
    {
        Read(first, 1, 2);
        Read(second, 5, 1);
        log.Assign([second]);
        Read(first, 3, 1);
        Assert.Equal([5], Taken());
    }

    [Fact]
    public void A_partition_that_went_and_came_again_during_a_batch_loses_none_of_what_was_read_anew()
    {
        Read(first, 1, 2);
        Assert.Equal([1, 2], Taken());
        log.Assign([second]);
        log.Assign([first, second]);
        Read(first, 2, 2);
        Fold();
        Assert.Null(log.FoldedTo(first));
        Assert.Equal([2, 3], Taken());
    }

    [Fact]
    public void Who_has_enough_waiting_is_full_until_a_batch_or_a_lost_partition_makes_room_and_says_so()
    {
        Read(first, 0, KafkaLog.Most - 1);
        Assert.False(log.IsFull);
        Read(second, 0, 1);
        Assert.True(log.IsFull);
        Assert.False(room.WaitOne(0));
        Assert.Single(Taken(1));
        Fold();
        Assert.Equal((false, true), (log.IsFull, room.WaitOne(0)));
        Read(first, KafkaLog.Most, 1);
        Assert.True(log.IsFull);
        log.Assign([second]);
        Assert.False(log.IsFull);
    }
}
