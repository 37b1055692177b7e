using System.Diagnostics;
using System.Xml.Linq;
using InquiryHub.Cli.Servers;

namespace InquiryHub.Cli.Commands;

/// <param name="Failures">Names and messages, as the project's result file has them.</param>
internal sealed record TestResult(string Project, int Passed, int Failed, IReadOnlyList<(string Name, string Message)> Failures, TimeSpan Took)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Reads a .trx file. Whatever did not pass has failed: a test that was not run proves nothing.</summary>
    public static TestResult Read(string project, XDocument trx, TimeSpan took)
    {
        var results = trx.Descendants(Trx + "UnitTestResult").ToArray();
        var failed = results.Where(result => (string?)result.Attribute("outcome") != "Passed").ToArray();
        return new(project, results.Length - failed.Length, failed.Length,
            [.. failed.Select(result => ((string?)result.Attribute("testName") ?? "?", result.Descendants(Trx + "Message").FirstOrDefault()?.Value ?? $"outcome {(string?)result.Attribute("outcome")}"))], took);
    }

    public static TestResult Broken(string project, string why, TimeSpan took) => new(project, 0, 1, [($"{project} (the whole project)", why)], took);
}

/// <summary>`test`: every project under tests/ that holds tests, on throw-away servers.</summary>
internal static class TestCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(38);
    private static string Tests => Path.Combine(City.Checkout, "tests");

    public static async Task<int> RunAsync(Screen screen, string[] only, string? filter, CancellationToken cancel)
    {
        var projects = Directory.Exists(Tests)
            ? Directory.GetFiles(Tests, "*.csproj", SearchOption.AllDirectories)
                .Where(path => File.ReadAllText(path).Contains("Microsoft.NET.Test.Sdk", StringComparison.Ordinal))
                .Where(path => only.Length == 0 || only.Contains(Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal).ToArray()
            : [];
        if (projects.Length == 0) throw new HubStop(Exit.Usage, "没有找到测试项目。", "No such test project under tests/.");
        var leftOut = projects.Where(project => Asks(project).Any(ask => Environment.GetEnvironmentVariable(ask.Variable) is null)).ToArray();
        projects = [.. projects.Except(leftOut)];
        await Apt.InstallAsync(screen, Missing(projects), cancel);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Limit);
        var city = new City("test");
        List<TestResult> results = [];
        await using (var servers = new RunningCity(city, screen, new StartOptions(ServersOnly: true, ThrowAway: true)))
        {
            try
            {
                await servers.StartAsync(patience.Token);
                (string, string?)[] environment =
                [
                    ("HUB_TEST_POSTGRES", RunningCity.PostgresOf(city, new Unprivileged()).AdminConnectionString()), ("HUB_TEST_REDIS", city.State.Redis),
                ];
                foreach (var project in projects)
                    results.Add(await RunProjectAsync(screen, project, filter, city.In("results"), environment, patience.Token));
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                results.Add(TestResult.Broken("the run", $"did not end within {Limit.TotalMinutes:0} minutes", Limit));
            }
        }
        Directory.Delete(city.Folder, recursive: true);
        foreach (var project in leftOut)
            screen.Line($"Left out: {Path.GetFileNameWithoutExtension(project)}. It asks for {string.Join(", and ", Asks(project).Select(ask => $"{ask.Variable} = {ask.What}"))}.");
        return Report(screen, results, compare: only.Length == 0 && filter is null, extra: [.. projects.Where(project => Asks(project).Length > 0).Select(project => Path.GetFileNameWithoutExtension(project)!)]);
    }

    private static async Task<TestResult> RunProjectAsync(
        Screen screen, string project, string? filter, string results, (string, string?)[] environment, CancellationToken cancel)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var began = Stopwatch.GetTimestamp();
        return await screen.StepAsync($"Testing {name}", async step =>
        {
            step.Say("building");
            try { await Programs.BuildAsync(Path.GetRelativePath(City.Checkout, project), cancel); }
            catch (HubStop broken) { step.Failed = true; return TestResult.Broken(name, broken.Chinese, Stopwatch.GetElapsedTime(began)); }
            int passed = 0, failed = 0;
            string[] arguments =
            [
                "test", project, "-c", "Release", "--no-build", "--nologo", "--results-directory", results,
                "--logger", $"trx;LogFileName={name}.trx", "--logger", "console;verbosity=normal", .. filter is null ? [] : new[] { "--filter", filter },
            ];
            var (code, lines) = await Tool.RunAsync(Programs.Dotnet, arguments, cancel, line =>
            {
                if (line.StartsWith("  Passed ", StringComparison.Ordinal)) passed++;
                else if (line.StartsWith("  Failed ", StringComparison.Ordinal)) failed++;
                step.Say($"{passed} passed, {failed} failed");
            }, environment, City.Checkout);
            var file = Path.Combine(results, $"{name}.trx");
            var took = Stopwatch.GetElapsedTime(began);
            step.Failed = code != 0;
            if (!File.Exists(file)) return TestResult.Broken(name, $"ended with {code} and left no result:\n{string.Join('\n', lines.TakeLast(12))}", took);
            var result = TestResult.Read(name, XDocument.Load(file), took);
            // A crashed test host leaves a result of what ran before it: the exit code knows better.
            return code != 0 && result.Failed == 0 ? result with { Failed = 1, Failures = [(name, $"dotnet test ended with {code}:\n{string.Join('\n', lines.TakeLast(12))}")] } : result;
        });
    }

    /// <param name="extra">Projects that only run where somebody gives them what they ask for; the expected count is without them.</param>
    private static int Report(Screen screen, List<TestResult> results, bool compare, string[] extra)
    {
        screen.Table(null, ["project", "passed", "failed", "seconds"],
            [.. results.Select(result => new[] { result.Project, $"{result.Passed}", $"{result.Failed}", $"{result.Took.TotalSeconds:0.0}" })], 1, 2, 3);
        foreach (var result in results)
            foreach (var (name, message) in result.Failures)
                screen.Line($"FAILED {name}\n    {message.Trim().ReplaceLineEndings("\n    ")}");
        int passed = results.Sum(result => result.Passed), failed = results.Sum(result => result.Failed);
        var fewer = false;
        if (compare)
        {
            var file = Path.Combine(Tests, "expected-count");
            var expected = File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), out var number) ? number : 0;
            var counted = results.Where(result => !extra.Contains(result.Project)).Sum(result => result.Passed);
            fewer = counted < expected;
            if (fewer) screen.Line($"Fewer tests passed than tests/expected-count says ({expected}). If tests went on purpose, change the number and say why in the commit.");
            else if (counted > expected && failed == 0) screen.Line($"More tests than tests/expected-count says ({expected}): set it to {counted}.");
        }
        screen.Line($"{passed} passed, {failed} failed");
        return failed > 0 || fewer ? Exit.Failed : 0;
    }

    // tests/X/asks: one line a variable that names something which this command doesn't bring: the variable, then what it must be.
    private static (string Variable, string What)[] Asks(string project) =>
        Path.Combine(Path.GetDirectoryName(project)!, "asks") is var file && File.Exists(file) ? [.. File.ReadLines(file).Select(line => line.Split(' ', 2)).Where(words => words.Length == 2).Select(words => (words[0], words[1]))] : [];

    // tests/X/needs: one line a command that its tests call: the command, then the packages that bring it.
    private static string[] Missing(string[] projects)
    {
        List<string> packages = [];
        foreach (var needs in projects.Select(project => Path.Combine(Path.GetDirectoryName(project)!, "needs")).Where(File.Exists))
            foreach (var words in File.ReadLines(needs).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1 && words[0] != "#"))
                if (Apt.Find(words[0]) is null) packages.AddRange(words[1..]);
        return [.. packages.Distinct()];
    }
}
