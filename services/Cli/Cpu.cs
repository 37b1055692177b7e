namespace InquiryHub.Cli;

/// <summary>Processor seconds of a city's processes, read from /proc; PostgreSQL with its backends, ended ones included.</summary>
internal static class Cpu
{
    private const double TicksPerSecond = 100;

    public static Dictionary<string, double> Seconds(IEnumerable<OwnProcess> processes) =>
        processes.Where(process => process.IsAlive).ToDictionary(process => process.Name, process => process.Name == "postgresql" ? WithBackends(process.Pid) : Of(process.Pid).Own);

    public static double Seconds(int process) => Of(process).Own;

    private static double WithBackends(int postmaster)
    {
        var sum = Of(postmaster) is var all ? all.Own + all.Ended : 0;
        foreach (var folder in Directory.GetDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var pid) && Of(pid) is var child && child.Parent == postmaster) sum += child.Own;
        return sum;
    }

    private static (int Parent, double Own, double Ended) Of(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double Ticks(int at) => double.Parse(fields[at]) / TicksPerSecond;
            return (int.Parse(fields[1]), Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));
        }
        catch (IOException) { return (0, 0, 0); }
    }
}
