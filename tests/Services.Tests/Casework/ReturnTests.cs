using InquiryHub.Casework;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.Routing;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Sla;
using InquiryHub.TestKit;
using Grpc.Net.Client;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>退单 from one service to the other and back, on a real PostgreSQL: Casework, Routing and Sla; the others are played by what they say.</summary>
public sealed class ReturnTests
{
    internal const string Roads = "PJ-001", Water = "PJ-002", Heat = "PJ-003";
    internal static readonly string id = InquiryNumber.Make(new(2013, 5, 6), 1, 1);

    internal static async Task<TestHub> StartAsync(string name)
    {
        var hub = await TestHub.StartAsync(name, [new CaseworkModule(), new RoutingModule(), new SlaModule(), new Producer("channels"), new Producer("assignment"), new Producer("directory")]);
        UnitPublished Unit(string code) => new() { UnitCode = code, Name = code, Active = true };
        await SayAsync(hub, "directory", "directory", Unit(Roads), Unit(Water), Unit(Heat), new CatalogueEntryPublished { EntryCode = "040101", UnitCode = Roads, Active = true }, new CalendarPublished { Year = 2013 },
            new LimitPublished { Kind = "Complaint", Clock = "Handling", WorkingDays = 7, EffectiveFrom = "2004-01-01" }, new LimitPublished { Kind = "Any", Clock = "Return", WorkingDays = 1, Most = 1, EffectiveFrom = "2004-01-01" },
            new LimitPublished { Kind = "Any", Clock = "Extension", WorkingDays = 5, Most = 1, EffectiveFrom = "2004-01-01" });
        await hub.QuietAsync();
        await SayAsync(hub, "channels", id, new InquiryRegistered
        {
            InquiryId = id, Kind = InquiryKind.Complaint, CategoryCode = "040101", WantsReply = true, Contact = new() { ContactId = "c", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(new(2013, 5, 6, 1, 0, 0, TimeSpan.Zero)), Door = "web" },
            Content = hub.Ring.Seal(id, new Content { Title = "路灯不亮", Text = "三天了。" }),
        });
        await AssignAsync(hub, 1, Roads);
        return hub;
    }

    /// <summary>The unit's officer has the task of that dispatch.</summary>
    internal static async Task AssignAsync(TestHub hub, int no, string unit, int ordinal = 1)
    {
        await hub.QuietAsync();
        await SayAsync(hub, "assignment", id, new OfficerAssigned { InquiryId = id, TaskId = $"{id}/{no}/{ordinal}", DispatchNo = no, UnitCode = unit, OfficerId = $"LO-{unit}", AssignedAt = CityTime.Stamp(DateTimeOffset.UtcNow) });
        await hub.QuietAsync();
    }

    static Task ReturnAsync(TestHub hub, int no, string unit, string command = "r", string suggested = "") => Client(hub).ReturnTaskAsync(
        new() { CommandId = command, InquiryId = id, TaskId = $"{id}/{no}/1", Reason = "WrongDuty", Words = "职责清单第三条", SuggestedUnitCode = suggested }, As(hub, unit, $"LO-{unit}")).ResponseAsync;

    static Contracts.Routing.Routing.RoutingClient Router(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));
    static Task<RoutingState> StateAsync(TestHub hub) => Router(hub).GetRoutingAsync(new() { InquiryId = id }, As(hub, "", "d1", Roles.Dispatcher)).ResponseAsync;

    internal static Task PlaceAsync(TestHub hub, int seen, string unit) => Router(hub).PlaceInquiryAsync(new() { CommandId = $"p{seen}", InquiryId = id, ExpectedDispatchNo = seen, LeadUnitCode = unit }, As(hub, "", "d1", Roles.Dispatcher)).ResponseAsync;
    internal static Task<CaseFile> FileAsync(TestHub hub) => Client(hub).GetCaseAsync(new() { InquiryId = id }, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync;

    [Fact]
    public async Task A_return_waits_for_a_dispatcher_and_goes_to_another_unit_which_is_then_designated()
    {
        await using var hub = await StartAsync("return");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ReturnAsync(hub, 1, Roads, suggested: Water)));
        await hub.QuietAsync();
        var state = await StateAsync(hub);
        Assert.Equal((true, "WrongDuty", Roads, true, 0), (state.Held, state.Returns.Reason, state.Returns.UnitCode, state.Designates, state.Returned));
        Assert.Equal([Water], state.CandidateUnitCodes);
        Assert.Equal([id], (await Router(hub).ListHeldAsync(new(), As(hub, "", "d1", Roles.Dispatcher))).Inquiries.Select(i => i.InquiryId));
        var asked = (await FileAsync(hub)).Timeline.Single(e => e.Act == "ReturnRequested");
        Assert.Equal((Water, "职责清单第三条"), (asked.ToUnitCode, asked.Words));

        await PlaceAsync(hub, 1, Water);
        await AssignAsync(hub, 2, Water);
        var file = await FileAsync(hub);
        Assert.Equal([("Withdrawn", false), ("Assigned", true)], file.Tasks.Select(t => (t.State, t.Designated)));
        Assert.Equal(("Dispatched", Water), (file.Row.State, file.Row.UnitCode));
        Assert.Contains(file.Timeline, e => e is { Act: "TaskWithdrawn", Detail: "Returned", UnitCode: Roads });
        Assert.Equal(["ReturnAccepted", "InquiryDispatched"], await hub.ScalarAsync<string[]>("select array_agg(replace(type, 'hub.routing.v1.', '') order by seq) from log.outbox where service = 'routing' and seq > (select min(seq) from log.outbox where service = 'routing')"));
        Assert.Equal("Designated", await Refused.CodeAsync(() => ReturnAsync(hub, 2, Water, "r2")));
        // The first unit's clock ended as the task was withdrawn, the second one's runs.
        Assert.Equal(["Withdrawn"], await hub.ScalarAsync<string[]>("select array_agg(c->'stop'->>'cause') from sla.inquiry_clocks, jsonb_array_elements(body::jsonb->'clocks') c where c->'stop' is not null"));
    }

    [Fact]
    public async Task A_rejected_return_goes_back_to_the_unit_with_the_reason()
    {
        await using var hub = await StartAsync("reject");
        await ReturnAsync(hub, 1, Roads);
        await hub.QuietAsync();
        var reject = new RejectReturnRequest { CommandId = "n", InquiryId = id, ExpectedDispatchNo = 1, Words = "清单第五条归你们" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Router(hub).RejectReturnAsync(reject, As(hub, "", "d1", Roles.Dispatcher)).ResponseAsync));
        Assert.Single(replies.Distinct());
        await hub.QuietAsync();
        var file = await FileAsync(hub);
        Assert.Equal(("Assigned", "Rejected", "Dispatched"), (file.Tasks[0].State, file.Tasks[0].ReturnState, file.Row.State));
        Assert.Equal(("d1", "清单第五条归你们"), file.Timeline.Single(e => e.Act == "ReturnRejected") is var e ? (e.Actor, e.Words) : default);
        Assert.False((await StateAsync(hub)).Held);
        Assert.Equal("ReturnRejected", await Refused.CodeAsync(() => ReturnAsync(hub, 1, Roads, "again")));
        Assert.Equal("NoReturn", await Refused.CodeAsync(Router(hub).RejectReturnAsync(new(reject) { CommandId = "n2" }, As(hub, "", "d2", Roles.Dispatcher))));
        // What was written is in the log only sealed.
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('清单', 'UTF8') in body) > 0"));
    }

    [Fact]
    public async Task A_unit_that_answers_or_takes_it_back_keeps_it_and_nobody_has_to_decide()
    {
        await using var hub = await StartAsync("kept");
        await ReturnAsync(hub, 1, Roads);
        await hub.QuietAsync();
        await Client(hub).WithdrawReturnAsync(new() { CommandId = "w", InquiryId = id, TaskId = $"{id}/1/1" }, As(hub, Roads, "LO-PJ-001"));
        await hub.QuietAsync();
        Assert.Equal((false, null), await StateAsync(hub) is var s ? (s.Held, s.Returns) : default);
        await ReturnAsync(hub, 1, Roads, "r2");
        await hub.QuietAsync();
        Assert.True((await StateAsync(hub)).Held);
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, As(hub, Roads, "LO-PJ-001"));
        await hub.QuietAsync();
        Assert.False((await StateAsync(hub)).Held);
        Assert.Equal("Answered", (await FileAsync(hub)).Row.State);
    }

    [Fact]
    public async Task A_request_is_done_with_its_draft_and_the_answers_stay()
    {
        await using var hub = await StartAsync("drafts");
        var own = As(hub, Roads, "LO-PJ-001");
        foreach (var scope in new[] { $"return/{id}", $"case/{id}" }) await Client(hub).SaveDraftAsync(new() { Scope = scope, Field = "f", Text = "写到一半" }, own);
        await ReturnAsync(hub, 1, Roads);
        Assert.Equal([""], (await Client(hub).ListDraftsAsync(new() { Scope = $"return/{id}" }, own)).Drafts.Select(d => d.Text));
        Assert.Equal(["写到一半"], (await Client(hub).ListDraftsAsync(new() { Scope = $"case/{id}" }, own)).Drafts.Select(d => d.Text));
    }

    [Fact]
    public async Task A_decline_of_what_a_unit_wanted_to_return_tells_the_citizen_once_and_leaves_no_clock_running()
    {
        await using var hub = await StartAsync("decline");
        await ReturnAsync(hub, 1, Roads);
        await hub.QuietAsync();
        var decline = new DeclineInquiryRequest { CommandId = "no", InquiryId = id, ExpectedDispatchNo = 1, Reason = "Litigation", PublicReply = "请向人民法院提出。" };
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Router(hub).DeclineInquiryAsync(decline, As(hub, "", "d1", Roles.Dispatcher)).ResponseAsync));
        await hub.QuietAsync();
        var file = await FileAsync(hub);
        Assert.Equal(("Closed", "请向人民法院提出。", "Withdrawn"), (file.Row.State, file.PublicReply, file.Tasks[0].State));
        Assert.Equal(["ReturnRequested", "TaskWithdrawn", "InquiryAnswered", "InquiryClosed"], await hub.ScalarAsync<string[]>("select array_agg(replace(type, 'hub.casework.v1.', '') order by seq) from log.outbox where service = 'casework'"));
        Assert.Equal("Withdrawn", Assert.Single(await hub.ScalarAsync<string[]>("select array_agg(c->'stop'->>'cause') from sla.inquiry_clocks, jsonb_array_elements(body::jsonb->'clocks') c")));
        Assert.Equal("Declined", await Refused.CodeAsync(() => PlaceAsync(hub, 1, Water)));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(Router(hub).DeclineInquiryAsync(new(decline) { CommandId = "x" }, As(hub, Roads, "LO-PJ-001"))));
        // In the log only sealed.
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('人民法院', 'UTF8') in body) > 0"));
    }

    [Fact]
    public async Task Nobody_but_the_unit_returns_and_nobody_but_a_dispatcher_decides()
    {
        await using var hub = await StartAsync("whose");
        Assert.Equal("NotYours", await Refused.CodeAsync(() => ReturnAsync(hub, 1, Heat)));
        await ReturnAsync(hub, 1, Roads);
        await hub.QuietAsync();
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(Router(hub).RejectReturnAsync(new() { CommandId = "n", InquiryId = id, ExpectedDispatchNo = 1, Words = "no" }, As(hub, Roads, "LO-PJ-001"))));
        Assert.Equal("ReturnRequested", await Refused.CodeAsync(() => PlaceAsync(hub, 1, Roads)));
    }
}
