using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench;

/// <summary>Who used the processors: by process, and inside them by thread (.NET) or by whom a backend serves (PostgreSQL). Seconds.</summary>
/// <param name="Machine">Everything that ran on this machine.</param>
sealed record Processors(IReadOnlyDictionary<string, double> ByProcess, IReadOnlyDictionary<string, double> Inside, double Machine)
{
    /// <summary>What ran here that is none of ours: a reading with much of it says little about the rate.</summary>
    public double Others => Math.Max(0, Machine - ByProcess.Values.Sum());

    public static async Task<Processors> ReadAsync(BenchCity city, NpgsqlConnection connection, CancellationToken cancel)
    {
        var inside = new Dictionary<string, double>();
        void Count(string name, string statFile)
        {
            try
            {
                var text = File.ReadAllText(statFile);
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                inside[name] = inside.GetValueOrDefault(name) + (double.Parse(fields[11]) + double.Parse(fields[12])) / 100;
            }
            catch (IOException) { }   // it ended meanwhile
        }
        foreach (var process in city.Processes.Where(process => process.IsAlive && process.Name is not ("postgresql" or "redis" or "loader")))
            foreach (var thread in System.IO.Directory.GetDirectories($"/proc/{process.Pid}/task"))
                Count($"{process.Name}: {NameOf(thread)}", $"{thread}/stat");
        await using (var reader = await new NpgsqlCommand("select pid, case when backend_type = 'client backend' then application_name else backend_type end from pg_stat_activity", connection).ExecuteReaderAsync(cancel))
            while (await reader.ReadAsync(cancel)) Count($"postgresql: {reader.GetString(1)}", $"/proc/{reader.GetInt32(0)}/stat");
        return new(Cpu.Seconds(city.Processes), inside, Busy());
    }

    // user, nice, system, (idle, iowait,) irq, softirq
    static double Busy()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new[] { 1, 2, 3, 6, 7 }.Sum(at => double.Parse(fields[at])) / 100;
    }

    static string NameOf(string thread)
    {
        try { return File.ReadAllText($"{thread}/comm").Trim(); }
        catch (IOException) { return "ended"; }
    }

    /// <summary>What was used between two readings.</summary>
    public static Processors operator -(Processors after, Processors before) => new(Less(after.ByProcess, before.ByProcess), Less(after.Inside, before.Inside), after.Machine - before.Machine);

    static Dictionary<string, double> Less(IReadOnlyDictionary<string, double> after, IReadOnlyDictionary<string, double> before) =>
        after.ToDictionary(part => part.Key, part => part.Value - before.GetValueOrDefault(part.Key));
}
