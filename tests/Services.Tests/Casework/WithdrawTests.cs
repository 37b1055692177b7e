using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Assignment;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using InquiryHub.Routing;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Sla;
using InquiryHub.Statistics;
using InquiryHub.TestKit;
using Npgsql;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>撤回 through all services that hear of it, on a real PostgreSQL; the doors and Directory are played by what they say.</summary>
public sealed class WithdrawTests
{
    const string Roads = "PJ-001";
    static readonly string id = InquiryNumber.Make(new(2013, 5, 6), 1, 1);
    static readonly Filter Year = new() { From = "2013-01-01", To = "2013-12-31", Inquiries = true };

    static async Task<TestHub> StartAsync(string name, IHubModule? casework = null)
    {
        var hub = await TestHub.StartAsync(name, [casework ?? new CaseworkModule(), new RoutingModule(), new AssignmentModule(), new SlaModule(), new StatisticsModule(), new Producer("channels"), new Producer("directory")]);
        await SayAsync(hub, "directory", "directory", new UnitPublished { UnitCode = Roads, Name = "市城管局", Active = true }, new OfficerPublished { OfficerId = "LO-001", UnitCode = Roads, Active = true },
            new CatalogueEntryPublished { EntryCode = "040101", UnitCode = Roads, Active = true }, new CalendarPublished { Year = 2013 },
            new LimitPublished { Kind = "Complaint", Clock = "Handling", WorkingDays = 7, EffectiveFrom = "2004-01-01" });
        await hub.QuietAsync();
        return hub;
    }

    /// <param name="category">Empty: routing holds it.</param>
    static async Task RegisterAsync(TestHub hub, string category = "040101")
    {
        await SayAsync(hub, "channels", id, new InquiryRegistered
        {
            InquiryId = id, Kind = InquiryKind.Complaint, CategoryCode = category, WantsReply = true, Content = hub.Ring.Seal(id, new Content { Title = "路灯不亮", Text = "三天了。" }),
            Contact = new() { ContactId = "c", MatterNo = 1, Channel = "WebPortal", ReceivedAt = CityTime.Stamp(new(2013, 5, 6, 1, 0, 0, TimeSpan.Zero)), Door = "web" },
        });
        await hub.QuietAsync();
    }

    static Task<WithdrawInquiryReply> WithdrawAsync(TestHub hub, string? code = null) => Client(hub).WithdrawInquiryAsync(new() { InquiryId = id, QueryCode = code ?? hub.Ring.QueryCode(id) }).ResponseAsync;
    static Contracts.Routing.Routing.RoutingClient Router(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));
    static Metadata Dispatcher(TestHub hub) => As(hub, "", "d1", Roles.Dispatcher);
    static Task<PlaceInquiryReply> PlaceAsync(TestHub hub) => Router(hub).PlaceInquiryAsync(new() { CommandId = "p", InquiryId = id, LeadUnitCode = Roads }, Dispatcher(hub)).ResponseAsync;
    static async Task<long> HeldAsync(TestHub hub) => (await Router(hub).ListHeldAsync(new(), Dispatcher(hub))).Total;
    static Task<CaseFile> FileAsync(TestHub hub) => Client(hub).GetCaseAsync(new() { InquiryId = id }, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync;
    static Task<string[]> SaidAsync(TestHub hub, string service) =>
        hub.ScalarAsync<string[]>($"select coalesce(array_agg(split_part(type, '.', 4) order by seq), array[]::text[]) from log.outbox where service = '{service}'");

    /// <summary>One inquiry, that is withdrawn, in every figure; parts and lists add up.</summary>
    static async Task CountedAsync(TestHub hub, string unit)
    {
        var (figures, me) = (new Contracts.Statistics.Statistics.StatisticsClient(GrpcChannel.ForAddress(hub.Grpc)), As(hub, "", "s1", Roles.Supervisor));
        var byUnit = await figures.GetBreakdownAsync(new() { Filter = Year, Rows = "unit", Columns = "outcome" }, me);
        Assert.Equal((unit, "Withdrawn", 1), Assert.Single(byUnit.Cells) is var c ? (c.Row, c.Column, c.Value) : default);
        foreach (var (outcome, count) in new[] { ("Withdrawn", 1), ("Dispatched", 1), ("Late", 0), ("Answered", 0), ("Unanswered", 0) })
            Assert.Equal(count, (await figures.ListFactsAsync(new() { Filter = new(Year) { Outcome = outcome } }, me)).TotalCount);
        var report = await figures.GetReportAsync(new() { Year = 2013 }, me);
        Assert.Equal((1, 1, 1), (report.Total, report.Dispatched, report.Withdrawn)); // the contact stays counted
    }

    static async Task NobodyWorksAsync(TestHub hub)
    {
        Assert.Equal(0, (await Client(hub).ListTasksAsync(new(), As(hub, Roads, "LO-001"))).Total);
        Assert.Equal(0, await hub.ScalarAsync<long>("select coalesce(sum(value), 0)::bigint from assignment.officer_load"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from sla.inquiry_clocks, jsonb_array_elements(body::jsonb->'clocks') c where c->'stop' is null"));
        Assert.Equal((0, false), (await HeldAsync(hub), (await Router(hub).GetRoutingAsync(new() { InquiryId = id }, Dispatcher(hub))).Held));
        Assert.Equal(("Closed", "WithdrawnByCitizen"), (await FileAsync(hub)).Row is var r ? (r.State, r.Outcome) : default);
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.parked"));
    }

    [Fact]
    public async Task An_inquiry_taken_back_leaves_its_officer_its_clock_and_every_figure_once()
    {
        await using var hub = await StartAsync("withdraw");
        await RegisterAsync(hub);
        Assert.Equal(1, (await Client(hub).ListTasksAsync(new(), As(hub, Roads, "LO-001"))).Total);
        foreach (var wrong in new[] { "0000000000", "" }) Assert.Equal("UnknownInquiry", await Refused.CodeAsync(() => WithdrawAsync(hub, wrong)));

        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => WithdrawAsync(hub)))).Distinct());
        await hub.QuietAsync();
        Assert.Equal(["TaskWithdrawn", "InquiryClosed"], await SaidAsync(hub, "casework"));
        await NobodyWorksAsync(hub);
        await CountedAsync(hub, Roads);
        Assert.Equal("TaskWithdrawn", await Refused.CodeAsync(Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, As(hub, Roads, "LO-001"))));
        var progress = await Client(hub).GetProgressAsync(new() { InquiryId = id, QueryCode = hub.Ring.QueryCode(id) });
        Assert.Equal(("Withdrawn", true, "市城管局"), (progress.State, progress.WithdrawnAt is not null, progress.UnitName));
    }

    [Fact]
    public async Task What_is_answered_stays_answered()
    {
        await using var hub = await StartAsync("toolate");
        await RegisterAsync(hub);
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, As(hub, Roads, "LO-001"));
        Assert.Equal("AlreadyAnswered", await Refused.CodeAsync(() => WithdrawAsync(hub)));
        await hub.QuietAsync();
        Assert.Equal(["TaskSignedIn", "InquiryAnswered"], await SaidAsync(hub, "casework"));
    }

    [Fact]
    public async Task An_inquiry_taken_back_from_the_triage_queue_leaves_it_and_can_not_be_placed_any_more()
    {
        await using var hub = await StartAsync("fromqueue");
        await RegisterAsync(hub, category: "");
        Assert.Equal(1, await HeldAsync(hub));
        await WithdrawAsync(hub);
        await hub.QuietAsync();
        await NobodyWorksAsync(hub);
        Assert.Equal("WithdrawnByCitizen", await Refused.CodeAsync(() => PlaceAsync(hub)));
        Assert.True((await Router(hub).GetRoutingAsync(new() { InquiryId = id }, Dispatcher(hub))).Withdrawn);
        Assert.Equal(["InquiryHeld"], await SaidAsync(hub, "routing"));
        await CountedAsync(hub, "-");
    }

    [Fact]
    public async Task A_dispatcher_who_places_it_in_the_same_moment_gives_nobody_work()
    {
        await using var hub = await StartAsync("samemoment");
        await RegisterAsync(hub, category: "");
        // Routing's shard is held: the dispatcher's act waits for it first, and what Casework says then waits behind.
        await using var connection = new NpgsqlConnection(hub.ConnectionString);
        await connection.OpenAsync();
        var holding = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select 1 from log.shard where service = 'routing' for update", connection, holding)) await hold.ExecuteNonQueryAsync();
        var placing = PlaceAsync(hub);
        await Until.TrueAsync("the dispatcher's act waits", async () => await hub.ScalarAsync<long>($"select count(*) from pg_stat_activity where {connection.ProcessID} = any(pg_blocking_pids(pid))") > 0);
        await WithdrawAsync(hub);
        await holding.CommitAsync();
        await placing;
        await hub.QuietAsync();
        Assert.Equal(["InquiryHeld", "InquiryDispatched"], await SaidAsync(hub, "routing"));
        Assert.Equal(["InquiryClosed", "TaskWithdrawn"], await SaidAsync(hub, "casework"));
        Assert.Equal("CaseClosed", (await FileAsync(hub)).Timeline.Last(e => e.Act == "TaskWithdrawn").Detail);
        await NobodyWorksAsync(hub);
        await CountedAsync(hub, Roads);
    }

    [Theory, InlineData("040101"), InlineData("")]
    public async Task Heard_before_it_was_registered_it_is_neither_dispatched_nor_held(string category)
    {
        await using var hub = await StartAsync("before", new Producer("casework"));
        await SayAsync(hub, "casework", id, new InquiryClosed { InquiryId = id, Outcome = "WithdrawnByCitizen", ClosedAt = CityTime.Stamp(DateTimeOffset.UtcNow) });
        await hub.QuietAsync();
        await RegisterAsync(hub, category);
        Assert.Empty(await SaidAsync(hub, "routing"));
        Assert.Equal((0, true), (await HeldAsync(hub), (await Router(hub).GetRoutingAsync(new() { InquiryId = id }, Dispatcher(hub))).Withdrawn));
        await CountedAsync(hub, "-");
    }
}
