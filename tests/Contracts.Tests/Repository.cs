using System.Runtime.CompilerServices;

namespace InquiryHub.Contracts.Tests;

/// <summary>The repository as files. Paths are relative to its root, with '/'.</summary>
static class Repository
{
    static readonly string[] NotOurs = ["bin", "obj", "artifacts", "TestResults", "node_modules"];

    public static string Root { get; } = FindRoot();

    static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "InquiryHub.sln"))) return folder;
        throw new InvalidOperationException($"No InquiryHub.sln above {here}: build these tests on the machine that runs them.");
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Has(string path) => File.Exists(Path.Combine(Root, path));

    /// <summary>Files below a folder, without what a build or a running city leaves behind.</summary>
    public static IReadOnlyList<string> Files(string under, params string[] extensions)
    {
        var found = new List<string>();
        Collect(new DirectoryInfo(Path.Combine(Root, under)));
        found.Sort(StringComparer.Ordinal);
        return found;

        void Collect(DirectoryInfo folder)
        {
            if (!folder.Exists) return;
            found.AddRange(folder.EnumerateFiles().Where(f => extensions.Length == 0 || extensions.Contains(f.Extension)).Select(f => Path.GetRelativePath(Root, f.FullName).Replace('\\', '/')));
            foreach (var inner in folder.EnumerateDirectories())
                if (!inner.Name.StartsWith('.') && !NotOurs.Contains(inner.Name)) Collect(inner);
        }
    }

    public static IReadOnlyList<string> Projects { get; } = Files("", ".csproj");

    /// <summary>Names of the folders of services/ that hold a project.</summary>
    public static IReadOnlyList<string> Services { get; } = [.. Projects.Where(p => p.StartsWith("services/", StringComparison.Ordinal)).Select(p => p.Split('/')[1])];

    /// <summary>The services that decide something about an inquiry: all but the Kernel and the programs around them.</summary>
    public static IEnumerable<string> Deciding => Services.Except(["Kernel", "AllInOne", "Web", "Cli"]);
}

static class Guard
{
    /// <summary>Fails with every finding, one a line, and the law they break.</summary>
    public static void Nothing(IEnumerable<string> findings, string law)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{law}\n  {string.Join("\n  ", all)}");
    }
}
