using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Grpc.Net.Client;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;
using static InquiryHub.Services.Tests.Casework.ReturnTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>会办 from Routing to Casework and Sla and back, on a real PostgreSQL.</summary>
public sealed class JointHandlingTests
{
    static RequestJointHandlingRequest Asks(string command, params string[] units) => new() { CommandId = command, InquiryId = id, ExpectedDispatchNo = 1, UnitCodes = { units }, Words = "请协助关阀断水" };
    static Task<RequestJointHandlingReply> JoinAsync(TestHub hub, RequestJointHandlingRequest request, string unit = Roads) =>
        new Contracts.Routing.Routing.RoutingClient(GrpcChannel.ForAddress(hub.Grpc)).RequestJointHandlingAsync(request, As(hub, unit, $"LO-{unit}")).ResponseAsync;

    [Fact]
    public async Task A_unit_that_is_brought_in_has_a_task_with_its_own_clock_and_reads_what_is_asked()
    {
        await using var hub = await StartAsync("joint");
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => JoinAsync(hub, Asks("j", Water))));
        Assert.Equal([$"{id}/1/2"], Assert.Single(replies.Distinct()).TaskIds);
        Assert.Equal([$"{id}/1/3"], (await JoinAsync(hub, Asks("j2", Heat))).TaskIds);
        await hub.QuietAsync();

        var file = await FileAsync(hub);
        Assert.Equal([(Roads, UnitRole.Lead), (Water, UnitRole.Assisting), (Heat, UnitRole.Assisting)], file.Tasks.Select(t => (t.UnitCode, t.Role)));
        Assert.Equal((Roads, "Dispatched"), (file.Row.UnitCode, file.Row.State));
        Assert.All(file.Tasks, t => Assert.NotNull(t.DueAt));
        Assert.Equal(("LO-PJ-001", "JointHandling", "请协助关阀断水"), file.Timeline.Single(e => e is { Act: "InquiryDispatched", UnitCode: Water }) is var e ? (e.Actor, e.Detail, e.Words) : default);
        Assert.Equal(3, await hub.ScalarAsync<int>("select json_array_length(body->'clocks') from sla.inquiry_clocks"));
        // In the log only sealed.
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('断水', 'UTF8') in body) > 0"));
    }

    [Fact]
    public async Task A_unit_that_hands_its_part_back_has_no_clock_any_more_and_is_not_asked_twice()
    {
        await using var hub = await StartAsync("handback");
        await JoinAsync(hub, Asks("j", Water));
        await AssignAsync(hub, 1, Water, ordinal: 2);
        await Client(hub).ReturnTaskAsync(new() { CommandId = "back", InquiryId = id, TaskId = $"{id}/1/2", Reason = "WrongDuty", Words = "管网归供水公司" }, As(hub, Water, "LO-PJ-002"));
        await hub.QuietAsync();
        var file = await FileAsync(hub);
        Assert.Equal(["Assigned", "Withdrawn"], file.Tasks.Select(t => t.State));
        Assert.Equal("管网归供水公司", file.Timeline.Single(e => e.Act == "ReturnRequested").Words);
        Assert.Equal(["Withdrawn"], await hub.ScalarAsync<string[]>("select array_agg(c->'stop'->>'cause') from sla.inquiry_clocks, jsonb_array_elements(body::jsonb->'clocks') c where c->'stop' is not null"));
        Assert.False(await hub.ScalarAsync<bool>("select exists (select from routing.inquiry where held_since is not null)")); // no dispatcher has to decide
        Assert.Equal("InvalidUnits", await Refused.CodeAsync(() => JoinAsync(hub, Asks("again", Water))));
    }

    [Fact]
    public async Task Who_does_not_lead_brings_nobody_in_and_another_dispatch_ends_every_part()
    {
        await using var hub = await StartAsync("lead");
        await JoinAsync(hub, Asks("j", Water));
        Assert.Equal("NotLeadUnit", await Refused.CodeAsync(() => JoinAsync(hub, Asks("w", Heat), Water)));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(new Contracts.Routing.Routing.RoutingClient(GrpcChannel.ForAddress(hub.Grpc)).RequestJointHandlingAsync(Asks("d", Heat), As(hub, "", "d1", Roles.Dispatcher))));
        await PlaceAsync(hub, 1, Heat);
        await hub.QuietAsync();
        Assert.Equal([("Withdrawn", 1), ("Withdrawn", 1), ("Waiting", 2)], (await FileAsync(hub)).Tasks.Select(t => (t.State, t.DispatchNo)));
        Assert.Equal("NotLeadUnit", await Refused.CodeAsync(() => JoinAsync(hub, Asks("late", Water))));
    }
}
