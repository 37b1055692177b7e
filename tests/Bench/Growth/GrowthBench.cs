using System.Diagnostics;
using InquiryHub.Bench.Pipeline;
using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench.Growth;

/// <param name="Millions">Contacts that were there.</param>
/// <param name="Intake">Contacts a second that the doors acknowledge, whatever the chain makes of them.</param>
/// <param name="Pipeline">Contacts a second through the whole chain.</param>
/// <param name="Dashboard">Questions a second.</param>
/// <param name="Millis">Median of one question.</param>
sealed record GrowthRound(double Millions, double Intake, double Pipeline, double Dashboard, double Millis);

/// <summary>The same work at one size after the other: whatever has come in the years before, a day's contacts cost what they cost on the first.</summary>
static class GrowthBench
{
    const double AtLeast = 0.9;
    const int Lanes = 16, WarmUp = 20_000;

    public static async Task<int> RunAsync(Screen screen, BenchRun run, CancellationToken cancel)
    {
        await using var city = await BenchCity.StartAsync(screen, run.Place, cancel);
        using var counters = new WalkIns(city.Doors, await city.SecretAsync("walkin"), await city.ReferenceAsync(cancel));
        await using var look = await city.OpenAsync(cancel);
        var originals = await screen.StepAsync($"{Originals.Count:N0} contacts, answered, to be copied", _ => Originals.MakeAsync(city, counters, look, cancel));
        var grown = await Grown.StartAsync(look, originals, cancel);
        var (next, rounds) = (Originals.Count / WalkIns.BatchSize, new List<GrowthRound>());

        foreach (var millions in run.Millions)
        {
            if ((int)(millions * 1_000_000) is var contacts && contacts > grown.Copies) await GrowAsync(screen, city, look, grown, contacts, cancel);
            // Counted once a size, before and after all of it: to count is to read every table, and what a hub keeps in memory would be gone.
            var (counts, first) = (await Counted.ReadAsync(look, cancel), next);
            var warm = Math.Min(WarmUp, run.Contacts) / WalkIns.BatchSize;
            await screen.StepAsync("Warming up", async _ =>
            {
                await using var chain = await Chain.FromHereAsync(city, cancel);
                await ClosedLoop.RunAsync(counters, chain, next, warm, run.Waiting, _ => { }, cancel);
                await Dashboard.AskAsync(city, TimeSpan.FromSeconds(2), cancel);
            });
            next += warm;
            for (var n = 1; n <= run.Rounds; n++)
            {
                rounds.Add(await screen.StepAsync($"{millions} million, round {n} of {run.Rounds}", step => RoundAsync(city, counters, millions, next, run, step, cancel)));
                next += 2 * (run.Contacts / WalkIns.BatchSize);
            }
            await screen.StepAsync("Counting", _ => Counted.CheckAsync(counts, look, (next - first) * WalkIns.BatchSize, cancel));
        }
        return await ReportAsync(screen, run, rounds);
    }

    static async Task GrowAsync(Screen screen, BenchCity city, NpgsqlConnection look, Grown grown, int contacts, CancellationToken cancel)
    {
        var (began, before, added) = (Stopwatch.GetTimestamp(), await SizeAsync(look, cancel), contacts - grown.Copies);
        // Besides the rows (9,500 bytes, and 3,000 in the outbox as long as they are kept there) the WAL and the sorts need room.
        city.City.RequireSpace(8_000_000_000 + added * 9_500L + Math.Min(added, Grown.MostKept) * 3_000L);
        await city.StopProgramsAsync();
        await screen.StepAsync($"Growing by {added:N0} contacts", step => grown.GrowAsync(contacts, step, cancel));
        await screen.StepAsync("Starting the hub on it", step => city.StartProgramsAsync(step, cancel));
        var bytes = await SizeAsync(look, cancel) - before;
        screen.Line($"  {added:N0} contacts more: {bytes / 1e9:0.0} GB, {bytes / added:N0} bytes each, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s; counts verified.");
        screen.Line($"  Bytes a contact there: {await TablesAsync(look, cancel)}");
    }

    // The tables and indexes that a contact takes more than 100 bytes in.
    static async Task<string> TablesAsync(NpgsqlConnection look, CancellationToken cancel) => (string)(await new NpgsqlCommand("""
        with size as (select case when schemaname = 'log' and relname like 'outbox%' then 'log.outbox' else schemaname || '.' || relname end as name, sum(pg_total_relation_size(relid)) as bytes from pg_stat_user_tables where schemaname <> 'bench' group by 1)
        select string_agg(name || ' ' || bytes / contacts, ', ' order by bytes desc) from (select name, bytes::bigint, (select count(*) from channels.contact) as contacts from size) s where bytes / contacts > 100
        """, look).ExecuteScalarAsync(cancel))!;

    static async Task<long> SizeAsync(NpgsqlConnection look, CancellationToken cancel) => (long)(await new NpgsqlCommand("select pg_database_size(current_database())", look).ExecuteScalarAsync(cancel))!;

    static async Task<GrowthRound> RoundAsync(BenchCity city, WalkIns counters, double millions, int first, BenchRun run, Step step, CancellationToken cancel)
    {
        var batches = run.Contacts / WalkIns.BatchSize;
        var contacts = batches * WalkIns.BatchSize;
        await using var chain = await Chain.FromHereAsync(city, cancel);
        step.Say("intake");
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(first, batches), new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancel }, async (batch, stop) => await counters.SendAsync(batch, stop));
        var intake = contacts / Stopwatch.GetElapsedTime(began).TotalSeconds;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await chain.DoneAsync(cancel) < contacts) await timer.WaitForNextTickAsync(cancel);

        step.Say("pipeline");
        await using var through = await Chain.FromHereAsync(city, cancel);
        var took = await ClosedLoop.RunAsync(counters, through, first + batches, batches, run.Waiting, _ => { }, cancel);
        step.Say("dashboard");
        var (rate, each) = await Dashboard.AskAsync(city, TimeSpan.FromSeconds(run.Seconds), cancel);
        return new(millions, intake, contacts / took.TotalSeconds, rate, each.Median());
    }

    static async Task<int> ReportAsync(Screen screen, BenchRun run, List<GrowthRound> rounds)
    {
        var sizes = rounds.GroupBy(r => r.Millions).ToList();
        (string Name, string Unit, Func<GrowthRound, double> Value)[] figures = [("intake", "contacts/s", r => r.Intake), ("pipeline", "contacts/s", r => r.Pipeline), ("dashboard", "questions/s", r => r.Dashboard)];
        var measures = new List<Measure>();
        string Cell(IGrouping<double, GrowthRound> size, Func<GrowthRound, double> value, string name, string unit)
        {
            var (each, empty) = (size.Select(value).ToArray(), sizes[0].Select(value).Median());
            var ratio = each.Median() / empty;
            measures.Add(new($"growth {size.Key} million {name}", each.Median(), unit, each.Min(), each.Max(), size.Key == sizes[0].Key ? null : AtLeast * empty, size.Key == sizes[0].Key ? null : ratio >= AtLeast));
            return $"{each.Median():N0} ({ratio:0.00})";
        }
        screen.Table($"Rates by what is there already, medians, and their part of the first size's; {run.Place.Name}", ["million contacts", .. figures.Select(f => $"{f.Name} {f.Unit}"), "a question, ms"],
            [.. sizes.Select(size => (string[])[$"{size.Key}", .. figures.Select(f => Cell(size, f.Value, f.Name, f.Unit)), $"{size.Select(r => r.Millis).Median():0.0}"])], 0, 1, 2, 3, 4);
        screen.Line($"Promised: at least {AtLeast} of the first size's rates: {(measures.Any(m => m.Met == false) ? $"NOT met by {string.Join(", ", measures.Where(m => m.Met == false).Select(m => m.Name))}" : "met")}.");
        await Measures.WriteAsync(run.Json, measures);
        return measures.Any(m => m.Met == false) ? Exit.Failed : 0;
    }
}
