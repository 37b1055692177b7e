using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// Which shards this instance reads. A lease only saves double work, the cursor is what makes reading safe. Each lease is a
/// session advisory lock on one connection that the server ends after two idle seconds, so that a frozen process loses them.
/// </summary>
internal sealed class Leases(HubService service, string connectionString, Shards shards, ServiceHealth health) : IDisposable
{
    /// <summary>Not a shard: held, shared, by each instance of a class.</summary>
    internal const int Member = 1_000_000;
    /// <summary>How many hold the membership of the class $1 (int8).</summary>
    internal const string Members = """
        select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
        and classid = $1::int8::oid and objid = 1000000 and objsubid = 2 and granted
        """;
    readonly ManualResetEventSlim stop = new();
    readonly int lockClass = (int)(ClassOf(service.Name) & 0x7fffffff);
    Thread? thread;

    /// <summary>The shards held now; replaced as a whole.</summary>
    public IReadOnlySet<int> Held { get; private set; } = new HashSet<int>();

    /// <summary>Wakes the loop when the held shards change.</summary>
    public AutoResetEvent? Wake { get; set; }

    public void Start()
    {
        thread = new Thread(Keep) { IsBackground = true, Name = $"{service.Name} leases" };
        thread.Start();
    }

    static uint ClassOf(string name) { var h = 2166136261u; foreach (var c in name) h = (h ^ c) * 16777619u; return h; }

    void Keep()
    {
        while (!stop.IsSet)
        {
            try
            {
                using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
                { Pooling = false, Timeout = 5, Options = $"-c role={service.Role} -c idle_session_timeout=2000 -c tcp_user_timeout=3000" }.ConnectionString);
                connection.Open();
                Scalar(connection, "select pg_advisory_lock_shared($1, $2)", lockClass, Member);
                var mine = new HashSet<int>();
                while (!stop.IsSet)
                {
                    // Who has others beside it looks twice as often: what one of them drops is taken up by then.
                    stop.Wait(Balance(connection, mine) > 1 ? 150 : 300);
                }
                Set([]);
            }
            catch (NpgsqlException)
            {
                // The server gave the locks away when the session ended: forget them, others may hold them already.
                Set([]);
                health.Leases = "no connection";
                stop.Wait(300);
            }
        }
    }

    /// <summary>How many instances there are, this one among them.</summary>
    long Balance(NpgsqlConnection connection, HashSet<int> mine)
    {
        var members = Math.Max(1, (long)Scalar(connection, Members, (long)lockClass)!);
        var share = (int)((shards.Count + members - 1) / members);
        var before = mine.Count;
        var changed = false;
        foreach (var s in mine.OrderDescending().Take(Math.Max(0, before - share)).ToList())
        {
            Scalar(connection, "select pg_advisory_unlock($1, $2)", lockClass, s);
            mine.Remove(s);
            changed = true;
        }
        for (var s = 0; s < shards.Count && mine.Count < share; s++)
            if (!mine.Contains(s) && (bool)Scalar(connection, "select pg_try_advisory_lock($1, $2)", lockClass, s)!) changed |= mine.Add(s);
        if (changed) Set(mine);
        health.Leases = $"{mine.Count} of {shards.Count}";
        return members;
    }

    void Set(IEnumerable<int> held) { Held = held.ToHashSet(); Wake?.Set(); }

    static object? Scalar(NpgsqlConnection connection, string sql, params object[] values)
    {
        using var command = new NpgsqlCommand(sql, connection);
        foreach (var v in values) command.Parameters.Add(new NpgsqlParameter { Value = v });
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        stop.Set();
        thread?.Join(TimeSpan.FromSeconds(5));
        stop.Dispose();
    }
}
