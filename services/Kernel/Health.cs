using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>What one process says of itself: /live, /ready, /about.</summary>
static class Health
{
    public static void Map(WebApplication app, HubOptions options, IReadOnlyList<IHubModule> modules)
    {
        app.MapGet("/live", () => Results.Text("live"));
        app.MapGet("/ready", async (Readiness readiness, CancellationToken stop) =>
        {
            var report = await readiness.ReadAsync(stop);
            return Results.Json(report, Json.Options, statusCode: report.Ready ? 200 : 503);
        });
        var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        app.MapGet("/about", () => Results.Json(new
        {
            version, modules = modules.Select(m => m.Name), options.Clock, options.HttpUrl, options.GrpcUrl,
            database = Masked(app.Configuration.GetConnectionString("Hub")), redis = app.Configuration["Redis:Endpoint"],
            kafka = app.Services.GetService<KafkaLink>()?.Options is { } k ? new { k.BootstrapServers, k.TopicPrefix, settings = k.Shown() } : null,
        }, Json.Options));
    }

    static string Masked(string? connectionString) =>
        string.Join(';', (connectionString ?? "").Split(';').Select(p => p.TrimStart().StartsWith("Password", StringComparison.OrdinalIgnoreCase) ? "Password=***" : p));
}

/// <summary>Why not ready, in words; details are for status pages.</summary>
/// <param name="Warnings">What somebody should look at although people can work: no Kafka broker answers, for example.</param>
public sealed record ReadyReport(bool Ready, IReadOnlyList<string> Reasons, IReadOnlyList<ServiceReport> Services, bool Redis, DateTimeOffset? CityNow, IReadOnlyList<string> Warnings);
public sealed record ServiceReport(string Service, string Leases, long Lag, double AgeSeconds, long Parked, long Folded, long Duplicates);

/// <summary>A further condition of readiness: null when fulfilled, else the reason.</summary>
public sealed record ReadyCheck(Func<CancellationToken, ValueTask<string?>> Reason);

sealed class Readiness(IEnumerable<ServiceHealth> services, IEnumerable<HubService> definitions, IEnumerable<ReadyCheck> checks, RedisLink redis, HubDatabase? database = null, KafkaLink? kafka = null)
{
    const string Lags = """
        select c.service, sum(greatest(s.next_seq - c.next_seq, 0))::bigint, coalesce(max(extract(epoch from clock_timestamp() - c.recorded_at)) filter (where s.next_seq > c.next_seq), 0)::float8,
            (select count(*) from log.parked p where p.service = c.service), coalesce(sum(greatest(s.next_seq - c.next_seq, 0)) filter (where c.source = 'directory'), 0)::bigint
        from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard group by c.service
        """;

    public async Task<ReadyReport> ReadAsync(CancellationToken stop)
    {
        var reasons = services.Where(s => s.Reason is not null).Select(s => $"{s.Service}: {s.Reason}").ToList();
        var reports = new List<ServiceReport>();
        DateTimeOffset? cityNow = null;
        if (database is not null) try
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(stop);
            var lags = new Dictionary<string, (long Lag, double Age, long Parked, long Directory)>();
            await using (var reader = await new NpgsqlCommand(Lags, connection).ExecuteReaderAsync(stop))
                while (await reader.ReadAsync(stop)) lags[reader.GetString(0)] = (reader.GetInt64(1), reader.GetDouble(2), reader.GetInt64(3), reader.GetInt64(4));
            reports.AddRange(services.Select(s => { var l = lags.GetValueOrDefault(s.Service); return new ServiceReport(s.Service, s.Leases, l.Lag, l.Age, l.Parked, s.FoldedTotal, s.DuplicateTotal); }));
            foreach (var d in definitions.Where(d => d.Reference is not null))
            {
                var version = (long)(await new NpgsqlCommand($"select version from {d.Name}.reference_version", connection).ExecuteScalarAsync(stop))!;
                if (version == 0 || lags.GetValueOrDefault(d.Name).Directory > 0) reasons.Add($"{d.Name}: reference data is being read");
            }
            if ((long)(await new NpgsqlCommand("select count(*) from pg_inherits where inhparent = 'log.outbox'::regclass and inhrelid::regclass::text >= 'log.outbox_' || to_char(now() + interval '2 months', 'YYYYMM')", connection).ExecuteScalarAsync(stop))! == 0)
                reasons.Add("outbox: fewer than two months of partitions are left");
            var clock = await new NpgsqlCommand("select log.city_now(), abs(extract(epoch from clock_timestamp() - $1))::float8", connection) { Parameters = { new() { Value = DateTime.UtcNow } } }.ExecuteReaderAsync(stop);
            await clock.ReadAsync(stop);
            cityNow = clock.GetFieldValue<DateTimeOffset>(0);
            if (clock.GetDouble(1) > 60) reasons.Add($"clock: this host is {clock.GetDouble(1):0} s off the database server");
            await clock.CloseAsync();
        }
        catch (NpgsqlException e) { reasons.Add($"database: {Transient.State(e)}"); }
        foreach (var check in checks) if (await check.Reason(stop) is { } reason) reasons.Add(reason);
        return new(reasons.Count == 0, reasons, reports, redis.Up, cityNow, [.. kafka?.Warnings() ?? []]);
    }
}
