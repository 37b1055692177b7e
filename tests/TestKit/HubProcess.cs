using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace InquiryHub.TestKit;

/// <summary>A program of ours as its own process, from the test's output folder; killed hard when a test wants it, and at the end.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    readonly string dll;
    readonly Dictionary<string, string> environment;
    Process? process;

    HubProcess(string dll, Dictionary<string, string> environment, Uri http, Uri grpc) => (this.dll, this.environment, Http, Grpc) = (dll, environment, http, grpc);

    public Uri Http { get; }
    public Uri Grpc { get; }
    public int Kills { get; private set; }

    /// <summary>All services in one process, on the database; `settings` are environment variables.</summary>
    public static async Task<HubProcess> StartAllInOneAsync(string connectionString, string keyRing, IReadOnlyDictionary<string, string>? settings = null)
    {
        var hub = Of("InquiryHub.AllInOne.dll", new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["ConnectionStrings__Hub"] = connectionString, ["Hub__KeyRing"] = keyRing });
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Any program of ours (InquiryHub.Routing.dll, InquiryHub.Gateway.dll) at two free ports, not yet started.</summary>
    public static HubProcess Of(string dll, IReadOnlyDictionary<string, string> settings)
    {
        var (http, grpc) = (Free(), Free());
        var environment = new Dictionary<string, string>();
        foreach (var name in new[] { "Hub__HttpUrl", "Gateway__Url" }) environment[name] = http.ToString().TrimEnd('/');
        foreach (var name in new[] { "Hub__GrpcUrl", "Gateway__GrpcUrl" }) environment[name] = grpc.ToString().TrimEnd('/');
        foreach (var (k, v) in settings) environment[k] = v;
        return new(dll, environment, http, grpc);
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

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, dll)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (k, v) in environment) start.Environment[k] = v;
        process = Process.Start(start)!;
        var lines = new Queue<string>();
        void Keep(object _, DataReceivedEventArgs e) { lock (lines) { if (e.Data is null) return; lines.Enqueue(e.Data); if (lines.Count > 30) lines.Dequeue(); } }
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = Http, Timeout = TimeSpan.FromSeconds(2) };
        await Until.TrueAsync($"{dll} is ready", async () =>
        {
            if (process.HasExited) throw new InvalidOperationException($"{dll} ended with {process.ExitCode}:\n{string.Join('\n', lines)}");
            try { return (await client.GetAsync("/ready")).IsSuccessStatusCode; } catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { return false; }
        }, 90);
    }

    /// <summary>kill -9: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        Kills++;
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    static Uri Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    public async ValueTask DisposeAsync() { if (process is not null) await KillAsync(); }
}
