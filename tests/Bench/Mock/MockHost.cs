using InquiryHub.TestKit;
using System.Globalization;

namespace InquiryHub.Bench.Mock;

/// <summary>
/// The mock cluster as a process of its own, so that it can be killed. Its first line of output is the bootstrap servers; then one line
/// a command read from its input, `ok` or `error: ...`; the end of the input ends it.
/// </summary>
internal sealed class MockHost(MockCluster cluster, IReadOnlyDictionary<string, int> topics, Trimmer trimmer)
{
    public static int Run(int brokers, string topics, string? database, int keep)
    {
        var wanted = topics.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split(':')).ToDictionary(t => t[0], t => int.Parse(t[1], CultureInfo.InvariantCulture));
        using var cluster = new MockCluster(brokers);
        foreach (var (topic, partitions) in wanted) cluster.CreateTopic(topic, partitions);
        using var trimmer = new Trimmer(cluster, wanted, database, keep);
        Console.Out.WriteLine(cluster.BootstrapServers);
        new MockHost(cluster, wanted, trimmer).Obey(Console.In, Console.Out);
        return 0;
    }

    private void Obey(TextReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line && line != "quit")
        {
            try { Do(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)); output.WriteLine("ok"); }
            catch (Exception e) when (e is InvalidOperationException or Npgsql.NpgsqlException or FormatException or ArgumentException) { output.WriteLine($"error: {e.Message}"); }
            output.Flush();
        }
    }

    private void Do(string[] words)
    {
        int Number(int at) => int.Parse(words[at], CultureInfo.InvariantCulture);
        switch (words)
        {
            case ["down", "all"]: cluster.Down(null); break;
            case ["up", "all"]: cluster.Up(null); break;
            case ["down", _]: cluster.Down(Number(1)); break;
            case ["up", _]: cluster.Up(Number(1)); break;
            case ["leader", var topic, _, _]: cluster.SetLeader(topic, Number(2), Number(3)); break;
            case ["late", _, _]: cluster.AnswerLate(Number(1), Number(2)); break;
            case ["errors", "fetch", _, _]: cluster.Refuse(MockCluster.Fetch, Number(2), Number(3)); break;
            case ["allow", "fetch"]: cluster.Allow(MockCluster.Fetch); break;
            case ["trim"]: trimmer.Trim(); break;
            case ["lose"]: Lose(); break;
            default: throw new ArgumentException($"`{string.Join(' ', words)}` is not one of: down N|all, up N|all, leader TOPIC PARTITION BROKER, late N MS, errors fetch CODE N, allow fetch, trim, lose, quit");
        }
    }

    // A new process would listen on other ports, which running clients can't learn. To them this is the same: away, then empty, with
    // other topic ids and no committed offsets.
    private void Lose()
    {
        cluster.Down(null);
        lock (trimmer)
        {
            trimmer.Forget();
            foreach (var (topic, partitions) in topics)
            {
                cluster.DeleteTopic(topic);
                cluster.CreateTopic(topic, partitions);
            }
        }
        cluster.Up(null);
    }
}
