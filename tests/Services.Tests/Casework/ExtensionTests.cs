using Grpc.Net.Client;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;
using static InquiryHub.Services.Tests.Casework.ReturnTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>延期 from the unit to the supervisor to the clock and back, on a real PostgreSQL.</summary>
public sealed class ExtensionTests
{
    static Task<RequestExtensionReply> RequestAsync(TestHub hub, int days = 2, string command = "x", string unit = Roads) => Client(hub).RequestExtensionAsync(
        new() { CommandId = command, InquiryId = id, TaskId = $"{id}/1/1", WorkingDays = days, Words = "等待检测报告" }, As(hub, unit, $"LO-{unit}")).ResponseAsync;

    static Task<DecideExtensionReply> DecideAsync(TestHub hub, bool granted, int no = 1, string role = Roles.Supervisor) => Client(hub).DecideExtensionAsync(
        new() { CommandId = $"d{no}", InquiryId = id, TaskId = $"{id}/1/1", ExtensionNo = no, Granted = granted, Words = granted ? "" : "期限足够" }, As(hub, "", "s1", role)).ResponseAsync;

    static async Task<Clock> ClockAsync(TestHub hub) =>
        Assert.Single((await new Contracts.Sla.Sla.SlaClient(GrpcChannel.ForAddress(hub.Grpc)).GetClocksAsync(new() { InquiryId = id }, As(hub, "", "s1", Roles.Supervisor))).Clocks);

    static async Task<List<string>> WaitingAsync(TestHub hub) => [.. (await Client(hub).ListTasksAsync(new() { State = "ExtensionRequested" }, As(hub, "", "s1", Roles.Supervisor))).Tasks.Select(t => t.TaskId)];

    [Fact]
    public async Task A_supervisor_finds_what_is_asked_for_grants_it_once_and_the_clock_and_the_case_are_due_later()
    {
        await using var hub = await ReturnTests.StartAsync("extend");
        var before = await ClockAsync(hub);
        Assert.Empty(await WaitingAsync(hub));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RequestAsync(hub)));
        Assert.Equal([$"{id}/1/1"], await WaitingAsync(hub));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => DecideAsync(hub, granted: true)));
        await hub.QuietAsync();
        Assert.Empty(await WaitingAsync(hub));

        var after = await ClockAsync(hub);
        Assert.Equal((before.DueAt, 1, before.WorkingDaysLeft + 2), (after.FirstDueAt, after.Extensions, after.WorkingDaysLeft));
        var task = (await FileAsync(hub)).Tasks[0];
        Assert.Equal((after.DueAt, before.DueAt, "Granted", 0), (task.DueAt, task.FirstDueAt, task.ExtensionState, task.ExtensionsLeft));
        Assert.Equal(after.DueAt.ToDateTimeOffset(), (await hub.ScalarAsync<DateTime>("select next_due_at from sla.inquiry_clocks")));
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from log.outbox where type = 'hub.sla.v1.ClockMoved'"));
        Assert.Equal("NoExtensionLeft", await Refused.CodeAsync(() => RequestAsync(hub, command: "more")));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where position(convert_to('检测', 'UTF8') in body) > 0"));
    }

    [Fact]
    public async Task Who_watches_what_waits_for_a_decision_is_told_when_it_comes_and_when_it_goes()
    {
        await using var hub = await ReturnTests.StartAsync("waits");
        using var watching = Client(hub).WatchTasks(new() { State = "ExtensionRequested" }, As(hub, "", "s1", Roles.Supervisor));
        async Task<TaskChange> NextAsync() { Assert.True(await watching.ResponseStream.MoveNext(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token)); return watching.ResponseStream.Current; }
        Assert.True((await NextAsync()).ReadAnew);
        await Client(hub).SignInTaskAsync(new() { CommandId = "s", InquiryId = id, TaskId = $"{id}/1/1" }, As(hub, Roads, "LO-PJ-001")); // nothing of this list
        await RequestAsync(hub);
        Assert.Equal("Requested", (await NextAsync()).Task.ExtensionState);
        await DecideAsync(hub, granted: true);
        // Rows come as they are by then: the sign-in's may say so as well.
        var last = await NextAsync();
        while (last.Task.ExtensionState == "Requested") last = await NextAsync();
        Assert.Equal("Granted", last.Task.ExtensionState);
    }

    [Fact]
    public async Task So_many_cases_are_listed_by_their_numbers_and_more_are_refused()
    {
        await using var hub = await ReturnTests.StartAsync("numbers");
        var asking = As(hub, "", "s1", Roles.Supervisor);
        ListCasesRequest Of(int more) => new() { InquiryIds = { Enumerable.Range(1, more).Select(n => InquiryNumber.Make(new(2013, 5, 7), 1, n)).Prepend(id) } };
        Assert.Equal([id], (await Client(hub).ListCasesAsync(Of(499), asking)).Cases.Select(c => c.InquiryId));
        Assert.Equal("TooManyNumbers", await Refused.CodeAsync(Client(hub).ListCasesAsync(Of(500), asking)));
        Assert.Empty((await Client(hub).ListCasesAsync(Of(0), As(hub, "PJ-003", "LO-009"))).Cases);
    }

    [Fact]
    public async Task A_refusal_leaves_the_date_and_the_unit_reads_why()
    {
        await using var hub = await ReturnTests.StartAsync("refused");
        var before = await ClockAsync(hub);
        await RequestAsync(hub);
        await DecideAsync(hub, granted: false);
        await hub.QuietAsync();
        var file = await FileAsync(hub);
        Assert.Equal(("Refused", before.DueAt, "Assigned"), (file.Tasks[0].ExtensionState, file.Tasks[0].DueAt, file.Tasks[0].State));
        Assert.Equal([("ExtensionRequested", "等待检测报告"), ("ExtensionRefused", "期限足够")], file.Timeline.Where(e => e.Act.StartsWith("Extension", StringComparison.Ordinal)).Select(e => (e.Act, e.Words)));
        Assert.Equal(2, (await RequestAsync(hub, command: "again")).ExtensionNo);
    }

    [Fact]
    public async Task Nobody_but_the_unit_asks_and_nobody_but_a_supervisor_decides_urges_or_supervises()
    {
        await using var hub = await ReturnTests.StartAsync("whose2");
        Assert.Equal("NotYours", await Refused.CodeAsync(() => RequestAsync(hub, unit: "PJ-003")));
        Assert.Equal("NothingToDecide", await Refused.CodeAsync(() => DecideAsync(hub, granted: true)));
        await RequestAsync(hub);
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(() => DecideAsync(hub, granted: true, role: Roles.Dispatcher)));
        UrgeTaskRequest urge = new() { CommandId = "u", InquiryId = id, TaskId = $"{id}/1/1" };
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(Client(hub).UrgeTaskAsync(urge, As(hub, "", "d1", Roles.Dispatcher))));
        var urged = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Client(hub).UrgeTaskAsync(urge, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync));
        Assert.Single(urged.Distinct());
        SuperviseTaskRequest supervise = new() { CommandId = "s", InquiryId = id, TaskId = $"{id}/1/1", Form = "ListedSupervision", Words = " 本周内到现场 " };
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(Client(hub).SuperviseTaskAsync(supervise, As(hub, "", "d1", Roles.Dispatcher))));
        var supervised = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Client(hub).SuperviseTaskAsync(supervise, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync));
        Assert.Single(supervised.Distinct());
        var file = await Client(hub).GetCaseAsync(new() { InquiryId = id }, As(hub, "", "s1", Roles.Supervisor));
        Assert.Equal(("ListedSupervision", "本周内到现场"), (file.Tasks[0].Supervision, file.Timeline.Single(e => e.Act == "TaskSupervised").Words));
        Assert.Equal("InvalidDays", await Refused.CodeAsync(async () => { await DecideAsync(hub, granted: false); await RequestAsync(hub, days: 6, command: "y"); }));
    }
}
