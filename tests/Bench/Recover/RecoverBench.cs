using System.Diagnostics;
using System.Globalization;
using InquiryHub.Bench.Pipeline;
using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench.Recover;

/// <summary>
/// A process a service, Routing twice. First both are away while contacts come in, and one must work them off; then, under a trickle,
/// one of the two is killed or frozen: how soon has every shard that it held moved again? At the end nothing is lost, doubled or
/// out of order.
/// </summary>
static class RecoverBench
{
    const double EmbeddedKilled = 1, EmbeddedFrozen = 3, KafkaKilled = 5;
    const int Lanes = 8;
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(Screen screen, BenchRun run, CancellationToken cancel)
    {
        var place = run.Place with { Split = true, Instances = new Dictionary<string, int>(run.Place.Instances) { [Routing.Service] = 2 } };
        await using var city = await BenchCity.StartAsync(screen, place, cancel);
        using var counters = new WalkIns(city.Doors, await city.SecretAsync("walkin"), await city.ReferenceAsync(cancel));
        await using var look = await city.OpenAsync(cancel);
        var counts = await Counted.ReadAsync(look, cancel);

        var (batches, contacts) = (run.Contacts / WalkIns.BatchSize, run.Contacts / WalkIns.BatchSize * WalkIns.BatchSize);
        await screen.StepAsync($"{contacts:N0} contacts while Routing is away", _ => PileUpAsync(city, counters, look, batches, cancel));
        var drained = await screen.StepAsync("Routing works them off", step => DrainAsync(city, look, step, cancel));

        await city.StartAgainAsync(Routing.Second);
        var (killed, frozen) = (new List<double>(), new List<double>());
        await using (var trickle = new Trickle(counters, contacts))
        {
            for (var n = 0; n < run.Rounds; n++)
                foreach (var (signal, took) in new[] { (Tool.Kill, killed), (Tool.Freeze, frozen) })
                    took.Add(await screen.StepAsync($"{(signal == Tool.Kill ? "kill -9" : "Freezing")} {n + 1} of {run.Rounds}", _ => LoseAsync(city, look, n % 2 == 0 ? Routing.Second : Routing.First, signal, cancel)));
            contacts += await trickle.EndAsync();
        }
        await UntilAsync("all is read", async () => await Routing.LagAsync(look, cancel) == 0, cancel);
        var wrong = await screen.StepAsync("Counting", async _ => (string[])[.. Counted.Wrong(counts, await Counted.ReadAsync(look, cancel), contacts), .. await Routing.DisorderAsync(look, cancel)]);

        double? atMostKilled = place.Log switch { BenchPlace.Embedded => EmbeddedKilled, BenchPlace.RealKafka => KafkaKilled, _ => null };
        double? atMostFrozen = place.Log == BenchPlace.Embedded ? EmbeddedFrozen : null;
        screen.Table($"Seconds until the shards of a lost instance of Routing moved again; {place.Name}", ["what", "each", "median", "promised at most"],
            [["kill -9", Each(killed), $"{killed.Median():0.00}", $"{atMostKilled}"], ["frozen", Each(frozen), $"{frozen.Median():0.00}", $"{atMostFrozen}"]], 2, 3);
        screen.Line($"{batches * WalkIns.BatchSize:N0} waiting contacts were through after {drained.Seconds:0.0} s, Routing's start included, {drained.Working:0.0} s after its first dispatch ({batches * WalkIns.BatchSize / drained.Working:N0}/s).");
        screen.Line(wrong.Length == 0 ? $"{contacts:N0} contacts: each is once in every service, in the order of its shard." : $"WRONG: {string.Join("; ", wrong)}");
        Measure[] measures = [Measure.One("recover drain", drained.Seconds, "s"), Measure.One("recover drain working", drained.Working, "s"), Of("recover killed", killed, atMostKilled), Of("recover frozen", frozen, atMostFrozen), Measure.One("recover wrong", wrong.Length, "findings", atMost: 0)];
        screen.Line(measures.Any(m => m.Met == false) ? $"NOT met: {string.Join(", ", measures.Where(m => m.Met == false).Select(m => m.Name))}." : "What was promised is met.");
        await Measures.WriteAsync(run.Json, measures);
        return measures.Any(m => m.Met == false) ? Exit.Failed : 0;
    }

    static Measure Of(string name, List<double> took, double? atMost) => new(name, took.Median(), "s", took.Min(), took.Max(), atMost, atMost is { } most ? took.Median() <= most : null);
    static string Each(List<double> took) => string.Join(", ", took.Select(t => t.ToString("0.00", CultureInfo.InvariantCulture)));

    static async Task PileUpAsync(BenchCity city, WalkIns counters, NpgsqlConnection look, int batches, CancellationToken cancel)
    {
        foreach (var program in new[] { Routing.First, Routing.Second }) await city.StopAsync(program);
        await Parallel.ForEachAsync(Enumerable.Range(0, batches), new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancel }, async (batch, stop) => await counters.SendAsync(batch, stop));
        // Whoever hears of them from Channels alone had an hour's time for it.
        var waiting = batches * WalkIns.BatchSize;
        await UntilAsync("only Routing is behind", async () => await Routing.LagAsync(look, cancel) == waiting, cancel);
    }

    /// <summary>From Routing's start until no service has anything left to read, and the part of it after its first dispatch.</summary>
    static async Task<(double Seconds, double Working)> DrainAsync(BenchCity city, NpgsqlConnection look, Step step, CancellationToken cancel)
    {
        var (began, waiting, first) = (Stopwatch.GetTimestamp(), await Routing.LagAsync(look, cancel), 0L);
        await city.StartAgainAsync(Routing.First);
        await UntilAsync("all is read", async () =>
        {
            var lag = await Routing.LagAsync(look, cancel);
            if (lag != waiting && first == 0) first = Stopwatch.GetTimestamp();
            step.Say($"{lag:N0} messages to read");
            return lag == 0;
        }, cancel);
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, Stopwatch.GetElapsedTime(first).TotalSeconds);
    }

    /// <summary>Seconds from the signal until every shard of the lost instance has moved; afterwards both are there again and share the shards.</summary>
    static async Task<double> LoseAsync(BenchCity city, NpgsqlConnection look, string program, int signal, CancellationToken cancel)
    {
        foreach (var each in new[] { Routing.First, Routing.Second }) await UntilAsync($"{each} holds shards", async () => await HoldsAsync(city, each, cancel), cancel);
        var leased = await Routing.LeasedAsync(look, program, cancel);
        await city.SignalAsync(program, signal);
        var (began, before) = (Stopwatch.GetTimestamp(), await Routing.CursorsAsync(look, cancel));
        // On Kafka the group decides, and doesn't say: every shard must have moved.
        if (city.Brokers is null && leased.Count == 0) throw new InvalidOperationException($"{program} held no shard.");
        if (city.Brokers is null) before = before.Where(cursor => leased.Contains(cursor.Key)).ToDictionary();
        await UntilAsync($"the shards of {program} move", async () =>
        {
            foreach (var cursor in await Routing.CursorsAsync(look, cancel))
                if (before.TryGetValue(cursor.Key, out var stood) && cursor.Value > stood) before.Remove(cursor.Key);
            return before.Count == 0;
        }, cancel);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (signal == Tool.Kill) await city.StartAgainAsync(program); else await city.SignalAsync(program, Tool.Thaw);
        return took;
    }

    // Some and not all: "6 of 12" leases, or, on Kafka, "12 partitions" of the 24 of Channels and Directory.
    static async Task<bool> HoldsAsync(BenchCity city, string program, CancellationToken cancel) =>
        (await city.AskAsync(program, cancel)).Report?.Services.FirstOrDefault(s => s.Service == Routing.Service)?.Leases.Split(' ') switch
        {
            [var held, "of", var all] => held != "0" && held != all,
            [var held, "partitions"] => held is not ("0" or "24"),
            _ => false,
        };

    /// <exception cref="TimeoutException">Not within five minutes.</exception>
    static async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Poll);
        for (var began = Stopwatch.GetTimestamp(); !await condition();)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException($"Not within {Patience.TotalMinutes:0} minutes: {what}");
            await timer.WaitForNextTickAsync(cancel);
        }
    }
}
