using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace InquiryHub.Cli;

/// <summary>What a city remembers between starts. In state.json (0600): it holds the servers' passwords.</summary>
internal sealed record CityState
{
    public Dictionary<string, int> Ports { get; init; } = [];
    public string AdminPassword { get; init; } = SecretFile.NewPassword();
    public string HubPassword { get; init; } = SecretFile.NewPassword();
    public string RedisPassword { get; init; } = SecretFile.NewPassword();
    /// <summary>Address of the gateway for people, e.g. http://127.0.0.1:8080.</summary>
    public string? Address { get; init; }
    public string? GatewayGrpc { get; init; }
    /// <summary>The connection string when the servers are somebody else's (--postgres), and host:port of --redis.</summary>
    public string? ConnectionString { get; init; }
    public string? Redis { get; init; }
    public string? Kafka { get; init; }
    public bool Simulated { get; init; }
    /// <summary>The command that holds the city, then what it started, in order.</summary>
    public OwnProcess[] Processes { get; init; } = [];
}

/// <summary>
/// One city: one folder with its servers' data, key ring, accounts, secrets, logs and state. `demo` and `up` each have
/// their own, and so has each checkout.
/// </summary>
internal sealed class City
{
    public const string Demo = "demo", Real = "city";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private FileStream? held;

    public City(string name)
    {
        Name = name;
        Folder = Path.Combine(Root, name);
        State = File.Exists(StateFile) ? JsonSerializer.Deserialize<CityState>(File.ReadAllText(StateFile), Json) ?? new() : new();
    }

    public static string Checkout { get; } = Environment.GetEnvironmentVariable("HUB_HOME") ?? Directory.GetCurrentDirectory();

    // The servers' unprivileged user cannot read under /root, so root's data lies outside the checkout.
    public static string Root { get; } = Tool.IsRoot
        ? $"/var/lib/inquiryhub/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Checkout)))[..12]}"
        : Path.Combine(Checkout, ".hub");

    public string Name { get; }
    public string Folder { get; }
    public CityState State { get; private set; }
    public string StateFile => In("state.json");
    public string AccountsFile => In("accounts.json");
    public string SecretsFile => In("secrets.json");
    public string RolePasswordsFile => In("roles.json");
    public string KeyRing => In("keyring.json");
    public string Pickup => In("pickup");
    public string Postgres => In("postgresql");
    public string Redis => In("redis");
    public bool Exists => File.Exists(StateFile);

    /// <summary>The command that holds this city now, if any.</summary>
    public OwnProcess? Holder => State.Processes.FirstOrDefault(process => process.Name == "hub" && process.IsAlive);

    public string In(string file) => Path.Combine(Folder, file);
    public string LogOf(string program) => In($"{program}.log");

    public async Task SaveAsync(CityState state)
    {
        State = state;
        await SecretFile.WriteAsync(StateFile, JsonSerializer.Serialize(state, Json), CancellationToken.None);
    }

    /// <summary>Makes the folder and takes the city for this command. The lock goes with the process, however it ends.</summary>
    public void Hold()
    {
        // Others may walk through to the servers' own folders, which only their user may enter; every file here is 0600.
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Pickup, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            held = new FileStream(In("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new HubStop(Exit.AlreadyRunning,
                $"本目录的“{Name}”已在运行：{State.Address ?? "正在启动"}（进程 {Holder?.Pid}）。用 ./hub stop 停止。",
                $"\"{Name}\" of this checkout is already running: {State.Address ?? "it is just starting"} (process {Holder?.Pid}). Stop it with ./hub stop.");
        }
    }

    public bool IsHeld => held is not null;
    public void Release() => held?.Dispose();

    /// <summary>Refuses to start on a disk that would fill while people work.</summary>
    public void RequireSpace(long bytes)
    {
        var free = new DriveInfo(Folder).AvailableFreeSpace;
        if (free < bytes)
            throw new HubStop(Exit.DiskFull,
                $"磁盘空间不足：{Folder} 所在磁盘仅剩 {free / 1e9:0.0} GB，至少需要 {bytes / 1e9:0.0} GB。",
                $"The disk of {Folder} has {free / 1e9:0.0} GB left; at least {bytes / 1e9:0.0} GB are needed. Free some space and start again.");
    }

    /// <summary>A password for each service's database role, made once; used where a service is a process of its own.</summary>
    public Task<Dictionary<string, string>> RolePasswordsAsync() => MadeOnceAsync(RolePasswordsFile, Deployment.Services.Where(service => service != Deployment.Web));

    /// <summary>A secret for each door, made once. The door's sender uses it; nothing else knows it.</summary>
    public Task<Dictionary<string, string>> SecretsAsync() => MadeOnceAsync(SecretsFile, ["hotline", "minxin", "web", "email", "walkin", "qq"]);

    private static async Task<Dictionary<string, string>> MadeOnceAsync(string file, IEnumerable<string> names)
    {
        if (!File.Exists(file))
            await SecretFile.WriteAsync(file, JsonSerializer.Serialize(names.ToDictionary(name => name, _ => SecretFile.NewPassword()), Json), CancellationToken.None);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(file), Json)!;
    }

    /// <summary>The loopback port that people may want of a process: of one of the hub's, its HTTP/1.1.</summary>
    public int? PortOf(string process) => process switch
    {
        "postgresql" => State.Ports["postgres"],
        "hub" => null,
        Deployment.AllInOne => State.Ports["hubHttp"],
        "redis" or "gateway" => State.Ports[process],
        _ => State.Ports.TryGetValue($"{process}.http", out var port) ? port : null,
    };
}
