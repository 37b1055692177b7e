using InquiryHub.Cli.Servers;
using Npgsql;

namespace InquiryHub.Cli.Commands;

/// <summary>`up`, `stop`, `status`, `reset`: a city's life.</summary>
internal static class CityCommands
{
    public static async Task<int> UpAsync(Screen screen, StartOptions options, CancellationToken cancel)
    {
        var city = new City(City.Real);
        await using var running = new RunningCity(city, screen, options);
        await running.StartAsync(cancel);
        await PrintAsync(screen, city, cancel);
        screen.Line("Ctrl-C or ./hub stop ends it.  按 Ctrl-C 或另开终端执行 ./hub stop 停止。");
        await running.WatchAsync(cancel);
        return 0;
    }

    /// <summary>Only starts and stops the servers and says what they are: for trying a machine.</summary>
    public static async Task<int> ServersAsync(Screen screen, CancellationToken cancel)
    {
        var city = new City("servers");
        await using var running = new RunningCity(city, screen, new StartOptions(ServersOnly: true));
        await running.StartAsync(cancel);
        foreach (var (name, version) in await VersionsAsync(city, cancel)) screen.Line($"{name} {version}");
        return 0;
    }

    public static async Task<int> StopAsync(Screen screen, string? name)
    {
        var running = Cities(name).Where(city => city.State.Processes.Any(process => process.IsAlive)).ToArray();
        if (running.Length == 0) throw new HubStop(Exit.NotRunning, "没有正在运行的实例。", "Nothing of this checkout is running.");
        foreach (var city in running)
            await screen.StepAsync($"Stopping \"{city.Name}\"", async _ =>
            {
                if (city.Holder is { } holder) await holder.StopAsync(TimeSpan.FromSeconds(90));
                // Left behind by a command that was killed.
                var left = new City(city.Name).State.Processes;
                foreach (var process in left.Reverse().Where(process => process.Name is not ("hub" or "postgresql"))) await process.StopAsync(TimeSpan.FromSeconds(20));
                if (left.Any(process => process is { Name: "postgresql", IsAlive: true })) await RunningCity.PostgresOf(city, new Unprivileged()).StopAsync();
            });
        return 0;
    }

    public static async Task<int> ResetAsync(Screen screen, string? name, bool yes)
    {
        var cities = Cities(name).Where(city => Directory.Exists(city.Folder)).ToArray();
        if (cities.Length == 0) throw new HubStop(Exit.NotRunning, "没有可删除的数据。", "There is no data to remove.");
        if (cities.Length > 1)
            throw new HubStop(Exit.Usage, "有两份数据，请指明：./hub reset demo 或 ./hub reset city。", "There are two cities here. Say which: ./hub reset demo or ./hub reset city.");
        var city = cities[0];
        if (city.State.Processes.Any(process => process.IsAlive))
            throw new HubStop(Exit.AlreadyRunning, $"“{city.Name}”正在运行，请先执行 ./hub stop。", $"\"{city.Name}\" is running. Stop it first: ./hub stop.");
        if (!await screen.ConfirmAsync(yes, $"This removes every contact, case, account and the key ring of \"{city.Name}\" in {city.Folder}, for good.", "Remove it?")) return Exit.Failed;
        await screen.StepAsync($"Removing \"{city.Name}\"", _ => Task.Run(() => Directory.Delete(city.Folder, recursive: true)));
        return 0;
    }

    public static async Task<int> StatusAsync(Screen screen, CancellationToken cancel)
    {
        var any = false;
        foreach (var city in Cities(null).Where(city => city.Exists))
        {
            any = true;
            if (city.State.Processes.Any(process => process.IsAlive)) await PrintAsync(screen, city, cancel);
            else screen.Line($"\"{city.Name}\": not running; its data is in {city.Folder} ({Size(city.Folder)}).");
        }
        if (!any) screen.Line("Nothing was started here yet. Begin with ./hub demo or ./hub up.");
        return 0;
    }

    /// <summary>Addresses, processes, versions, readiness and lag of a running city.</summary>
    public static async Task PrintAsync(Screen screen, City city, CancellationToken cancel)
    {
        var state = city.State;
        var readiness = await Readiness.AskAsync(state.Address ?? "", cancel);
        List<string[]> rows =
        [
            ["pages and doors", state.Address ?? "", readiness.Reason],
            ["gRPC", state.GatewayGrpc ?? "", ""],
        ];
        foreach (var process in state.Processes)
            rows.Add([process.Name, $"process {process.Pid}{(city.PortOf(process.Name) is { } port ? $", 127.0.0.1:{port}" : "")}", process.IsAlive ? "running" : "ended"]);
        foreach (var (name, version) in await VersionsAsync(city, cancel)) rows.Add([$"{name} version", version, ""]);
        rows.Add(["log", state.Kafka is { } brokers ? $"Kafka {brokers}" : "embedded (PostgreSQL)", ""]);
        rows.Add(["clock", state.Simulated ? "simulated (log.clock)" : "real", ""]);
        rows.Add(["data", city.Folder, Size(city.Folder)]);
        if (File.Exists(city.AccountsFile)) rows.Add(["sample accounts", city.AccountsFile, "0600"]);
        screen.Table($"InquiryHub · {city.Name}", ["what", "where", "state"], rows);
        if (readiness.Report is { Services: { } services } report)
        {
            screen.Table("lag", ["service", "events behind", "seconds", "parked"],
                [.. services.Select(service => new[] { service.Service, $"{service.Lag:N0}", $"{service.AgeSeconds:0.0}", $"{service.Parked:N0}" })], 1, 2, 3);
            foreach (var warning in report.Warnings ?? []) screen.Line($"! {warning}");
            if (report.CityNow is { } now) screen.Line($"City time {now.ToOffset(TimeSpan.FromHours(8)):yyyy-MM-dd HH:mm}, Redis {(report.Redis ? "up" : "away")}");
        }
    }

    /// <summary>The named city, or both.</summary>
    public static IEnumerable<City> Cities(string? name) => (name is null ? [City.Real, City.Demo] : new[] { name }).Select(known => new City(known));

    /// <summary>The running city that a command means: the named one, else the only one, else `up`'s.</summary>
    public static City Running(string? name) =>
        Cities(name).FirstOrDefault(city => city.Holder is not null)
        ?? throw new HubStop(Exit.NotRunning, "没有正在运行的实例，请先执行 ./hub up 或 ./hub demo。", "Nothing is running here. Start it first, in another terminal: ./hub up or ./hub demo.");

    private static async Task<List<(string, string)>> VersionsAsync(City city, CancellationToken cancel)
    {
        List<(string, string)> versions = [];
        try
        {
            await using var connection = new NpgsqlConnection(city.State.ConnectionString);
            await connection.OpenAsync(cancel);
            versions.Add(("PostgreSQL", connection.ServerVersion));
        }
        catch (Exception away) when (away is NpgsqlException or InvalidOperationException) { versions.Add(("PostgreSQL", "does not answer")); }
        if (city.State.Redis?.Split(':') is [var host, var port])
            versions.Add(("Redis", await RedisServer.VersionAsync(host, int.Parse(port), city.State.RedisPassword, cancel) ?? "does not answer"));
        return versions;
    }

    private static string Size(string folder)
    {
        var bytes = 0L;
        // Files of a live database come and go while we look.
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            try { bytes += file.Length; } catch (FileNotFoundException) { }
        return bytes > 1_000_000_000 ? $"{bytes / 1e9:0.0} GB" : $"{bytes / 1e6:0} MB";
    }
}
