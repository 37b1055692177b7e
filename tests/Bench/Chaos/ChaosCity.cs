using InquiryHub.Bench.Mock;
using InquiryHub.Cli;
using InquiryHub.Cli.Servers;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Bench.Chaos;

/// <param name="Name">hub.1, hub.2, or the service's name when each service is a process.</param>
internal sealed record Member(string Name, HubProcess Process);

/// <summary>
/// A private city whose every part can be broken: its own PostgreSQL with fsync, Redis, brokers, two instances of all services (or a
/// process a service) and the gateway in front of them.
/// </summary>
internal sealed class ChaosCity : IAsyncDisposable
{
    private const string Web = "web";
    public static readonly string[] Services = ["channels", "routing", "assignment", "sla", "casework", "statistics", "directory", Web];
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly City city = new("chaos");
    private readonly Unprivileged user = new();
    private readonly ChaosOptions options;
    private readonly SemaphoreSlim remembering = new(1);
    private OwnProcess? redis;
    private RedisServer? redisServer;

    private ChaosCity(ChaosOptions options) => this.options = options;

    public PostgresServer Postgres { get; private set; } = null!;
    /// <summary>As a superuser, on the hub's database: what the witnesses ask with.</summary>
    public NpgsqlDataSource Admin { get; private set; } = null!;
    /// <summary>What the hub reaches its database through.</summary>
    public Wire Wire { get; private set; } = null!;
    public SmallDisk Disk { get; private set; } = null!;
    public MockProcess? Mock { get; private set; }
    public RealBrokers? Brokers { get; private set; }
    public Postbox? Postbox { get; private set; }
    public IReadOnlyList<Member> Members { get; private set; } = [];
    public HubProcess Gateway { get; private set; } = null!;
    public string KeyRing => city.KeyRing;
    public string Pickup => city.Pickup;
    public string Journal => city.In("journal");
    public string Folder => city.Folder;
    public Dictionary<string, string> Secrets { get; private set; } = [];
    private string ConnectionString => Postgres.ConnectionString("hub", city.State.HubPassword, "hub");

    public static async Task<ChaosCity> StartAsync(ChaosOptions options, CancellationToken cancel)
    {
        var chaos = new ChaosCity(options);
        try { await chaos.BeginAsync(cancel); return chaos; }
        catch { await chaos.DisposeAsync(); throw; }
    }

    private async Task BeginAsync(CancellationToken cancel)
    {
        city.Hold();
        city.RequireSpace(2_000_000_000);
        await ClearAsync(cancel);
        List<int> taken = [];
        foreach (var name in new[] { "postgres", "redis" }) taken.Add(city.State.Ports[name] = Ports.Choose(0, taken, Ports.IsFree));
        Secrets = await city.SecretsAsync();
        // One account instead of four hundred: nobody signs in here, and each password costs a start its time.
        await SecretFile.WriteAsync(city.AccountsFile, Json.Write(new[] { new { account = "admin", password = SecretFile.NewPassword(), roles = new[] { Roles.Administrator }, unitCode = "", officerId = "", displayName = "admin" } }), cancel);

        Postgres = RunningCity.PostgresOf(city, user);
        await Postgres.StartAsync(cancel);
        await Postgres.EnsureDatabaseAsync("hub", city.State.HubPassword, cancel);
        Wire = new(city.State.Ports["postgres"]);
        Admin = NpgsqlDataSource.Create(Postgres.AdminConnectionString("hub"));
        Disk = new(city.In("disk"), Admin, user);
        await Disk.MountAsync(cancel);
        redisServer = new(city.Redis, city.State.Ports["redis"], city.State.RedisPassword, user);
        await StartRedisAsync(cancel);
        if (!options.Short) Postbox = new();
        if (options.Log == "mock") Mock = await MockProcess.StartAsync(3, Contracts.Topics.All.Select(t => t.Name), new HubOptions().Shards, Postgres.AdminConnectionString("hub"));
        if (options.Log == "kafka") Brokers = await RealBrokers.StartAsync(options.KafkaProgram!, city.In("kafka"), cancel);

        Members = options.Split ? await SplitAsync(cancel) : [.. Enumerable.Range(1, 2).Select(n => Make($"hub.{n}", "InquiryHub.AllInOne.dll", ConnectionString))];
        Gateway = HubProcess.Of("InquiryHub.Gateway.dll", GatewaySettings(), city.LogOf("gateway"));
        await Task.WhenAll(Members.Select(StartAsync));
        await Disk.TakeOutboxAsync();
        await Gateway.StartAsync();
        await RememberAsync("gateway", Gateway.Pid);
    }

    private HubProcess Process(string name, string dll, Dictionary<string, string> more)
    {
        Dictionary<string, string> settings = new()
        {
            ["Hub__KeyRing"] = city.KeyRing, ["Directory__AccountsFile"] = city.AccountsFile, ["Channels__Pickup"] = city.Pickup, ["Channels__SecretsFile"] = city.SecretsFile,
            ["Redis__Endpoint"] = redisServer!.Endpoint, ["Redis__Password"] = city.State.RedisPassword, ["Logging__LogLevel__Default"] = "Warning",
        };
        if (Postbox is not null) (settings["Channels__Smtp__Host"], settings["Channels__Smtp__Port"]) = ("127.0.0.1", $"{Postbox.Port}");
        // Late answers only bite when the producer gives up on them: beyond its socket time-out, which is a minute by itself.
        // The mock holds a fetch open for the whole wait, with or without messages.
        if (Mock is not null) (settings["Kafka__BootstrapServers"], settings["Kafka__socket_timeout_ms"], settings["Kafka__fetch_wait_max_ms"]) = (Mock.BootstrapServers, "2500", "5");
        if (Brokers is not null) settings["Kafka__BootstrapServers"] = Brokers.BootstrapServers;
        foreach (var (key, value) in options.Switches) settings[key] = value;
        foreach (var (key, value) in more) settings[key] = value;
        return HubProcess.Of(dll, settings, city.LogOf(name));
    }

    // The application's name tells whose session holds a lease.
    private Member Make(string name, string dll, string connectionString) =>
        new(name, Process(name, dll, new() { ["ConnectionStrings__Hub"] = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name, Port = Wire.Port }.ConnectionString }));

    /// <summary>All services in a process of its own on another database of this server, with the embedded log; not yet started.</summary>
    public HubProcess Scratch(string database) => Process(database, "InquiryHub.AllInOne.dll", new()
    {
        ["ConnectionStrings__Hub"] = Postgres.ConnectionString("hub", city.State.HubPassword, database), ["Hub__KeyRing"] = city.In($"{database}.keyring.json"), ["Channels__Pickup"] = city.In($"{database}.pickup"),
    });

    private async Task<IReadOnlyList<Member>> SplitAsync(CancellationToken cancel)
    {
        var passwords = Services.ToDictionary(s => s, _ => SecretFile.NewPassword());
        await SecretFile.WriteAsync(city.In("roles.json"), System.Text.Json.JsonSerializer.Serialize(passwords), cancel);
        var migrate = await Tool.RunAsync(Programs.Dotnet, [Path.Combine(AppContext.BaseDirectory, "InquiryHub.AllInOne.dll"), "migrate"], cancel,
            environment: [("ConnectionStrings__Hub", ConnectionString), ("Hub__RolePasswordsFile", city.In("roles.json")), ("Hub__KeyRing", city.KeyRing)]);
        if (migrate.Code != 0) throw new InvalidOperationException($"AllInOne migrate ended with {migrate.Code}: {string.Join('\n', migrate.Lines.TakeLast(5))}");
        // Each by its own login. Web has no tables; it asks the others, and Directory past the gateway.
        List<Member> members = [.. Services.Where(s => s != Web).Select(s => Make(s, Dll(s), Postgres.ConnectionString($"hub_{s}", passwords[s], "hub")))];
        members.Add(new(Web, Process(Web, Dll(Web), new() { ["Web__GrpcUrl"] = Url(members[0].Process.Grpc), ["Web__DirectoryUrl"] = Url(members.Single(m => m.Name == "directory").Process.Grpc) })));
        return members;
    }

    private static string Dll(string service) => $"InquiryHub.{char.ToUpperInvariant(service[0])}{service[1..]}.dll";
    private static string Url(Uri uri) => uri.ToString().TrimEnd('/');

    private Dictionary<string, string> GatewaySettings()
    {
        Dictionary<string, string> settings = new()
        {
            ["Redis__Endpoint"] = redisServer!.Endpoint, ["Redis__Password"] = city.State.RedisPassword, ["Gateway__PublicPerMinute"] = "1000000", ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var service in Services)
        {
            var behind = Members.Where(m => !options.Split || m.Name == service).ToList();
            for (var n = 0; n < behind.Count; n++)
                (settings[$"Gateway__Services__{service}__{n}__Http"], settings[$"Gateway__Services__{service}__{n}__Grpc"]) = (Url(behind[n].Process.Http), Url(behind[n].Process.Grpc));
        }
        return settings;
    }

    /// <summary>Starts a member, or starts it again, and waits until it is ready.</summary>
    public async Task StartAsync(Member member)
    {
        member.Process.Begin();
        await RememberAsync(member.Name, member.Process.Pid);
        await ReadyAsync(member);
    }

    /// <exception cref="TimeoutException">It isn't within 120 s; with its own reason.</exception>
    public static async Task ReadyAsync(Member member)
    {
        var last = "";
        try
        {
            await Until.TrueAsync("", async () =>
            {
                if (member.Process.ExitCode is { } code) throw new InvalidOperationException($"{member.Name} ended with {code}: {string.Join('\n', member.Process.LinesSince(0).TakeLast(10))}");
                var readiness = await Readiness.AskAsync(Url(member.Process.Http), CancellationToken.None);
                last = readiness.Reason;
                return readiness.IsReady;
            }, 120);
        }
        catch (TimeoutException) { throw new TimeoutException($"{member.Name} is not ready within 120 s: {last}"); }
    }

    public async Task StartRedisAsync(CancellationToken cancel)
    {
        redis = await redisServer!.StartAsync(cancel);
        await RememberAsync("redis", redis.Pid);
    }

    /// <summary>kill -9; it has no disk, so what comes back is empty.</summary>
    public void KillRedis() => Tool.Signal(redis!.Pid, Tool.Kill);

    private async Task RememberAsync(string name, int pid)
    {
        await remembering.WaitAsync();
        try { await city.SaveAsync(city.State with { Processes = [.. city.State.Processes.Where(p => p.Name != name), OwnProcess.Of(name, pid)] }); }
        finally { remembering.Release(); }
    }

    // What a killed run has left: its processes, its small disk, its data.
    private async Task ClearAsync(CancellationToken cancel)
    {
        foreach (var left in city.State.Processes.Where(p => p.Pid != Environment.ProcessId)) await left.StopAsync(Grace);
        if (city.State.Ports.ContainsKey("postgres") && await RunningCity.PostgresOf(city, user).IsRunningAsync(cancel)) await RunningCity.PostgresOf(city, user).StopAsync(immediate: true);
        await SmallDisk.ClearAsync(city.In("disk"));
        foreach (var entry in System.IO.Directory.EnumerateFileSystemEntries(city.Folder).Where(e => Path.GetFileName(e) is not ("lock" or "state.json")))
            if (System.IO.Directory.Exists(entry)) System.IO.Directory.Delete(entry, recursive: true); else File.Delete(entry);
        System.IO.Directory.CreateDirectory(city.Pickup, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await city.SaveAsync(new CityState { Processes = [OwnProcess.Of("hub", Environment.ProcessId)] });
    }

    public async ValueTask DisposeAsync()
    {
        if (!city.IsHeld) return;
        if (Gateway is not null) await Gateway.DisposeAsync();
        foreach (var member in Members) await member.Process.DisposeAsync();
        if (Mock is not null) await Mock.DisposeAsync();
        if (Brokers is not null) await Brokers.DisposeAsync();
        if (Postbox is not null) await Postbox.DisposeAsync();
        if (Admin is not null) await Admin.DisposeAsync();
        if (Wire is not null) await Wire.DisposeAsync();
        if (Postgres is not null) await Postgres.StopAsync(immediate: true);
        if (redis is not null) await redis.StopAsync(Grace);
        await SmallDisk.ClearAsync(city.In("disk"));
        if (System.IO.Directory.Exists(city.Postgres)) System.IO.Directory.Delete(city.Postgres, recursive: true);
        await city.SaveAsync(city.State with { Processes = [] });
        city.Release();
    }
}
