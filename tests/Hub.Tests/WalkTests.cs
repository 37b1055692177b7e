using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Assignment;
using InquiryHub.Casework;
using InquiryHub.Channels;
using InquiryHub.Directory;
using InquiryHub.Kernel;
using InquiryHub.Routing;
using InquiryHub.Sla;
using InquiryHub.Statistics;
using InquiryHub.TestKit;

namespace InquiryHub.Hub.Tests;

/// <summary>One inquiry through every service: asked on the Minxin platform, answered by an officer, fetched with number and query code.</summary>
public sealed class WalkTests
{
    [Fact]
    public async Task One_inquiry_walks_its_nine_steps_in_one_trace_and_is_counted_once()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "InquiryHub", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData, ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var folder = System.IO.Directory.CreateTempSubdirectory("hub-walk-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "secrets.json"), """{"minxin":"m"}""");
        await using var hub = await TestHub.StartAsync("walk", [new DirectoryModule(), new ChannelsModule(), new RoutingModule(), new AssignmentModule(), new SlaModule(), new CaseworkModule(), new StatisticsModule()],
            new Dictionary<string, string?> { ["Channels:SecretsFile"] = Path.Combine(folder, "secrets.json"), ["Channels:Pickup"] = Path.Combine(folder, "pickup") });
        using var http = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("the hub is ready", async () => (await http.GetAsync("/ready")).IsSuccessStatusCode, 60);

        var (number, code) = await AskAsync(http);
        var tokens = new Tokens(hub.Ring, TimeProvider.System);
        Metadata As(string role, string unit = "", string officer = "") => new() { { "authorization", $"Bearer {tokens.Mint(new("t-" + role, [role], unit, officer)).Token}" } };
        using var channel = GrpcChannel.ForAddress(hub.Grpc);
        var casework = new Contracts.Casework.Casework.CaseworkClient(channel);
        Contracts.Casework.TaskRow? task = null;
        await Until.TrueAsync("an officer has the task", async () => (task = (await casework.ListTasksAsync(new() { State = "Assigned" }, As(Roles.Supervisor))).Tasks.FirstOrDefault()) is not null);
        var officer = As(Roles.Officer, task!.UnitCode, task.OfficerId);
        Assert.Equal("一件要问的事", (await casework.GetCaseAsync(new() { InquiryId = number }, officer)).Row.Title);
        await casework.SignInTaskAsync(new() { CommandId = "s", InquiryId = number, TaskId = task.TaskId }, officer);
        await casework.AnswerInquiryAsync(new() { CommandId = "a", InquiryId = number, TaskId = task.TaskId, PublicReply = "答复如下", HandlingNote = "内部" }, officer);

        await Until.TrueAsync("the citizen finds the answer", async () => (await ProgressAsync(http, number, code)).Contains("答复如下"));
        Assert.DoesNotContain("内部", await ProgressAsync(http, number, code));
        Assert.Equal(404, (int)(await http.PostAsJsonAsync("/public/progress", new { inquiryNumber = number, queryCode = "0000000000" })).StatusCode);
        await Until.TrueAsync("the delivery is a fact", async () => await hub.ScalarAsync<long>("select count(*) from log.outbox where type = 'hub.channels.v1.AnswerDelivered'") == 1);
        await hub.QuietAsync();

        var statistics = new Contracts.Statistics.Statistics.StatisticsClient(channel);
        var today = CityTime.Iso(CityTime.DateOf(TimeProvider.System.GetUtcNow()));
        var facts = await statistics.ListFactsAsync(new() { Filter = new() { From = "2000-01-01", To = today, Outcome = "AnsweredInTime" } }, As(Roles.Supervisor));
        Assert.Equal((1, 1, number), (facts.TotalRows, facts.TotalCount, facts.Facts.Single().InquiryId));

        var trace = spans.Single(s => s.OperationName == "Walk 1: Channels").TraceId;
        var steps = spans.Where(s => s.TraceId == trace && s.OperationName.StartsWith("Walk ")).Select(s => s.OperationName["Walk ".Length] - '0').Distinct().Order();
        Assert.Equal(Enumerable.Range(1, 9), steps);
        System.IO.Directory.Delete(folder, recursive: true);
    }

    internal static async Task<(string Number, string Code)> AskAsync(HttpClient http, string key = "walk-1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/doors/minxin/inquiries")
        { Content = JsonContent.Create(new { kind = "Consultation", categoryCode = "010101", areaCode = "211102", title = "一件要问的事", text = "请问怎么办理", name = "芦苇荡", phone = "13000000000", wantsReply = true }) };
        request.Headers.Add("X-Door-Secret", "m");
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request);
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(201, (int)answer.StatusCode);
        return (body.GetProperty("inquiryId").GetString()!, body.GetProperty("queryCode").GetString()!);
    }

    internal static async Task<string> ProgressAsync(HttpClient http, string number, string code)
    {
        using var answer = await http.PostAsJsonAsync("/public/progress", new { inquiryNumber = number, queryCode = code });
        return await answer.Content.ReadAsStringAsync();
    }
}
