using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace InquiryHub.Services.Tests.Kernel;

/// <summary>A process a service, each with its own database role: what it may, and what the owner did for it before.</summary>
public sealed class RolesTests
{
    /// <summary>Modules without a service: as Web alone.</summary>
    sealed class Pages : IHubModule
    {
        public string Name => "pages";
        public void Add(IHostApplicationBuilder builder) { }
        public void Map(WebApplication app) => app.MapGet("/", () => "here");
    }

    static string Login(string connectionString, string service) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = "hub_" + service, Password = "secret-" + service }.ConnectionString;

    static Dictionary<string, string?> As(string connectionString, string service) => new() { ["ConnectionStrings:Hub"] = Login(connectionString, service) };

    static async Task<TestHub> OwnerAsync(string name, params IHubModule[] modules)
    {
        var passwords = Path.Combine(Path.GetTempPath(), $"roles-{name}-{Environment.ProcessId}.json");
        await File.WriteAllTextAsync(passwords, Json.Write(modules.ToDictionary(m => m.Name, m => "secret-" + m.Name)));
        var hub = await TestHub.StartAsync(name, modules, new Dictionary<string, string?> { ["Hub:RolePasswordsFile"] = passwords });
        File.Delete(passwords);
        return hub;
    }

    [Fact]
    public async Task A_service_that_logs_in_as_its_own_role_writes_folds_and_keeps_house()
    {
        await using var owner = await OwnerAsync("roles", new Producer("r1"));
        await using var ledger = await OwnerLedgerAsync(owner);
        await using var one = await owner.JoinAsync([new Producer("r1")], As(owner.ConnectionString, "r1"));
        await one.Writer("r1").CommandAsync<TaskWithdrawn>("c1", ["k"], _ => { }, work => { work.Emit("k", new ContactRecorded { Reason = "0" }); return new TaskWithdrawn(); });
        await owner.QuietAsync();
        Assert.Equal(1, await owner.ScalarAsync<long>("select count(*) from log.outbox where service = 'rledger'"));
        await using var connection = new NpgsqlConnection(Login(owner.ConnectionString, "r1"));
        await connection.OpenAsync();
        Assert.Empty(await Housekeeping.DropOldAsync(connection, 400, CancellationToken.None));
        await using var house = new NpgsqlCommand("select log.add_outbox_month('2042-01-01'), log.sweep_commands(7)", connection);
        await house.ExecuteNonQueryAsync();
        Assert.Equal(1, await owner.ScalarAsync<long>("select count(*) from pg_inherits where inhrelid = to_regclass('log.outbox_204201')"));
        using var http = new HttpClient { BaseAddress = one.Http };
        await Until.TrueAsync("a service alone is ready", async () => (await http.GetAsync("/ready")).IsSuccessStatusCode);
    }

    // The consumer's own tables are made by the owner, then it runs as its role.
    static async Task<TestHub> OwnerLedgerAsync(TestHub owner)
    {
        var passwords = Path.Combine(Path.GetTempPath(), $"roles-ledger-{Environment.ProcessId}.json");
        await File.WriteAllTextAsync(passwords, """{"rledger":"secret-rledger"}""");
        await (await owner.JoinAsync([new Ledger(["r1"], name: "rledger")], new Dictionary<string, string?> { ["Hub:RolePasswordsFile"] = passwords })).DisposeAsync();
        File.Delete(passwords);
        return await owner.JoinAsync([new Ledger(["r1"], name: "rledger")], As(owner.ConnectionString, "rledger"));
    }

    [Fact]
    public async Task A_role_writes_its_own_services_rows_only()
    {
        await using var owner = await OwnerAsync("own", new Producer("o1"), new Producer("o2"));
        await owner.SqlAsync("insert into log.cursor (service, source, shard, next_seq) values ('relay', 'o1', 0, 1), ('relay', 'o2', 0, 1); insert into log.parked (service, source, shard, seq, key, type, body, recorded_at, error) values ('o2', 'x', 0, 1, 'k', 't', '', now(), '')");
        await using var connection = new NpgsqlConnection(Login(owner.ConnectionString, "o1"));
        await connection.OpenAsync();
        async Task<int> DoAsync(string sql) { await using var command = new NpgsqlCommand(sql, connection); return await command.ExecuteNonQueryAsync(); }
        string Insert(string service) => $"insert into log.outbox (service, shard, seq, key, type, body, recorded_at) values ('{service}', 0, 999, 'k', 't', '', now())";

        Assert.Equal(1, await DoAsync(Insert("o1")));
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => DoAsync(Insert("o2")))).SqlState);
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => DoAsync("insert into log.command (service, id, at, answer) values ('o2', 'x', now(), '')"))).SqlState);
        Assert.Equal(12, await DoAsync("update log.shard set next_seq = next_seq"));
        Assert.Equal(1, await DoAsync("update log.cursor set next_seq = 2"));
        Assert.Equal(0, await DoAsync("delete from log.parked"));
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => DoAsync("insert into log.clock (base, since, rate) values (now(), now(), 1)"))).SqlState);
    }

    [Fact]
    public async Task A_role_never_migrates_but_says_what_is_missing()
    {
        await using var owner = await OwnerAsync("before", new Producer("b1"));
        var empty = await TestServers.NewDatabaseAsync("before_empty");
        try
        {
            await Assert.ThrowsAsync<NotMigratedException>(() => owner.JoinAsync([new Producer("b1")], As(empty, "b1")));
            await owner.SqlAsync("delete from log.migration where service = 'b1'");
            Assert.Contains("b1 schema/", (await Assert.ThrowsAsync<NotMigratedException>(() => owner.JoinAsync([new Producer("b1")], As(owner.ConnectionString, "b1")))).Message);
            await owner.SqlAsync("insert into log.migration (service, name) values ('log', 'schema/999-later.sql')");
            await Assert.ThrowsAsync<NewerDatabaseException>(() => owner.JoinAsync([new Producer("b1")], As(owner.ConnectionString, "b1")));
        }
        finally { await TestServers.DropAsync(empty); }
    }

    [Fact]
    public async Task A_process_without_a_service_needs_no_database()
    {
        await using var owner = await OwnerAsync("pages", new Producer("g1"));
        await using var pages = await owner.JoinAsync([new Pages()], new Dictionary<string, string?> { ["ConnectionStrings:Hub"] = null });
        using var http = new HttpClient { BaseAddress = pages.Http };
        Assert.True((await http.GetAsync("/ready")).IsSuccessStatusCode);
    }
}
