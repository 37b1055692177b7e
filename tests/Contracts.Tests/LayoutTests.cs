using System.Text.RegularExpressions;

namespace InquiryHub.Contracts.Tests;

/// <summary>house.md: one folder a service, read in the same order everywhere.</summary>
public sealed class LayoutTests
{
    static readonly string[] AtTheRoot =
        ["InquiryHub.sln", "README.md", "hub", "Directory.Build.props", "Directory.Packages.props", "global.json", "BannedSymbols.txt", "LICENSE", "contracts", "services", "gateway", "tests", "k8s"];

    static readonly string[] ServicesOfTheTable =
        ["Kernel", "Channels", "Routing", "Assignment", "Sla", "Casework", "Statistics", "Directory", "Web", "AllInOne", "Cli"];

    static IEnumerable<string> Code(string under) => Repository.Files(under, ".cs");

    [Fact]
    public void The_root_holds_what_the_layout_names() => Guard.Nothing(
        System.IO.Directory.EnumerateFileSystemEntries(Repository.Root).Select(e => Path.GetFileName(e)!).Where(n => !n.StartsWith('.') && n is not ("artifacts" or "TestResults")).Except(AtTheRoot),
        "Not in house.md's layout:");

    [Fact]
    public void A_project_has_a_folder_of_its_name() => Guard.Nothing(
        Repository.Projects.Where(p => !Regex.IsMatch(p, @"^(contracts/contracts|gateway/gateway|services/(\w+)/\2|tests/([\w.]+)/\3)\.csproj$"))
            .Concat(Repository.Services.Except(ServicesOfTheTable).Select(s => "services/" + s)), "No layer projects, no service that house.md doesn't name:");

    [Fact]
    public void The_contracts_hold_no_logic() => Assert.Equal(["contracts/Topics.cs"], Code("contracts"));

    [Fact]
    public void A_service_is_read_in_the_same_files_everywhere() => Guard.Nothing(
        Repository.Deciding.SelectMany(s => new[] { "README.md", $"{s}Module.cs", "Program.cs" }.Where(f => !Repository.Has($"services/{s}/{f}"))
            .Concat(new[] { "Decision.cs", "Store.cs", "Handlers.cs", "Grpc.cs" }.Where(end => !Code($"services/{s}").Any(f => f.EndsWith(end, StringComparison.Ordinal))).Select(end => "..." + end))
            .Concat(Repository.Files($"services/{s}/schema", ".sql").Count == 0 ? ["schema/*.sql"] : [])
            .Select(f => $"services/{s} has no {f}")), "README, Module, Decision, Store, Handlers, Grpc, Program, schema:");

    [Fact]
    public void A_service_says_what_it_decides_consumes_emits_owns_and_does_when_it_fails() => Guard.Nothing(
        from s in Repository.Deciding
        where Repository.Has($"services/{s}/README.md")
        from head in new[] { "Decides", "Consumes", "Emits", "Owns", "When it fails" }
        where !Regex.IsMatch(Repository.Read($"services/{s}/README.md"), $@"(\*\*|^#+ ){head}\b", RegexOptions.Multiline)
        select $"services/{s}/README.md: {head}", "Say it, as a heading or in bold:");

    // Namespaces are file-scoped, so a type that others can see begins its line. Nested public members are indented.
    [Fact]
    public void The_module_is_a_services_one_public_type() => Guard.Nothing(
        from s in Repository.Deciding
        from file in Code($"services/{s}")
        from Match m in Regex.Matches(Repository.Read(file), @"^(public\b(?:[^\S\n]+(?:\w+))*?[^\S\n]+(?:class|record|struct|interface|enum|delegate)\b[^\S\n]+(?:struct |class )?(?<name>\w+)|(?<name>namespace) [\w.]+\s*\{)", RegexOptions.Multiline)
        where m.Groups["name"].Value != $"{s}Module"
        select $"{file}: {m.Groups["name"].Value}", "Make it internal (leave `public` away; tests see it by InternalsVisibleTo):");

    [Fact]
    public void A_services_program_is_one_statement() => Guard.Nothing(
        Repository.Deciding.Select(s => $"services/{s}/Program.cs").Where(f => Repository.Has(f) && Regex.Replace(Repository.Read(f), @"^(using [\w.]+;|//.*)$", "", RegexOptions.Multiline).Count(c => c == ';') != 1),
        "return await HubHost.RunAsync(args, new XxxModule());");

    [Fact]
    public void Names_are_the_fields_own() => Guard.Nothing(
        from file in Repository.Files("", ".cs", ".razor")
        let types = Regex.Matches(Repository.Read(file), @"\b(?:class|record|struct|interface|enum)\s+(\w+)").Select(m => m.Groups[1].Value).Append(Path.GetFileNameWithoutExtension(file))
        from type in types.Distinct()
        where Regex.IsMatch(type, "(Manager|Helper|Util|Utils|Utility|Utilities|Base|Common|Impl|Dto)s?(?![a-z])")
        select $"{file}: {type}", "Say what it does in words of the field (domain.md 9):");

    [Fact]
    public void Each_of_the_nine_steps_of_the_walk_is_marked()
    {
        var marked = Repository.Files("services", ".cs", ".razor").SelectMany(f => Regex.Matches(Repository.Read(f), @"(?://|@\*) Walk ([1-9]):").Select(m => m.Groups[1].Value)).ToHashSet();
        Guard.Nothing(Enumerable.Range(1, 9).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)).Except(marked).Select(n => $"// Walk {n}:"), "Not marked anywhere under services:");
    }
}
