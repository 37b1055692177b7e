using System.Diagnostics;
using InquiryHub.Cli.Servers;
using Npgsql;

namespace InquiryHub.Cli;

/// <param name="Port">The public port asked for, null = the city's standard one or the next free.</param>
/// <param name="Postgres">Connection string of an existing database, null = a private server.</param>
/// <param name="Redis">host:port of an existing Redis (password in Redis__Password), null = a private one.</param>
/// <param name="Tls">A certificate file (PFX; its password in Gateway__TlsPassword) for https.</param>
/// <param name="Listen">The address of the public port; 0.0.0.0 = all of this machine's.</param>
/// <param name="Fresh">Nothing of an earlier run stays, with the settings of a real city.</param>
/// <param name="ThrowAway">Servers for tests: nothing of an earlier run stays, no fsync, no password on Redis.</param>
/// <param name="Kafka">host:port of brokers, several separated by commas, for the second log; null = what the variable Kafka__BootstrapServers says.</param>
/// <param name="Brokers">Starts brokers of the caller's own once the database runs; answers their addresses, or null for the embedded log.</param>
/// <param name="Split">A process a service, each logging in with its own database role.</param>
/// <param name="Instances">How many processes of a service (or of allinone), where more than one.</param>
internal sealed record StartOptions(int? Port = null, string? Postgres = null, string? Redis = null, string? Tls = null, string Listen = "127.0.0.1", bool Simulated = false, bool ServersOnly = false, bool ThrowAway = false, bool Fresh = false,
    string? Kafka = null, bool Split = false, IReadOnlyDictionary<string, int>? Instances = null, Func<CancellationToken, Task<string?>>? Brokers = null);

/// <summary>A city that this command holds: its servers and programs, started in order and stopped in the reverse one.</summary>
internal sealed class RunningCity(City city, Screen screen, StartOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20), Patience = TimeSpan.FromMinutes(3);
    private readonly Unprivileged user = new();
    private readonly IReadOnlyList<HubProgram> programs = Deployment.Of(options.Split, options.Instances);
    private readonly Dictionary<string, Process> children = [];
    // What each program was told, so that one can be started again.
    private readonly Dictionary<string, (string Project, (string, string?)[] Environment)> told = [];
    private PostgresServer? postgres;
    private OwnProcess? redis;

    public City City => city;
    public static PostgresServer PostgresOf(City city, Unprivileged user, bool throwAway = false) =>
        new(city.Postgres, city.State.Ports.GetValueOrDefault("postgres"), city.State.AdminPassword, user, throwAway);

    public async Task StartAsync(CancellationToken cancel)
    {
        city.Hold();
        city.RequireSpace(2_000_000_000);
        // Compiling needs the processor, apt the network: together they take the time of the longer one.
        var building = options.ServersOnly || Programs.AreCurrent() ? null : new Step();
        var build = building is null ? Task.CompletedTask : Programs.BuildAsync(building, cancel);
        await Apt.InstallAsync(screen, Missing(), cancel);
        if (building is not null) await screen.StepAsync("Building the hub and the gateway", async step => { while (await Task.WhenAny(build, Task.Delay(250, cancel)) != build) step.Say(building.Doing); await build; });

        await StopLeftoversAsync();
        if ((options.ThrowAway || options.Fresh) && Directory.Exists(city.Postgres)) Directory.Delete(city.Postgres, recursive: true);
        await city.SaveAsync(ChoosePorts(city.State));
        if (options.Kafka is { } kafka) await Existing.RequireKafkaAsync(kafka, cancel);
        await screen.StepAsync("Starting PostgreSQL and Redis", step => StartServersAsync(step, cancel));
        if (options.Brokers is { } start && await screen.StepAsync("Starting brokers", _ => start(cancel)) is { } brokers)
        {
            options = options with { Kafka = brokers };
            await city.SaveAsync(city.State with { Kafka = brokers });
        }
        if (options.ServersOnly) return;
        await screen.StepAsync("Starting the hub and the gateway", step => StartProgramsAsync(step, cancel));
    }

    private string Scheme => options.Tls is null ? "http" : "https";

    private string[] Missing()
    {
        List<string> packages = [];
        if (options.Postgres is null && PostgresServer.FindBinaries() is null) packages.Add("postgresql");
        if (options.Redis is null && RedisServer.FindBinary() is null) packages.Add("redis-server");
        return [.. packages];
    }

    private CityState ChoosePorts(CityState state)
    {
        var ports = new Dictionary<string, int>(state.Ports);
        List<int> taken = [];
        foreach (var name in programs.SelectMany(program => new[] { program.HttpPort, program.GrpcPort }).Concat(["postgres", "redis", "gatewayGrpc", "qq"]))
            taken.Add(ports[name] = Ports.Choose(ports.GetValueOrDefault(name), taken, Ports.IsFree));
        ports["gateway"] = Ports.ChoosePublic(options.Port, city.Name == City.Demo ? 8090 : 8080, Ports.IsFree);
        return state with
        {
            Ports = ports, Simulated = options.Simulated, Kafka = options.Kafka ?? Environment.GetEnvironmentVariable("Kafka__BootstrapServers"), Redis = options.Redis ?? $"127.0.0.1:{ports["redis"]}",
            Address = $"{Scheme}://{(options.Listen == "0.0.0.0" ? "127.0.0.1" : options.Listen)}:{ports["gateway"]}",
            GatewayGrpc = $"http://127.0.0.1:{ports["gatewayGrpc"]}",
            RedisPassword = options.ThrowAway ? "" : state.RedisPassword, Processes = [OwnProcess.Of("hub", Environment.ProcessId)],
        };
    }

    private async Task StartServersAsync(Step step, CancellationToken cancel)
    {
        if (options.Postgres is null)
        {
            step.Say("PostgreSQL");
            postgres = PostgresOf(city, user, options.ThrowAway);
            await postgres.StartAsync(cancel);
            await postgres.EnsureDatabaseAsync("hub", city.State.HubPassword, cancel);
            await city.SaveAsync(city.State with { ConnectionString = postgres.ConnectionString("hub", city.State.HubPassword, "hub") });
            if (await postgres.PidAsync(cancel) is { } pid) await RememberAsync(OwnProcess.Of("postgresql", pid));
        }
        else
        {
            await Existing.RequirePostgresAsync(options.Postgres, cancel);
            await city.SaveAsync(city.State with { ConnectionString = options.Postgres });
        }
        step.Say("Redis");
        if (options.Redis is null) await StartRedisAsync(cancel);
        else await Existing.RequireRedisAsync(options.Redis, RedisPassword, cancel);
    }

    private string? RedisPassword => options.Redis is null ? city.State.RedisPassword : Environment.GetEnvironmentVariable("Redis__Password");

    private async Task StartRedisAsync(CancellationToken cancel)
    {
        redis = await new RedisServer(city.Redis, city.State.Ports["redis"], city.State.RedisPassword, user).StartAsync(cancel);
        await RememberAsync(redis);
    }

    /// <summary>All programs in their order, until the gateway says that all is ready.</summary>
    public async Task StartProgramsAsync(Step step, CancellationToken cancel)
    {
        var settings = new Settings(city, options, programs, RedisPassword);
        await city.SecretsAsync();
        var passwords = await city.RolePasswordsAsync();
        step.Say("database schema, sample accounts");
        // Of several processes none may migrate beside another, and a service's own role can't.
        if (programs.Count > 1) await MigrateAsync([.. settings.Hub(), ("Hub__RolePasswordsFile", options.Split ? city.RolePasswordsFile : null)], cancel);
        foreach (var program in programs) await StartProgramAsync(program.Name, program.Project, [.. settings.Hub(), .. settings.Own(program, passwords)]);
        await StartProgramAsync("gateway", Programs.Gateway, settings.Gateway(Scheme));
        // The hub itself first: asked through the gateway it would fill the gateway's log with refused connections.
        foreach (var address in settings.Addresses.Append(city.State.Address!)) await UntilReadyAsync(address, step, cancel);
    }

    private async Task UntilReadyAsync(string address, Step step, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(150));
        var began = Stopwatch.GetTimestamp();
        Readiness readiness;
        while (!(readiness = await Readiness.AskAsync(address, cancel)).IsReady)
        {
            if (children.FirstOrDefault(child => child.Value.HasExited) is { Key: { } died }) throw Died(died);
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new HubStop(Exit.ProgramDied, $"{Patience.TotalMinutes:0} 分钟内未就绪：{readiness.Reason}。日志见 {city.Folder}/*.log。", $"Not ready within {Patience.TotalMinutes:0} minutes: {readiness.Reason}. The logs are {city.Folder}/*.log.");
            step.Say(readiness.Reason);
            await timer.WaitForNextTickAsync(cancel);
        }
    }

    /// <summary>Starts a program that was stopped or killed, told what it was told the first time; returns without waiting until it is ready.</summary>
    public Task StartAgainAsync(string name) => StartProgramAsync(name, told[name].Project, told[name].Environment);

    /// <summary>Ends one program as an orderly stop does.</summary>
    public async Task StopProgramAsync(string name)
    {
        await city.State.Processes.Single(process => process.Name == name).StopAsync(Grace);
        children.Remove(name);
    }

    /// <summary>SIGKILL, SIGSTOP or SIGCONT to one program; a killed one has ended when this returns.</summary>
    public async Task SignalAsync(string name, int signal)
    {
        Tool.Signal(children[name].Id, signal);
        if (signal != Tool.Kill) return;
        await children[name].WaitForExitAsync();
        children.Remove(name);
    }

    private async Task StartProgramAsync(string name, string project, IEnumerable<(string, string?)> environment, params string[] arguments)
    {
        told[name] = (project, [.. environment]);
        children[name] = Programs.Start(city, name, project, told[name].Environment, arguments);
        await RememberAsync(OwnProcess.Of(name, children[name].Id));
    }

    private async Task MigrateAsync(IEnumerable<(string, string?)> environment, CancellationToken cancel)
    {
        await StartProgramAsync("migrate", Programs.AllInOne, environment, "migrate");
        await children["migrate"].WaitForExitAsync(cancel);
        if (children["migrate"].ExitCode != 0) throw Died("migrate");
        children.Remove("migrate");
        await city.SaveAsync(city.State with { Processes = [.. city.State.Processes.Where(process => process.Name != "migrate")] });
    }

    /// <summary>Returns when the command is asked to stop; throws when a program ends by itself. A lost Redis is started again.</summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var server = city.State.Processes.FirstOrDefault(process => process.Name == "postgresql");
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                if (children.FirstOrDefault(child => child.Value.HasExited) is { Key: { } died }) throw Died(died);
                if (server is { IsAlive: false })
                    throw new HubStop(Exit.ProgramDied, $"PostgreSQL 已停止，日志见 {city.Postgres}/postgresql.log。", $"PostgreSQL ended; its log is {city.Postgres}/postgresql.log. Nothing acknowledged is lost: start again with ./hub {(city.Name == City.Demo ? "demo" : "up")}.");
                if (redis is { IsAlive: false })
                {
                    screen.Line("Redis 已停止，正在重新启动。 Redis ended; starting it again (it only holds what may be lost).");
                    await StartRedisAsync(cancel);
                }
            }
        }
        catch (OperationCanceledException) { }
    }

    private HubStop Died(string program)
    {
        var log = city.LogOf(program);
        var last = File.ReadLines(log).TakeLast(15).ToArray();
        if (children[program].ExitCode == Exit.AllInOneNewerDatabase)
            return new HubStop(Exit.NewerDatabase, $"数据库由更新的版本创建：\n{string.Join('\n', last.TakeLast(3))}",
                "This database was migrated by a newer version of InquiryHub; nothing was changed. Check out that version again, or restore a backup made before it.");
        return new HubStop(Exit.ProgramDied, $"{program} 已退出（返回 {children[program].ExitCode}），日志 {log} 的最后几行：\n{string.Join('\n', last)}",
            $"{program} ended with {children[program].ExitCode}; the last lines of {log} are above. Nothing acknowledged is lost: mend what they name and start again.");
    }

    private Task RememberAsync(OwnProcess process) =>
        city.SaveAsync(city.State with { Processes = [.. city.State.Processes.Where(known => known.Name != process.Name), process] });

    // After a kill -9 of the command its servers and programs are still there; only those that the state names are ours.
    private async Task StopLeftoversAsync()
    {
        foreach (var left in city.State.Processes.Reverse().Where(process => process.IsAlive && process.Pid != Environment.ProcessId && process.Name != "postgresql"))
            await left.StopAsync(Grace);
        if (city.State.Processes.Any(process => process is { Name: "postgresql", IsAlive: true })) await PostgresOf(city, user).StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!city.IsHeld) return;   // another command's city: its processes are in the state, and not ours to stop
        // Begun before it is shown: a terminal that was closed may not keep servers running.
        var stopping = StopAllAsync();
        try { await screen.StepAsync("Stopping", _ => stopping); }
        catch (IOException) { await stopping; }
        city.Release();
    }

    /// <summary>All programs, while the servers run on.</summary>
    public async Task StopProgramsAsync()
    {
        // The gateway first: doors close before the hub behind them does.
        foreach (var process in city.State.Processes.Where(process => process.Name == "gateway")) await process.StopAsync(Grace);
        await Task.WhenAll(city.State.Processes.Where(process => process.Name is not ("hub" or "postgresql" or "redis" or "gateway")).Select(process => process.StopAsync(Grace)));
        children.Clear();
    }

    private async Task StopAllAsync()
    {
        await StopProgramsAsync();
        if (postgres is not null) await postgres.StopAsync();
        if (redis is not null) await redis.StopAsync(Grace);
        if (city.Holder?.Pid == Environment.ProcessId) await city.SaveAsync(city.State with { Processes = [] });
    }
}
