using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Hub.Tests;

/// <summary>
/// Two instances of every service on one database; one after the other is killed hard, again and again, while counters register
/// and officers answer through whichever instance lives. Truth is the journal of acknowledgements.
/// </summary>
[Collection("many processes")]
public sealed class ChaosTests
{
    const int Counters = 6, Kills = 8, AtLeast = 400, Ahead = 60;

    [Fact]
    public async Task Killing_instances_at_any_moment_leaves_every_fact_once_and_in_order()
    {
        var database = await TestServers.NewDatabaseAsync("chaos");
        var folder = System.IO.Directory.CreateTempSubdirectory("hub-chaos-").FullName;
        File.WriteAllText(Path.Combine(folder, "secrets.json"), """{"walkin":"w"}""");
        var settings = new Dictionary<string, string> { ["Channels__SecretsFile"] = Path.Combine(folder, "secrets.json"), ["Channels__Pickup"] = Path.Combine(folder, "pickup") };
        var ring = Path.Combine(folder, "ring.json");
        try
        {
            await using var a = await HubProcess.StartAllInOneAsync(database, ring, settings);
            await using var b = await HubProcess.StartAllInOneAsync(database, ring, settings);
            HubProcess[] hubs = [a, b];
            var journal = new ConcurrentDictionary<string, string>();
            using CancellationTokenSource enough = new(), answeredAll = new();
            var answered = new ConcurrentDictionary<string, bool>();
            var counters = Enumerable.Range(0, Counters).Select(n => Task.Run(() => RegisterAsync(hubs, n, journal, answered, enough.Token))).ToArray();
            var officers = Task.Run(() => AnswerAsync(hubs, ring, answered, answeredAll.Token));

            var random = new Random(2013);
            for (var kill = 0; kill < Kills || journal.Count < AtLeast; kill++)
            {
                var (victim, before) = (hubs[random.Next(2)], (journal.Count, answered.Count));
                await Until.TrueAsync("work goes on before the next kill", () => Task.FromResult(journal.Count > before.Item1 + random.Next(5, 25) && answered.Count > before.Item2), 60);
                await victim.KillAsync();
                await victim.StartAsync();
            }
            await enough.CancelAsync();
            await Task.WhenAll(counters);
            // The log tells, not the officers: one whose answer was committed by an instance that died never heard of it.
            await Until.TrueAsync("every inquiry is answered", async () => await OneAsync<long>(database, "select count(*) from log.outbox where type = 'hub.casework.v1.InquiryAnswered'") == journal.Count, 60);
            await answeredAll.CancelAsync();
            await officers;
            await CheckAsync(database, journal, Path.Combine(folder, "pickup"));
        }
        finally { await TestServers.DropAsync(database); System.IO.Directory.Delete(folder, recursive: true); }
    }

    // A counter's clerk: the same entry again and again until it is acknowledged.
    static async Task RegisterAsync(HubProcess[] hubs, int counter, ConcurrentDictionary<string, string> journal, ConcurrentDictionary<string, bool> answered, CancellationToken enough)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var n = 0; !enough.IsCancellationRequested; n++)
        {
            // Not further ahead of the officers than this: the test is about kills, not about volume.
            await Until.TrueAsync("officers keep up", () => Task.FromResult(enough.IsCancellationRequested || journal.Count - answered.Count < Ahead), 120);
            for (var attempt = 0; ; attempt++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hubs[(counter + attempt) % 2].Http, "/doors/walkin/entries"));
                request.Headers.Add("X-Door-Secret", "w");
                request.Content = JsonContent.Create(new { counterId = "211100", entryId = $"{counter}-{n}", kind = "Consultation", categoryCode = "010101", areaCode = "211102", title = "问一件事", text = "请问怎么办理", wantsReply = true });
                try
                {
                    using var answer = await client.SendAsync(request);
                    if ((int)answer.StatusCode is 503 or 429) { await Task.Delay(50); continue; }
                    var body = await answer.Content.ReadAsStringAsync();
                    Assert.True(answer.IsSuccessStatusCode, body);
                    journal[$"{counter}-{n}"] = JsonDocument.Parse(body).RootElement.GetProperty("inquiryId").GetString()!;
                    break;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException) { await Task.Delay(50); }
            }
        }
    }

    // All officers in one: lists what is open, answers it, with one command id a task however often it is sent.
    static async Task AnswerAsync(HubProcess[] hubs, string ring, ConcurrentDictionary<string, bool> answered, CancellationToken stop)
    {
        var tokens = new Tokens(KeyRing.Open(ring), TimeProvider.System);
        Metadata As(string role, string unit, string officer) => new() { { "authorization", $"Bearer {tokens.Mint(new(role + officer, [role], unit, officer)).Token}" } };
        using GrpcChannel c0 = GrpcChannel.ForAddress(hubs[0].Grpc), c1 = GrpcChannel.ForAddress(hubs[1].Grpc);
        Contracts.Casework.Casework.CaseworkClient[] clients = [new(c0), new(c1)];
        var supervisor = As(Roles.Supervisor, "", "");
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            try
            {
                var page = await clients[n % 2].ListTasksAsync(new() { State = "Assigned", Page = new() { Size = 200 } }, supervisor, DateTime.UtcNow.AddSeconds(5));
                if (page.Tasks.Count == 0) await Task.Delay(20);
                await Parallel.ForEachAsync(page.Tasks, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (t, _) =>
                {
                    await clients[n % 2].AnswerInquiryAsync(new() { CommandId = $"answer {t.TaskId}", InquiryId = t.InquiryId, TaskId = t.TaskId, PublicReply = "已办理", HandlingNote = "" },
                        As(Roles.Officer, t.UnitCode, t.OfficerId), DateTime.UtcNow.AddSeconds(5));
                    answered[t.InquiryId] = true;
                });
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Cancelled or StatusCode.FailedPrecondition) { await Task.Delay(50); }
        }
    }

    static async Task<T> OneAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        return (T)(await new NpgsqlCommand(sql, connection).ExecuteScalarAsync())!;
    }

    static async Task CheckAsync(string database, ConcurrentDictionary<string, string> journal, string pickup)
    {
        Task<T> One<T>(string sql) => OneAsync<T>(database, sql);
        var n = (long)journal.Count;
        Assert.Equal(n, journal.Values.Distinct().LongCount());
        await Until.TrueAsync("every consumer has read everything and every answer is out", async () =>
            await One<long>("select sum(s.next_seq - c.next_seq)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard") == 0
            && await One<long>("select count(*) from log.outbox where type = 'hub.channels.v1.AnswerDelivered'") == n, 200); // what a killed instance had claimed is sent again when its two minutes are up

        Assert.Equal(0, await One<long>("select count(*) from log.parked"));
        var facts = new[] { "channels.v1.InquiryRegistered", "routing.v1.InquiryDispatched", "assignment.v1.OfficerAssigned", "sla.v1.ClockStarted", "sla.v1.ClockStopped", "casework.v1.TaskSignedIn", "casework.v1.InquiryAnswered", "channels.v1.AnswerDelivered" };
        foreach (var fact in facts)
        {
            Assert.Equal((fact, n), (fact, await One<long>($"select count(*) from log.outbox where type = 'hub.{fact}'")));
            Assert.Equal((fact, n), (fact, await One<long>($"select count(distinct key) from log.outbox where type = 'hub.{fact}'")));
        }
        Assert.Equal(0, await One<long>("select count(*) from (select seq - row_number() over (partition by service, shard order by seq) d from log.outbox) x where d <> 0"));
        foreach (var table in new[] { "channels.contact", "routing.inquiry", "assignment.inquiry", "casework.case_file", "casework.task" }) Assert.Equal((table, n), (table, await One<long>($"select count(*) from {table}")));
        Assert.Equal(n, await One<long>("select coalesce(sum(value), 0)::bigint from assignment.officer_load") + n);
        Assert.Equal(n, System.IO.Directory.EnumerateFiles(pickup, "*", SearchOption.AllDirectories).LongCount());
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var strange = new NpgsqlCommand("select count(*) from casework.case_file where state <> 'Delivered' or not key = any($1)", connection) { Parameters = { new() { Value = journal.Values.ToArray() } } };
        Assert.Equal(0, (long)(await strange.ExecuteScalarAsync())!);
    }
}
