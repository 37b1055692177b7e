using InquiryHub.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.TestKit;

/// <summary>Modules in this process on a real database of their own, at free loopback ports.</summary>
public sealed class TestHub : IAsyncDisposable
{
    readonly WebApplication app;
    readonly bool ownsDatabase;

    TestHub(WebApplication app, string connectionString, string keyRing, Uri http, Uri grpc, bool ownsDatabase) =>
        (this.app, ConnectionString, KeyRingPath, Http, Grpc, this.ownsDatabase) = (app, connectionString, keyRing, http, grpc, ownsDatabase);

    public string ConnectionString { get; }
    public string KeyRingPath { get; }
    public Uri Http { get; }
    public Uri Grpc { get; }
    public IServiceProvider Services => app.Services;
    public KeyRing Ring => Services.GetRequiredService<KeyRing>();
    public Shards Shards => Services.GetRequiredService<Shards>();
    public Writer Writer(string service) => Services.GetRequiredKeyedService<Writer>(service);

    /// <summary>A hub of its own. `settings` are configuration keys (Hub:Clock, ...).</summary>
    public static async Task<TestHub> StartAsync(string name, IReadOnlyList<IHubModule> modules, IReadOnlyDictionary<string, string?>? settings = null) =>
        await StartAsync(await TestServers.NewDatabaseAsync(name), Path.Combine(Path.GetTempPath(), $"ring-{name}-{Environment.ProcessId}.json"), modules, settings, owns: true);

    /// <summary>A second instance on the same database.</summary>
    public Task<TestHub> JoinAsync(IReadOnlyList<IHubModule> modules, IReadOnlyDictionary<string, string?>? settings = null) => StartAsync(ConnectionString, KeyRingPath, modules, settings, owns: false);

    static async Task<TestHub> StartAsync(string connectionString, string ring, IReadOnlyList<IHubModule> modules, IReadOnlyDictionary<string, string?>? settings, bool owns)
    {
        var (http, grpc) = (FreePort.Address(), FreePort.Address());
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        { ["ConnectionStrings:Hub"] = connectionString, ["Hub:KeyRing"] = ring, ["Hub:HttpUrl"] = http.ToString(), ["Hub:GrpcUrl"] = grpc.ToString() });
        if (settings is not null) builder.Configuration.AddInMemoryCollection(settings);
        var app = await HubHost.BuildAsync(builder, modules);
        await app.StartAsync();
        return new(app, connectionString, ring, http, grpc, owns);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every consumer has read all there is.</summary>
    public Task QuietAsync(int seconds = 30) => Until.TrueAsync("all consumers have read everything", async () =>
        await ScalarAsync<long>("select coalesce(sum(s.next_seq - c.next_seq), 0)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard") == 0, seconds);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsDatabase) { await TestServers.DropAsync(ConnectionString); File.Delete(KeyRingPath); }
    }
}
