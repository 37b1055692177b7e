using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>The list of what is under supervision (督办), as it is read, watched, and found by the first version that had it.</summary>
public sealed class SupervisionTests
{
    static Task SuperviseAsync(TestHub hub, string id) => Client(hub).SuperviseTaskAsync(
        new() { CommandId = $"s {id}", InquiryId = id, TaskId = $"{id}/1/1", Form = "ListedSupervision", Words = "三日内到现场" }, As(hub, "", "s1", Roles.Supervisor)).ResponseAsync;

    static Task AnswerAsync(TestHub hub, string id) => Client(hub).AnswerInquiryAsync(new() { CommandId = $"a {id}", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, As(hub, "PJ-001", "LO-001")).ResponseAsync;

    static async Task<List<string>> ListAsync(TestHub hub)
    {
        var reply = await Client(hub).ListTasksAsync(new() { State = "Supervised" }, As(hub, "", "s1", Roles.Supervisor));
        Assert.Equal(reply.Total, reply.Tasks.Count);
        Assert.All(reply.Tasks, t => Assert.Equal("ListedSupervision", t.Supervision));
        return [.. reply.Tasks.Select(t => t.InquiryId).Order()];
    }

    [Fact]
    public async Task Open_tasks_under_supervision_are_listed_and_counted_until_they_are_answered()
    {
        await using var hub = await StartAsync("supervised");
        var (first, second, third) = (await AssignedAsync(hub), await AssignedAsync(hub, number: 2), await AssignedAsync(hub, number: 3));
        Assert.Empty(await ListAsync(hub));
        foreach (var id in new[] { first, third }) await SuperviseAsync(hub, id);
        Assert.Equal(new[] { first, third }.Order(), await ListAsync(hub));
        Assert.Equal(3, (await Client(hub).ListTasksAsync(new(), As(hub, "", "s1", Roles.Supervisor))).Total);
        await AnswerAsync(hub, first);
        Assert.Equal([third], await ListAsync(hub));
        Assert.DoesNotContain(second, await ListAsync(hub));
        // By its own index, however many tasks are open.
        await hub.SqlAsync("insert into casework.task (key, shard, body, inquiry_id, unit_code, officer_id, state, open, due_at, dispatched_at) select 'x' || n, 0, '{}', 'x', 'PJ-009', '', 'Assigned', true, now(), now() from generate_series(1, 5000) n; analyze casework.task");
        Assert.Contains("task_supervised", await hub.ScalarAsync<string>("explain (format json) select key, inquiry_id, due_at from casework.task where supervised order by due_at, key limit 200"));
    }

    [Fact]
    public async Task Who_watches_what_is_under_supervision_is_told_when_it_comes_and_when_it_goes()
    {
        await using var hub = await StartAsync("watchsupervised");
        var (id, other) = (await AssignedAsync(hub), await AssignedAsync(hub, number: 2));
        using var watching = Client(hub).WatchTasks(new() { State = "Supervised" }, As(hub, "", "s1", Roles.Supervisor));
        async Task<TaskChange> NextAsync() { Assert.True(await watching.ResponseStream.MoveNext(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token)); return watching.ResponseStream.Current; }
        Assert.True((await NextAsync()).ReadAnew);
        await Client(hub).SignInTaskAsync(new() { CommandId = "s", InquiryId = other, TaskId = $"{other}/1/1" }, As(hub, "PJ-001", "LO-001")); // nothing of this list
        await SuperviseAsync(hub, id);
        var change = await NextAsync();
        Assert.Equal((id, "ListedSupervision"), (change.Task.InquiryId, change.Task.Supervision));
        await AnswerAsync(hub, id);
        while (change.Task.State != "Answered") { change = await NextAsync(); Assert.Equal(id, change.Task.InquiryId); }
        // What left it is nothing of this list any more.
        await SuperviseAsync(hub, other);
        while (change.Task.InquiryId == id) change = await NextAsync();
        Assert.Equal(other, change.Task.InquiryId);
    }

    [Fact]
    public async Task What_was_under_supervision_before_there_was_such_a_list_is_found_by_it()
    {
        await using var hub = await StartAsync("before");
        var (first, second, third) = (await AssignedAsync(hub), await AssignedAsync(hub, number: 2), await AssignedAsync(hub, number: 3));
        foreach (var id in new[] { first, third }) await SuperviseAsync(hub, id);
        await AnswerAsync(hub, first);
        await hub.QuietAsync();
        await hub.SqlAsync("alter table casework.task drop column supervised; delete from log.migration where service = 'casework' and name like '%010-supervised%'");
        await using var newer = await hub.JoinAsync([new CaseworkModule()]);
        Assert.Equal([third], await ListAsync(newer));
        Assert.DoesNotContain(second, await ListAsync(newer));
    }
}
