using System.Net;
using Confluent.Kafka;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace InquiryHub.Kernel;

/// <summary>A service as a process sees it: what it adds to the host, what it serves. The host owns addresses and configuration.</summary>
public interface IHubModule
{
    string Name { get; }
    void Add(IHostApplicationBuilder builder);
    void Map(WebApplication app);
}

/// <summary>Defaults in code, validated at start. Business limits are not here: they are Directory's data.</summary>
public sealed record HubOptions
{
    /// <summary>HTTP/1.1: doors, pages, /live, /ready, /about, /metrics.</summary>
    public string HttpUrl { get; init; } = "http://127.0.0.1:5080";
    /// <summary>Cleartext HTTP/2: gRPC.</summary>
    public string GrpcUrl { get; init; } = "http://127.0.0.1:5081";
    public string KeyRing { get; init; } = "keyring.json";
    /// <summary>"real", or "simulated": then time is what log.clock says, which a loader moves.</summary>
    public string Clock { get; init; } = "real";
    /// <summary>How long events are kept: a reporting year and its corrections.</summary>
    public int RetentionDays { get; init; } = 400;
    /// <summary>Used once, when the database is made.</summary>
    public int Shards { get; init; } = Schema.DefaultShards;
    /// <summary>JSON, service to password: migrating lets these services' roles log in by themselves, for a process a service.</summary>
    public string RolePasswordsFile { get; init; } = "";
}

/// <summary>
/// Starts one or many modules in a process: the same code for AllInOne and for a service alone. With the argument
/// <c>migrate</c> it only brings the database to this version, as its owner, and ends with 0. A process that logs in as its
/// service's role never migrates. Modules without a service (Web alone) need no database.
/// </summary>
public static class HubHost
{
    public const int ExitAddressInUse = 14, ExitBadConfiguration = 64, ExitNotMigrated = 75, ExitNewerDatabase = 78;

    public static async Task<int> RunAsync(string[] args, params IHubModule[] modules)
    {
        try
        {
            var migrate = args is ["migrate", ..];
            await using var app = await BuildAsync(WebApplication.CreateBuilder(migrate ? args[1..] : args), modules);
            if (!migrate) await app.RunAsync();
            return 0;
        }
        catch (NotMigratedException e) { Console.Error.WriteLine(e.Message); return ExitNotMigrated; }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName)
        {
            Console.Error.WriteLine($"数据库拒绝登录：请检查 ConnectionStrings__Hub，或先运行 AllInOne migrate。 / The database refuses the login ({e.SqlState}): mend ConnectionStrings__Hub, or run `AllInOne migrate` first, which makes the roles.");
            return ExitNotMigrated;
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            Console.Error.WriteLine($"无法连接数据库，请检查 ConnectionStrings__Hub 及数据库是否已启动。 / The database can't be reached: look at ConnectionStrings__Hub and whether the server runs ({Transient.State(e)}).");
            return ExitNotMigrated;
        }
        catch (NewerDatabaseException e) { Console.Error.WriteLine(e.Message); return ExitNewerDatabase; }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException) { Console.Error.WriteLine($"端口已被占用。 / {e.Message}"); return ExitAddressInUse; }
        catch (InvalidDataException e) { Console.Error.WriteLine(e.Message); return ExitBadConfiguration; }
    }

    /// <summary>The application, its database migrated, not yet started.</summary>
    public static async Task<WebApplication> BuildAsync(WebApplicationBuilder builder, IReadOnlyList<IHubModule> modules)
    {
        var options = builder.Configuration.GetSection("Hub").Get<HubOptions>() ?? new();
        if (TestSwitches.Any && options.Clock != "simulated") throw new InvalidDataException("Hub__Test__... breaks the hub on purpose; only a simulated city (Hub__Clock=simulated) takes it.");
        if (options.Clock is not ("real" or "simulated")) throw new InvalidDataException("Hub__Clock must be real or simulated.");
        Listen(builder, options);
        builder.Logging.AddSimpleConsole(c => { c.SingleLine = true; c.TimestampFormat = "HH:mm:ss "; });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
        // It writes the whole exception, which may quote a citizen; Unexpected below says what may be said.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);

        var box = new ShardsBox();
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton(box).AddSingleton(sp => sp.GetRequiredService<ShardsBox>().Value)
            .AddSingleton(KeyRing.Open(options.KeyRing)).AddSingleton<Tokens>()
            .AddSingleton(_ => new RedisLink(builder.Configuration["Redis:Endpoint"], builder.Configuration["Redis:Password"], () => box.HubId)).AddSingleton<Readiness>().AddHostedService<QuietMemory>();
        builder.Services.AddGrpc(g => { g.Interceptors.Add<GrpcErrors>(); g.MaxReceiveMessageSize = 4 * 1024 * 1024; });
        AddSignIn(builder);
        AddTelemetry(builder);
        foreach (var m in modules) m.Add(builder);
        var connectionString = builder.Configuration.GetConnectionString("Hub");
        if (builder.Services.Any(d => d.ServiceType == typeof(HubService)))
        {
            if (string.IsNullOrEmpty(connectionString)) throw new InvalidDataException("ConnectionStrings__Hub is not set: it must name the PostgreSQL database of the hub.");
            builder.Services.AddSingleton(_ => new HubDatabase(connectionString)).AddHostedService<Housekeeping>();
            if (KafkaOptions.Of(builder.Configuration) is { } log) builder.Services.AddSingleton(sp => new KafkaLink(log, sp.GetRequiredService<Shards>(), box.HubId)).AddHostedService<Relay>().AddSingleton<KafkaReader>().AddHostedService(sp => sp.GetRequiredService<KafkaReader>());
        }

        var app = builder.Build();
        if (app.Services.GetService<HubDatabase>() is not null)
        {
            box.Value = await Schema.ApplyAsync(connectionString!, [.. app.Services.GetServices<HubService>()], options.Shards, CancellationToken.None, RolePasswords(options));
            box.HubId = await Schema.HubIdAsync(connectionString!);
            if (app.Services.GetService<KafkaLink>() is { } kafka) await CheckTopics(kafka, app.Services.GetServices<HubService>());
            await CheckClock(connectionString!, options);
        }

        app.UseExceptionHandler(e => e.Run(c => Unexpected(c, app.Logger)));
        app.UseAuthentication();
        app.UseAuthorization();
        Health.Map(app, options, modules);
        app.MapPrometheusScrapingEndpoint("/metrics");
        foreach (var m in modules) m.Map(app);
        return app;
    }

    static Dictionary<string, string>? RolePasswords(HubOptions options)
    {
        if (options.RolePasswordsFile.Length == 0) return null;
        try { return Json.Read<Dictionary<string, string>>(File.ReadAllText(options.RolePasswordsFile)); }
        catch (Exception e) when (e is IOException or System.Text.Json.JsonException) { throw new InvalidDataException($"Hub__RolePasswordsFile {options.RolePasswordsFile} is not a JSON object of service and password.", e); }
    }

    sealed class ShardsBox { Shards? value; public Shards Value { get => value ?? throw new InvalidOperationException("The shards are known once the database is migrated."); set => this.value = value; } public string HubId { get; set; } = ""; }

    static void Listen(WebApplicationBuilder builder, HubOptions options) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 2 * 1024 * 1024;
        // Headers and bodies that carry NUL or are cut off end as 400 in the server itself.
        foreach (var (url, protocol) in new[] { (options.HttpUrl, HttpProtocols.Http1), (options.GrpcUrl, HttpProtocols.Http2) })
        {
            var uri = new Uri(url);
            var address = uri.Host is "localhost" ? IPAddress.Loopback : uri.Host is "0.0.0.0" or "*" ? IPAddress.Any : IPAddress.Parse(uri.Host);
            kestrel.Listen(address, uri.Port, l => l.Protocols = protocol);
        }
    });

    /// <summary>Bearer for machines and gRPC, the cookie scheme (added by Web) for pages.</summary>
    static void AddSignIn(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("hub")
            .AddPolicyScheme("hub", null, o => o.ForwardDefaultSelector = c =>
                c.Request.Headers.Authorization.Count == 0 && c.Request.Cookies.ContainsKey("hub") ? "Cookies" : JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(o => o.MapInboundClaims = false);
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<Tokens>((o, t) => o.TokenValidationParameters = t.Validation);
        builder.Services.AddAuthorization();
    }

    static void AddTelemetry(WebApplicationBuilder builder)
    {
        var otlp = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        var telemetry = builder.Services.AddOpenTelemetry();
        telemetry.WithMetrics(m => { m.AddMeter("InquiryHub", "System.Runtime").AddAspNetCoreInstrumentation().AddPrometheusExporter(); if (otlp) m.AddOtlpExporter(); });
        if (otlp) telemetry.WithTracing(t => t.AddSource("InquiryHub").AddAspNetCoreInstrumentation().AddOtlpExporter());
    }

    // A broker that is away is no reason not to start: contacts come in all the same and wait in the outbox. Wrong topics are one.
    static async Task CheckTopics(KafkaLink kafka, IEnumerable<HubService> services)
    {
        try { await kafka.EnsureAsync([.. services.SelectMany(s => s.Sources).Distinct()]); }
        catch (KafkaException) { kafka.Away(TimeProvider.System); }
    }

    static async Task CheckClock(string connectionString, HubOptions options)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        if (options.Clock == "simulated")
        {
            // A service's own role may not set the clock: its owner did when it migrated.
            await using var start = new NpgsqlCommand("""
                do $$ begin
                    if has_table_privilege('log.clock', 'insert') then
                        insert into log.clock (base, since, rate) values ('2013-01-01 00:00+08', clock_timestamp(), 0) on conflict do nothing;
                    end if;
                end $$
                """, connection);
            await start.ExecuteNonQueryAsync();
            await using var set = new NpgsqlCommand("select count(*) from log.clock", connection);
            if ((long)(await set.ExecuteScalarAsync())! == 0) throw new NotMigratedException("log.clock (Hub__Clock=simulated)");
            return;
        }
        await using var read = new NpgsqlCommand("select count(*) from log.clock", connection);
        if ((long)(await read.ExecuteScalarAsync())! > 0)
            throw new InvalidDataException("This database belongs to a simulated city (log.clock has a row); start it with Hub__Clock=simulated, or use another database for the real clock.");
    }

    static async Task Unexpected(HttpContext context, ILogger log)
    {
        var error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var trace = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        if (error is Microsoft.AspNetCore.Http.BadHttpRequestException bad)
        {
            await Answers.Problem(bad.StatusCode, bad.StatusCode == 413
                ? Refusals.Of("TooLarge", "内容过大，请缩减后重试。", "The content is too large; please shorten it.")
                : Refusals.Of("BadRequest", "请求无法读取。", "The request can't be read.")).ExecuteAsync(context);
            return;
        }
        if (error is HubUnavailableException or NpgsqlException)
        {
            context.Response.Headers.RetryAfter = "5";
            await Answers.Problem(503, Refusals.Busy).ExecuteAsync(context);
            return;
        }
        // Type and place only: an exception's text may quote a citizen.
        log.LogError("{Path} failed: {Error} {At} (trace {Trace})", context.Request.Path, error?.GetType().Name, error?.StackTrace?.Split('\n').FirstOrDefault()?.Trim(), trace);
        await Answers.Problem(500, Refusals.Of("Internal", $"内部错误，请把编号告诉管理员：{trace}", $"Internal error; please tell the administrator this number: {trace}")).ExecuteAsync(context);
    }
}
