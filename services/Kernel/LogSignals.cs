using System.Collections.Concurrent;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>Wakes loops: at once within the process, by LISTEN from other processes. A lost signal costs one poll (50 ms), never a message.</summary>
internal static class LogSignals
{
    static readonly ConcurrentDictionary<string, ConcurrentDictionary<AutoResetEvent, byte>> waiting = new();

    public static void Register(string source, AutoResetEvent wake) => waiting.GetOrAdd(source, _ => new())[wake] = 0;
    public static void Forget(AutoResetEvent wake) { foreach (var s in waiting.Values) s.TryRemove(wake, out _); }
    public static void Pulse(string source) { if (waiting.TryGetValue(source, out var all)) foreach (var w in all.Keys) w.Set(); }

    /// <summary>Listens for other processes until stopped; a lost connection is made anew after a second.</summary>
    public static async Task ListenAsync(string connectionString, IEnumerable<string> sources, CancellationToken stop)
    {
        var listen = string.Concat(sources.Distinct().Select(s => $"listen log_{s};"));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(stop);
                connection.Notification += (_, n) => Pulse(n.Channel["log_".Length..]);
                await using (var command = new NpgsqlCommand(listen, connection)) await command.ExecuteNonQueryAsync(stop);
                while (true) await connection.WaitAsync(stop);
            }
            catch (NpgsqlException) { await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
            catch (OperationCanceledException) { return; }
        }
    }
}
