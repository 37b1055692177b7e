using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace InquiryHub.Contracts.Tests;

/// <summary>Who may reference whom (house.md, Layout): read from the project files, so that it also holds for what no test loads.</summary>
public sealed class ReferenceTests
{
    static readonly string[] GatewayMayUse = ["Yarp.ReverseProxy", "StackExchange.Redis"];
    static readonly string[] ContractsMayUse = ["Google.Protobuf", "Grpc.AspNetCore", "Grpc.Net.Client", "Grpc.Tools"];

    static bool May(string from, string to) => (from, to) switch
    {
        ("tests", _) => true,
        ("contracts" or "gateway", _) => false,
        ("Kernel", _) => to == "contracts",
        ("AllInOne", _) => to == "Kernel" || Repository.Has($"services/{to}/{to}Module.cs"),
        _ => to is "contracts" or "Kernel",
    };

    /// <summary>contracts, gateway, tests, or the name of a service.</summary>
    static string Part(string project) => project.Split('/') is ["services", var service, ..] ? service : project.Split('/')[0];

    static IEnumerable<string> Includes(string project, string item) =>
        XDocument.Parse(Repository.Read(project)).Descendants().Where(e => e.Name.LocalName == item).SelectMany(e => ((string?)e.Attribute("Include") ?? "").Replace('\\', '/').Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    static string Target(string project, string include) =>
        Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, include))).Replace('\\', '/');

    [Fact]
    public void Every_reference_is_in_the_table() => Guard.Nothing(
        from project in Repository.Projects
        from include in Includes(project, "ProjectReference")
        where !May(Part(project), Part(Target(project, include))) || (Part(project) != "tests" && !Repository.Has(Target(project, include)))
        select $"{project} -> {include}", "Not in house.md's table (a service references Kernel and contracts, never another service):");

    [Fact]
    public void Nothing_is_referenced_past_the_table() => Guard.Nothing(
        Repository.Projects.Where(p => Part(p) != "tests" && Includes(p, "Reference").Any())
            .Concat(Repository.Files("", ".props", ".targets").Where(f => Repository.Read(f).Contains("ProjectReference", StringComparison.Ordinal))),
        "References stand in project files, to projects:");

    [Fact]
    public void The_gateway_and_the_contracts_use_only_their_packages()
    {
        Assert.Empty(Includes("gateway/gateway.csproj", "PackageReference").Except(GatewayMayUse));
        Assert.Empty(Includes("contracts/contracts.csproj", "PackageReference").Except(ContractsMayUse));
    }

    [Fact]
    public void AllInOne_runs_every_module()
    {
        var program = Repository.Read("services/AllInOne/Program.cs");
        Guard.Nothing(Repository.Services.Where(s => Repository.Has($"services/{s}/{s}Module.cs") && !program.Contains($"{s}Module(", StringComparison.Ordinal)), "Add it to services/AllInOne/Program.cs:");
    }

    [Fact]
    public void Every_project_is_in_the_solution_in_its_folder()
    {
        var text = Repository.Read("InquiryHub.sln");
        var entries = Regex.Matches(text, """Project\("[^"]+"\) = "([^"]+)", "([^"]+)", "([^"]+)""").Select(m => (Path: m.Groups[2].Value.Replace('\\', '/'), Id: m.Groups[3].Value)).ToList();
        var folderOf = Regex.Matches(text, @"^\s*(\{[-0-9A-F]+\}) = (\{[-0-9A-F]+\})\s*$", RegexOptions.Multiline).ToDictionary(m => m.Groups[1].Value, m => entries.Single(e => e.Id == m.Groups[2].Value).Path);
        var there = entries.Where(e => e.Path.EndsWith(".csproj", StringComparison.Ordinal)).Select(e => $"{folderOf.GetValueOrDefault(e.Id, "(no folder)")}: {e.Path}").ToList();
        var wanted = Repository.Projects.Select(p => $"{p.Split('/')[0]}: {p}").ToList();
        Guard.Nothing(wanted.Except(there).Select(p => "add " + p).Concat(there.Except(wanted).Select(p => "remove " + p)), "dotnet sln InquiryHub.sln add PROJECT --solution-folder FOLDER:");
    }
}
