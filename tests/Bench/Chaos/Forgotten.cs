using System.Diagnostics;
using InquiryHub.Cli;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Bench.Chaos;

/// <summary>
/// A consumer that was away for so long that what it had not read is gone: Statistics stands still, its unread events are dropped by force,
/// it comes back. It must stop with its sentence and skip nothing; the others go on. On a database of its own, for it can't be mended.
/// </summary>
internal sealed class Forgotten(ChaosCity city, int no)
{
    private const int First = 60, Unread = 240, After = 240;
    private readonly List<Finding> findings = [];
    public IReadOnlyList<Finding> Findings => findings;

    private const string Sentence = "this shard is stopped";

    public async Task<Bite> StrikeAsync()
    {
        var database = $"scratch{no}";
        await SqlAsync(city.Admin, $"create database {database} owner hub");
        await using var admin = NpgsqlDataSource.Create(city.Postgres.AdminConnectionString(database));
        await using var hub = city.Scratch(database);
        await hub.StartAsync();
        await using var journal = new AckJournal($"{city.Journal}.{database}");
        using var citizens = new Citizens(hub.Http, city.Secrets, journal);
        async Task SendAsync(int count) { for (var n = 0; n < count; n++) await citizens.SendSlipAsync(); }

        await SendAsync(First);
        await ReadAsync(admin, "");
        await using (var outage = await admin.OpenConnectionAsync())
        {
            // Its loop waits for these rows, its writer too: nothing of it moves.
            await SqlAsync(outage, "begin; select from log.shard where service = 'statistics' for update");
            await SendAsync(Unread);
            await ReadAsync(admin, "where c.service <> 'statistics'");
            await hub.KillAsync();
        }
        var facts = await OneAsync(admin, "select count(*) from statistics.fact");
        await SqlAsync(admin, "create table public.lost as select c.source, c.shard, c.next_seq from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard where c.service = 'statistics' and s.next_seq > c.next_seq");
        var lost = await OneAsync(admin, "select count(*) from public.lost");
        await SqlAsync(admin, "set role hub; do $$ begin execute 'drop table log.outbox_' || to_char(now(), 'YYYYMM'); perform log.add_outbox_month(now()::date); end $$; reset role");

        var line = hub.LineCount;
        hub.Begin();
        var began = Stopwatch.GetTimestamp();
        await SendAsync(After);
        await Witness.UntilAsync("Statistics stops with its sentence", () => Task.FromResult(hub.LinesSince(line).Any(l => l.Contains(Sentence, StringComparison.Ordinal))), 60);
        await ReadAsync(admin, "where c.service <> 'statistics'");
        var served = Stopwatch.GetElapsedTime(began);
        var ready = await Readiness.AskAsync(hub.Http.ToString().TrimEnd('/'), CancellationToken.None);
        var stopped = hub.LinesSince(line).Count(l => l.Contains(Sentence, StringComparison.Ordinal));

        void Add(string what, long wrong, string detail) => findings.Add(new($"retention: {what}", wrong, detail));
        Add("not ready, with the reason", ready.IsReady || !ready.Reason.Contains("gap in", StringComparison.Ordinal) ? 1 : 0, ready.Reason);
        Add("the others have every contact", await OneAsync(admin, "select count(*) from casework.case_file") - (First + Unread + After), "case files too many or too few");
        Add("what Statistics had is kept", await OneAsync(admin, "select count(*) from statistics.fact") < facts ? 1 : 0, $"{facts} facts before");
        Add("nothing is skipped", await OneAsync(admin, "select count(*) from public.lost l join log.cursor c using (source, shard) where c.service = 'statistics' and c.next_seq <> l.next_seq"), $"of {lost} cursors moved over what is gone");
        return new(lost > 0 && stopped > 0, $"unread events of {lost} shards dropped, {stopped} stopped with the sentence, {facts} facts kept, the others went on", served);
    }

    private static Task ReadAsync(NpgsqlDataSource admin, string which) => Witness.UntilAsync("the others have read everything", async () =>
        await OneAsync(admin, $"select coalesce(sum(s.next_seq - c.next_seq), 0)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard {which}") == 0, 60);

    private static async Task<long> OneAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    private static async Task SqlAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task SqlAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
