using InquiryHub.Cli;

namespace InquiryHub.Bench.Latency;

/// <summary>
/// How soon a contact is in the officer's list and on the dashboard of a client behind the gateway, at a fixed rate, counted from when
/// each should have been sent. More than 200 requests a second carry several contacts each, as counters send them.
/// </summary>
static class LatencyBench
{
    const int MostRequests = 200, WarmUpSeconds = 15;
    const double EmbeddedAtMost = 60, KafkaAtMost = 120;
    static readonly int[] Rates = [200, 2_000];

    public static async Task<int> RunAsync(Screen screen, BenchRun run, CancellationToken cancel)
    {
        await using var city = await BenchCity.StartAsync(screen, run.Place, cancel);
        await using var look = await city.OpenAsync(cancel);
        var (secret, reference) = (await city.SecretAsync("walkin"), await city.ReferenceAsync(cancel));
        using var loading = new WalkIns(city.Doors, secret, reference);
        using var counters = new WalkIns([city.Gateway], secret, reference);
        var next = await city.LoadAsync(screen, loading, run.Load, cancel) * WalkIns.BatchSize;
        await using var viewer = await Viewer.StartAsync(city, cancel);

        async Task<LatencyRound> RoundAsync(string name, int rate, int seconds)
        {
            var aRequest = Math.Max(1, rate / MostRequests);
            // A round of its own numbers, whole requests: a number stands for one counter's contact.
            next = (next / aRequest + 1) * aRequest;
            var round = await screen.StepAsync(name, _ => LatencyRound.RunAsync(rate, aRequest, seconds, counters, next, viewer, cancel));
            next += rate * seconds;
            return round;
        }
        foreach (var rate in Rates) await RoundAsync($"Warming up at {rate:N0}/s", rate, WarmUpSeconds);
        var rounds = new List<LatencyRound>();
        foreach (var rate in Rates)
        {
            await screen.StepAsync("Settling", _ => BenchCity.SettleAsync(look, cancel));
            for (var n = 1; n <= run.Rounds; n++) rounds.Add(await RoundAsync($"Round {n} of {run.Rounds}, {rate:N0}/s for {run.Seconds} s", rate, run.Seconds));
        }

        Print(screen, run, rounds);
        var atMost = run.Place.Log switch { BenchPlace.Embedded => EmbeddedAtMost, BenchPlace.RealKafka => KafkaAtMost, _ => (double?)null };
        Measure[] measures = [.. Rates.SelectMany(rate => Of(rate, [.. rounds.Where(r => r.Rate == rate)], rate == Rates[0] ? atMost : null))];
        var promised = measures.First(m => m.Name == $"latency {Rates[0]}/s listed p99");
        screen.Line($"In the officer's list at {Rates[0]}/s, p99: {promised.Value:0} ms." + (atMost is null ? " Nothing was promised of the mock." : $" Promised: at most {atMost:0} ms: {(promised.Met == true ? "met" : "NOT met")}."));
        await Measures.WriteAsync(run.Json, measures);
        return promised.Met == false || rounds.Any(r => r.Unseen > 0 || r.Refused > 0) ? Exit.Failed : 0;
    }

    static IEnumerable<Measure> Of(int rate, IReadOnlyList<LatencyRound> rounds, double? atMost)
    {
        foreach (var (what, values) in new (string, Func<LatencyRound, double[]>)[] { ("accepted", r => r.Accepted), ("listed", r => r.Listed), ("shown", r => r.Shown) })
            foreach (var part in new[] { 0.5, 0.99 })
            {
                var each = rounds.Select(r => LatencyRound.At(values(r), part)).ToArray();
                var goal = what == "listed" && part == 0.99 ? atMost : null;
                yield return new($"latency {rate}/s {what} p{100 * part:0}", each.Median(), "ms", each.Min(), each.Max(), goal, goal is { } most ? each.Median() <= most : null);
            }
    }

    static void Print(Screen screen, BenchRun run, List<LatencyRound> rounds)
    {
        string Two(double[] sorted) => $"{LatencyRound.At(sorted, 0.5):0.0} / {LatencyRound.At(sorted, 0.99):0.0} / {sorted[^1]:0}";
        screen.Table($"Milliseconds from the intended time, p50 / p99 / most; {run.Place.Name}, after {run.Load:N0} contacts", ["rate", "contacts", "accepted", "in the list", "on the dashboard", "unseen", "refused", "read anew", "sent late by"],
            [.. rounds.Select(r => new[] { $"{r.Rate:N0}/s", $"{r.Accepted.Length:N0}", Two(r.Accepted), Two(r.Listed), Two(r.Shown), $"{r.Unseen}", $"{r.Refused}", $"{r.Readings}", $"{r.LateBy:0}" })], 0, 1, 2, 3, 4, 5, 6, 7, 8);
    }
}
