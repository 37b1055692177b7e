using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InquiryHub.Cli;

/// <summary>Runs a program to its end, or starts one that stays.</summary>
internal static class Tool
{
    [DllImport("libc", SetLastError = true)] private static extern int kill(int pid, int signal);
    [DllImport("libc")] private static extern uint geteuid();

    public const int Terminate = 15, Kill = 9, Freeze = 19, Thaw = 18;
    public static bool IsRoot { get; } = geteuid() == 0;
    public static void Signal(int pid, int signal) => kill(pid, signal);

    /// <summary>
    /// The exit code and the last 400 lines of both outputs. Ends when the program ends, not when its pipes close:
    /// compiler servers inherit them and stay.
    /// </summary>
    public static async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken cancel,
        Action<string>? line = null, IEnumerable<(string, string?)>? environment = null, string? folder = null)
    {
        var lines = new LinkedList<string>();
        using var process = Start(file, arguments, environment, folder, null);
        process.StandardInput.Close();
        async Task PumpAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } text)
            {
                lock (lines)
                {
                    lines.AddLast(text);
                    if (lines.Count > 400) lines.RemoveFirst();
                }
                line?.Invoke(text);
            }
        }
        var pumps = Task.WhenAll(PumpAsync(process.StandardOutput), PumpAsync(process.StandardError));
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            // A package installation in the middle of its work must be let finish; a build ends at once.
            Signal(process.Id, Terminate);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        await Task.WhenAny(pumps, Task.Delay(1000, CancellationToken.None));
        lock (lines) return (process.ExitCode, lines.ToArray());
    }

    /// <summary>Starts a program with its outputs on pipes, or both appended to <paramref name="log"/>.</summary>
    public static Process Start(string file, IEnumerable<string> arguments, IEnumerable<(string, string?)>? environment, string? folder, string? log)
    {
        // A log is opened by a shell that then becomes the program: the pid stays, and no pump of ours is needed to keep it alive.
        var start = log is null
            ? new ProcessStartInfo(file, arguments)
            : new ProcessStartInfo("/bin/sh", ["-c", "umask 077; log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", log, file, .. arguments]);
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = start.RedirectStandardError = log is null;
        start.WorkingDirectory = folder ?? "/";
        foreach (var (name, value) in environment ?? [])
            if (value is null) start.Environment.Remove(name); else start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
    }
}

/// <summary>A process that we started, told apart from a later one with the same number by its start (clock ticks since boot).</summary>
internal sealed record OwnProcess(string Name, int Pid, long StartTicks)
{
    public static OwnProcess Of(string name, int pid) => new(name, pid, ReadStart(pid) ?? 0);

    public bool IsAlive => ReadStart(Pid) is { } ticks && ticks == StartTicks;

    /// <summary>SIGTERM, then SIGKILL after the grace. Never touches a process that is not the one we started.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (!IsAlive) return;
        Tool.Signal(Pid, Tool.Terminate);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var waited = TimeSpan.Zero; IsAlive && waited < grace; waited += timer.Period) await timer.WaitForNextTickAsync();
        if (IsAlive) Tool.Signal(Pid, Tool.Kill);
    }

    private static long? ReadStart(int pid)
    {
        try
        {
            // Field 22, counted after the name, which may itself hold blanks and parentheses. A zombie has ended.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : long.Parse(fields[19]);
        }
        catch (IOException) { return null; }
    }
}
