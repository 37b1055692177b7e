using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Services.Tests.Kernel;

/// <summary>The outbox as a log: seqs without gaps, read once by whoever holds the shard, however far behind, and kept until all have read.</summary>
public sealed class OutboxTests
{
    static Task<Outcome<Contracts.Casework.TaskWithdrawn>> Say(TestHub hub, string producer, string key, string fact) => KernelTests.Say(hub, producer, key, fact);
    static Task<Dictionary<string, Entry>> Entries(TestHub hub) => KernelTests.Entries(hub);

    [Fact]
    public async Task A_backlog_larger_than_a_readers_memory_is_read_whole_and_in_order()
    {
        // All of one shard: what lies there before the reader comes, and then more at once than it keeps of one shard.
        await using var hub = await TestHub.StartAsync("backlog", [new Producer("p1")]);
        await SayMany(hub, 0, 3000);
        await using var late = await hub.JoinAsync([new Ledger(["p1"])]);
        await late.QuietAsync();
        await Task.WhenAll(SayMany(hub, 3000, 3000), SayMany(hub, 6000, 3000));
        await late.QuietAsync();
        var heard = (await Entries(late))["k"].Facts;
        Assert.Equal(9000, heard.Count);
        foreach (var part in new[] { (0, 3000), (3000, 3000), (6000, 3000) })
            Assert.Equal(Enumerable.Range(part.Item1, part.Item2).Select(n => $"p1:{n}"), heard.Where(f => int.Parse(f[3..]) is var n && n >= part.Item1 && n < part.Item1 + part.Item2));

        static Task SayMany(TestHub hub, int from, int count) => hub.Writer("p1").CommandAsync<Contracts.Casework.TaskWithdrawn>(null, ["k"], _ => { }, work =>
        {
            for (var n = from; n < from + count; n++) work.Emit("k", new ContactRecorded { Reason = $"{n}" });
            return new Contracts.Casework.TaskWithdrawn();
        });
    }

    [Fact]
    public async Task What_a_reader_has_in_memory_is_not_read_again_however_often_it_looks()
    {
        await using var hub = await TestHub.StartAsync("memory", [new Producer("p1")]);
        using var connection = hub.Services.GetRequiredService<HubDatabase>().Open(hub.Services.GetRequiredKeyedService<HubService>("p1"));
        var position = new Position("p1", hub.Shards.Of("k"));
        var tail = new OutboxTail(new NewsInbox(new AutoResetEvent(false)));
        tail.From(new() { [position] = new(1, null, null) });
        for (var n = 1; n <= 3; n++) await Say(hub, "p1", "k", $"{n}");
        var first = tail.Read(connection, ServiceLoop.MaxBatch);
        await Say(hub, "p1", "k", "4");
        tail.Look();
        var second = tail.Read(connection, ServiceLoop.MaxBatch);
        Assert.Equal([1, 2, 3, 4], second.Select(m => m.Seq));
        Assert.All(first, (m, n) => Assert.Same(m, second[n]));
        tail.Moved(position, new(3, null, null));
        tail.Look();
        Assert.Equal([3, 4], tail.Read(connection, ServiceLoop.MaxBatch).Select(m => m.Seq));
    }

    [Fact]
    public async Task A_start_reads_nothing_of_the_log_for_consumers_that_have_their_place()
    {
        await using var place = await TestHub.StartAsync("places", []);
        var hub = await place.JoinAsync([new Producer("p1"), new Ledger(["p1"])]);
        for (var n = 1; n <= 3; n++) await Say(hub, "p1", "k", $"{n}");
        await hub.QuietAsync();
        HubService[] services = [.. hub.Services.GetServices<HubService>()];
        await hub.DisposeAsync();
        // A session tells what it did when it ends.
        async Task<long> ScansAsync()
        {
            NpgsqlConnection.ClearPool(new NpgsqlConnection(place.ConnectionString)); // Housekeeping's, and our own
            await Until.TrueAsync("the start's session has ended", async () => await place.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()") == 0);
            return await place.ScalarAsync<long>("select sum(seq_scan + coalesce(idx_scan, 0))::bigint from pg_stat_user_tables where schemaname = 'log' and relname like 'outbox%'");
        }
        var before = await ScansAsync();
        Assert.NotEqual(0, before);
        await Schema.ApplyAsync(place.ConnectionString, services, Schema.DefaultShards, CancellationToken.None);
        Assert.Equal(before, await ScansAsync());
    }

    [Fact]
    public async Task Readers_in_the_same_process_are_told_at_once_and_not_at_the_next_poll()
    {
        await using var hub = await TestHub.StartAsync("told", [new Producer("p1"), new Ledger(["p1"])]);
        using var connection = hub.Services.GetRequiredService<HubDatabase>().Open(hub.Services.GetRequiredKeyedService<HubService>("p1"));
        var database = LogSignals.DatabaseOf(connection)!;
        Assert.True(LogSignals.Heard(database, "p1"));
        var inbox = new NewsInbox(new AutoResetEvent(false));
        LogSignals.Register(database, "p1", inbox);
        await Say(hub, "p1", "k", "1");
        List<Message> news = [];
        await Until.TrueAsync("the event is handed over", () => { inbox.Drain(news); return Task.FromResult(news.Count > 0); });
        Assert.Equal("1", ((ContactRecorded)Assert.Single(news).Event!).Reason);
        LogSignals.Forget(inbox);
    }

    [Fact]
    public async Task Another_process_is_told_of_events_and_where_there_is_none_nobody_is()
    {
        await using var hub = await TestHub.StartAsync("others", [new Producer("p1"), new Ledger(["p1"])]);
        var database = LogSignals.DatabaseOf(hub.ConnectionString);
        await using var other = new NpgsqlConnection(hub.ConnectionString);
        await other.OpenAsync();
        List<string> heard = [];
        other.Notification += (_, n) => heard.Add(n.Payload);
        await SqlAsync("listen log_p1");
        await Until.TrueAsync("the hub has seen that nobody else is there", () => Task.FromResult(!LogSignals.OthersListen(database)));
        await Say(hub, "p1", "k", "1");
        await hub.SqlAsync("notify log_p1, 'behind it'");
        await other.WaitAsync();
        Assert.Equal(["behind it"], heard);

        await SqlAsync(LogSignals.Listening);
        await Until.TrueAsync("the hub has seen that somebody is", () => Task.FromResult(LogSignals.OthersListen(database)));
        await Say(hub, "p1", "k", "2");
        await Until.TrueAsync("the event is told", async () => { await SqlAsync("select 1"); return heard.Contains(""); });

        async Task SqlAsync(string sql) { await using var command = new NpgsqlCommand(sql, other); await command.ExecuteNonQueryAsync(); }
    }

    [Fact]
    public async Task The_seqs_of_a_shard_are_dense_and_in_commit_order()
    {
        await using var hub = await TestHub.StartAsync("dense", [new Producer("p1"), new Ledger(["p1"])]);
        await using var other = await hub.JoinAsync([new Producer("p1")]);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(n => Say(n % 2 == 0 ? hub : other, "p1", $"k{n % 7}", $"{n}")));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from (select seq - row_number() over (partition by service, shard order by seq) gap, recorded_at - lag(recorded_at, 1, recorded_at) over (partition by service, shard order by seq) back from log.outbox where service = 'p1') x where gap <> 0 or back < interval '0'"));
        Assert.Equal(400, await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'p1'"));
    }

    [Fact]
    public async Task Two_instances_that_read_everything_fold_each_message_once()
    {
        // Leases only save work: here both instances are started without them, and read all shards all the time.
        await using var hub = await TestHub.StartAsync("twice", [new Producer("p1"), new Ledger(["p1"])]);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => Say(hub, "p1", $"k{n % 11}", $"{n}")));
        await hub.QuietAsync();
        var service = hub.Services.GetRequiredKeyedService<HubService>("ledger");
        var database = hub.Services.GetRequiredService<HubDatabase>();
        await hub.SqlAsync("update log.cursor set next_seq = 1 where service = 'ledger'; truncate ledger.entry, ledger.tally");
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var connection = database.Open(service);
            // All four stand at the same locks; on a loaded machine the loops' own time-out would end the slowest.
            using (var patient = new NpgsqlCommand("set idle_in_transaction_session_timeout = 0", connection)) patient.ExecuteNonQuery();
            var batch = new Batch(service, hub.Shards, new ReferenceCache(service));
            var from = Enumerable.Range(0, hub.Shards.Count).ToDictionary(s => new Position("p1", s), _ => new Cursor(1, null, null));
            using var tail = connection.CreateBatch();
            tail.BatchCommands.Add(OutboxTail.Of([.. from], 1000));
            List<Message> messages;
            using (var reader = tail.ExecuteReader()) messages = OutboxTail.Messages(reader);
            return batch.Run(connection, messages, [], []);
        })));
        await hub.QuietAsync();
        var entries = await Entries(hub);
        Assert.Equal(500, entries.Values.Sum(e => e.Facts.Count));
        Assert.Equal(500, await hub.ScalarAsync<long>("select sum(value)::bigint from ledger.tally"));
        Assert.True(runs.Sum(r => r.Duplicates) > 0, "the runs must have met each other's messages");
    }

    [Fact]
    public async Task A_missing_message_stops_its_shard_and_says_so()
    {
        await using var hub = await TestHub.StartAsync("gap", [new Producer("p1")]);
        for (var n = 0; n < 3; n++) await Say(hub, "p1", "k", $"{n}");
        await hub.SqlAsync("delete from log.outbox where service = 'p1' and seq = 2");
        await using var other = await hub.JoinAsync([new Producer("p1"), new Ledger(["p1"])]);
        using var http = new HttpClient { BaseAddress = other.Http };
        await Until.TrueAsync("/ready names the gap", async () => (await (await http.GetAsync("/ready")).Content.ReadAsStringAsync()).Contains("gap in p1/"));
        Assert.Equal(["p1:0"], (await Entries(other))["k"].Facts);
    }

    [Fact]
    public async Task Old_events_go_only_when_every_consumer_has_read_them()
    {
        await using var hub = await TestHub.StartAsync("keep", [new Producer("p1")]);
        await Say(hub, "p1", "k", "old");
        await hub.SqlAsync("select log.add_outbox_month('2020-01-01'); update log.outbox set recorded_at = '2020-01-15' where service = 'p1'; insert into log.cursor (service, source, shard, next_seq) select 'late', 'p1', s, 1 from generate_series(0, 11) s");
        await using var connection = new NpgsqlConnection(hub.ConnectionString);
        await connection.OpenAsync();
        Assert.Empty(await Housekeeping.DropOldAsync(connection, 400, CancellationToken.None));
        Assert.Equal(12, await Parking.ForgetAsync(connection, "late"));
        Assert.Equal(["outbox_202001"], await Housekeeping.DropOldAsync(connection, 400, CancellationToken.None));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'p1'"));
    }

    [Fact]
    public async Task A_second_instance_takes_its_share_of_shards_and_gives_it_back()
    {
        await using var hub = await TestHub.StartAsync("share", [new Producer("p1"), new Ledger(["p1"])]);
        async Task<string> Leases(TestHub h) { using var http = new HttpClient { BaseAddress = h.Http }; return await http.GetStringAsync("/ready"); }
        await Until.TrueAsync("the only one holds all", async () => (await Leases(hub)).Contains("12 of 12"));
        await using (var other = await hub.JoinAsync([new Producer("p1"), new Ledger(["p1"])]))
        {
            await Until.TrueAsync("the second one holds half", async () => (await Leases(other)).Contains("6 of 12") && (await Leases(hub)).Contains("6 of 12"));
            await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Say(hub, "p1", $"k{n}", "0")));
            await hub.QuietAsync();
        }
        await Until.TrueAsync("the first one holds all again", async () => (await Leases(hub)).Contains("12 of 12"));
        Assert.Equal(200, (await Entries(hub)).Count);
    }
}
