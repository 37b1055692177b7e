using Grpc.Net.Client;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;
using static InquiryHub.Services.Tests.Casework.ReturnTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>指定承办 from Routing to Casework and Sla and back, on a real PostgreSQL.</summary>
public sealed class DesignationTests
{
    static Contracts.Routing.Routing.RoutingClient Router(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));
    static DesignateUnitRequest Asks(string unit, int seen = 1, string command = "g", string inquiry = "") =>
        new() { CommandId = command, InquiryId = inquiry.Length > 0 ? inquiry : id, ExpectedDispatchNo = seen, UnitCode = unit, Words = " 第12次协调会纪要 " };
    static Task<DesignateUnitReply> DesignateAsync(TestHub hub, DesignateUnitRequest request, string role = Roles.Supervisor) => Router(hub).DesignateUnitAsync(request, As(hub, role == Roles.Officer ? Roads : "", "s1", role)).ResponseAsync;
    static Task<RoutingState> StateAsync(TestHub hub, string inquiry) => Router(hub).GetRoutingAsync(new() { InquiryId = inquiry }, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync;
    static Task ReturnAsync(TestHub hub, int no, string unit, string command) => Client(hub).ReturnTaskAsync(
        new() { CommandId = command, InquiryId = id, TaskId = $"{id}/{no}/1", Reason = "WrongDuty", Words = "职责清单第三条" }, As(hub, unit, $"LO-{unit}")).ResponseAsync;
    static Task<GetClocksReply> ClocksAsync(TestHub hub) => new Contracts.Sla.Sla.SlaClient(GrpcChannel.ForAddress(hub.Grpc)).GetClocksAsync(new() { InquiryId = id }, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync;
    static Task<string[]> SaidAsync(TestHub hub, int after) =>
        hub.ScalarAsync<string[]>($"select array_agg(replace(type, 'hub.routing.v1.', '') order by seq) from (select * from log.outbox where service = 'routing' order by seq offset {after}) o");

    [Fact]
    public async Task What_is_held_goes_to_the_designated_unit_which_reads_why_and_has_no_return()
    {
        await using var hub = await StartAsync("designateheld");
        var held = InquiryNumber.Make(new(2013, 5, 7), 1, 2);
        await SayAsync(hub, "channels", held, new InquiryRegistered
        {
            InquiryId = held, Kind = InquiryKind.Complaint, CategoryCode = "999999", WantsReply = true, Contact = new() { ContactId = "h", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(new(2013, 5, 7, 1, 0, 0, TimeSpan.Zero)), Door = "web" },
            Content = hub.Ring.Seal(held, new Content { Title = "河道垃圾", Text = "没有人管。" }),
        });
        await hub.QuietAsync();
        Assert.True((await StateAsync(hub, held)).Held);
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => DesignateAsync(hub, Asks(Water, 0, inquiry: held))));
        Assert.Equal((1, $"{held}/1/1"), Assert.Single(replies.Distinct()) is var reply ? (reply.DispatchNo, reply.TaskId) : default);
        await hub.QuietAsync();
        Assert.Equal((false, true, Water, "DesignatedByHand", "s1"), await StateAsync(hub, held) is var s ? (s.Held, s.Designated, s.UnitCode, s.Reason, s.DecidedBy) : default);
        var file = await Client(hub).GetCaseAsync(new() { InquiryId = held }, As(hub, Water, $"LO-{Water}"));
        Assert.Equal((Water, true), Assert.Single(file.Tasks) is var task ? (task.UnitCode, task.Designated) : default);
        Assert.NotNull(file.Tasks[0].DueAt);
        Assert.Equal(("s1", "DesignatedByHand", "第12次协调会纪要"), file.Timeline.Single(e => e.Act == "InquiryDispatched") is var e ? (e.Actor, e.Detail, e.Words) : default);
        // In the log only sealed.
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('协调会', 'UTF8') in body) > 0"));
    }

    [Fact]
    public async Task Another_unit_than_the_one_that_refuses_gets_it_for_good_and_the_former_task_and_its_clock_end()
    {
        await using var hub = await StartAsync("designateother");
        await ReturnAsync(hub, 1, Roads, "r");
        await hub.QuietAsync();
        await DesignateAsync(hub, Asks(Water));
        await AssignAsync(hub, 2, Water);
        Assert.Equal(["ReturnAccepted", "InquiryDispatched"], await SaidAsync(hub, 1));
        var file = await FileAsync(hub);
        Assert.Equal([(Roads, "Withdrawn", false), (Water, "Assigned", true)], file.Tasks.Select(t => (t.UnitCode, t.State, t.Designated)));
        Assert.Equal(("Dispatched", Water), (file.Row.State, file.Row.UnitCode));
        Assert.Equal(["Withdrawn"], await hub.ScalarAsync<string[]>("select array_agg(c->'stop'->>'cause') from sla.inquiry_clocks, jsonb_array_elements(body::jsonb->'clocks') c where c->'stop' is not null"));
        Assert.Equal("Designated", await Refused.CodeAsync(() => ReturnAsync(hub, 2, Water, "r2")));
        Assert.Equal("StaleDispatch", await Refused.CodeAsync(() => DesignateAsync(hub, Asks(Heat, command: "late"))));
        Assert.Equal("AlreadyDesignated", await Refused.CodeAsync(() => DesignateAsync(hub, Asks(Water, 2, "twice"))));
    }

    [Fact]
    public async Task The_unit_that_leads_keeps_its_task_and_its_clock_does_not_begin_anew()
    {
        await using var hub = await StartAsync("designatesame");
        var before = (await ClocksAsync(hub)).Clocks.Single();
        await ReturnAsync(hub, 1, Roads, "r");
        await hub.QuietAsync();
        Assert.True((await StateAsync(hub, id)).Held);
        Assert.Equal((1, $"{id}/1/1"), await DesignateAsync(hub, Asks(Roads)) is var reply ? (reply.DispatchNo, reply.TaskId) : default);
        await hub.QuietAsync();
        Assert.Equal(["ReturnRejected", "UnitDesignated"], await SaidAsync(hub, 1));
        Assert.Equal((false, true, 1, 0), await StateAsync(hub, id) is var s ? (s.Held, s.Designated, s.DispatchNo, s.Returned) : default);
        var file = await FileAsync(hub);
        Assert.Equal(("Assigned", true, "Rejected"), Assert.Single(file.Tasks) is var task ? (task.State, task.Designated, task.ReturnState) : default);
        Assert.Equal([("ReturnRejected", "s1", "第12次协调会纪要"), ("UnitDesignated", "s1", "第12次协调会纪要")], file.Timeline.TakeLast(2).Select(e => (e.Act, e.Actor, e.Words)));
        Assert.Equal((before.StartedAt, before.DueAt, null), (await ClocksAsync(hub)).Clocks.Single() is var after ? (after.StartedAt, after.DueAt, after.StoppedAt) : default);
        Assert.Equal("Designated", await Refused.CodeAsync(() => ReturnAsync(hub, 1, Roads, "again")));
    }

    [Fact]
    public async Task The_units_worklist_is_told_that_it_was_designated()
    {
        await using var hub = await StartAsync("designatewatch");
        using var watching = Client(hub).WatchTasks(new() { UnitCode = Roads }, As(hub, Roads, $"LO-{Roads}"), deadline: DateTime.UtcNow.AddSeconds(20));
        Assert.True(await watching.ResponseStream.MoveNext(default));
        Assert.True(watching.ResponseStream.Current.ReadAnew);
        await DesignateAsync(hub, Asks(Roads));
        Assert.True(await watching.ResponseStream.MoveNext(default));
        Assert.Equal((true, "Assigned"), watching.ResponseStream.Current.Task is var task ? (task.Designated, task.State) : default);
    }

    [Fact]
    public async Task What_was_answered_meanwhile_stays_answered()
    {
        await using var hub = await StartAsync("designateanswered");
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, As(hub, Roads, "LO-PJ-001"));
        await DesignateAsync(hub, Asks(Water));
        await AssignAsync(hub, 2, Water);
        var file = await FileAsync(hub);
        Assert.Equal([("Answered", Roads), ("Withdrawn", Water)], file.Tasks.Select(t => (t.State, t.UnitCode)));
        Assert.Equal(("Answered", Roads), (file.Row.State, file.Row.UnitCode));
        Assert.Contains(file.Timeline, e => e is { Act: "TaskWithdrawn", Detail: "AnsweredBefore", UnitCode: Water });
        Assert.All((await ClocksAsync(hub)).Clocks, c => Assert.NotNull(c.StoppedAt));
    }

    [Fact]
    public async Task Nobody_but_a_supervisor_designates()
    {
        await using var hub = await StartAsync("designatewhose");
        foreach (var role in new[] { Roles.Officer, Roles.Dispatcher }) Assert.Equal("PermissionDenied", await Refused.CodeAsync(() => DesignateAsync(hub, Asks(Water, command: role), role)));
        Assert.Equal(1, (await StateAsync(hub, id)).DispatchNo);
    }
}
