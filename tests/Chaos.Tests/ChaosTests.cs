using System.Diagnostics;

namespace InquiryHub.Chaos.Tests;

/// <summary>The short form of `./hub chaos`, and that it notices when one of the Kernel's safeguards is off.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("embedded")]
    [InlineData("mock")]
    public async Task Under_fire_nothing_is_lost_doubled_or_reordered(string log)
    {
        var (code, lines) = await Chaos.RunAsync("--short", "--seed", "2013", "--log", log);
        output.WriteLine(lines);
        Assert.True(code == 0, lines);
    }

    [Theory]
    [InlineData("expected", "embedded", "freeze")]
    [InlineData("resend", "embedded", "mid-commit")]
    [InlineData("norepublish", "mock", "cluster lost")]
    public async Task With_a_safeguard_off_the_same_command_fails(string safeguard, string log, string fault)
    {
        var (code, lines) = await Chaos.RunAsync("--short", "--seed", "2013", "--log", log, "--break", safeguard, "--only", fault, "--faults", "3");
        output.WriteLine(lines);
        Assert.True(code == 1, lines);
        Assert.Matches(@"WRONG .*([1-9]\d* lost|[1-9]\d* doubled|figures: |cells)", lines);
    }
}

internal static class Chaos
{
    /// <summary>Runs the command as a process of its own; its exit code and all that it said.</summary>
    public static async Task<(int Code, string Lines)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "InquiryHub.Bench.dll"), "chaos", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await complained);
    }
}
