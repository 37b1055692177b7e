using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace InquiryHub.Gateway;

/// <summary>One process that serves: its name in reports ("routing", "routing.2"), where it answers HTTP/1.1, and gRPC (empty: web has none).</summary>
public sealed record Instance(string Name, string Http, string Grpc);

/// <summary>
/// Which request goes to which service, and where that service answers. Either a service has its own instances
/// (<c>Gateway__Services__routing__0__Http</c>, <c>__Grpc</c>), or all services are the hub's (<c>Hub__HttpUrl</c>,
/// <c>Hub__GrpcUrl</c>, several separated by commas).
/// </summary>
public sealed class RoutingTable
{
    const string Hub = "hub", Web = "web";
    static readonly string[] Grpc = ["channels", "routing", "assignment", "sla", "casework", "statistics", "directory"];
    static readonly (string Path, string Service)[] Http = [("/doors/{**rest}", "channels"), ("/public/inquiries", "channels"), ("/public/progress", "casework"), ("/{**rest}", Web)];

    RoutingTable(IReadOnlyDictionary<string, IReadOnlyList<Instance>> services) => Services = services;

    /// <summary>Instances by service; of one hub: "hub", and "web" for its pages, whose visitors stay with their instance.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Instance>> Services { get; }

    /// <exception cref="InvalidDataException">A service has no address, or there is none of that name.</exception>
    public static RoutingTable Of(IConfiguration configuration)
    {
        var own = configuration.GetSection("Gateway:Services").GetChildren().ToDictionary(s => s.Key.ToLowerInvariant(), s => s.GetChildren().OrderBy(n => int.Parse(n.Key)).ToList());
        if (own.Count == 0)
        {
            var (http, grpc) = (List("Hub:HttpUrl", "http://127.0.0.1:5080"), List("Hub:GrpcUrl", "http://127.0.0.1:5081"));
            if (http.Length != grpc.Length) throw new InvalidDataException("Hub__HttpUrl and Hub__GrpcUrl must name the same number of addresses, in the same order.");
            var all = http.Zip(grpc, (h, g) => (h, g)).Select((a, n) => new Instance(Name(Hub, n), a.h, a.g)).ToList();
            return new(new Dictionary<string, IReadOnlyList<Instance>> { [Hub] = all, [Web] = all });
        }
        if (own.Keys.Except([.. Grpc, Web]).FirstOrDefault() is { } unknown) throw new InvalidDataException($"Gateway__Services__{unknown}: there is no such service; known are {string.Join(", ", Grpc)}, {Web}.");
        return new(Grpc.Append(Web).ToDictionary(s => s, s => (IReadOnlyList<Instance>)[.. own.GetValueOrDefault(s, []).Select((n, at) => new Instance(Name(s, at),
            n["Http"] ?? throw new InvalidDataException($"Gateway__Services__{s}__{n.Key}__Http is not set."), n["Grpc"] ?? (s == Web ? "" : throw new InvalidDataException($"Gateway__Services__{s}__{n.Key}__Grpc is not set."))))]
            is { Count: > 0 } instances ? instances : throw new InvalidDataException($"Gateway__Services__{s}__0__Http is not set: when one service has addresses of its own, each must.")));

        string[] List(string key, string standard) => (configuration[key] is { Length: > 0 } given ? given : standard).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        static string Name(string service, int at) => at == 0 ? service : $"{service}.{at + 1}";
    }

    public IReadOnlyList<RouteConfig> Routes =>
    [
        .. Grpc.Select(s => new RouteConfig { RouteId = $"grpc {s}", ClusterId = $"{Target(s)} grpc", Order = 0, Match = new() { Path = $"/{{service:regex(^hub\\.{s}\\.)}}/{{method}}" } }),
        .. Http.Select((p, at) => new RouteConfig { RouteId = $"http {p.Path}", ClusterId = $"{Target(p.Service)} http", Order = at + 1, Match = new() { Path = p.Path } }),
    ];

    public IReadOnlyList<ClusterConfig> Clusters =>
    [
        .. Services.Where(s => s.Key != Web).Select(s => Cluster($"{s.Key} grpc", s.Value, i => i.Grpc) with
        {
            HttpRequest = new ForwarderRequestConfig { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = TimeSpan.FromMinutes(10) },
            HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = true },
        }),
        .. Services.Select(s => Cluster($"{s.Key} http", s.Value, i => i.Http) with
        {
            HttpRequest = new ForwarderRequestConfig { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
            // A page's circuit lives in one process. The cookie holds only a hash of the instance's name, the same in every gateway.
            SessionAffinity = s.Key == Web && Several(s.Value, i => i.Http) ? new() { Enabled = true, Policy = "HashCookie", FailurePolicy = "Redistribute", AffinityKeyName = "hub.instance" } : null,
        }),
    ];

    string Target(string service) => Services.ContainsKey(service) ? service : Hub;

    // A name may stand for several addresses (a headless service of Kubernetes); Program.cs has them looked up again and again.
    static bool Several(IReadOnlyList<Instance> instances, Func<Instance, string> address) => instances.Count > 1 || instances.Any(i => !IPAddress.TryParse(new Uri(address(i)).Host, out _));

    static ClusterConfig Cluster(string id, IReadOnlyList<Instance> instances, Func<Instance, string> address) => new()
    {
        ClusterId = id,
        Destinations = instances.ToDictionary(i => i.Name, i => new DestinationConfig { Address = address(i) }),
        // One instance is asked in any case. Of several, one that refuses connections is left out at its first failed requests or
        // within two seconds, one that is frozen after two unanswered seconds; when none seems well all are tried.
        HealthCheck = !Several(instances, address) ? null : new()
        {
            Active = new() { Enabled = true, Path = "/live", Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1), Policy = "ConsecutiveFailures" },
            Passive = new() { Enabled = true, Policy = "TransportFailureRate", ReactivationPeriod = TimeSpan.FromSeconds(2) },
            AvailableDestinationsPolicy = "HealthyOrPanic",
        },
    };
}
