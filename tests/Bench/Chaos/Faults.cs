using System.Diagnostics;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Bench.Chaos;

/// <param name="Bit">Whether it was seen to do harm: a fault that nobody felt proves nothing.</param>
/// <param name="Proof">What was seen.</param>
/// <param name="Served">From the fault (or from its end, where it lasts as long as we let it) until every shard of every service had folded something new.</param>
internal sealed record Bite(bool Bit, string Proof, TimeSpan Served);

internal sealed record Fault(string Name, Func<Task<Bite>> Strike);

/// <summary>What can be broken in this city, each as one act that undoes itself and says what it was seen to do.</summary>
internal sealed class Faults(ChaosCity city, Witness witness, Citizens citizens, Random random)
{
    private const string DatabaseFailed = "a batch failed|Deliveries of .* stopped", DiskIsFull = "53100";

    /// <summary>The kinds that this city can suffer, each as often as asked, in seeded order.</summary>
    public IReadOnlyList<Fault> Draw(ChaosOptions options)
    {
        List<Fault> kinds = [];
        if (options.Split) kinds.AddRange(city.Members.Select(m => new Fault($"kill -9 {m.Name}", () => KillAsync(m))));
        else kinds.Add(new("kill -9 an instance", () => KillAsync(Any())));
        kinds.Add(new("freeze, then continue", () => FreezeAsync(options.Split ? city.Members.First(m => m.Name == ChaosCity.Services[random.Next(6)]) : Any())));
        kinds.Add(new("PostgreSQL stop -m immediate", PostgresAsync));
        kinds.Add(new("line cut in mid-commit", CutAsync));
        kinds.Add(new("Redis killed and empty", RedisAsync));
        kinds.Add(new("disk of the outbox full", DiskAsync));
        kinds.Add(new("poison message", PoisonAsync));
        if (city.Mock is { } mock)
        {
            kinds.Add(new("late acks", () => LateAsync(mock)));
            kinds.Add(new("broker down", () => BrokerDownAsync(mock)));
            kinds.Add(new("leaders moved", () => LeadersAsync(mock)));
            kinds.Add(new("cluster lost and empty", () => ClusterLostAsync(mock)));
        }
        if (city.Brokers is { } brokers) kinds.Add(new("one of three brokers killed", () => BrokerKilledAsync(brokers)));
        if (options.Only is { } part) kinds.RemoveAll(k => !k.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
        var drawn = Enumerable.Range(0, options.Each).SelectMany(_ => kinds).ToArray();
        random.Shuffle(drawn);
        return drawn;
    }

    private Member Any() => city.Members[random.Next(city.Members.Count)];
    private TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + random.NextDouble() * (most - least));

    private async Task<Bite> KillAsync(Member victim)
    {
        await SharedAsync();
        var held = (await witness.LeasesAsync()).GetValueOrDefault(victim.Name);
        await victim.Process.KillAsync();
        var began = Stopwatch.GetTimestamp();
        var served = witness.ServedAsync(await witness.NowAsync());
        // A service that hears nothing holds no shards; there the process is all that can be missed.
        if (held > 0) await LeftAsync(victim);
        var left = Stopwatch.GetElapsedTime(began);
        await city.StartAsync(victim);
        return new(held > 0 || city.Members.Count > 2, $"{held} leases left {victim.Name} in {left.TotalMilliseconds:0} ms", await served);
    }

    private async Task<Bite> FreezeAsync(Member victim)
    {
        await SharedAsync();
        var (held, before) = ((await witness.LeasesAsync()).GetValueOrDefault(victim.Name), await Witness.DuplicatesAsync(victim) ?? 0);
        victim.Process.Freeze();
        var began = Stopwatch.GetTimestamp();
        Task<TimeSpan> served;
        try
        {
            served = witness.ServedAsync(await witness.NowAsync());
            await LeftAsync(victim);
            var rest = Seconds(3, 6) - Stopwatch.GetElapsedTime(began);
            if (rest > TimeSpan.Zero) await Task.Delay(rest);
        }
        finally { victim.Process.Thaw(); }
        var frozen = Stopwatch.GetElapsedTime(began);
        await ChaosCity.ReadyAsync(victim);
        var skipped = (await Witness.DuplicatesAsync(victim) ?? 0) - before;
        return new(held > 0, $"{victim.Name} {frozen.TotalSeconds:0.0} s: {held} leases moved, {skipped} duplicates skipped", await served);
    }

    // Struck again before it has its share back, it would have nothing to lose.
    private async Task SharedAsync()
    {
        if (city.Members.Count == 2)
            await Witness.UntilAsync("both instances hold leases", async () => { var leases = await witness.LeasesAsync(); return city.Members.All(m => leases.GetValueOrDefault(m.Name) > 0); }, 60);
    }

    private Task LeftAsync(Member victim) => Witness.UntilAsync($"{victim.Name} holds no lease any more", async () => (await witness.LeasesAsync()).GetValueOrDefault(victim.Name) == 0, 30);

    private async Task<Bite> PostgresAsync()
    {
        var mark = witness.Mark();
        await city.Postgres.StopAsync(immediate: true);
        await Task.Delay(Seconds(0.2, 2));
        await city.Postgres.StartAsync(CancellationToken.None);
        city.Admin.Clear(); // its sessions ended with the server
        var served = await witness.ServedAsync(await witness.NowAsync());
        var felt = Witness.Count(mark, DatabaseFailed);
        return new(felt > 0, $"{felt} batches broke off", served);
    }

    private async Task<Bite> CutAsync()
    {
        var (mark, cut, times) = (witness.Mark(), new List<string>(), random.Next(2, 5));
        // What others write twice meets a key that is there; Statistics adds up, and of several batches one at least moves a counter.
        for (var began = Stopwatch.GetTimestamp(); times > 0 || cut.Count(s => s == "statistics") < 3 && Stopwatch.GetElapsedTime(began).TotalSeconds < 30; times--) cut.AddRange(await city.Wire.CutAsync());
        var served = await witness.ServedAsync(await witness.NowAsync());
        var whose = string.Join(", ", cut.CountBy(s => s).OrderBy(s => s.Key).Select(s => $"{s.Key} {s.Value}"));
        return new(cut.Contains("statistics"), $"{cut.Count} lines broken with the answer to a commit on its way ({whose}), {Witness.Count(mark, DatabaseFailed)} batches in doubt", served);
    }

    private async Task<Bite> RedisAsync()
    {
        city.KillRedis();
        var gone = city.Members.ToDictionary(m => m.Name, _ => false);
        await Until.TrueAsync("every process has missed Redis", async () =>
        {
            foreach (var m in city.Members) gone[m.Name] |= await Witness.RedisUpAsync(m) is false;
            return gone.Values.All(g => g);
        }, 30);
        var during = await witness.ServedAsync(await witness.NowAsync());
        await city.StartRedisAsync(CancellationToken.None);
        foreach (var m in city.Members) await Until.TrueAsync($"{m.Name} has Redis again", async () => await Witness.RedisUpAsync(m) is true, 60);
        return new(true, $"missed by {gone.Count} of {gone.Count}; served without it", during);
    }

    private async Task<Bite> DiskAsync()
    {
        var (mark, tried) = (witness.Mark(), citizens.TriedAgain);
        await city.Disk.FillAsync();
        try { await Until.TrueAsync("a batch breaks off for want of space", () => Task.FromResult(Witness.Count(mark, DiskIsFull) > 0), 60); await Task.Delay(Seconds(1, 3)); }
        finally { await city.Disk.FreeAsync(); }
        var served = await witness.ServedAsync(await witness.NowAsync());
        return new(true, $"{Witness.Count(mark, DiskIsFull)} batches refused with 53100, {citizens.TriedAgain - tried} contacts asked to wait ({city.Disk.Kind})", served);
    }

    // Bytes of no event, appended as its service would: every reader of the service parks it, and whatever else happens to that inquiry
    // waits behind it. Taken out, all of it is folded.
    private async Task<Bite> PoisonAsync()
    {
        var inquiry = (await citizens.SendSlipAsync()).InquiryId;
        await using (var connection = await city.Admin.OpenConnectionAsync())
        await using (var append = new NpgsqlCommand($"""
            begin; set local role hub_channels;
            do $$ declare s smallint; n bigint; begin
                select shard into s from log.outbox where key = '{inquiry}' and service = 'channels' limit 1;
                select next_seq into n from log.shard where service = 'channels' and shard = s for update;
                insert into log.outbox (service, shard, seq, key, type, body, recorded_at) values ('channels', s, n, '{inquiry}', '{Poison}', '\xffff'::bytea, clock_timestamp());
                update log.shard set next_seq = n + 1 where service = 'channels' and shard = s;
            end $$;
            commit; notify log_channels;
            """, connection))
            await append.ExecuteNonQueryAsync();
        await Witness.UntilAsync("every reader has come to the poison and later messages of its inquiry wait behind it", async () =>
            await witness.OneAsync<bool>("""
                select not exists (select from log.cursor c join log.outbox o on o.service = c.source and o.shard = c.shard
                where c.service <> 'relay' and o.key = $1 and o.type = $2 and c.next_seq <= o.seq)
                """, inquiry, Poison)
            && await witness.OneAsync<long>("select count(*) from log.parked where key = $1 and error like 'held back%'", inquiry) > 0, 60);
        var served = await witness.ServedAsync(await witness.NowAsync());
        var (parked, held) = (await witness.OneAsync<long>("select count(*) from log.parked where key = $1 and type = $2", inquiry, Poison), await witness.OneAsync<long>("select count(*) from log.parked where key = $1 and type <> $2", inquiry, Poison));
        await witness.OneAsync<long>("with r as (update log.parked set type = 'hub.chaos.v1.Nothing', body = '' where key = $1 and type = $2 returning 1) select count(*) from r", inquiry, Poison);
        await using (var connection = await city.Admin.OpenConnectionAsync()) await Kernel.Parking.ReplayAsync(connection, inquiry);
        await Witness.UntilAsync("nothing of the inquiry is parked any more", async () => await witness.OneAsync<long>("select count(*) from log.parked where key = $1", inquiry) == 0, 60);
        return new(true, $"parked by {parked} services, {held} of its inquiry held back, the others went on", served);
    }

    /// <summary>A type that is made nowhere in this run, so that its count tells the poison from what is true.</summary>
    public const string Poison = "hub.channels.v1.ContactAdded";

    private async Task<long> DuplicatesAsync()
    {
        long sum = 0;
        foreach (var m in city.Members) sum += await Witness.DuplicatesAsync(m) ?? 0;
        return sum;
    }

    private async Task<Bite> LateAsync(Mock.MockProcess mock)
    {
        var (before, late) = (await DuplicatesAsync(), Seconds(4, 6));
        await mock.DoAsync($"late 3 {(int)late.TotalMilliseconds}");
        var served = witness.ServedAsync(await witness.NowAsync());
        await Witness.UntilAsync("what was written but not acknowledged comes twice", async () => await DuplicatesAsync() > before, 60);
        return new(true, $"acks {late.TotalSeconds:0.0} s late: {await DuplicatesAsync() - before} duplicates skipped", await served);
    }

    private async Task<Bite> BrokerDownAsync(Mock.MockProcess mock)
    {
        var broker = random.Next(1, 4);
        await mock.DoAsync($"down {broker}");
        long most = 0;
        var until = Seconds(2, 4);
        try { most = await MostBacklogAsync(until); }
        finally { await mock.DoAsync($"up {broker}"); }
        var served = await witness.ServedAsync(await witness.NowAsync());
        return new(most > 0, $"broker {broker} {until.TotalSeconds:0.0} s away: {most} messages waited for it", served);
    }

    private async Task<Bite> LeadersAsync(Mock.MockProcess mock)
    {
        var shards = new Kernel.HubOptions().Shards;
        foreach (var topic in Contracts.Topics.All)
            for (var p = 0; p < shards; p++) await mock.DoAsync($"leader {topic.Name} {p} {random.Next(1, 4)}");
        var since = await witness.NowAsync();
        var most = MostBacklogAsync(TimeSpan.FromSeconds(1));
        var served = await witness.ServedAsync(since);
        return new(true, $"{Contracts.Topics.All.Count * shards} partitions led by another broker at once, {await most} messages waited", served);
    }

    private async Task<Bite> ClusterLostAsync(Mock.MockProcess mock)
    {
        var mark = witness.Mark();
        // The loss takes what is acknowledged and not read yet: in the second before it nobody reads.
        await mock.DoAsync($"errors fetch {StorageError} {Refusals}");
        await Task.Delay(1000);
        var unread = await witness.UnreadAsync() - await witness.RelayBacklogAsync();
        await mock.DoAsync("lose");
        await mock.DoAsync("allow fetch");
        var served = await witness.ServedAsync(await witness.NowAsync(), 120);
        var again = Witness.Count(mark, "(?i)publish.*again|republish|incarnation");
        return new(again > 0 && unread > 0, $"all topics empty and new, {unread} messages gone unread, {again} log lines of publishing again", served);
    }

    // More than all consumers ask within a second: they pause after each.
    private const int StorageError = 56, Refusals = 20_000;

    private async Task<Bite> BrokerKilledAsync(RealBrokers brokers)
    {
        var broker = random.Next(1, RealBrokers.Count + 1);
        var most = MostBacklogAsync(TimeSpan.FromSeconds(3));
        await brokers.KillAsync(broker);
        var served = witness.ServedAsync(await witness.NowAsync());
        var (waited, time) = (await most, await served);
        await brokers.RestartAsync();
        return new(waited > 0, $"broker {broker} killed: {waited} messages waited for new leaders", time);
    }

    private async Task<long> MostBacklogAsync(TimeSpan during)
    {
        var (began, most) = (Stopwatch.GetTimestamp(), 0L);
        while (Stopwatch.GetElapsedTime(began) < during)
        {
            try { most = Math.Max(most, await witness.RelayBacklogAsync()); } catch (NpgsqlException) { }
            await Task.Delay(20);
        }
        return most;
    }
}
