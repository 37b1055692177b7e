using System.Diagnostics;

namespace InquiryHub.Cli.Commands;

/// <summary>`bench` and `chaos`: builds tests/Bench and becomes its terminal; its exit code is ours.</summary>
internal static class BenchCommand
{
    private const string Project = "tests/Bench";

    public static async Task<int> RunAsync(Screen screen, IEnumerable<string> arguments, CancellationToken cancel)
    {
        await screen.StepAsync("Building tests/Bench", _ => Programs.BuildAsync(Project, cancel));
        var start = new ProcessStartInfo(Programs.Dotnet, [Programs.Assembly(Project), .. arguments]) { UseShellExecute = false };
        start.Environment["HUB_HOME"] = City.Checkout;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        // A Ctrl-C reaches it too, from the terminal; a plain SIGTERM is passed on. Either way it stops what it started.
        await using var ending = cancel.Register(() => Tool.Signal(process.Id, Tool.Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
