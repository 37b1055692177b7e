using Npgsql;

namespace InquiryHub.Cli.Servers;

/// <summary>A private PostgreSQL on loopback. Its settings are given at every start, so that a newer hub brings its own.</summary>
internal sealed class PostgresServer(string folder, int port, string adminPassword, Unprivileged user, bool throwAway = false)
{
    public const int OldestVersion = 15;
    private const string Root = "/usr/lib/postgresql";
    /// <summary>MB of the server's own cache: an eighth of the memory, between 256 and 2,048. With 512 the pages of a few minutes at 200 contacts a second were written again and again.</summary>
    internal static long SharedBuffers(long memoryBytes) => Math.Clamp(memoryBytes / 8 / 1_000_000, 256, 2048);
    private string Data => Path.Combine(folder, "data");
    private string Log => Path.Combine(folder, "postgresql.log");

    /// <summary>The highest installed major version, or the one that made <paramref name="madeBy"/>; null when it is missing.</summary>
    public static string? FindBinaries(int? madeBy = null) =>
        !Directory.Exists(Root) ? null
        : Directory.GetDirectories(Root)
            .Select(path => (path, version: int.TryParse(Path.GetFileName(path), out var version) ? version : 0))
            .Where(found => madeBy is null ? found.version >= OldestVersion : found.version == madeBy)
            .OrderByDescending(found => found.version)
            .Select(found => Path.Combine(found.path, "bin"))
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")));

    public string ConnectionString(string login, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = port, Username = login, Password = password, Database = database,
    }.ConnectionString;

    public string AdminConnectionString(string database = "postgres") => ConnectionString("postgres", adminPassword, database);

    public async Task StartAsync(CancellationToken cancel)
    {
        await user.MakeFolderAsync(folder, cancel);
        if (!await ExistsAsync(cancel)) await InitAsync(cancel);
        if (await IsRunningAsync(cancel)) await StopAsync();   // left by a command that was killed; its port may be another
        if (File.Exists(Log)) File.Move(Log, Log + ".1", overwrite: true);
        Dictionary<string, string> settings = new()
        {
            ["listen_addresses"] = "127.0.0.1", ["port"] = $"{port}", ["unix_socket_directories"] = "", ["max_connections"] = "300",
            ["shared_buffers"] = throwAway ? "256MB" : $"{SharedBuffers(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}MB", ["max_wal_size"] = "4GB", ["checkpoint_timeout"] = "15min",
            // Most tables only grow: a vacuum each time one has doubled, not five times on the way there.
            ["autovacuum_vacuum_insert_scale_factor"] = "1.0", ["autovacuum_analyze_scale_factor"] = "0.25", ["wal_compression"] = "lz4",
            // People wait for the commits beside them: dirty pages leave a few at a time, not 300 MB at once, and vacuums take their time.
            ["backend_flush_after"] = "1MB", ["autovacuum_vacuum_cost_delay"] = "10ms",
            ["logging_collector"] = "off", ["log_min_messages"] = "warning", ["fsync"] = throwAway ? "off" : "on",
        };
        var options = string.Join(' ', settings.Select(setting => $"-c {setting.Key}='{setting.Value}'"));
        var (code, _) = await user.RunAsync(folder, cancel, await BinaryAsync("pg_ctl", cancel), "start", "-w", "-t", "120", "-D", Data, "-l", Log, "-o", options);
        if (code != 0) throw await ExplainAsync(cancel);
    }

    /// <param name="immediate">As a crash: nothing is written back, the next start recovers from the log.</param>
    public async Task StopAsync(bool immediate = false) =>
        await user.RunAsync(folder, CancellationToken.None, await BinaryAsync("pg_ctl", CancellationToken.None), "stop", "-D", Data, "-m", immediate || throwAway ? "immediate" : "fast", "-w", "-t", "60");

    /// <summary>The postmaster's process number while it runs.</summary>
    public async Task<int?> PidAsync(CancellationToken cancel) =>
        (await ReadAsync(Path.Combine(Data, "postmaster.pid"), cancel)) is { } text && int.TryParse(text.Split('\n')[0], out var pid) ? pid : null;

    public async Task<bool> IsRunningAsync(CancellationToken cancel) =>
        await ExistsAsync(cancel) && (await user.RunAsync(folder, cancel, await BinaryAsync("pg_ctl", cancel), "status", "-D", Data)).Code == 0;

    /// <summary>Makes the owner's login and database when they are missing. Each service's role is the product's own affair.</summary>
    public async Task EnsureDatabaseAsync(string login, string password, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(AdminConnectionString());
        async Task<bool> AnyAsync(string query)
        {
            await using var command = source.CreateCommand(query);
            return await command.ExecuteScalarAsync(cancel) is not null;
        }
        async Task DoAsync(string statement)
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancel);
        }
        if (!await AnyAsync($"select 1 from pg_roles where rolname = '{login}'"))
            await DoAsync($"create role {login} login createrole");
        await DoAsync($"alter role {login} password '{password}'");
        // From 16 on, a role that makes roles must ask to be able to become them.
        if (await AnyAsync("select 1 from pg_settings where name = 'createrole_self_grant'"))
            await DoAsync($"alter role {login} set createrole_self_grant = 'set, inherit'");
        if (!await AnyAsync($"select 1 from pg_database where datname = '{login}'"))
            await DoAsync($"create database {login} owner {login} template template0");
    }

    private async Task InitAsync(CancellationToken cancel)
    {
        // Made beside its place and then moved: a half-made folder is never taken for a database.
        var fresh = Path.Combine(folder, "data.new");
        if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
        var password = Path.Combine(folder, "password");
        await SecretFile.WriteAsync(password, adminPassword, cancel);
        await user.MakeFolderAsync(folder, cancel);
        // Keys in the order of their bytes (the same order as C.UTF-8's, without asking the C library at each comparison).
        string[] options = ["-D", fresh, "-U", "postgres", $"--pwfile={password}", "--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--auth=scram-sha-256", "--data-checksums"];
        var (code, lines) = await user.RunAsync(folder, cancel, await BinaryAsync("initdb", cancel), options);
        File.Delete(password);
        if (code != 0)
            throw new HubStop(Exit.DataDamaged, $"数据库无法创建：{lines.LastOrDefault()}", $"initdb could not make a database in {folder}: {string.Join(" / ", lines.TakeLast(4))}");
        Directory.Move(fresh, Data);
    }

    private async Task<bool> ExistsAsync(CancellationToken cancel) => await ReadAsync(Path.Combine(Data, "PG_VERSION"), cancel) is not null;

    private async Task<string> BinaryAsync(string name, CancellationToken cancel)
    {
        int? version = await ReadAsync(Path.Combine(Data, "PG_VERSION"), cancel) is { } text ? int.Parse(text.Trim()) : null;
        var bin = FindBinaries(version) ?? throw new HubStop(Exit.NeedsPackages,
            $"这份数据由 PostgreSQL {version} 创建，请安装 postgresql-{version}。",
            $"This data was made by PostgreSQL {version}, which is not installed. Install postgresql-{version} and run ./hub again.");
        return Path.Combine(bin, name);
    }

    private async Task<HubStop> ExplainAsync(CancellationToken cancel)
    {
        var log = (await ReadAsync(Log, cancel) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(8).ToArray();
        var text = string.Join('\n', log);
        if (text.Contains("No space left", StringComparison.Ordinal))
            return new HubStop(Exit.DiskFull, $"磁盘已满，PostgreSQL 无法启动。请在 {folder} 所在磁盘上腾出空间。", $"The disk is full, PostgreSQL cannot start. Free space on the disk of {folder}, then run ./hub again.");
        if (text.Contains("Address already in use", StringComparison.Ordinal))
            return new HubStop(Exit.PortTaken, $"端口 {port} 已被占用。", $"Port {port} was taken in this moment. Run ./hub again: it chooses another one.");
        return new HubStop(Exit.DataDamaged, $"PostgreSQL 无法启动，日志见 {Log}：\n{text}",
            $"PostgreSQL cannot start on its data; its last words are above, the log is {Log}. Restore the backup, or begin anew with ./hub reset.");
    }

    private static async Task<string?> ReadAsync(string path, CancellationToken cancel)
    {
        try { return await File.ReadAllTextAsync(path, cancel); }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException) { return null; }
    }
}
