using Microsoft.Extensions.DependencyInjection;
using CsCheck;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Services.Tests.Kernel;

/// <summary>The Kernel's promises on a real PostgreSQL: nothing lost, nothing doubled, nothing reordered, one bad key held back alone.</summary>
public sealed class KernelTests
{
    internal static Task<Outcome<TaskWithdrawn>> Say(TestHub hub, string producer, string key, string fact, string? id = null) =>
        hub.Writer(producer).CommandAsync<TaskWithdrawn>(id, [key], _ => { }, work => { work.Emit(key, new ContactRecorded { Reason = fact }); return new TaskWithdrawn { Reason = fact }; });

    internal static async Task<Dictionary<string, Entry>> Entries(TestHub hub, string service = "ledger")
    {
        await using var connection = new NpgsqlConnection(hub.ConnectionString);
        await connection.OpenAsync();
        await using var reader = await new NpgsqlCommand($"select body from {service}.entry", connection).ExecuteReaderAsync();
        var all = new Dictionary<string, Entry>();
        while (await reader.ReadAsync()) { var e = Json.Read<Entry>(reader.GetString(0)); all[e.Key] = e; }
        return all;
    }

    [Fact]
    public async Task Every_fact_is_folded_once_and_in_its_producers_order()
    {
        await using var hub = await TestHub.StartAsync("once", [new Producer("p1"), new Producer("p2"), new Ledger(["p1", "p2"])]);
        await Task.WhenAll(new[] { "p1", "p2" }.SelectMany(p => Enumerable.Range(0, 40).Select(k => Task.Run(async () =>
        {
            for (var n = 0; n < 25; n++) await Say(hub, p, $"k{k}", $"{n}");
        }))));
        await hub.QuietAsync();
        var entries = await Entries(hub);
        Assert.Equal(40, entries.Count);
        foreach (var e in entries.Values)
            foreach (var p in new[] { "p1", "p2" })
                Assert.Equal(Enumerable.Range(0, 25).Select(n => $"{p}:{n}"), e.Facts.Where(f => f.StartsWith(p)));
        Assert.Equal(2000, await hub.ScalarAsync<long>("select sum(value)::bigint from ledger.tally"));
        Assert.Equal(2000, await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'ledger'"));
    }

    [Fact]
    public async Task A_command_sent_again_gets_the_first_answer_and_changes_nothing()
    {
        await using var hub = await TestHub.StartAsync("again", [new Producer("p1"), new Ledger(["p1"])]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Say(hub, "p1", "k", $"{n}", id: "the-id")));
        Assert.Single(answers.Select(a => a.Value!.Reason).Distinct());
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'p1'"));
    }

    [Fact]
    public async Task A_refusal_leaves_nothing_behind_and_is_not_kept()
    {
        await using var hub = await TestHub.StartAsync("refuse", [new Producer("p1"), new Ledger(["p1"])]);
        var refused = await hub.Writer("p1").CommandAsync<TaskWithdrawn>("id", ["k"], _ => { }, work => { work.Emit("k", new ContactRecorded()); return Refusals.NotYours; });
        Assert.Equal("NotYours", refused.Refusal!.Code);
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'p1'"));
        Assert.False((await Say(hub, "p1", "k", "now", id: "id")).Refused);
    }

    [Fact]
    public async Task A_message_that_cannot_be_folded_holds_back_only_its_key_and_is_replayed_in_order()
    {
        var ledger = new Ledger(["p1"], poison: m => Ledger.Fact(m) == "3" && m.Key == "bad");
        await using var hub = await TestHub.StartAsync("poison", [new Producer("p1"), ledger]);
        for (var n = 0; n < 6; n++) { await Say(hub, "p1", "bad", $"{n}"); await Say(hub, "p1", "good", $"{n}"); }
        await hub.QuietAsync();
        var entries = await Entries(hub);
        Assert.Equal(["p1:0", "p1:1", "p1:2"], entries["bad"].Facts);
        Assert.Equal(6, entries["good"].Facts.Count);
        Assert.Equal(3, await hub.ScalarAsync<long>("select count(*) from log.parked where key = 'bad'"));

        ledger.Poison = _ => false;
        await Say(hub, "p1", "bad", "6");
        await hub.QuietAsync();
        await using (var connection = new NpgsqlConnection(hub.ConnectionString)) { await connection.OpenAsync(); Assert.Equal(4, await Parking.ReplayAsync(connection, "bad")); }
        await Until.TrueAsync("the key is free again", async () => await hub.ScalarAsync<long>("select count(*) from log.parked") == 0);
        Assert.Equal(Enumerable.Range(0, 7).Select(n => $"p1:{n}"), (await Entries(hub))["bad"].Facts);
        Assert.Equal(13, await hub.ScalarAsync<long>("select sum(value)::bigint from ledger.tally"));
    }

    [Fact]
    public async Task What_was_parked_behind_a_key_after_it_was_marked_for_replay_follows_it()
    {
        var ledger = new Ledger(["p1"], poison: m => Ledger.Fact(m) == "0");
        await using var hub = await TestHub.StartAsync("late", [new Producer("p1"), ledger]);
        for (var n = 0; n < 3; n++) await Say(hub, "p1", "bad", $"{n}");
        await hub.QuietAsync();
        ledger.Poison = _ => false;
        // As if the others were just being parked: whoever marks the queue doesn't see them.
        await hub.SqlAsync("update log.parked set replay = true where id = (select min(id) from log.parked)");
        await Until.TrueAsync("the key is free again", async () => await hub.ScalarAsync<long>("select count(*) from log.parked") == 0);
        Assert.Equal(["p1:0", "p1:1", "p1:2"], (await Entries(hub))["bad"].Facts);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_parked_with_their_place()
    {
        await using var hub = await TestHub.StartAsync("bytes", [new Producer("p1"), new Ledger(["p1"])]);
        await Say(hub, "p1", "k", "0");
        await hub.QuietAsync();
        await hub.SqlAsync("update log.outbox set body = '\\xff00ff' where service = 'p1'; update log.cursor set next_seq = 1 where service = 'ledger'; delete from ledger.entry");
        await Say(hub, "p1", "k", "1");
        await Until.TrueAsync("both messages of the key are parked", async () => await hub.ScalarAsync<long>("select count(*) from log.parked where source = 'p1' and key = 'k'") == 2);
    }

    [Fact]
    public async Task What_the_database_refuses_is_parked_alone()
    {
        // The ledger's row takes the fact as its text: a NUL can't be stored there.
        await using var hub = await TestHub.StartAsync("nul", [new Producer("p1"), new Ledger(["p1"], columns: true)]);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n => Say(hub, "p1", $"k{n}", n == 7 ? "a\0b" : "fine")));
        await hub.QuietAsync();
        Assert.Equal(["k7"], new[] { await hub.ScalarAsync<string>("select string_agg(key, ',') from log.parked") });
        Assert.Equal(29, (await Entries(hub)).Count);
    }

    [Fact]
    public async Task A_command_that_the_database_refuses_fails_alone()
    {
        await using var hub = await TestHub.StartAsync("nulcmd", [new Producer("p1")]);
        var all = Enumerable.Range(0, 20).Select(n => n == 9
            ? hub.Writer("p1").CommandAsync<TaskWithdrawn>($"id{n}", ["k"], w => w.Add(new Table<Entry>("ledger.none", e => e.Key), "k"), _ => new TaskWithdrawn())
            : Say(hub, "p1", "k", $"{n}", id: $"id{n}")).ToList();
        await Assert.ThrowsAsync<PostgresException>(() => all[9]);
        Assert.All(await Task.WhenAll(all.Where((_, n) => n != 9)), a => Assert.False(a.Refused));
        Assert.Equal("InvalidKey", (await Say(hub, "p1", "k", "x", id: "a\0b")).Refusal!.Code);
    }

    [Fact]
    public async Task A_key_that_waits_for_reference_data_is_deferred_not_lost()
    {
        var ledger = new Ledger(["p1"], unknown: m => m.Key == "later");
        await using var hub = await TestHub.StartAsync("defer", [new Producer("p1"), ledger]);
        await Say(hub, "p1", "later", "0");
        await hub.QuietAsync();
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from log.parked where deferred"));
        ledger.Unknown = _ => false;
        await hub.SqlAsync("update log.parked set replay = true where deferred");
        await Until.TrueAsync("the deferred key was folded", async () => await hub.ScalarAsync<long>("select count(*) from log.parked") == 0);
        Assert.Equal(["p1:0"], (await Entries(hub))["later"].Facts);
    }

    [Fact]
    public async Task What_waits_for_reference_data_follows_it_in_order_however_they_meet()
    {
        await using var hub = await TestHub.StartAsync("known", [new Producer("p1"), new Producer("directory"), new Ledger(["p1", "directory"], reference: true)]);
        Task Publish(string unit) => hub.Writer("directory").CommandAsync<TaskWithdrawn>(null, ["directory"], _ => { }, work => { work.Emit("directory", new UnitPublished { UnitCode = unit }); return new TaskWithdrawn(); });
        await Say(hub, "p1", "before", "0");
        await Say(hub, "p1", "before", "1");
        await hub.QuietAsync();
        Assert.Equal(2, await hub.ScalarAsync<long>("select count(*) from log.parked"));
        await Publish("before");
        // A fact and what it waits for, in one batch or in two that overlap: the wake-up may not fall between them.
        for (var n = 0; n < 40; n++) await Task.WhenAll(Say(hub, "p1", $"k{n}", "0"), Publish($"k{n}"), Say(hub, "p1", $"k{n}", "1"));
        await Until.TrueAsync("everything that waited was folded", async () => await hub.ScalarAsync<long>("select count(*) from log.parked") == 0);
        await hub.QuietAsync();
        var entries = await Entries(hub);
        Assert.Equal(["p1:0", "p1:1"], entries["before"].Facts);
        Assert.All(Enumerable.Range(0, 40), n => Assert.Equal(["p1:0", "p1:1"], entries[$"k{n}"].Facts.Order()));
    }

    [Fact]
    public async Task A_restart_of_the_database_loses_and_doubles_nothing()
    {
        // Every session of the hub is ended in mid-work, again and again: commits in doubt, lost leases, lost listeners.
        await using var hub = await TestHub.StartAsync("cut", [new Producer("p1"), new Ledger(["p1"])]);
        var said = Task.WhenAll(Enumerable.Range(0, 20).Select(k => Task.Run(async () =>
        {
            for (var n = 0; n < 60; n++) await Say(hub, "p1", $"k{k}", $"{n}", id: $"{k}-{n}");
        })));
        for (var cut = 0; cut < 15 || !said.IsCompleted && cut < 200; cut++)
        {
            await hub.SqlAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name like '%kernel'");
            var before = await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'p1'");
            if (!said.IsCompleted) await Until.TrueAsync("work goes on after the cut", async () => said.IsCompleted || await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'p1'") > before);
        }
        await said;
        await hub.QuietAsync();
        var entries = await Entries(hub);
        Assert.Equal(20, entries.Count);
        Assert.All(entries.Values, e => Assert.Equal(Enumerable.Range(0, 60).Select(n => $"p1:{n}"), e.Facts));
        Assert.Equal(1200, await hub.ScalarAsync<long>("select sum(value)::bigint from ledger.tally"));
    }

    [Fact]
    public void An_inquiry_number_survives_no_wrong_digit_and_no_swapped_neighbours() =>
        Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 99], Gen.Int[0, 99999]).Sample((day, shard, n) =>
        {
            var number = InquiryNumber.Make(new DateOnly(2013, 1, 1).AddDays(day), shard, n);
            Assert.True(InquiryNumber.TryRead(number.Replace("-", " "), out var read) && read == number);
            for (var i = 0; i < number.Length - 1; i++)
            {
                if (!char.IsAsciiDigit(number[i])) continue;
                var wrong = number.ToCharArray();
                wrong[i] = wrong[i] == '9' ? '0' : (char)(wrong[i] + 1);
                Assert.False(InquiryNumber.TryRead(new(wrong), out _));
                if (char.IsAsciiDigit(number[i + 1]) && number[i] != number[i + 1])
                {
                    var swapped = number.ToCharArray();
                    (swapped[i], swapped[i + 1]) = (swapped[i + 1], swapped[i]);
                    Assert.False(InquiryNumber.TryRead(new(swapped), out _));
                }
            }
        }, iter: 2000);
}
