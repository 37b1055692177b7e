using System.Text.RegularExpressions;

namespace InquiryHub.Contracts.Tests;

/// <summary>A program of the solution that runs by itself, and what its sources say of it: the options it reads, the paths it answers.</summary>
/// <param name="Project">gateway/gateway.csproj, services/Routing/Routing.csproj, ...</param>
sealed partial record Deployable(string Project)
{
    static readonly string[] Kernel = ["services/Kernel"];
    readonly Lazy<string> source = new(() => string.Concat(Folders(Project).SelectMany(f => Repository.Files(f, ".cs")).Select(Repository.Read)));

    public static IReadOnlyList<Deployable> All { get; } = [.. Repository.Projects.Where(p => !p.StartsWith("tests/", StringComparison.Ordinal) && Repository.Read(p).Contains("Sdk=\"Microsoft.NET.Sdk.Web\"", StringComparison.Ordinal)).Select(p => new Deployable(p))];

    /// <summary>As ContainerRepository in Directory.Build.props names it.</summary>
    public string Image => $"inquiryhub/{Path.GetFileNameWithoutExtension(Project).ToLowerInvariant()}";

    /// <summary>Is this the name of a variable that the program reads?</summary>
    public bool Reads(string variable) => Options.Contains(variable)
        || (variable.StartsWith("Kafka__", StringComparison.Ordinal) && Text.Contains("record KafkaOptions", StringComparison.Ordinal) && KafkaSetting().IsMatch(variable))
        || (variable.StartsWith("Gateway__Services__", StringComparison.Ordinal) && Text.Contains("\"Gateway:Services\"", StringComparison.Ordinal));   // RoutingTable itself judges these

    public IReadOnlySet<string> Paths => MappedPath().Matches(Text).Select(m => m.Groups[1].Value).ToHashSet();

    string Text => source.Value;

    HashSet<string> Options =>
    [
        .. BoundSection().Matches(Text).SelectMany(m => Properties(m.Groups["record"].Value, m.Groups["section"].Value.Replace(":", "__", StringComparison.Ordinal))),
        .. Key().Matches(Text).Select(m => m.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)),
        .. ConnectionString().Matches(Text).Select(m => "ConnectionStrings__" + m.Groups[1].Value),
    ];

    IEnumerable<string> Properties(string record, string prefix)
    {
        var body = Regex.Match(Text, $@"^\s*(?:public |internal )?sealed record {record}\s*\{{(.*?)^\s*\}}", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;
        foreach (Match p in Property().Matches(body))
            foreach (var name in p.Groups["type"].Value.EndsWith("Options", StringComparison.Ordinal) ? Properties(p.Groups["type"].Value, $"{prefix}__{p.Groups["name"].Value}") : [$"{prefix}__{p.Groups["name"].Value}"])
                yield return name;
    }

    static IEnumerable<string> Folders(string project) => project.Split('/') switch
    {
        ["services", "AllInOne", ..] => Kernel.Concat(Repository.Services.Where(s => Repository.Has($"services/{s}/{s}Module.cs")).Select(s => $"services/{s}")),
        ["services", var service, ..] => [.. Kernel, $"services/{service}"],
        var other => [other[0]],
    };

    [GeneratedRegex(@"GetSection\(""(?<section>[\w:]+)""\)\.Get<(?<record>\w+)>")] private static partial Regex BoundSection();
    [GeneratedRegex(@"(?<!GetSection\()""([A-Z]\w+(?::[A-Z]\w+)+)""")] private static partial Regex Key();
    [GeneratedRegex(@"GetConnectionString\(""(\w+)""\)")] private static partial Regex ConnectionString();
    [GeneratedRegex(@"public (?<type>\w+) (?<name>\w+) \{ get; init; \}")] private static partial Regex Property();
    [GeneratedRegex(@"MapGet\(""([^""]+)""")] private static partial Regex MappedPath();
    [GeneratedRegex("^Kafka__(BootstrapServers|TopicPrefix|[a-z]+(_[a-z]+)*)$")] private static partial Regex KafkaSetting();
}
