using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Assignment;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using InquiryHub.Routing;
using InquiryHub.Services.Tests.Channels;
using InquiryHub.Sla;
using InquiryHub.Statistics;
using InquiryHub.TestKit;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>回访 and 重办 through all services that hear of it, on a real PostgreSQL; Directory is played by what it says.</summary>
public sealed class FollowUpTests : IAsyncLifetime
{
    const string Roads = "PJ-001";
    DoorsHub doors = null!;
    string id = "";

    TestHub hub => doors.Hub;
    Metadata clerk => As(hub, "", "followup1", Roles.FollowUpClerk);
    Metadata supervisor => As(hub, "", "s1", Roles.Supervisor);

    public async Task InitializeAsync()
    {
        doors = await DoorsHub.StartAsync("followup", null, new RoutingModule(), new AssignmentModule(), new SlaModule(), new CaseworkModule(), new StatisticsModule());
        await SayAsync(hub, "directory", "directory", new UnitPublished { UnitCode = Roads, Name = "市城管局", Active = true }, new OfficerPublished { OfficerId = "LO-001", UnitCode = Roads, Active = true },
            new CatalogueEntryPublished { EntryCode = "010203", UnitCode = Roads, Active = true }, new CalendarPublished { Year = DateTimeOffset.UtcNow.Year },
            new LimitPublished { Kind = "Complaint", Clock = "Handling", WorkingDays = 7, EffectiveFrom = "2004-01-01" },
            new LimitPublished { Kind = "Any", Clock = "FollowUp", WorkingDays = 2, Most = 2, EffectiveFrom = "2004-01-01" }, new LimitPublished { Kind = "Any", Clock = "Rehandling", Most = 1, EffectiveFrom = "2004-01-01" });
        await hub.QuietAsync();
        id = (await new Contracts.Channels.Channels.ChannelsClient(GrpcChannel.ForAddress(hub.Grpc)).RegisterWalkInAsync(
            new() { CounterId = "C1", EntryId = "e1", Kind = InquiryKind.Complaint, CategoryCode = "010203", Title = "路灯不亮", Text = "三天了。", Name = "芦某某", Phone = "13800000000" }, As(hub, "U1", "clerk"))).InquiryId;
        await hub.QuietAsync();
    }

    public async Task DisposeAsync() => await doors.DisposeAsync();

    async Task AnswerAsync(int no, string text)
    {
        await Client(hub).AnswerInquiryAsync(new() { CommandId = $"a{no}", InquiryId = id, TaskId = $"{id}/{no}/1", PublicReply = text }, As(hub, Roads, "LO-001"));
        await Until.TrueAsync("it lies at the counter", async () => (await FileAsync()).Row.State is "Delivered" or "Closed");
        await hub.QuietAsync();
    }

    Task<CaseFile> FileAsync() => Client(hub).GetCaseAsync(new() { InquiryId = id }, supervisor).ResponseAsync;
    Task<ListFollowUpsReply> QueueAsync() => Client(hub).ListFollowUpsAsync(new(), clerk).ResponseAsync;
    RecordFollowUpRequest Call(string command, bool again = false, int answer = 1, int tries = 0) => new()
    {
        CommandId = command, InquiryId = id, AnswerNo = answer, Tries = tries, Result = FollowUpResult.Reached, Solution = again ? "Unsolved" : "Solved", Grade = again ? Grade.Dissatisfied : Grade.Satisfied, UnitContacted = true,
        Words = again ? "还是不亮，请到现场" : "", Rehandle = again,
    };
    Task<RecordFollowUpReply> RecordAsync(RecordFollowUpRequest r, Metadata? by = null) => Client(hub).RecordFollowUpAsync(r, by ?? clerk).ResponseAsync;
    Task<string[]> SaidAsync(string service, string types) => hub.ScalarAsync<string[]>($"select coalesce(array_agg(split_part(type, '.', 4) order by seq), array[]::text[]) from log.outbox where service = '{service}' and key = '{id}' and split_part(type, '.', 4) in ({types})");
    async Task<string> OutcomeAsync() => Assert.Single((await new Contracts.Statistics.Statistics.StatisticsClient(GrpcChannel.ForAddress(hub.Grpc)).ListFactsAsync(
        new() { Filter = new Filter { From = "2004-01-01", To = "2099-12-31", Inquiries = true } }, supervisor)).Facts).Outcome;

    [Fact]
    public async Task What_a_citizen_calls_unsolved_goes_back_to_the_same_officer_and_the_new_answer_reaches_the_citizen_by_the_same_door()
    {
        Assert.Equal(0, (await QueueAsync()).Total);
        await AnswerAsync(1, "已修复。");
        var waits = Assert.Single((await QueueAsync()).Rows);
        Assert.Equal((id, 1, Roads, "LO-001", 0, 2, 2, 1), (waits.InquiryId, waits.AnswerNo, waits.UnitCode, waits.OfficerId, waits.Tries, waits.WithinWorkingDays, waits.MostTries, waits.RehandlingsLeft));
        Assert.Equal("AnsweredInTime", await OutcomeAsync());
        await Client(hub).CloseInquiryAsync(new() { CommandId = "close", InquiryId = id }, supervisor);
        await hub.QuietAsync();
        var words = new AddWordsRequest { Key = "w", InquiryId = id, QueryCode = hub.Ring.QueryCode(id), Text = "昨晚又不亮了" };
        var citizen = new Contracts.Channels.Channels.ChannelsClient(GrpcChannel.ForAddress(hub.Grpc));
        Assert.NotNull(await Refused.CodeAsync(citizen.AddWordsAsync(words)));

        // A colleague has come who would be next by load and number.
        await SayAsync(hub, "directory", "directory", new OfficerPublished { OfficerId = "LO-000", UnitCode = Roads, Active = true });
        await hub.QuietAsync();
        // However often it is sent, it happens once.
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RecordAsync(Call("f1", again: true))));
        Assert.True(Assert.Single(replies.Distinct()).Rehandled);
        await hub.QuietAsync();
        Assert.Equal(["InquiryClosed", "InquiryFollowedUp", "InquiryReopened"], await SaidAsync("casework", "'InquiryClosed', 'InquiryFollowedUp', 'InquiryReopened'"));
        Assert.Equal(["InquiryDispatched", "InquiryDispatched"], await SaidAsync("routing", "'InquiryDispatched', 'InquiryHeld'"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('还是不亮', 'UTF8') in body) > 0")); // only sealed

        var file = await FileAsync();
        Assert.Equal(("Dispatched", Roads, "LO-001"), (file.Row.State, file.Row.UnitCode, file.Row.OfficerId));
        Assert.Equal(("Rehandled", "followup1", "还是不亮，请到现场"), file.Timeline.Last(e => e.Act == "InquiryDispatched") is var e ? (e.Detail, e.Actor, e.Words) : default);
        Assert.Equal([("Answered", false), ("Assigned", true)], file.Tasks.Select(t => (t.State, t.Rehandled)));
        Assert.NotNull(file.Tasks[1].DueAt);
        Assert.Equal("Open", await OutcomeAsync());
        Assert.Equal("Rehandled", await Refused.CodeAsync(Client(hub).ReturnTaskAsync(new() { CommandId = "r", InquiryId = id, TaskId = $"{id}/2/1", Reason = "WrongDuty", Words = "不归我们" }, As(hub, Roads, "LO-001"))));
        await citizen.AddWordsAsync(words); // it takes contacts again
        Assert.Equal((0, "Reopened"), ((await QueueAsync()).Total, await Refused.CodeAsync(() => RecordAsync(Call("f2", tries: 1)))));

        var progress = await Client(hub).GetProgressAsync(new() { InquiryId = id, QueryCode = hub.Ring.QueryCode(id) });
        Assert.Equal(("Handling", "", 1, "已修复。"), (progress.State, progress.PublicReply, progress.Rehandled, progress.Earlier.Single().PublicReply));
        Assert.NotNull(progress.DueAt);

        await AnswerAsync(2, "换了新灯。");
        Assert.Equal("AnsweredInTime", await OutcomeAsync());
        Assert.Equal([$"{id}-1.txt", $"{id}-2.txt"], System.IO.Directory.GetFiles(Path.Combine(doors.Pickup, "slips", "C1")).Select(f => Path.GetFileName(f)!).Order());
        Assert.Equal("RehandledEnough", await Refused.CodeAsync(() => RecordAsync(Call("f3", again: true, answer: 2))));
        await RecordAsync(Call("f4", answer: 2));
        Assert.Equal([(1, true, false), (2, false, true)], (await FileAsync()).Answers.Select(a => (a.AnswerNo, a.FollowUp.Rehandled, a.FollowUp.Solved)));
        Assert.Equal(0, (await QueueAsync()).Total);
        Assert.Equal(0, await hub.ScalarAsync<long>("select coalesce(sum(value), 0)::bigint from assignment.officer_load"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.parked"));
    }

    [Fact]
    public async Task Who_is_not_reached_is_called_again_and_is_unreachable_after_as_many_tries_as_the_limit_says()
    {
        await AnswerAsync(1, "已修复。");
        Assert.Equal(FollowUpResult.NotReached, (await RecordAsync(new(Call("f1")) { Result = FollowUpResult.NotReached })).Result);
        Assert.Equal(1, Assert.Single((await QueueAsync()).Rows).Tries);
        Assert.Equal("TriedMeanwhile", await Refused.CodeAsync(() => RecordAsync(Call("f2"))));
        Assert.Equal(FollowUpResult.Unreachable, (await RecordAsync(new(Call("f3", tries: 1)) { Result = FollowUpResult.NotReached })).Result);
        Assert.Equal(0, (await QueueAsync()).Total);
    }

    [Fact]
    public async Task Who_rates_the_answer_well_leaves_the_queue_and_who_rates_it_badly_stands_first()
    {
        await AnswerAsync(1, "已修复。");
        await Client(hub).RateAnswerAsync(new() { InquiryId = id, QueryCode = hub.Ring.QueryCode(id), AnswerNo = 1, Grade = Grade.Dissatisfied, Words = "" });
        Assert.Equal(Grade.Dissatisfied, Assert.Single((await QueueAsync()).Rows).Grade);
        Assert.True(await hub.ScalarAsync<bool>("select dissatisfied from casework.task"));
        // The database orders by it: an index holds what is due, nothing else.
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from casework.task where follow_up_at is not null"));
    }

    [Fact]
    public async Task Closed_and_sent_back_in_the_same_moment_it_is_in_hand_again_whoever_was_first()
    {
        await AnswerAsync(1, "已修复。");
        async Task<string> CloseAsync(int n) { try { await Client(hub).CloseInquiryAsync(new() { CommandId = $"c{n}", InquiryId = id }, supervisor); return ""; } catch (RpcException e) { return Refused.Code(e); } }
        var closing = Enumerable.Range(0, 8).Select(CloseAsync).ToList();
        await RecordAsync(Call("f1", again: true));
        Assert.All(await Task.WhenAll(closing), said => Assert.Contains(said, new[] { "", "CaseClosed", "AnswerMissing" }));
        await hub.QuietAsync();
        Assert.Equal(("Dispatched", "Assigned"), (await FileAsync()) is var file ? (file.Row.State, file.Tasks[^1].State) : default);
        Assert.Equal("AnswerMissing", await CloseAsync(9));
    }

    [Fact]
    public async Task Only_clerks_and_supervisors_call_and_a_clerk_sees_whom_it_is_from_only_while_the_call_is_due()
    {
        Task<string> LookAsync(string command) => Refused.CodeAsync(Client(hub).RevealPersonAsync(new() { CommandId = command, InquiryId = id, Reason = "ContactCitizen" }, clerk));
        Assert.Equal("NoFollowUp", await LookAsync("l1"));
        await AnswerAsync(1, "已修复。");
        Assert.Equal("13800000000", (await Client(hub).RevealPersonAsync(new() { CommandId = "l2", InquiryId = id, Reason = "ContactCitizen" }, clerk)).Phone);
        foreach (var role in new[] { Roles.Officer, Roles.Operator, Roles.Dispatcher })
        {
            Assert.Equal("PermissionDenied", await Refused.CodeAsync(() => RecordAsync(Call(role), As(hub, Roads, "LO-001", role))));
            Assert.Equal("PermissionDenied", await Refused.CodeAsync(Client(hub).ListFollowUpsAsync(new(), As(hub, Roads, "LO-001", role))));
        }
        await RecordAsync(Call("f1"), supervisor);
        Assert.Equal("NoFollowUp", await LookAsync("l3"));
    }
}
