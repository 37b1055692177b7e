using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Casework;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Sla;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Trace = InquiryHub.Kernel.Trace;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>Casework and Sla on a real PostgreSQL, the other services played by what they say.</summary>
public sealed class CaseworkTests
{
    static readonly DateOnly day = new(2013, 5, 6);
    static readonly DateTimeOffset at = CityTime.At(day, new(9, 0));

    static IHubModule[] Modules() => [new CaseworkModule(), new SlaModule(), new Producer("channels"), new Producer("routing"), new Producer("assignment"), new Producer("directory")];

    internal static async Task<TestHub> StartAsync(string name, string? redis = null)
    {
        var hub = await TestHub.StartAsync(name, Modules(), new Dictionary<string, string?> { ["Redis:Endpoint"] = redis });
        await SayAsync(hub, "directory", "directory", new UnitPublished { UnitCode = "PJ-001", Name = "市城管局", Active = true },
            new CalendarPublished { Year = 2013 }, new LimitPublished { Kind = "Complaint", Clock = "Handling", WorkingDays = 7, EffectiveFrom = "2004-01-01", Source = "default" });
        await hub.QuietAsync();
        return hub;
    }

    internal static Task SayAsync(TestHub hub, string service, string key, params IMessage[] events) => hub.Writer(service).CommandAsync<TaskWithdrawn>(null, [key], _ => { }, work =>
    {
        foreach (var e in events) work.Emit(key, e);
        return new TaskWithdrawn();
    });

    static string Number(int n) => InquiryNumber.Make(day, n % 12, n / 12 + 1);

    internal static InquiryDispatched Dispatched(string id, string unit = "PJ-001") => new() { InquiryId = id, TaskId = $"{id}/1/1", DispatchNo = 1, UnitCode = unit, Role = UnitRole.Lead, Kind = InquiryKind.Complaint, DispatchedAt = CityTime.Stamp(at) };

    /// <summary>A complaint that an officer has.</summary>
    internal static async Task<string> AssignedAsync(TestHub hub, int number = 1, string unit = "PJ-001", string officer = "LO-001")
    {
        var id = Number(number);
        await SayAsync(hub, "channels", id, new InquiryRegistered
        {
            InquiryId = id, Kind = InquiryKind.Complaint, WantsReply = true, Contact = new() { ContactId = $"c{number}", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(at), Door = "web" },
            Content = hub.Ring.Seal(id, new Content { Title = "路灯不亮", Text = "三天了\0。", Name = "芦某某", Phone = "13800000000" }),
        });
        await SayAsync(hub, "routing", id, Dispatched(id, unit));
        await SayAsync(hub, "assignment", id, new OfficerAssigned { InquiryId = id, TaskId = $"{id}/1/1", DispatchNo = 1, UnitCode = unit, OfficerId = officer, AssignedAt = CityTime.Stamp(at) });
        await hub.QuietAsync();
        return id;
    }

    internal static Contracts.Casework.Casework.CaseworkClient Client(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));

    internal static Metadata As(TestHub hub, string unit, string officer, string role = Roles.Officer) =>
        new() { { "authorization", "Bearer " + hub.Services.GetRequiredService<Tokens>().Mint(new(officer, [role], unit, officer)).Token } };

    static async Task<StatusCode> StatusAsync<T>(AsyncUnaryCall<T> call) { try { await call; return StatusCode.OK; } catch (RpcException e) { return e.StatusCode; } }

    [Fact]
    public async Task An_officer_sees_and_answers_only_what_the_own_unit_has()
    {
        await using var hub = await StartAsync("own");
        var (id, casework) = (await AssignedAsync(hub), Client(hub));
        var (own, stranger) = (As(hub, "PJ-001", "LO-001"), As(hub, "PJ-002", "LO-002"));
        var file = await casework.GetCaseAsync(new() { InquiryId = id }, own);
        Assert.Equal(("芦**", "138****0000", "路灯不亮", "三天了。"), (file.NameMasked, file.PhoneMasked, file.Row.Title, file.Text));
        Assert.Equal([id], (await casework.ListTasksAsync(new(), own)).Tasks.Select(t => t.InquiryId));
        Assert.Equal(0, (await casework.ListTasksAsync(new(), stranger)).Total);
        Assert.Equal(0, (await casework.ListCasesAsync(new(), stranger)).Total);
        Assert.Equal(StatusCode.NotFound, await StatusAsync(casework.GetCaseAsync(new() { InquiryId = id }, stranger)));
        Assert.Equal(StatusCode.PermissionDenied, await StatusAsync(casework.SignInTaskAsync(new() { CommandId = "s", InquiryId = id, TaskId = $"{id}/1/1" }, stranger)));
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(casework.GetCaseAsync(new() { InquiryId = id })));

        var ask = new AnswerInquiryRequest { CommandId = "a1", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。", HandlingNote = "内部" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => casework.AnswerInquiryAsync(ask, own).ResponseAsync));
        Assert.Single(answers.Distinct());
        Assert.Equal(["hub.casework.v1.TaskSignedIn", "hub.casework.v1.InquiryAnswered"], await hub.ScalarAsync<string[]>("select array_agg(type order by seq) from log.outbox where service = 'casework'"));
    }

    [Fact]
    public async Task Open_tasks_are_listed_by_when_they_are_due_and_by_whether_anybody_has_signed_in()
    {
        await using var hub = await StartAsync("open");
        var (casework, supervisor) = (Client(hub), As(hub, "", "s1", Roles.Supervisor));
        var (first, second) = (await AssignedAsync(hub), await AssignedAsync(hub, number: 2));
        async Task<List<string>> ListAsync(ListTasksRequest asked)
        {
            var reply = await casework.ListTasksAsync(asked, supervisor);
            Assert.Equal(reply.Total, reply.Tasks.Count);
            return [.. reply.Tasks.Select(t => t.InquiryId).Order()];
        }
        var due = (await casework.ListTasksAsync(new(), supervisor)).Tasks[0].DueAt;
        var moment = CityTime.Stamp(due.ToDateTimeOffset().AddTicks(-10));
        Assert.Equal([first, second], await ListAsync(new() { DueBy = due }));
        Assert.Equal([first, second], await ListAsync(new() { DueAfter = moment, DueBy = due }));
        Assert.Empty(await ListAsync(new() { DueBy = moment }));
        Assert.Empty(await ListAsync(new() { DueAfter = due }));
        Assert.Equal([first, second], await ListAsync(new() { State = "NotSignedIn" }));
        await casework.SignInTaskAsync(new() { CommandId = "s", InquiryId = first, TaskId = $"{first}/1/1" }, As(hub, "PJ-001", "LO-001"));
        Assert.Equal([second], await ListAsync(new() { State = "NotSignedIn" }));
        Assert.Equal([first, second], await ListAsync(new()));
    }

    [Fact]
    public async Task A_citizen_reads_the_answer_by_number_and_code_and_the_first_look_is_its_proof_of_delivery()
    {
        await using var hub = await StartAsync("progress");
        var id = await AssignedAsync(hub);
        using var http = new HttpClient { BaseAddress = hub.Http };
        async Task<(HttpStatusCode, string)> AskAsync(string number, string code)
        {
            var answer = await http.PostAsJsonAsync("/public/progress", new { inquiryNumber = number, queryCode = code });
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        Assert.Contains("\"state\":\"Handling\"", (await AskAsync(id, hub.Ring.QueryCode(id))).Item2);
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。", HandlingNote = "内部" }, As(hub, "PJ-001", "LO-001"));
        var asked = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AskAsync(id.Replace("-", "　"), hub.Ring.QueryCode(id))));
        Assert.All(asked, a => Assert.Contains("已修复。", a.Item2));
        Assert.All(asked, a => Assert.Contains("\"unitName\":\"市城管局\"", a.Item2));
        Assert.All(asked, a => Assert.DoesNotContain("内部", a.Item2));
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from log.outbox where type = 'hub.casework.v1.AnswerFetched'"));

        var (wrong, unknown) = (await AskAsync(id, "0000000000"), await AskAsync(Number(99), hub.Ring.QueryCode(Number(99))));
        Assert.Equal(HttpStatusCode.NotFound, wrong.Item1);
        Assert.Equal(wrong, unknown);
    }

    [Fact]
    public async Task A_clock_is_found_overdue_once_by_two_instances_that_sweep()
    {
        await using var hub = await StartAsync("sweep");
        await using var other = await hub.JoinAsync(Modules());
        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => SayAsync(hub, "routing", Number(n), Dispatched(Number(n)))));
        await Until.TrueAsync("every clock was found overdue", async () => await hub.ScalarAsync<long>("select count(distinct key) from log.outbox where type = 'hub.sla.v1.ClockOverdue'") == 60);
        await hub.QuietAsync();
        Assert.Equal(60, await hub.ScalarAsync<long>("select count(*) from log.outbox where type = 'hub.sla.v1.ClockOverdue'"));
        Assert.Equal(60, await hub.ScalarAsync<long>("select count(*) from casework.case_file where late"));
    }

    [Fact]
    public async Task The_officers_read_and_answer_continue_the_inquirys_trace()
    {
        var spans = new ConcurrentBag<(string Name, string TraceId)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "InquiryHub", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a => spans.Add((a.DisplayName, a.TraceId.ToString())),
        };
        ActivitySource.AddActivityListener(listener);
        await using var hub = await StartAsync("trace");
        string id, trace;
        using (var root = Trace.Source.StartActivity("test")!) { id = await AssignedAsync(hub); trace = root.TraceId.ToString(); }
        await Client(hub).GetCaseAsync(new() { InquiryId = id }, As(hub, "PJ-001", "LO-001"));
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, As(hub, "PJ-001", "LO-001"));
        Assert.Superset(new HashSet<string> { "Walk 5: Casework", "Walk 5: Sla", "Walk 6: Casework", "Walk 7: Casework" }, spans.Where(s => s.TraceId == trace).Select(s => s.Name).ToHashSet());
        Assert.Contains(trace, await hub.ScalarAsync<string>("select trace from log.outbox where type = 'hub.casework.v1.InquiryAnswered'"));
    }

    [Fact]
    public async Task A_citizen_rates_an_answer_once_with_number_and_code_and_staff_read_the_words()
    {
        await using var hub = await StartAsync("rating");
        var (id, casework, own) = (await AssignedAsync(hub), Client(hub), As(hub, "PJ-001", "LO-001"));
        var rate = new RateAnswerRequest { InquiryId = id, QueryCode = hub.Ring.QueryCode(id), AnswerNo = 1, Grade = Grade.Dissatisfied, Words = "来得太慢" };
        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(casework.RateAnswerAsync(rate)));
        await casework.AnswerInquiryAsync(new() { CommandId = "a1", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, own);

        var progress = await casework.GetProgressAsync(new() { InquiryId = id, QueryCode = rate.QueryCode });
        Assert.Equal((1, Grade.Unspecified, "市城管局", true), (progress.AnswerNo, progress.Grade, progress.UnitName, progress.SignedInAt is not null));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(casework.RateAnswerAsync(new(rate) { QueryCode = "0000000000" })));
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => casework.RateAnswerAsync(rate).ResponseAsync));
        Assert.Single(replies.Distinct());
        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(casework.RateAnswerAsync(new(rate) { Grade = Grade.VerySatisfied })));
        Assert.Equal(Grade.Dissatisfied, (await casework.GetProgressAsync(new() { InquiryId = id, QueryCode = rate.QueryCode })).Grade);

        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from log.outbox where type = 'hub.casework.v1.AnswerRated'"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('来得太慢', 'UTF8') in body) > 0"));
        var file = await casework.GetCaseAsync(new() { InquiryId = id }, own);
        Assert.Equal((Grade.Dissatisfied, "来得太慢"), (file.Answers.Single().Grade, file.Answers.Single().RatingWords));
        Assert.Contains(file.Timeline, e => e is { Act: "AnswerRated", Detail: "Dissatisfied" });
    }
}
