namespace InquiryHub.Cli;

/// <summary>One process of the hub: its name in state.json, its log and reports ("routing", "routing.2"), its project, and the service it is alone; null = all of them.</summary>
internal sealed record HubProgram(string Name, string Project, string? Service)
{
    /// <summary>The names of its two ports in state.json.</summary>
    public string HttpPort => Name == Deployment.AllInOne ? "hubHttp" : $"{Name}.http";
    public string GrpcPort => Name == Deployment.AllInOne ? "hubGrpc" : $"{Name}.grpc";
}

/// <summary>Which processes a city has: one for everything, or one a service (--split), each in as many instances as asked.</summary>
internal static class Deployment
{
    public const string AllInOne = "AllInOne", Web = "web";
    /// <summary>More instances than shards would have nothing to read.</summary>
    private const int MostInstances = 12;
    /// <summary>Directory first: every other service waits for its reference data.</summary>
    public static readonly IReadOnlyList<string> Services = ["directory", "channels", "routing", "assignment", "sla", "casework", "statistics", Web];

    public static IReadOnlyList<HubProgram> Of(bool split, IReadOnlyDictionary<string, int>? instances)
    {
        IEnumerable<HubProgram> Each(string name, string project, string? service) =>
            Enumerable.Range(1, instances?.GetValueOrDefault(name.ToLowerInvariant(), 1) ?? 1).Select(at => new HubProgram(at == 1 ? name : $"{name}.{at}", project, service));
        return split ? [.. Services.SelectMany(service => Each(service, $"services/{char.ToUpperInvariant(service[0])}{service[1..]}", service))] : [.. Each(AllInOne, Programs.AllInOne, null)];
    }

    /// <summary>Reads --instances: <c>routing=2,casework=2</c> with --split, <c>allinone=2</c> without.</summary>
    /// <exception cref="HubStop">A name that isn't a service, or a count that isn't 1 to 12.</exception>
    public static IReadOnlyDictionary<string, int> Parse(string? text, bool split)
    {
        Dictionary<string, int> counts = [];
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=', StringSplitOptions.TrimEntries) is not [var given, var number] || !int.TryParse(number, out var count) || count is < 1 or > MostInstances)
                throw Usage($"--instances 的“{part}”无法理解，应为 名称=数量（1 至 {MostInstances}）。", $"\"{part}\" of --instances can't be read: it is NAME=COUNT, with a count from 1 to {MostInstances}.");
            var name = given.ToLowerInvariant();
            if (!split && Services.Contains(name))
                throw Usage($"{name} 要单独运行多个实例，请加 --split；否则只能用 allinone={number}。", $"{name} has a process of its own only with --split; without it give allinone={number}.");
            if (split ? !Services.Contains(name) : !name.Equals(AllInOne, StringComparison.OrdinalIgnoreCase))
                throw Usage($"没有名为 {given} 的服务，可用：{Known(split)}。", $"There is no service {given} here; known are {Known(split)}.");
            if (!counts.TryAdd(name, count)) throw Usage($"--instances 中 {name} 出现了两次。", $"{name} stands twice in --instances.");
        }
        return counts;
    }

    private static string Known(bool split) => split ? string.Join(", ", Services) : "allinone (or, with --split, " + string.Join(", ", Services) + ")";
    private static HubStop Usage(string chinese, string english) => new(Exit.Usage, chinese, english);
}
