using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace InquiryHub.Cli;

/// <summary>The programs of a city: services/AllInOne, or each service it is made of, and gateway; built from this checkout when their sources changed.</summary>
internal static class Programs
{
    public const string AllInOne = "services/AllInOne", Gateway = "gateway";
    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("HUB_DOTNET") ?? "dotnet";
    private static string Stamp => Path.Combine(City.Checkout, ".hub", "programs.stamp");

    public static bool AreCurrent() => File.Exists(Stamp) && File.ReadAllText(Stamp) == SourceHash();

    public static async Task BuildAsync(Step step, CancellationToken cancel)
    {
        var hash = SourceHash();
        foreach (var project in new[] { AllInOne, Gateway })
        {
            step.Say(project);
            await BuildAsync(project, cancel);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Stamp)!);
        await File.WriteAllTextAsync(Stamp, hash, cancel);
    }

    public static async Task BuildAsync(string project, CancellationToken cancel)
    {
        if (!Path.Exists(Path.Combine(City.Checkout, project)))
            throw new HubStop(Exit.BuildFailed, $"缺少目录 {project}。", $"{project} is missing from this checkout.");
        var (code, lines) = await Tool.RunAsync(Dotnet, ["build", project, "-c", "Release", "-p:RunAnalyzers=false", "-v", "q", "--nologo", "-clp:ErrorsOnly"], cancel, folder: City.Checkout);
        if (code == 0) return;
        var errors = lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Distinct().Take(10);
        throw new HubStop(Exit.BuildFailed, $"{project} 构建失败：\n{string.Join('\n', errors)}",
            $"{project} could not be built; the errors are above. Without a network, packages cannot be restored.");
    }

    /// <summary>A program's main assembly. Building AllInOne builds each service in its own folder too.</summary>
    public static string Assembly(string project)
    {
        var name = $"InquiryHub.{Path.GetFileName(project)}.dll";
        return Directory.GetFiles(Path.Combine(City.Checkout, project, "bin", "Release", "net10.0"), "*.dll")
            .Single(file => Path.GetFileName(file).Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private const string FirstGeneration = "DOTNET_GCgen0size";

    public static Process Start(City city, string name, string project, IEnumerable<(string, string?)> environment, params string[] arguments)
    {
        var log = city.LogOf(name);
        if (File.Exists(log)) File.Move(log, log + ".1", overwrite: true);
        // A caller's own ASP.NET settings may not move our addresses. The runtime takes its first generation's size from the processor's
        // cache, and 2 MB where a virtual machine hides that: a collection every 2 MB. There is no setting for it but this one.
        (string, string?)[] ours = [("ASPNETCORE_URLS", null), ("ASPNETCORE_HTTP_PORTS", null), ("URLS", null), ("DOTNET_ENVIRONMENT", "Production"),
            (FirstGeneration, Environment.GetEnvironmentVariable(FirstGeneration) ?? "0x1000000")];
        var assembly = Assembly(project);
        // In a session of its own: Ctrl-C at the terminal is for us, who stop them in order.
        var process = Tool.Start("setsid", [Dotnet, assembly, .. arguments], [.. ours, .. environment], Path.GetDirectoryName(assembly), log);
        process.StandardInput.Close();
        return process;
    }

    private static string SourceHash()
    {
        var text = new StringBuilder();
        foreach (var folder in new[] { "contracts", "services", "gateway" }.Select(name => Path.Combine(City.Checkout, name)).Where(Directory.Exists))
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                if (!file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/services/Cli/", StringComparison.Ordinal))
                    text.Append(file).Append(' ').Append(File.GetLastWriteTimeUtc(file).Ticks).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
