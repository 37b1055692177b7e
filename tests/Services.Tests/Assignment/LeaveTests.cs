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
using InquiryHub.TestKit;
using Npgsql;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Assignment;

/// <summary>请假与代理 on a real PostgreSQL, in a city whose clock stands where a test puts it.</summary>
public sealed class LeaveTests
{
    const string Roads = "PJ-001", Heat = "PJ-003", Woods = "PJ-009", Li = "LO-001", Wang = "LO-002", Only = "LO-009";
    static readonly Dictionary<string, string?> simulated = new() { ["Hub:Clock"] = "simulated" };
    static IHubModule[] Modules => [new AssignmentModule(), new CaseworkModule(), new Producer("channels"), new Producer("routing"), new Producer("directory"), new Producer("sla")];

    static async Task<TestHub> StartAsync(string name)
    {
        var hub = await TestHub.StartAsync(name, Modules, simulated);
        await AtAsync(hub, "2013-05-06 09:00");
        await SayAsync(hub, "directory", "directory", new UnitPublished { UnitCode = Roads, Name = "市城管局", Active = true }, new UnitPublished { UnitCode = Heat, Name = "市供热办", Active = true },
            new UnitPublished { UnitCode = Woods, Name = "市林业局", Active = true }, Officer(Li), Officer(Wang), Officer(Only, Heat), Officer("LO-091", Woods), Officer("LO-092", Woods));
        await hub.QuietAsync();
        return hub;
    }

    static OfficerPublished Officer(string id, string unit = Roads) => new() { OfficerId = id, UnitCode = unit, Name = id, Active = true };
    static Task AtAsync(TestHub hub, string time) => hub.SqlAsync($"update log.clock set base = '{time}+08'");

    static async Task<string> GivenAsync(TestHub hub, int n, string unit = Roads)
    {
        var id = InquiryNumber.Make(new(2013, 5, 6), n % 12, n / 12 + 1);
        await SayAsync(hub, "channels", id, new InquiryRegistered { InquiryId = id, Kind = InquiryKind.Complaint, Contact = new() { ContactId = $"c{n}", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(CityTime.At(new(2013, 5, 6), new(9, 0))), Door = "web" } });
        await SayAsync(hub, "routing", id, Dispatched(id, unit));
        await hub.QuietAsync();
        return id;
    }

    static Contracts.Assignment.Assignment.AssignmentClient Assignment(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));
    static AsyncUnaryCall<OfficerLeave> Set(TestHub hub, string officer, string from, string until, string deputy = "", Metadata? by = null, string command = "set") =>
        Assignment(hub).SetLeaveAsync(new() { CommandId = command, OfficerId = officer, FromOn = from, UntilOn = until, DeputyOfficerId = deputy }, by ?? As(hub, Roads, Li));
    static async Task<IReadOnlyList<OfficerLeave>> LeavesAsync(TestHub hub, string unit = "") => (await Assignment(hub).ListLeavesAsync(new() { UnitCode = unit }, As(hub, Roads, Li))).Leaves;
    static async Task<Dictionary<string, long>> LoadAsync(TestHub hub, string unit = Roads) =>
        (await Assignment(hub).GetUnitLoadAsync(new() { UnitCode = unit }, As(hub, unit, Li))).Officers.ToDictionary(o => o.OfficerId, o => o.OpenTasks);
    static Task<long> SaidAsync(TestHub hub) => hub.ScalarAsync<long>("select count(*) from log.outbox where type = 'hub.assignment.v1.OfficerAssigned'");
    static Task<string> OfficerOfAsync(TestHub hub, string id) => hub.ScalarAsync<string>($"select body->'tasks'->0->>'officerId' from assignment.inquiry where key = '{id}'");
    static Task HasAsync(TestHub hub, string officer, long open) => Until.TrueAsync($"{officer} has {open}", async () => (await LoadAsync(hub)).GetValueOrDefault(officer) == open);

    /// <summary>Until a sweep that began after now is done: another unit's leave begins, and its task, the last by number, has gone to the deputy.</summary>
    static async Task SweptAsync(TestHub hub)
    {
        var id = await GivenAsync(hub, 600, Woods);
        await Set(hub, "LO-091", "2013-05-08", "2013-05-08", "LO-092", As(hub, "", "sun", Roles.Supervisor), "swept");
        await Until.TrueAsync("a sweep ran", async () => await OfficerOfAsync(hub, id) == "LO-092");
    }

    [Fact]
    public async Task When_a_leave_begins_the_open_tasks_go_to_the_deputy_with_their_load_and_the_case_says_why()
    {
        await using var hub = await StartAsync("begins");
        var tasks = new[] { await GivenAsync(hub, 1), await GivenAsync(hub, 2), await GivenAsync(hub, 3) };
        Assert.Equal([(Li, 2), (Wang, 1)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
        var answered = tasks[await OfficerOfAsync(hub, tasks[0]) == Li ? 0 : 1];
        await Client(hub).AnswerInquiryAsync(new() { CommandId = "a", InquiryId = answered, TaskId = answered + "/1/1", PublicReply = "已修复。" }, As(hub, Roads, Li));
        await hub.QuietAsync();

        var leave = await Set(hub, Li, "2013-05-08", "2013-05-10", Wang);
        Assert.Equal(leave, await Set(hub, Li, "2013-05-09", "2013-05-09", Wang)); // the same command: its first answer
        Assert.Equal([leave], await LeavesAsync(hub, Roads));
        Assert.Equal(3, await SaidAsync(hub));
        await AtAsync(hub, "2013-05-08 00:00");
        await HasAsync(hub, Wang, 2);
        await hub.QuietAsync();
        Assert.Equal([(Li, 0), (Wang, 2)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
        Assert.Equal(Li, await OfficerOfAsync(hub, answered)); // what had ended stays
        var moved = tasks.Where(t => t != answered).ToList();
        var files = await Task.WhenAll(moved.Select(t => Client(hub).GetCaseAsync(new() { InquiryId = t }, As(hub, Roads, Wang)).ResponseAsync));
        Assert.Equal(("TaskHandedOver", Li, Li, Wang, "OnLeave"), Assert.Single(files.SelectMany(f => f.Timeline), e => e.Act == "TaskHandedOver") is var e ? (e.Act, e.Actor, e.FromOfficerId, e.ToOfficerId, e.Detail) : default);
        Assert.All(files, f => Assert.Equal(Wang, f.Tasks.Single().OfficerId));

        // When it is over nothing goes back by itself, and new tasks come again.
        await AtAsync(hub, "2013-05-11 09:00");
        Assert.Equal(Li, await OfficerOfAsync(hub, await GivenAsync(hub, 4)));
        Assert.Equal([(Li, 1), (Wang, 2)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
        Assert.Empty(await LeavesAsync(hub));
    }

    [Fact]
    public async Task New_tasks_avoid_who_is_away_and_where_all_are_one_of_them_has_it()
    {
        await using var hub = await StartAsync("avoid");
        await Set(hub, Li, "2013-05-06", "2013-05-10", Wang);
        for (var n = 1; n <= 3; n++) Assert.Equal(Wang, await OfficerOfAsync(hub, await GivenAsync(hub, n)));
        await Set(hub, Only, "2013-05-06", "2013-05-10", by: As(hub, "", "sun", Roles.Supervisor), command: "only");
        Assert.Equal(Only, await OfficerOfAsync(hub, await GivenAsync(hub, 4, Heat)));
        Assert.Equal(Only, Assert.Single((await Client(hub).ListTasksAsync(new() { UnitCode = Heat }, As(hub, "", "sun", Roles.Supervisor))).Tasks).OfficerId); // seen, though nobody is there
        await Assignment(hub).EndLeaveAsync(new() { CommandId = "back", UnitCode = Roads, LeaveNo = 1 }, As(hub, Roads, Li));
        Assert.Equal(Li, await OfficerOfAsync(hub, await GivenAsync(hub, 5)));
    }

    [Fact]
    public async Task Two_instances_move_each_task_once_and_what_is_handed_back_by_hand_stays()
    {
        await using var hub = await StartAsync("instances");
        await using var second = await hub.JoinAsync(Modules, simulated);
        var all = new List<string>();
        for (var n = 1; n <= 30; n++) all.Add(await GivenAsync(hub, n));
        Assert.Equal([(Li, 15), (Wang, 15)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));
        await Set(hub, Li, "2013-05-08", "2013-05-10", Wang);
        // Both have found the tasks and wait for the same locks: who comes second finds them moved.
        await using (var held = new NpgsqlConnection(hub.ConnectionString))
        {
            await held.OpenAsync();
            await using var transaction = await held.BeginTransactionAsync();
            await using (var take = new NpgsqlCommand("select from log.shard where service = 'assignment' order by shard for update", held, transaction)) await take.ExecuteNonQueryAsync();
            await AtAsync(hub, "2013-05-08 08:00");
            await Until.TrueAsync("both wait", async () => await hub.ScalarAsync<long>("select count(distinct pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%log.shard%'") >= 2);
            await transaction.CommitAsync();
        }
        await HasAsync(hub, Wang, 30);
        Assert.Equal(45, await SaidAsync(hub));
        Assert.Equal([(Li, 0), (Wang, 30)], (await LoadAsync(hub)).Select(o => (o.Key, o.Value)));

        await Assignment(hub).HandOverTaskAsync(new() { CommandId = "h", InquiryId = all[0], TaskId = all[0] + "/1/1", OfficerId = Li }, As(hub, Roads, Wang));
        await SweptAsync(hub);
        Assert.Equal(Li, await OfficerOfAsync(hub, all[0]));
    }

    [Fact]
    public async Task Each_task_of_an_inquiry_that_several_units_have_goes_to_its_own_deputy()
    {
        await using var hub = await StartAsync("several");
        var id = await GivenAsync(hub, 1);
        var assisting = Dispatched(id, Heat);
        (assisting.TaskId, assisting.Role) = ($"{id}/1/2", UnitRole.Assisting);
        await SayAsync(hub, "routing", id, assisting);
        await hub.QuietAsync();
        Assert.Equal("*", await hub.ScalarAsync<string>("select officer from assignment.inquiry"));
        await Set(hub, Li, "2013-05-06", "2013-05-10", Wang);
        await HasAsync(hub, Wang, 1);
        Assert.Equal(1, (await LoadAsync(hub, Heat))[Only]);
    }

    [Fact]
    public async Task What_had_officers_before_leaves_were_known_is_found_too()
    {
        await using var hub = await StartAsync("before");
        await GivenAsync(hub, 1);
        // As a database of before has it: the migration's own statement fills the column.
        await hub.SqlAsync("update assignment.inquiry set officer = null");
        await using var migration = typeof(AssignmentModule).Assembly.GetManifestResourceStream("schema/003-leave.sql")!;
        var sql = await new StreamReader(migration).ReadToEndAsync();
        await hub.SqlAsync("set search_path = assignment; " + sql[sql.IndexOf("update inquiry", StringComparison.Ordinal)..sql.IndexOf("create index", StringComparison.Ordinal)]);
        Assert.Equal(Li, await hub.ScalarAsync<string>("select officer from assignment.inquiry"));
    }

    [Fact]
    public async Task Another_units_officer_is_refused_and_a_refusal_leaves_nothing_behind()
    {
        await using var hub = await StartAsync("refusals");
        Assert.Equal("NotYours", await Refused.CodeAsync(Set(hub, Li, "2013-05-08", "2013-05-10", Wang, As(hub, Heat, Only))));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(Set(hub, Li, "2013-05-08", "2013-05-10", Wang, As(hub, "", "d1", Roles.Dispatcher))));
        Assert.Equal("DeputyNeeded", await Refused.CodeAsync(Set(hub, Li, "2013-05-08", "2013-05-10")));
        Assert.Equal("DeputyNotOfUnit", await Refused.CodeAsync(Set(hub, Li, "2013-05-08", "2013-05-10", Only)));
        Assert.Equal("InvalidDays", await Refused.CodeAsync(Set(hub, Li, "2013-05-08", "soon", Wang)));
        Assert.Equal("FromPassed", await Refused.CodeAsync(Set(hub, Li, "2013-05-05", "2013-05-10", Wang)));
        Assert.Equal("UnknownOfficer", await Refused.CodeAsync(Set(hub, "LO-777", "2013-05-08", "2013-05-10", Wang)));
        Assert.Equal("InvalidCommandId", await Refused.CodeAsync(Set(hub, Li, "2013-05-08", "2013-05-10", Wang, command: "")));
        Assert.Equal(0L, await hub.ScalarAsync<long>("select count(*) from assignment.leave"));
        var leave = await Set(hub, Li, "2013-05-08", "2013-05-10", Wang); // the refused command's id is not spent
        Assert.Equal("NotYours", await Refused.CodeAsync(Assignment(hub).EndLeaveAsync(new() { CommandId = "e", UnitCode = Roads, LeaveNo = leave.LeaveNo }, As(hub, Heat, Only))));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Assignment(hub).EndLeaveAsync(new() { CommandId = "e", UnitCode = Roads, LeaveNo = leave.LeaveNo }, As(hub, Roads, Wang)).ResponseAsync));
        Assert.Empty(await LeavesAsync(hub));
        Assert.Equal("UnknownLeave", await Refused.CodeAsync(Assignment(hub).EndLeaveAsync(new() { CommandId = "again", UnitCode = Roads, LeaveNo = leave.LeaveNo }, As(hub, Roads, Wang))));
        Assert.Equal(0L, await SaidAsync(hub));
    }
}
