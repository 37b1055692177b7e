using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>Connections to the one PostgreSQL, as the role of the service that asks.</summary>
public sealed class HubDatabase(string connectionString) : IAsyncDisposable
{
    readonly System.Collections.Concurrent.ConcurrentDictionary<string, NpgsqlDataSource> sources = new();

    internal string ConnectionString => connectionString;

    /// <summary>A pool of at most 8 for the lists and pages of a service; its role sees its own schema and the log.</summary>
    public NpgsqlDataSource For(string service) => sources.GetOrAdd(service, s =>
        new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
        { MaxPoolSize = 8, MaxAutoPrepare = 50, AutoPrepareMinUsages = 2, ApplicationName = s, Options = $"-c role=hub_{s} -c statement_timeout=15000 -c tcp_user_timeout=3000 -c jit=off" }.ConnectionString).Build());

    /// <summary>
    /// A connection for a loop or writer. The time-outs free the shard lock of a process that was frozen in a transaction or
    /// while rows were being sent to it (without the TCP one it kept its lock for 12 s).
    /// </summary>
    internal NpgsqlConnection Open(HubService service) => Open(service.Name + " kernel", $"-c role={service.Role}");

    /// <summary>As whoever this process logs in as: the owner, or the role of its one service. For what works for all its services.</summary>
    internal NpgsqlConnection OpenLogin(string name) => Open(name, "");

    NpgsqlConnection Open(string name, string role)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false, Timeout = 5, MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, ApplicationName = name, CommandTimeout = 30,
            Options = role + " -c idle_in_transaction_session_timeout=2000 -c lock_timeout=10000 -c tcp_user_timeout=3000 -c synchronous_commit=on"
                // Generic plans are made once, mostly while tables are still empty: they may not be sequential scans. What can only be
                // one gets a huge cost by that, and would be compiled each time: jit off.
                + " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off",
        }.ConnectionString);
        try { connection.Open(); }
        catch { connection.Dispose(); throw; }
        LogSignals.Own(connection, connectionString);
        return connection;
    }

    public async ValueTask DisposeAsync() { foreach (var s in sources.Values) await s.DisposeAsync(); }
}
