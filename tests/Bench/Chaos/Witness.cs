using System.Diagnostics;
using System.Text.RegularExpressions;
using InquiryHub.Cli;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Bench.Chaos;

/// <summary>Looks on from outside: what the database, its locks, /ready and the logs say while something breaks. It changes nothing.</summary>
internal sealed class Witness(ChaosCity city)
{
    // Leases are session advisory locks, one a service and shard; 1,000,000 is not a shard but membership.
    private const string LeaseHolders = """
        select a.application_name, count(*) from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.objsubid = 2 and l.objid < 1000000 and l.granted and l.database = (select oid from pg_database where datname = current_database()) group by 1
        """;
    private const string ServedSince = """
        select count(*) filter (where heard > $1), count(*) from (select service, shard, max(recorded_at) as heard from log.cursor where source <> 'directory' and service <> 'relay' group by 1, 2) c
        """;
    private const string Unread = "select coalesce(sum(s.next_seq - c.next_seq), 0)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard";

    public async Task<T> OneAsync<T>(string sql, params object[] values)
    {
        await using var command = city.Admin.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The database server's clock: what cursors are compared with.</summary>
    public Task<DateTime> NowAsync() => OneAsync<DateTime>("select clock_timestamp()");

    /// <summary>Messages that some consumer has not read yet, the relay's included.</summary>
    public Task<long> UnreadAsync() => OneAsync<long>(Unread);

    /// <summary>Outbox rows that are not on the broker yet.</summary>
    public Task<long> RelayBacklogAsync() => OneAsync<long>(Unread + " where c.service = 'relay'");

    /// <summary>Shards leased by each member.</summary>
    public async Task<Dictionary<string, long>> LeasesAsync()
    {
        await using var command = city.Admin.CreateCommand(LeaseHolders);
        await using var reader = await command.ExecuteReaderAsync();
        var holders = new Dictionary<string, long>();
        while (await reader.ReadAsync()) holders[reader.GetString(0)] = reader.GetInt64(1);
        return holders;
    }

    /// <summary>Returns when every shard of every service has folded something that was written after <paramref name="since"/>, with the time that took.</summary>
    public async Task<TimeSpan> ServedAsync(DateTime since, int seconds = 90)
    {
        var began = Stopwatch.GetTimestamp();
        await UntilAsync($"every shard of every service has folded something written after {since:HH:mm:ss.fff}", async () =>
        {
            await using var command = city.Admin.CreateCommand(ServedSince);
            command.Parameters.Add(new() { Value = since });
            await using var reader = await command.ExecuteReaderAsync();
            return await reader.ReadAsync() && reader.GetInt64(0) == reader.GetInt64(1);
        }, seconds);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Waits for a condition that a broken database can't answer: then it doesn't hold yet.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> condition, int seconds) => Until.TrueAsync(what, async () =>
    {
        try { return await condition(); }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException) { return false; }
    }, seconds);

    /// <summary>Messages that a member has dropped as duplicates since it started; null when it doesn't answer.</summary>
    public static async Task<long?> DuplicatesAsync(Member member) => (await Readiness.AskAsync(Url(member), CancellationToken.None)).Report?.Services.Sum(s => s.Duplicates);

    public static async Task<bool?> RedisUpAsync(Member member) => (await Readiness.AskAsync(Url(member), CancellationToken.None)).Report?.Redis;

    private static string Url(Member member) => member.Process.Http.ToString().TrimEnd('/');

    /// <summary>Marks where each log is now.</summary>
    public IReadOnlyList<(Member Member, int Line)> Mark() => [.. city.Members.Select(m => (m, m.Process.LineCount))];

    /// <summary>Lines since the mark that match.</summary>
    public static int Count(IReadOnlyList<(Member Member, int Line)> mark, string pattern) => mark.Sum(m => m.Member.Process.LinesSince(m.Line).Count(l => Regex.IsMatch(l, pattern)));
}
