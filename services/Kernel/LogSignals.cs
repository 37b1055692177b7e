using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>What a reader of the outbox hears between its reads: events that this process committed, or only that there are some.</summary>
internal sealed class NewsInbox(AutoResetEvent wake)
{
    // Beyond this it is forgotten and read from the table: a reader that is behind or away may not fill the memory.
    const int Most = 40_000;
    readonly Lock gate = new();
    readonly List<Message> messages = [];
    bool look;

    public void Post(IReadOnlyList<Message> committed)
    {
        lock (gate)
        {
            if (messages.Count + committed.Count > Most) { messages.Clear(); look = true; }
            else messages.AddRange(committed);
        }
        wake.Set();
    }

    public void Knock()
    {
        lock (gate) look = true;
        wake.Set();
    }

    /// <summary>Moves what came into the list; true when the table holds more than that.</summary>
    public bool Drain(List<Message> into)
    {
        lock (gate)
        {
            into.AddRange(messages);
            messages.Clear();
            var more = look;
            look = false;
            return more;
        }
    }
}

/// <summary>
/// Wakes readers: at once and with the events themselves within the process, by LISTEN from other processes. Everything is told
/// apart by database, since one process may serve several (tests do).
/// </summary>
internal static class LogSignals
{
    static readonly ConcurrentDictionary<(string Database, string Source), ConcurrentDictionary<NewsInbox, byte>> readers = new();
    // Our own backends' notifications say nothing new.
    static readonly ConcurrentDictionary<int, byte> own = new();

    static readonly ConditionalWeakTable<NpgsqlConnection, string> databases = [];

    /// <summary>Of a connection that <see cref="HubDatabase"/> opened; null of any other.</summary>
    public static string? DatabaseOf(NpgsqlConnection connection) => databases.TryGetValue(connection, out var name) ? name : null;
    public static string DatabaseOf(string connectionString) { var c = new NpgsqlConnectionStringBuilder(connectionString); return $"{c.Host}:{c.Port}/{c.Database}"; }
    public static void Register(string database, string source, NewsInbox inbox) => readers.GetOrAdd((database, source), _ => new())[inbox] = 0;
    public static void Forget(NewsInbox inbox) { foreach (var r in readers.Values) r.TryRemove(inbox, out _); }

    /// <summary>A connection that this process writes by: its notifications say nothing new here.</summary>
    public static void Own(NpgsqlConnection connection, string connectionString)
    {
        var backend = connection.ProcessID;
        databases.AddOrUpdate(connection, DatabaseOf(connectionString));
        own[backend] = 0;
        connection.StateChange += (sender, e) => { if (e.CurrentState == System.Data.ConnectionState.Closed) own.TryRemove(backend, out _); };
    }

    public static bool Heard(string database, string source) => readers.TryGetValue((database, source), out var all) && !all.IsEmpty;
    public static void Post(string database, string source, IReadOnlyList<Message> committed) { if (readers.TryGetValue((database, source), out var all)) foreach (var r in all.Keys) r.Post(committed); }
    static void Knock(string database, string source) { if (readers.TryGetValue((database, source), out var all)) foreach (var r in all.Keys) r.Knock(); }

    // Who listens is a member of this class, as an instance is of its service's: so others know. To notify costs a transaction, and wakes
    // a backend and its client.
    const int Listeners = 0x636f6e65;
    internal static readonly string Listening = $"select pg_advisory_lock_shared({Listeners}, {Leases.Member})";
    static readonly ConcurrentDictionary<string, int> listening = new();
    static readonly ConcurrentDictionary<string, byte> alone = new();

    /// <summary>Whether another process may listen; false only when this one looked a moment ago and there was none.</summary>
    public static bool OthersListen(string? database) => database is null || !alone.ContainsKey(database);

    /// <summary>Listens for other processes until stopped; a lost connection is made anew after a second.</summary>
    public static async Task ListenAsync(string connectionString, IEnumerable<string> sources, CancellationToken stop)
    {
        var names = sources.Distinct().ToList();
        if (names.Count == 0) return;
        while (!stop.IsCancellationRequested)
        {
            try { await HearAsync(connectionString, names, stop); }
            catch (NpgsqlException) { await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
            catch (OperationCanceledException) { return; }
        }
    }

    static async Task HearAsync(string connectionString, IReadOnlyList<string> names, CancellationToken stop)
    {
        var database = DatabaseOf(connectionString);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(stop);
        connection.Notification += (_, n) => { if (!own.ContainsKey(n.PID)) Knock(database, n.Channel["log_".Length..]); };
        await using (var listen = new NpgsqlCommand(string.Concat(names.Select(s => $"listen log_{s};")) + Listening, connection)) await listen.ExecuteNonQueryAsync(stop);
        listening.AddOrUpdate(database, 1, (_, n) => n + 1);
        try
        {
            foreach (var s in names) Knock(database, s);
            await using var members = new NpgsqlCommand(Leases.Members, connection) { Parameters = { new() { Value = (long)Listeners } } };
            // As often as readers look for what they weren't told of: a process that has just come misses nothing for longer than that.
            for (long looked = 0; ; await connection.WaitAsync(OutboxTail.LookEvery, stop))
            {
                if (Stopwatch.GetElapsedTime(looked) < OutboxTail.LookEvery) continue;
                looked = Stopwatch.GetTimestamp();
                if ((long)(await members.ExecuteScalarAsync(stop))! > listening[database]) alone.TryRemove(database, out _); else alone[database] = 0;
            }
        }
        finally
        {
            alone.TryRemove(database, out _);
            listening.AddOrUpdate(database, 0, (_, n) => n - 1);
        }
    }
}
