using System.Globalization;
using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench.Footprint;

/// <summary>What the hub takes up while nobody asks for anything, with a year of contacts there: memory, connections; and how soon it is ready again.</summary>
static class FootprintBench
{
    const double MemoryAtMost = 500, MemoryAim = 350, ReadyAtMost = 6;
    static readonly string[] Servers = ["hub", "postgresql", "redis", "loader", "mock", "kafka"];

    public static async Task<int> RunAsync(Screen screen, BenchRun run, CancellationToken cancel)
    {
        await using var city = await BenchCity.StartAsync(screen, run.Place, cancel);
        using var counters = new WalkIns(city.Doors, await city.SecretAsync("walkin"), await city.ReferenceAsync(cancel));
        await city.LoadAsync(screen, counters, run.Load, cancel);
        await screen.StepAsync($"Idle for {run.Idle} s", async _ => await Task.Delay(TimeSpan.FromSeconds(run.Idle), cancel));
        await using var look = await city.OpenAsync(cancel);
        var memory = city.Processes.Where(p => !Servers.Contains(p.Name)).ToDictionary(p => p.Name, p => (Pss: Megabytes(p, "Pss:"), Anonymous: Megabytes(p, "Pss_Anon:")));
        var connections = await ConnectionsAsync(look, cancel);
        var ready = new List<double>();
        for (var n = 1; n <= run.Rounds; n++)
            ready.Add(await screen.StepAsync($"Start {n} of {run.Rounds} on a warm database", async step =>
            {
                await city.StopProgramsAsync();
                return (await city.StartProgramsAsync(step, cancel)).TotalSeconds;
            }));

        screen.Table($"Memory after {run.Load:N0} contacts and {run.Idle} s idle; {run.Place.Name}", ["process", "PSS MB", "of it anonymous"], [.. memory.Select(m => new[] { m.Key, $"{m.Value.Pss:0}", $"{m.Value.Anonymous:0}" })], 1, 2);
        screen.Table("Connections held to PostgreSQL", ["who", "connections"], [.. connections.Select(c => new[] { c.Key, $"{c.Value}" }), ["all", $"{connections.Values.Sum()}"]], 1);
        // Nothing was promised of a process a service.
        var promised = !run.Place.Split && run.Place.Instances.Count == 0;
        var all = memory.Values.Sum(m => m.Pss);
        Measure[] measures =
        [
            Measure.One("footprint PSS", all, "MB", atMost: promised ? MemoryAtMost : null), .. memory.Select(m => Measure.One($"footprint PSS {m.Key}", m.Value.Pss, "MB")),
            new("footprint ready", ready.Median(), "s", ready.Min(), ready.Max(), promised ? ReadyAtMost : null, promised ? ready.Median() <= ReadyAtMost : null),
            Measure.One("footprint connections", connections.Values.Sum(), "connections"),
        ];
        screen.Line($"Together {all:0} MB (aim {MemoryAim:0}), ready after {ready.Median():0.0} s, {connections.Values.Sum()} connections."
            + (promised ? $" Promised: at most {MemoryAtMost:0} MB and {ReadyAtMost:0} s: {(measures.Any(m => m.Met == false) ? "NOT met" : "met")}." : " Nothing was promised of more than one process."));
        await Measures.WriteAsync(run.Json, measures);
        return measures.Any(m => m.Met == false) ? Exit.Failed : 0;
    }

    // The share of pages that several processes map is counted by halves, thirds, ...: sums mean something.
    static double Megabytes(OwnProcess process, string line) =>
        double.Parse(File.ReadLines($"/proc/{process.Pid}/smaps_rollup").First(l => l.StartsWith(line, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;

    static async Task<Dictionary<string, long>> ConnectionsAsync(NpgsqlConnection look, CancellationToken cancel)
    {
        var held = new Dictionary<string, long>();
        await using var reader = await new NpgsqlCommand("select application_name, count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' group by 1 order by 2 desc, 1", look).ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) held[reader.GetString(0)] = reader.GetInt64(1);
        return held;
    }
}
