using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Assignment;
using InquiryHub.Casework;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Sla;
using InquiryHub.TestKit;
using Trace = InquiryHub.Kernel.Trace;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Assignment;

/// <summary>转交 from Assignment to Casework and its watchers, on a real PostgreSQL.</summary>
public sealed class HandOverTests
{
    const string Roads = "PJ-001", Heat = "PJ-003", Li = "LO-001", Wang = "LO-002", Gone = "LO-003", Stranger = "LO-009";

    static async Task<TestHub> StartAsync(string name)
    {
        var hub = await TestHub.StartAsync(name, [new AssignmentModule(), new CaseworkModule(), new SlaModule(), new Producer("channels"), new Producer("routing"), new Producer("directory")]);
        await SayAsync(hub, "directory", "directory", new UnitPublished { UnitCode = Roads, Name = "市城管局", Active = true }, new UnitPublished { UnitCode = Heat, Name = "市供热办", Active = true },
            Officer(Li), Officer(Wang), Officer(Gone, active: false), Officer(Stranger, Heat), new CalendarPublished { Year = 2013 },
            new LimitPublished { Kind = "Complaint", Clock = "Handling", WorkingDays = 7, EffectiveFrom = "2004-01-01", Source = "default" });
        await hub.QuietAsync();
        return hub;
    }

    static OfficerPublished Officer(string id, string unit = Roads, bool active = true) => new() { OfficerId = id, UnitCode = unit, Name = id, Active = active };

    /// <summary>A complaint that the hub gave to an officer of the unit.</summary>
    static async Task<(string Inquiry, string Task)> GivenAsync(TestHub hub, int n = 1, string unit = Roads)
    {
        var id = InquiryNumber.Make(new(2013, 5, 6), n % 12, n / 12 + 1);
        await SayAsync(hub, "channels", id, new InquiryRegistered { InquiryId = id, Kind = InquiryKind.Complaint, Contact = new() { ContactId = $"c{n}", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(CityTime.At(new(2013, 5, 6), new(9, 0))), Door = "web" } });
        await SayAsync(hub, "routing", id, Dispatched(id, unit));
        await hub.QuietAsync();
        return (id, $"{id}/1/1");
    }

    static Contracts.Assignment.Assignment.AssignmentClient Assignment(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));

    static AsyncUnaryCall<HandOverTaskReply> HandOver(TestHub hub, (string Inquiry, string Task) of, string to, Metadata by, string command = "h") =>
        Assignment(hub).HandOverTaskAsync(new() { CommandId = command, InquiryId = of.Inquiry, TaskId = of.Task, OfficerId = to }, by);

    static async Task<Dictionary<string, long>> LoadAsync(TestHub hub, string unit = Roads) =>
        (await Assignment(hub).GetUnitLoadAsync(new() { UnitCode = unit }, As(hub, unit, Li))).Officers.ToDictionary(o => o.OfficerId, o => o.OpenTasks);

    static Task<long> SaidAsync(TestHub hub, string type = "assignment.v1.OfficerAssigned") => hub.ScalarAsync<long>($"select count(*) from log.outbox where type = 'hub.{type}'");

    [Fact]
    public async Task The_load_goes_with_the_task_and_is_free_again_when_the_colleague_answers()
    {
        await using var hub = await StartAsync("load");
        var task = await GivenAsync(hub);
        Assert.Equal(1, (await LoadAsync(hub))[Li]);
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => HandOver(hub, task, Wang, As(hub, Roads, Li)).ResponseAsync));
        var again = await HandOver(hub, task, Wang, As(hub, Roads, Wang), "another");
        Assert.Equal(again, Assert.Single(replies.Distinct())); // had already: the same answer
        Assert.Equal(2, await SaidAsync(hub)); // the hub's and the one hand-over
        Assert.Equal([(Li, 0), (Wang, 1)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
        await hub.QuietAsync();
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = task.Inquiry, TaskId = task.Task, PublicReply = "已修复。" }, As(hub, Roads, Wang));
        await hub.QuietAsync();
        Assert.Equal([(Li, 0), (Wang, 0)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
        Assert.Equal("TaskEnded", await Refused.CodeAsync(HandOver(hub, task, Li, As(hub, Roads, Li), "late")));
    }

    [Fact]
    public async Task Casework_shows_the_new_officer_all_who_had_it_and_who_signed_in()
    {
        await using var hub = await StartAsync("file");
        var task = await GivenAsync(hub);
        await Client(hub).SignInTaskAsync(new() { CommandId = "s", InquiryId = task.Inquiry, TaskId = task.Task }, As(hub, Roads, Li));
        await hub.QuietAsync();
        const string others = "select count(*) from log.outbox where service <> 'assignment' and type <> 'hub.sla.v1.ClockOverdue'";
        var before = await hub.ScalarAsync<long>(others);
        await HandOver(hub, task, Wang, As(hub, "", "sun", Roles.Supervisor));
        await hub.QuietAsync();
        await HandOver(hub, task, Li, As(hub, Roads, Li), "back");
        await hub.QuietAsync();
        // Only Casework hears of it, and says nothing on: no figure, clock or delivery can count it.
        Assert.Equal(before, await hub.ScalarAsync<long>(others));
        var file = await Client(hub).GetCaseAsync(new() { InquiryId = task.Inquiry }, As(hub, Roads, Li));
        Assert.Equal((Li, "SignedIn"), (file.Tasks.Single().OfficerId, file.Tasks.Single().State));
        Assert.Equal([("OfficerAssigned", Li, "", ""), ("TaskSignedIn", Li, "", ""), ("TaskHandedOver", "sun", Li, Wang), ("TaskHandedOver", Li, Wang, Li)],
            file.Timeline.Where(e => e.Act is "OfficerAssigned" or "TaskHandedOver" or "TaskSignedIn").Select(e => (e.Act, e.Actor, e.FromOfficerId, e.ToOfficerId)));
        Assert.Equal([task.Inquiry], (await Client(hub).ListTasksAsync(new(), As(hub, Roads, Li))).Tasks.Select(t => t.InquiryId));
        Assert.Empty((await Client(hub).ListTasksAsync(new(), As(hub, Roads, Wang))).Tasks);
    }

    [Fact]
    public async Task The_inquirys_trace_goes_on_after_a_hand_over_which_has_its_own()
    {
        using var listener = new ActivityListener { ShouldListenTo = s => s.Name == "InquiryHub", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        await using var hub = await StartAsync("handtrace");
        const string trace = "select body->>'trace' from casework.case_file";
        (string Inquiry, string Task) task;
        using (Trace.Source.StartActivity("test")!) task = await GivenAsync(hub);
        var before = await hub.ScalarAsync<string>(trace);
        Assert.NotEmpty(before);
        using (Trace.Source.StartActivity("another")!) await HandOver(hub, task, Wang, As(hub, Roads, Li));
        await hub.QuietAsync();
        Assert.Equal(Wang, await hub.ScalarAsync<string>("select officer_id from casework.task"));
        Assert.Equal(before, await hub.ScalarAsync<string>(trace));
    }

    [Fact]
    public async Task Both_officers_lists_hear_of_it_the_one_that_it_leaves_and_the_one_where_it_comes()
    {
        await using var hub = await StartAsync("watch");
        var task = await GivenAsync(hub);
        // Found overdue by the sweep, nothing more happens to it by itself.
        await Until.TrueAsync("it was found overdue", async () => await SaidAsync(hub, "sla.v1.ClockOverdue") == 1);
        await hub.QuietAsync();
        using var li = Client(hub).WatchTasks(new(), As(hub, Roads, Li), deadline: DateTime.UtcNow.AddSeconds(20));
        using var wang = Client(hub).WatchTasks(new(), As(hub, Roads, Wang), deadline: DateTime.UtcNow.AddSeconds(20));
        foreach (var call in new[] { li, wang }) Assert.True(await call.ResponseStream.MoveNext(default) && call.ResponseStream.Current.ReadAnew);
        await HandOver(hub, task, Wang, As(hub, Roads, Li));
        foreach (var call in new[] { li, wang })
        {
            while (await call.ResponseStream.MoveNext(default) && call.ResponseStream.Current.ReadAnew) { }
            Assert.Equal((task.Task, Wang), (call.ResponseStream.Current.Task.TaskId, call.ResponseStream.Current.Task.OfficerId));
        }
    }

    [Fact]
    public async Task Another_units_officers_and_who_is_not_active_get_none_and_a_refusal_leaves_nothing_behind()
    {
        await using var hub = await StartAsync("refused");
        var task = await GivenAsync(hub);
        Assert.Equal("NotYours", await Refused.CodeAsync(HandOver(hub, task, Stranger, As(hub, Heat, Stranger))));
        Assert.Equal("OfficerNotActive", await Refused.CodeAsync(HandOver(hub, task, Gone, As(hub, Roads, Li))));
        Assert.Equal("OfficerNotActive", await Refused.CodeAsync(HandOver(hub, task, Stranger, As(hub, "", "sun", Roles.Supervisor))));
        Assert.Equal("UnknownTask", await Refused.CodeAsync(HandOver(hub, (task.Inquiry, "x"), Wang, As(hub, Roads, Li))));
        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(HandOver(hub, ("x", "x"), Wang, As(hub, Roads, Li))));
        Assert.Equal("InvalidCommandId", await Refused.CodeAsync(HandOver(hub, task, Wang, As(hub, Roads, Li), "")));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(HandOver(hub, task, Wang, As(hub, "", "d1", Roles.Dispatcher))));
        Assert.Equal((1, 1L), (await SaidAsync(hub), (await LoadAsync(hub)).Values.Sum()));
        // The refused command's id is not spent.
        await HandOver(hub, task, Wang, As(hub, Roads, Li));
        Assert.Equal([(Li, 0), (Wang, 1)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
    }

    [Fact]
    public async Task Of_many_handed_over_at_once_each_changes_the_load_by_one()
    {
        await using var hub = await StartAsync("many");
        var tasks = new List<(string, string)>();
        for (var n = 0; n < 20; n++) tasks.Add(await GivenAsync(hub, n));
        Assert.Equal(20, (await LoadAsync(hub)).Values.Sum());
        var who = As(hub, Roads, Wang);
        await Task.WhenAll(tasks.Select(t => HandOver(hub, t, Wang, who, $"many {t.Item2}").ResponseAsync));
        Assert.Equal([(Li, 0), (Wang, 20)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
    }

    [Fact]
    public async Task A_task_that_waits_for_an_officer_is_given_once_by_hand_and_never_again_by_the_hub()
    {
        await using var hub = await StartAsync("waiting");
        await SayAsync(hub, "directory", "directory", Officer(Stranger, Heat, active: false));
        await hub.QuietAsync();
        var task = await GivenAsync(hub, unit: Heat);
        Assert.Equal(1, (await Assignment(hub).GetUnitLoadAsync(new() { UnitCode = Heat }, As(hub, Heat, Stranger))).Deferred);
        await SayAsync(hub, "directory", "directory", Officer(Stranger, Heat));
        await hub.QuietAsync();
        // The hub tries every two seconds: whoever is first, the other finds it given.
        await HandOver(hub, task, Stranger, As(hub, Heat, Stranger));
        await Until.TrueAsync("nothing waits", async () => !await hub.ScalarAsync<bool>("select exists (select from assignment.inquiry where waiting)"));
        await hub.QuietAsync();
        Assert.Equal((1L, 1L), (await SaidAsync(hub), (await LoadAsync(hub, Heat))[Stranger]));
    }
}
