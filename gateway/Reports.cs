using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace InquiryHub.Gateway;

/// <summary>/ready and /about of all processes behind this gateway as one: ready when every service has a ready instance.</summary>
public sealed class Reports(RoutingTable table)
{
    static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(300);
    static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = TimeSpan.FromSeconds(4) };
    readonly Lock gate = new();
    Task<JsonObject>? last;
    long lastAt;

    public void Map(WebApplication app)
    {
        app.MapGet("/ready", async () => await ReadyAsync() is var report && (bool)report["ready"]! ? Results.Json(report) : Results.Json(report, statusCode: 503));
        app.MapGet("/about", async () => About([.. (await AskAsync("/about")).DistinctBy(a => a.Instance.Http)]) is { } about ? Results.Json(about) : Results.StatusCode(503));
    }

    // Each answer costs every process a look at the database: who asks often, or many who ask at once, share it.
    Task<JsonObject> ReadyAsync()
    {
        lock (gate)
        {
            if (last is null || (last.IsCompleted && Stopwatch.GetElapsedTime(lastAt) > Fresh)) (last, lastAt) = (MergedAsync(), Stopwatch.GetTimestamp());
            return last;
        }
    }

    async Task<JsonObject> MergedAsync() => Ready(await AskAsync("/ready"));

    async Task<(string Service, Instance Instance, JsonObject? Report)[]> AskAsync(string path)
    {
        var answers = await Task.WhenAll(table.Services.Values.SelectMany(i => i).Select(i => i.Http).Distinct().Select(async http => KeyValuePair.Create(http, await OneAsync(http, path))));
        var byAddress = answers.ToDictionary();
        return [.. from service in table.Services from instance in service.Value select (service.Key, instance, byAddress[instance.Http])];
    }

    static async Task<JsonObject?> OneAsync(string address, string path)
    {
        try
        {
            using var reply = await Client.GetAsync(new Uri(address.TrimEnd('/') + path));
            return JsonNode.Parse(await reply.Content.ReadAsStringAsync()) as JsonObject;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException) { return null; }
    }

    /// <summary>The Kernel's report over all: reasons of services without a ready instance, each service's lag once, its folded messages summed, every warning.</summary>
    internal static JsonObject Ready((string Service, Instance Instance, JsonObject? Report)[] answers)
    {
        var missing = answers.GroupBy(a => a.Service).Where(s => !s.Any(a => (bool?)a.Report?["ready"] == true)).SelectMany(s => s).ToList();
        var reasons = missing.SelectMany(a => a.Report is null ? [$"{a.Instance.Name}: no answer"] : Items(a.Report, "reasons").Select(r => (string)r!)).Distinct().ToList();
        var reports = answers.Where(a => a.Report is not null).DistinctBy(a => a.Instance.Http).Select(a => a.Report!).ToList();
        var services = reports.SelectMany(r => Items(r, "services")).GroupBy(s => (string)s!["service"]!).Select(One);
        return new()
        {
            ["ready"] = missing.Count == 0, ["reasons"] = new JsonArray([.. reasons.Select(r => (JsonNode)r)]), ["services"] = new JsonArray([.. services]),
            ["redis"] = reports.Count > 0 && reports.All(r => (bool?)r["redis"] == true), ["cityNow"] = reports.Select(r => r["cityNow"]).FirstOrDefault(n => n is not null)?.DeepClone(),
            ["warnings"] = new JsonArray([.. reports.SelectMany(r => Items(r, "warnings")).Select(w => (string)w!).Distinct().Select(w => (JsonNode)w)]),
        };
    }

    static JsonNode One(IGrouping<string, JsonNode?> instances)
    {
        var one = instances.First()!.DeepClone();
        if (instances.Count() == 1) return one;
        one["leases"] = string.Join(" + ", instances.Select(i => (string?)i!["leases"]));
        foreach (var sum in new[] { "folded", "duplicates" }) one[sum] = instances.Sum(i => (long?)i![sum] ?? 0);
        return one;
    }

    /// <summary>One process's own words; of several the common ones, all their modules, and each one's under its name.</summary>
    internal static JsonObject? About((string Service, Instance Instance, JsonObject? Report)[] answers)
    {
        if (answers.Length == 1 || answers.FirstOrDefault(a => a.Report is not null).Report is not { } first) return answers[0].Report;
        return new()
        {
            ["version"] = first["version"]?.DeepClone(), ["clock"] = first["clock"]?.DeepClone(),
            ["modules"] = new JsonArray([.. answers.SelectMany(a => Items(a.Report, "modules")).Select(m => (string)m!).Distinct().Select(m => (JsonNode)m)]),
            ["instances"] = new JsonObject(answers.Select(a => KeyValuePair.Create(a.Instance.Name, (JsonNode?)a.Report))),
        };
    }

    static IEnumerable<JsonNode?> Items(JsonObject? report, string name) => report?[name] as JsonArray ?? [];
}
