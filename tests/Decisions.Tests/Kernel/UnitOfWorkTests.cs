using CsCheck;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Kernel;

public sealed class UnitOfWorkTests
{
    sealed record Note(string Key, string Text);

    static readonly Table<Note> notes = new("test.note", n => n.Key);
    static readonly CounterTable words = new("test.word", told: false, "language", "word");
    static readonly Shards shards = new(12);

    // Of keys whose shards the batch has locked.
    static (UnitOfWork Work, string[] Keys) Batch(params string[] keys)
    {
        var work = new UnitOfWork(shards, keys.Select(shards.Of), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null);
        work.Loaded(notes, [.. keys]);
        return (work, keys);
    }

    static IEnumerable<(string, long)> Moved(UnitOfWork work) => work.Deltas().SelectMany(t => t.Deltas).Select(d => (string.Join(' ', d.Key), d.Value));

    [Fact]
    public void What_a_batch_counts_of_keys_in_several_shards_is_one_row_in_the_first_shard_it_locked()
    {
        var (work, keys) = Batch("a", "b", "c", "d");
        Assert.True(keys.Select(shards.Of).Distinct().Count() > 1);
        foreach (var key in keys) { work.Begin(shards.Of(key), null); work.Add(words, 1, "zh", "诉求"); }
        Assert.Equal([("zh 诉求", 4L)], Moved(work));
        Assert.Equal(keys.Min(shards.Of), work.Home);
    }

    [Fact]
    public void Counters_are_moved_in_the_order_of_their_index_and_what_adds_up_to_nothing_not_at_all()
    {
        var (work, _) = Batch("a");
        work.Begin(0, null);
        work.Add(words, 2, "zh", "b");
        work.Add(words, 1, "en", "z");
        work.Add(words, 1, "zh", "a");
        work.Add(words, -1, "zh", "a");
        Assert.Equal([("en z", 1L), ("zh b", 2L)], Moved(work));
    }

    [Fact]
    public void A_sum_is_what_all_shards_had_and_what_the_batch_moved()
    {
        var (work, _) = Batch("a");
        work.Loaded(words, ["zh", "a"], 40);
        work.Begin(0, null);
        work.Add(words, 2, "zh", "a");
        Assert.Equal((42, 0), (work.Sum(words, "zh", "a"), work.Sum(words, "zh", "b")));
    }

    [Fact]
    public void A_message_that_is_undone_leaves_rows_counters_events_and_acts_as_they_were()
    {
        var (work, acts) = (Batch("a", "b").Work, 0);
        work.Loaded(notes, "a", new Note("a", "from before"));
        work.Begin(0, null);
        work.Put(notes, new Note("a", "first"));
        work.Add(words, 1, "zh", "a");
        work.Emit("a", new TaskWithdrawn());
        work.AfterCommit(_ => acts++);

        work.Begin(0, null);
        work.Put(notes, new Note("a", "second"));
        work.Put(notes, new Note("a", "third"));
        work.Put(notes, new Note("b", "new"));
        work.Add(words, 1, "zh", "a");
        work.Add(words, 1, "zh", "b");
        work.Emit("b", new TaskWithdrawn());
        work.AfterCommit(_ => acts += 100);
        work.Undo();

        Assert.Equal("first", work.Get(notes, "a")!.Text);
        Assert.Null(work.Get(notes, "b"));
        Assert.Equal([("zh a", 1L)], Moved(work));
        Assert.Equal(["a"], work.Outbox.Select(e => e.Key));
        work.Committed(new Dictionary<CounterTable, List<CounterValue>>());
        Assert.Equal(1, acts);
        Assert.Equal([("a", false)], work.Changed().SelectMany(c => c.Rows).Select(r => (r.Key, r.IsNew)));
    }

    [Fact]
    public void A_row_is_new_when_it_was_looked_for_and_not_there_or_when_its_facts_make_it_once()
    {
        var (work, _) = Batch("there", "not there");
        work.Loaded(notes, "there", new Note("there", ""));
        work.Begin(0, null);
        work.Put(notes, new Note("there", "1"));
        work.Put(notes, new Note("not there", "2"));
        work.Put(notes, new Note("not there", "3"));
        work.PutNew(notes, new Note("made once", "4"));
        work.Put(notes, new Note("not looked for", "5"));
        Assert.Equal([("there", false), ("not there", true), ("made once", true), ("not looked for", false)], work.Changed().SelectMany(c => c.Rows).Select(r => (r.Key, r.IsNew)));
    }

    [Fact]
    public void Rows_of_a_second_key_lie_in_its_own_shard_and_the_next_command_begins_in_its_first_ones()
    {
        var (work, _) = Batch("a", "b");
        Assert.NotEqual(shards.Of("a"), shards.Of("b"));
        work.Begin(shards.Of("a"), null);
        work.Put(notes, new Note("a", ""));
        work.Under("b");
        work.Put(notes, new Note("b", ""));
        work.Under("a");
        work.PutNew(notes, new Note("of a", ""));
        work.Begin(shards.Of("b"), null);
        work.PutNew(notes, new Note("of b", ""));
        Assert.Equal([("a", shards.Of("a")), ("b", shards.Of("b")), ("of a", shards.Of("a")), ("of b", shards.Of("b"))], work.Changed().SelectMany(c => c.Rows).Select(r => (r.Key, r.Shard)));
        var stranger = Enumerable.Range(0, 100).Select(n => $"{n}").First(k => shards.Of(k) != shards.Of("a") && shards.Of(k) != shards.Of("b"));
        Assert.Throws<InvalidOperationException>(() => work.Under(stranger));
    }

    [Fact]
    public void A_row_that_was_not_looked_for_is_not_said_to_be_missing() => Assert.Throws<InvalidOperationException>(() => Batch("a").Work.Get(notes, "b"));

    [Fact]
    public void A_fact_stands_in_the_place_of_its_id_whatever_came_first() => Gen.Int[0, 6].List[0, 20].Sample(ids =>
    {
        IReadOnlyList<Note> all = [];
        foreach (var (n, id) in ids.Index()) all = all.With(new($"{id}", $"{n}"), x => x.Key);
        Assert.Equal(ids.Index().GroupBy(x => $"{x.Item}").OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new Note(g.Key, $"{g.Last().Index}")), all);
        Assert.All(ids, id => Assert.Equal($"{id}", all.Of($"{id}", x => x.Key)?.Key));
        Assert.Null(all.Of("7", x => x.Key));
    });
}
