using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Npgsql;

namespace InquiryHub.Hub.Tests;

/// <summary>A process a service, Routing twice, each logging in with its own database role, behind the gateway: as `./hub up --split` starts them.</summary>
[Collection("many processes")]
public sealed class SplitTests
{
    static readonly string[] Services = ["Directory", "Channels", "Routing", "Routing", "Assignment", "Sla", "Casework", "Statistics", "Web"];

    [Fact]
    public async Task One_inquiry_walks_through_processes_of_their_own_and_the_next_one_too_when_an_instance_is_killed()
    {
        var database = await TestServers.NewDatabaseAsync("split");
        var folder = System.IO.Directory.CreateTempSubdirectory("hub-split-").FullName;
        var processes = new List<HubProcess>();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "secrets.json"), """{"minxin":"m"}""");
            await File.WriteAllTextAsync(Path.Combine(folder, "roles.json"), Json.Write(Services.Distinct().ToDictionary(s => s.ToLowerInvariant(), s => "split-" + s)));
            var shared = new Dictionary<string, string>
            {
                ["Hub__KeyRing"] = Path.Combine(folder, "ring.json"), ["Channels__SecretsFile"] = Path.Combine(folder, "secrets.json"), ["Channels__Pickup"] = Path.Combine(folder, "pickup"),
            };
            Assert.Equal(0, await HubProcess.RunAsync("InquiryHub.AllInOne.dll", "migrate", new Dictionary<string, string>(shared) { ["ConnectionStrings__Hub"] = database, ["Hub__RolePasswordsFile"] = Path.Combine(folder, "roles.json") }));

            var addresses = new Dictionary<string, string>();
            foreach (var (s, at) in Services.Select((s, at) => (s, at)))
            {
                var settings = new Dictionary<string, string>(shared);
                if (s != "Web") settings["ConnectionStrings__Hub"] = new NpgsqlConnectionStringBuilder(database) { Username = "hub_" + s.ToLowerInvariant(), Password = "split-" + s }.ConnectionString;
                if (s == "Web") settings["Web__DirectoryUrl"] = processes[0].Grpc.ToString();
                var process = HubProcess.Of($"InquiryHub.{s}.dll", settings);
                processes.Add(process);
                var n = Services.Take(at).Count(other => other == s);
                addresses[$"Gateway__Services__{s.ToLowerInvariant()}__{n}__Http"] = process.Http.ToString();
                addresses[$"Gateway__Services__{s.ToLowerInvariant()}__{n}__Grpc"] = process.Grpc.ToString();
            }
            var gateway = HubProcess.Of("InquiryHub.Gateway.dll", addresses);
            processes.Add(gateway);
            await Task.WhenAll(processes.Select(p => p.StartAsync()));

            using var http = new HttpClient { BaseAddress = gateway.Http };
            using var channel = GrpcChannel.ForAddress(gateway.Grpc);
            await WalkAsync(http, channel, Path.Combine(folder, "ring.json"), "split-1");
            Assert.Contains("signin", (await http.GetAsync("/dashboard")).RequestMessage!.RequestUri!.ToString());

            await processes[3].KillAsync();
            var began = Stopwatch.GetTimestamp();
            await WalkAsync(http, channel, Path.Combine(folder, "ring.json"), "split-2");
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
            Assert.True((await http.GetAsync("/ready")).IsSuccessStatusCode);
        }
        finally
        {
            foreach (var p in processes) await p.DisposeAsync();
            await TestServers.DropAsync(database);
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    static async Task WalkAsync(HttpClient http, GrpcChannel channel, string ring, string key)
    {
        var (number, code) = await WalkTests.AskAsync(http, key);
        var tokens = new Tokens(KeyRing.Open(ring), TimeProvider.System);
        Metadata As(string role, string unit = "", string officer = "") => new() { { "authorization", $"Bearer {tokens.Mint(new("t-" + role, [role], unit, officer)).Token}" } };
        var casework = new Contracts.Casework.Casework.CaseworkClient(channel);
        Contracts.Casework.TaskRow? task = null;
        await Until.TrueAsync("an officer has the task", async () =>
            (task = (await casework.ListTasksAsync(new() { State = "Assigned" }, As(Roles.Supervisor))).Tasks.FirstOrDefault(t => t.InquiryId == number)) is not null, 60);
        var officer = As(Roles.Officer, task!.UnitCode, task.OfficerId);
        await casework.SignInTaskAsync(new() { CommandId = "s" + key, InquiryId = number, TaskId = task.TaskId }, officer);
        await casework.AnswerInquiryAsync(new() { CommandId = "a" + key, InquiryId = number, TaskId = task.TaskId, PublicReply = "答复如下", HandlingNote = "内部" }, officer);
        await Until.TrueAsync("the citizen finds the answer", async () => (await WalkTests.ProgressAsync(http, number, code)).Contains("答复如下"), 60);
        var statistics = new Contracts.Statistics.Statistics.StatisticsClient(channel);
        var filter = new Contracts.Statistics.Filter { From = "2000-01-01", To = CityTime.Iso(CityTime.DateOf(TimeProvider.System.GetUtcNow())), Outcome = "AnsweredInTime" };
        await Until.TrueAsync("it is counted", async () => (await statistics.ListFactsAsync(new() { Filter = filter }, As(Roles.Supervisor))).Facts.Any(f => f.InquiryId == number), 60);
    }
}
