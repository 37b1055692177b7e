using Npgsql;

namespace InquiryHub.TestKit;

/// <summary>The real servers that tests run on. A missing one is a red test that says how to start it.</summary>
public static class TestServers
{
    public static string Postgres => Environment.GetEnvironmentVariable("HUB_TEST_POSTGRES")
        ?? throw new InvalidOperationException("No PostgreSQL for tests: run `./hub test`, or set HUB_TEST_POSTGRES to a superuser's connection string of a PostgreSQL 15 or newer.");

    public static string Redis => Environment.GetEnvironmentVariable("HUB_TEST_REDIS")
        ?? throw new InvalidOperationException("No Redis for tests: run `./hub test`, or set HUB_TEST_REDIS to host:port of a Redis without a password.");

    /// <summary>A new empty database; its connection string.</summary>
    public static async Task<string> NewDatabaseAsync(string name)
    {
        var builder = new NpgsqlConnectionStringBuilder(Postgres);
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync();
        var database = $"t_{name.ToLowerInvariant()}_{Environment.ProcessId}_{Interlocked.Increment(ref made)}";
        await using (var drop = new NpgsqlCommand($"drop database if exists {database} with (force)", connection)) await drop.ExecuteNonQueryAsync();
        await using (var create = new NpgsqlCommand($"create database {database}", connection)) await create.ExecuteNonQueryAsync();
        builder.Database = database;
        return builder.ConnectionString;
    }

    public static async Task DropAsync(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var database = builder.Database;
        builder.Database = "postgres";
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync();
        await using var drop = new NpgsqlCommand($"drop database if exists {database} with (force)", connection);
        await drop.ExecuteNonQueryAsync();
    }

    static int made;
}
