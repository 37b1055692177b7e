using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InquiryHub.TestKit;

/// <summary>A program of ours as its own process, from the test's output folder; killed or frozen when a test wants it, killed at the end.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    const int Sigstop = 19, Sigcont = 18;
    readonly string dll;
    readonly Dictionary<string, string> environment;
    readonly List<string> lines = [];
    readonly string? logFile;
    Process? process;

    HubProcess(string dll, Dictionary<string, string> environment, Uri http, Uri grpc, string? logFile) => (this.dll, this.environment, Http, Grpc, this.logFile) = (dll, environment, http, grpc, logFile);

    public Uri Http { get; }
    public Uri Grpc { get; }
    public int Kills { get; private set; }
    public int Pid => process?.Id ?? 0;
    /// <summary>Null while it runs.</summary>
    public int? ExitCode => process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>All services in one process, on the database; `settings` are environment variables.</summary>
    public static async Task<HubProcess> StartAllInOneAsync(string connectionString, string keyRing, IReadOnlyDictionary<string, string>? settings = null)
    {
        var hub = Of("InquiryHub.AllInOne.dll", new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["ConnectionStrings__Hub"] = connectionString, ["Hub__KeyRing"] = keyRing });
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Any program of ours (InquiryHub.Routing.dll, InquiryHub.Gateway.dll) at two free ports, not yet started.</summary>
    public static HubProcess Of(string dll, IReadOnlyDictionary<string, string> settings, string? logFile = null)
    {
        var (http, grpc) = (FreePort.Address(), FreePort.Address());
        var environment = new Dictionary<string, string>();
        foreach (var name in new[] { "Hub__HttpUrl", "Gateway__Url" }) environment[name] = http.ToString().TrimEnd('/');
        foreach (var name in new[] { "Hub__GrpcUrl", "Gateway__GrpcUrl" }) environment[name] = grpc.ToString().TrimEnd('/');
        foreach (var (k, v) in settings) environment[k] = v;
        return new(dll, environment, http, grpc, logFile);
    }

    /// <summary>Runs a program that ends by itself, as `InquiryHub.AllInOne.dll migrate` does; its exit code.</summary>
    public static async Task<int> RunAsync(string dll, string argument, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, dll), argument]);
        foreach (var (k, v) in settings) start.Environment[k] = v;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public async Task StartAsync(int seconds = 90)
    {
        Begin();
        using var client = new HttpClient { BaseAddress = Http, Timeout = TimeSpan.FromSeconds(2) };
        await Until.TrueAsync($"{dll} is ready", async () =>
        {
            if (process!.HasExited) throw new InvalidOperationException($"{dll} ended with {process.ExitCode}:\n{string.Join('\n', Last(30))}");
            try { return (await client.GetAsync("/ready")).IsSuccessStatusCode; } catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { return false; }
        }, seconds);
    }

    /// <summary>Starts it without waiting until it is ready.</summary>
    public void Begin()
    {
        var start = new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, dll)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (k, v) in environment) start.Environment[k] = v;
        process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    void Keep(object _, DataReceivedEventArgs e)
    {
        if (e.Data is not { } line) return;
        lock (lines)
        {
            lines.Add(line);
            if (logFile is not null) File.AppendAllText(logFile, line + "\n");
        }
    }

    /// <summary>How many lines it has written so far, over all its lives.</summary>
    public int LineCount { get { lock (lines) return lines.Count; } }

    /// <summary>What it has written since <see cref="LineCount"/> was that.</summary>
    public IReadOnlyList<string> LinesSince(int count) { lock (lines) return lines.GetRange(count, lines.Count - count); }

    IReadOnlyList<string> Last(int count) { lock (lines) return lines[^Math.Min(count, lines.Count)..]; }

    /// <summary>kill -9: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        Kills++;
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>SIGSTOP: it keeps its connections and locks and does nothing, until <see cref="Thaw"/>.</summary>
    public void Freeze() => Signal(Sigstop);
    public void Thaw() => Signal(Sigcont);

    void Signal(int signal)
    {
        if (kill(process!.Id, signal) != 0) throw new InvalidOperationException($"{dll} ({process.Id}) can't be sent signal {signal}.");
    }

    [DllImport("libc", SetLastError = true)] static extern int kill(int pid, int signal);

    public async ValueTask DisposeAsync() { if (process is not null) await KillAsync(); }
}
