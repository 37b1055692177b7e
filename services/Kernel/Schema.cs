using System.Reflection;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>The database was made by a newer version of the hub; this one must not touch it. Exit code 78.</summary>
public sealed class NewerDatabaseException(string migration) : Exception(
    $"数据库由更新的版本建立（{migration}），请使用更新的程序。 / The database was made by a newer version ({migration}); start that version, or restore a backup.");

/// <summary>A process that logs in as a service's role found the database not yet migrated to its version. Exit code 75: try again later.</summary>
public sealed class NotMigratedException(string missing) : Exception(
    $"数据库尚未升级到本版本（缺少 {missing}），请先以所有者身份运行 AllInOne migrate。 / The database lacks {missing}: run `AllInOne migrate` of this version as its owner, then start this process again.");

/// <summary>Migrations, roles, shard and cursor rows: run at every start of the owner under one lock, nothing to do when nothing changed. A service's own role only looks.</summary>
internal static class Schema
{
    public const int DefaultShards = 12;
    const long Lock = 0x48554253;

    /// <param name="passwords">Service to password, for services that log in by themselves; they may be more than <paramref name="services"/>.</param>
    public static async Task<Shards> ApplyAsync(string connectionString, IReadOnlyList<HubService> services, int shards, CancellationToken stop, IReadOnlyDictionary<string, string>? passwords = null)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(stop);
        var login = (string)(await new NpgsqlCommand("select session_user::text", connection).ExecuteScalarAsync(stop))!;
        if (services.Any(s => s.Role == login)) return await VerifyAsync(connection, services, stop);
        await Sql(connection, "set client_min_messages = warning");
        await Sql(connection, $"select pg_advisory_lock({Lock})");
        await Sql(connection, "create schema if not exists log; create table if not exists log.migration (service text, name text, applied_at timestamptz not null default clock_timestamp(), primary key (service, name))");
        await Migrate(connection, "log", typeof(Schema).Assembly, null);
        await Sql(connection, $"insert into log.settings (shards) values ({shards}) on conflict do nothing");
        await Sql(connection, "select log.add_outbox_month((date_trunc('month', now()) + make_interval(months => m))::date) from generate_series(-1, 13) m");
        var count = (short)(await new NpgsqlCommand("select shards from log.settings", connection).ExecuteScalarAsync(stop))!;
        foreach (var s in services) await Register(connection, s, count);
        foreach (var s in services)
            if (passwords?.GetValueOrDefault(s.Name) is { } password)
                await Sql(connection, $"alter role {s.Role} login password '{password.Replace("'", "''")}'");
        return new Shards(count);
    }

    /// <summary>Names this hub on a Kafka that others use too.</summary>
    public static async Task<string> HubIdAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return (string)(await new NpgsqlCommand("select hub_id::text from log.settings", connection).ExecuteScalarAsync())!;
    }

    /// <summary>What a service's own role can do instead of migrating: see that all is there.</summary>
    static async Task<Shards> VerifyAsync(NpgsqlConnection connection, IReadOnlyList<HubService> services, CancellationToken stop)
    {
        try
        {
            foreach (var (name, assembly) in services.Select(s => (s.Name, s.Schema)).Prepend(("log", typeof(Schema).Assembly)))
                if ((await PendingAsync(connection, name, assembly)).FirstOrDefault() is { } missing) throw new NotMigratedException($"{name} {missing}");
            var count = (short)(await new NpgsqlCommand("select shards from log.settings", connection).ExecuteScalarAsync(stop) ?? throw new NotMigratedException("log.settings"));
            foreach (var s in services)
            {
                await using var rows = new NpgsqlCommand("select count(*) from log.cursor where service = $1 and source = any($2)", connection) { Parameters = { new() { Value = s.Name }, new() { Value = s.Sources.ToArray() } } };
                if ((long)(await rows.ExecuteScalarAsync(stop))! < s.Sources.Count * count) throw new NotMigratedException($"{s.Name} log.cursor");
            }
            return new Shards(count);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new NotMigratedException("schema log");
        }
    }

    static async Task Register(NpgsqlConnection connection, HubService service, int shards)
    {
        await Sql(connection, $"""
            do $$ begin create role {service.Role} nologin; exception when duplicate_object or unique_violation then null; end $$;
            grant {service.Role} to current_user;
            create schema if not exists {service.Name} authorization {service.Role};
            grant usage on schema log to {service.Role};
            grant select on all tables in schema log to {service.Role};
            grant insert on log.outbox, log.command, log.parked to {service.Role};
            grant update on log.shard, log.cursor, log.parked to {service.Role};
            grant delete on log.parked to {service.Role};
            grant execute on all functions in schema log to {service.Role};
            select log.own_rows('{service.Name}');
            set role {service.Role};
            """);
        if (service.Reference is not null) await Sql(connection, ReferenceCache.Schema(service.Name));
        await Sql(connection, "reset role");
        await Migrate(connection, service.Name, service.Schema, service.Role);
        // A new consumer starts at the oldest event that is kept; recorded_at says that nothing older is wanted. Who has its place isn't
        // asked again: that reads the log through, 3.5 s of every start with a year of 116,000 contacts in it.
        await Sql(connection, $"""
            insert into log.shard (service, shard) select '{service.Name}', s from generate_series(0, {shards - 1}) s on conflict do nothing;
            insert into log.cursor (service, source, shard, next_seq, recorded_at)
            select '{service.Name}', src, s, coalesce((select min(seq) from log.outbox where service = src and shard = s), (select next_seq from log.shard where service = src and shard = s), 1),
                coalesce((select min(recorded_at) from log.outbox where service = src and shard = s), clock_timestamp())
            from unnest(array[{string.Join(",", service.Sources.Select(x => $"'{x}'"))}]::text[]) src cross join generate_series(0, {shards - 1}) s
            where not exists (select from log.cursor c where c.service = '{service.Name}' and c.source = src and c.shard = s) on conflict do nothing
            """);
    }

    /// <summary>The migrations of a service that the database doesn't have yet, in order.</summary>
    static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlConnection connection, string service, Assembly assembly)
    {
        var mine = assembly.GetManifestResourceNames().Where(n => n.StartsWith("schema/")).Order(StringComparer.Ordinal).ToList();
        var applied = new HashSet<string>();
        await using (var reader = await new NpgsqlCommand("select name from log.migration where service = $1", connection) { Parameters = { new() { Value = service } } }.ExecuteReaderAsync())
            while (await reader.ReadAsync()) applied.Add(reader.GetString(0));
        if (applied.Except(mine).FirstOrDefault() is { } newer) throw new NewerDatabaseException($"{service} {newer}");
        return [.. mine.Where(m => !applied.Contains(m))];
    }

    static async Task Migrate(NpgsqlConnection connection, string service, Assembly assembly, string? role)
    {
        foreach (var name in await PendingAsync(connection, service, assembly))
        {
            using var file = new StreamReader(assembly.GetManifestResourceStream(name)!);
            await using var transaction = await connection.BeginTransactionAsync();
            if (role is not null) await Sql(connection, $"set local role {role}; set local search_path = {service}");
            await Sql(connection, await file.ReadToEndAsync());
            if (role is not null) await Sql(connection, "reset role; reset search_path");
            await using (var insert = new NpgsqlCommand("insert into log.migration (service, name) values ($1, $2)", connection) { Parameters = { new() { Value = service }, new() { Value = name } } })
                await insert.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }

    static async Task Sql(NpgsqlConnection connection, string sql) { await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 }; await command.ExecuteNonQueryAsync(); }
}
