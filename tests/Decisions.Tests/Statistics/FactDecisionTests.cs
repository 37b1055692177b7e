using CsCheck;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>One definition of every figure: what any order of producers leads to, and that counters are the sums of facts.</summary>
public class FactDecisionTests
{
    const string Key = "000001-0300000001-5";
    static readonly DateTimeOffset Noon = CityTime.At(new(2013, 6, 3), new(12, 0));

    static Contact Came(string id = "c1", int matter = 1, DateTimeOffset? occurred = null, DateTimeOffset? received = null, string channel = "Hotline12345") => new()
    { ContactId = id, MatterNo = matter, Channel = channel, ReceivedAt = CityTime.Stamp(received ?? Noon), OccurredAt = CityTime.Stamp(occurred ?? received ?? Noon) };

    static InquiryRegistered Registered(bool direct = false, int matter = 1) => new()
    { InquiryId = Key, Contact = Came(matter: matter), AreaCode = "211122101", ReceivingUnitCode = "desk", DirectAnswer = direct ? new() : null };

    static InquiryDispatched Dispatched(int no, string unit, UnitRole role = UnitRole.Lead) => new() { InquiryId = Key, DispatchNo = no, TaskId = $"{Key}/{no}/{(role is UnitRole.Lead ? 1 : 2)}", UnitCode = unit, Role = role };
    static ClockStopped Stopped(int no, bool inTime, string cause = "Answered", int ordinal = 1) => new() { TaskId = $"{Key}/{no}/{ordinal}", Clock = "Handling", InTime = inTime, Cause = cause };
    static ClockOverdue Overdue(int no) => new() { TaskId = $"{Key}/{no}/1", Clock = "Handling" };
    static ContactsTallied Tallied(int revision, params (string Category, int Count)[] rows) => new()
    {
        SheetId = "s1", Revision = revision, Channel = "WalkIn", UnitCode = "street", AreaCode = "211122101", TalliedOn = "2013-06-03", ReceivedAt = CityTime.Stamp(Noon),
        Rows = { rows.Select(r => new TallyRow { CategoryCode = r.Category, Count = r.Count }) },
    };

    static Fact Fold(params IMessage[] events) => events.Aggregate(new Fact(), FactDecision.After);
    static List<FactRow> Rows(Fact fact, string key = Key) => [.. FactDecision.Rows(key, fact)];
    static FactRow Head(params IMessage[] events) => FactDecision.Rows(Key, Fold(events)).First();

    [Fact]
    public void An_inquiry_counts_at_its_receiving_unit_until_it_is_dispatched_and_then_at_the_answering_one()
    {
        Assert.Equal("desk", Head(Registered()).UnitCode);
        Assert.Equal("water", Head(Registered(), Dispatched(1, "water")).UnitCode);
        var moved = FactDecision.Deltas(Rows(Fold(Registered())), Rows(Fold(Registered(), Dispatched(1, "water")))).ToDictionary();
        Assert.Equal(0, moved.Values.Sum());
        Assert.Equal([-1L, 1L], moved.OrderBy(m => m.Key.UnitCode).Select(m => m.Value));
    }

    [Fact]
    public void The_newest_dispatch_decides_whatever_order_its_clock_comes_in()
    {
        Assert.Equal(Outcomes.Open, Head(Registered(), Dispatched(1, "water"), Stopped(1, true), Dispatched(2, "heat")).Outcome);
        Assert.Equal((Outcomes.Late, "heat"), Head(Stopped(2, false), Dispatched(2, "heat"), Registered(), Dispatched(1, "water")) is var h ? (h.Outcome, h.UnitCode) : default);
    }

    [Fact]
    public void What_was_sent_back_is_open_again_until_the_new_answer_and_that_one_counts()
    {
        IMessage[] answered = [Registered(), Dispatched(1, "water"), Stopped(1, true), new InquiryClosed { Outcome = "Answered" }, new InquiryReopened()];
        var again = Dispatched(2, "water");
        again.Reason = "Rehandled";
        Assert.Equal(Outcomes.InTime, Head(answered).Outcome); // until Routing has dispatched it
        Assert.Equal(Outcomes.Open, Head([.. answered, again]).Outcome);
        Assert.Equal(Outcomes.Late, Head([.. answered, again, Stopped(2, false)]).Outcome);
        Assert.Equal(Outcomes.Late, Head([Stopped(2, false), again, .. answered]).Outcome);
    }

    [Fact]
    public void An_assisting_unit_moves_no_figure() =>
        Assert.Equal(Head(Registered(), Dispatched(1, "water")) with { Fact = null }, Head(Registered(), Dispatched(1, "water"), Dispatched(1, "roads", UnitRole.Assisting), Stopped(1, false, ordinal: 2)) with { Fact = null });

    [Fact]
    public void A_clock_that_was_withdrawn_is_no_answer() => Assert.Equal(Outcomes.Open, Head(Registered(), Dispatched(1, "water"), Overdue(1), Stopped(1, false, "Withdrawn")).Outcome);

    [Fact]
    public void An_open_inquiry_past_its_due_day_is_late_while_open() => Assert.Equal(Outcomes.OpenLate, Head(Overdue(1), Registered(), Dispatched(1, "water")).Outcome);

    [Fact]
    public void An_extension_makes_a_late_one_open_again_and_says_nothing_of_one_that_was_answered()
    {
        ClockMoved moved = new() { TaskId = $"{Key}/1/1", Clock = "Handling" };
        Assert.Equal(Outcomes.Open, Head(Registered(), Dispatched(1, "water"), Overdue(1), moved).Outcome);
        Assert.Equal(Outcomes.OpenLate, Head(Registered(), Dispatched(1, "water"), Overdue(1), moved, Overdue(1)).Outcome);
        Assert.Equal(Outcomes.Late, Head(Registered(), Dispatched(1, "water"), Stopped(1, false), moved).Outcome);
        Assert.Equal(Outcomes.Open, Head(moved, Registered(), Dispatched(1, "water")).Outcome);
    }

    [Fact]
    public void What_was_registered_by_mistake_counts_no_more_in_any_figure()
    {
        var (before, after) = (Rows(Fold(Registered(direct: true), new InquiryClosed { Outcome = "AnsweredDirectly" })), Rows(Fold(Registered(direct: true), new ContactVoided { InquiryId = Key }, new InquiryClosed { Outcome = "AnsweredDirectly" })));
        Assert.Equal((0, 0), (after.Sum(r => r.Contacts), after.Sum(r => r.Inquiries)));
        Assert.Equal([-1L], FactDecision.Deltas(before, after).Select(d => d.Value));
        Assert.Equal([-1L], FactDecision.CategoryDeltas(before, after).Select(d => d.Value));
    }

    [Fact]
    public void Closed_without_an_answer_is_not_open_and_not_answered()
    {
        Assert.Equal(Outcomes.Terminated, Head(Registered(), new InquiryClosed { Outcome = "Terminated" }, Dispatched(1, "water")).Outcome);
        Assert.Equal(Outcomes.Terminated, Head(Registered(), new InquiryClosed { Outcome = "Declined" }).Outcome);
        Assert.Equal(Outcomes.InTime, Head(Registered(), Dispatched(1, "water"), Stopped(1, true), new InquiryClosed { Outcome = "Answered" }).Outcome);
    }

    [Fact]
    public void What_was_taken_back_is_neither_in_time_nor_late_nor_open()
    {
        InquiryClosed taken = new() { Outcome = "WithdrawnByCitizen" };
        Assert.Equal(Outcomes.Withdrawn, Head(Registered(), taken).Outcome);
        foreach (var stopped in new[] { Stopped(1, true, "Withdrawn"), Stopped(1, false, "Withdrawn") })
        {
            Assert.Equal((Outcomes.Withdrawn, "water", 1, 1), Head(Registered(), Dispatched(1, "water"), Overdue(1), stopped, taken) is var h ? (h.Outcome, h.UnitCode, h.Contacts, h.Inquiries) : default);
            Assert.Equal(Outcomes.Withdrawn, Head(taken, stopped, Dispatched(1, "water"), Registered()).Outcome);
        }
        Assert.Equal([Outcomes.Withdrawn], Outcomes.Of("Withdrawn"));
        Assert.Contains(Outcomes.Withdrawn, Outcomes.Of("Dispatched"));
        foreach (var word in new[] { "Unanswered", "Late", "Answered" }) Assert.DoesNotContain(Outcomes.Withdrawn, Outcomes.Of(word));
    }

    [Fact]
    public void What_was_merged_has_an_outcome_of_its_own_until_it_is_split_and_stays_counted()
    {
        InquiryMerged merged = new() { InquiryId = Key };
        InquirySplit split = new() { InquiryId = Key };
        Assert.Equal((Outcomes.Merged, 1, 1), Head(Registered(), merged) is var h ? (h.Outcome, h.Contacts, h.Inquiries) : default);
        Assert.Equal(Outcomes.Merged, Head(merged, Registered(), Dispatched(1, "water"), Overdue(1), Stopped(1, false, "Withdrawn"), new InquiryClosed { Outcome = "Answered" }).Outcome);
        Assert.Equal(Outcomes.Open, Head(Registered(), Dispatched(1, "water"), merged, Stopped(1, true, "Withdrawn"), split).Outcome);
        Assert.Equal(Outcomes.Withdrawn, Head(Registered(), merged, new InquiryClosed { Outcome = "WithdrawnByCitizen" }).Outcome);
        Assert.Equal([Outcomes.Merged], Outcomes.Of("Merged"));
        Assert.Contains(Outcomes.Merged, Outcomes.Of("Dispatched"));
        foreach (var word in new[] { "Unanswered", "Late", "Answered" }) Assert.DoesNotContain(Outcomes.Merged, Outcomes.Of(word));
    }

    [Fact]
    public void Only_the_first_matter_of_a_contact_counts_as_a_contact()
    {
        Assert.Equal((1, 1), Head(Registered(matter: 1)) is var a ? (a.Contacts, a.Inquiries) : default);
        Assert.Equal((0, 1), Head(Registered(matter: 2)) is var b ? (b.Contacts, b.Inquiries) : default);
        Assert.Equal((1, 0, Outcomes.NoInquiry), Head(new ContactRecorded { Contact = Came() }) is var c ? (c.Contacts, c.Inquiries, c.Outcome) : default);
    }

    [Fact]
    public void A_second_call_adds_a_contact_and_no_inquiry_and_follows_its_inquiry()
    {
        var rows = FactDecision.Rows(Key, Fold(Registered(), new ContactAdded { InquiryId = Key, Contact = Came("c2") }, Dispatched(1, "water"))).ToList();
        Assert.Equal((2, 1), (rows.Sum(r => r.Contacts), rows.Sum(r => r.Inquiries)));
        Assert.All(rows, r => Assert.Equal("water", r.UnitCode));
    }

    [Fact]
    public void A_higher_revision_of_a_sheet_replaces_its_rows_and_a_lower_one_changes_nothing()
    {
        var first = Fold(Tallied(1, ("010101", 7), ("020202", 3)));
        var second = FactDecision.After(first, Tallied(2, ("010101", 5)));
        Assert.Equal(-5, FactDecision.Deltas(Rows(first, "s1"), Rows(second, "s1")).Sum(d => d.Value));
        Assert.Equal([("s1", 0L), ("s1#010101", 5L), ("s1#020202", 0L)], FactDecision.Changed(Rows(first, "s1"), Rows(second, "s1")).Select(r => (r.Key, r.Contacts)));
        Assert.Same(second, FactDecision.After(second, Tallied(1, ("010101", 99))));
        Assert.Same(second, FactDecision.After(second, Tallied(2, ("010101", 99))));
    }

    [Theory]
    [InlineData("2013-06-02T23:59:59+08:00", "2013-06-02")] // registered the day after
    [InlineData("2013-05-03T12:00:00+08:00", "2013-05-03")] // 31 days before, to the second
    [InlineData("2013-05-03T11:59:59+08:00", "2013-06-03")] // too long ago to be believed
    [InlineData("2013-06-03T12:00:01+08:00", "2013-06-03")] // in the future
    [InlineData("2013-06-04T12:00:00+08:00", "2013-06-03")]
    public void A_contact_counts_on_the_day_it_happened_when_that_is_at_most_31_days_before_it_was_received(string occurred, string day) =>
        Assert.Equal(day, CityTime.Iso(CityTime.CountsOn(DateTimeOffset.Parse(occurred, System.Globalization.CultureInfo.InvariantCulture), Noon)));

    // What each producer says of one key, in its own order; which of them speaks next is chance.
    static readonly Gen<List<IMessage>> Story =
        from first in Gen.OneOf<IMessage[]>(Gen.Select(Gen.Bool, Gen.Int[1, 2]).Select(t => new IMessage[] { Registered(t.Item1, t.Item2) }), Gen.Const<IMessage[]>([new ContactRecorded { Contact = Came() }]))
        from added in Gen.Int[2, 4].Select(i => (IMessage)new ContactAdded { InquiryId = Key, Contact = Came($"c{i}", i % 2 + 1) }).Array[0, 2]
        from tallies in Gen.Select(Gen.Int[1, 4], Gen.Int[0, 9], Gen.Int[0, 9]).Select(t => (IMessage)Tallied(t.Item1, ("01", t.Item2), ("02", t.Item3))).Array[0, 3]
        from dispatches in Gen.Int[0, 3].Select(n => Enumerable.Range(1, n).Select(i => (IMessage)Dispatched(i, $"u{i}")).ToArray())
        from clocks in Gen.Select(Gen.Int[1, 3], Gen.Int[0, 3]).Select(t => (IMessage)(t.Item2 switch { 0 => Overdue(t.Item1), 1 => Stopped(t.Item1, true), 2 => Stopped(t.Item1, false), _ => Stopped(t.Item1, false, "Withdrawn") })).Array[0, 5]
        from merges in Gen.Int[0, 3].Select(n => Enumerable.Range(0, n).Select(i => i % 2 == 0 ? (IMessage)new InquiryMerged() : new InquirySplit()).ToArray())
        from closed in Gen.Int[0, 2].Select(n => n == 0 ? new IMessage[] { } : [new InquiryClosed { Outcome = n == 1 ? "Terminated" : "WithdrawnByCitizen" }])
        from chance in Gen.Int[0, 1_000_000].Array[40]
        select Interleave([[.. first, .. added, .. tallies], dispatches, clocks, [.. merges, .. closed]], chance);

    static List<IMessage> Interleave(IMessage[][] producers, int[] chance)
    {
        var (queues, story) = (producers.Where(p => p.Length > 0).Select(p => new Queue<IMessage>(p)).ToList(), new List<IMessage>());
        for (var i = 0; queues.Count > 0; i++)
        {
            var q = queues[chance[i % chance.Length] % queues.Count];
            story.Add(q.Dequeue());
            if (q.Count == 0) queues.Remove(q);
        }
        return story;
    }

    static string Producer(IMessage e) => e.Descriptor.File.Package;

    [Fact]
    public void Any_order_of_producers_gives_the_same_fact()
        => Story.Sample(story =>
        {
            var inOrder = story.OrderBy(Producer, StringComparer.Ordinal).ToList(); // stable: each producer's own order stays
            Assert.Equal(Json.Write(Fold([.. inOrder])), Json.Write(Fold([.. story])));
        });

    [Fact]
    public void Counters_are_the_sums_of_facts_after_every_event()
        => Story.Sample(story =>
        {
            var (fact, rows, counters) = (new Fact(), new Dictionary<string, FactRow>(), new Dictionary<Counter, long>());
            foreach (var e in story)
            {
                var after = FactDecision.After(fact, e);
                foreach (var row in FactDecision.Changed(Rows(fact), Rows(after))) rows[row.Key] = row;
                foreach (var (c, delta) in FactDecision.Deltas(Rows(fact), Rows(after))) counters[c] = counters.GetValueOrDefault(c) + delta;
                fact = after;
                foreach (var (unit, count) in new (string, Func<FactRow, long>)[] { (Measures.Contacts, r => r.Contacts), (Measures.Inquiries, r => r.Inquiries) })
                    Assert.Equal(
                        rows.Values.Where(r => count(r) != 0).GroupBy(r => (r.Day!, r.Channel, r.UnitCode, r.AreaCode, r.Outcome)).ToDictionary(g => g.Key, g => g.Sum(count)),
                        counters.Where(c => Measures.Of(unit).Contains(c.Key.Measure)).GroupBy(c => (c.Key.Day, c.Key.Channel, c.Key.UnitCode, c.Key.AreaCode, c.Key.Outcome))
                            .Select(g => (g.Key, Value: g.Sum(c => c.Value))).Where(g => g.Value != 0).ToDictionary(g => g.Key, g => g.Value));
            }
        });

    [Fact]
    public void A_fact_survives_being_written_and_read() =>
        Story.Sample(story => { var fact = Fold([.. story]); Assert.Equal(FactDecision.Rows(Key, fact).Select(r => r with { Fact = null }), FactDecision.Rows(Key, Json.Read<FactRow>(Json.Write(FactDecision.Rows(Key, fact).First())).Fact!).Select(r => r with { Fact = null })); });
}
