using Grpc.Core;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>The worklists as they change, seen by who may see them.</summary>
public sealed class WatchTasksTests
{
    static AsyncServerStreamingCall<TaskChange> Watch(TestHub hub, Metadata who, WatchTasksRequest? asked = null) =>
        CaseworkTests.Client(hub).WatchTasks(asked ?? new(), who, deadline: DateTime.UtcNow.AddSeconds(20));

    /// <summary>The next row; readings anew are passed over.</summary>
    static async Task<TaskRow> RowAsync(AsyncServerStreamingCall<TaskChange> call)
    {
        while (await call.ResponseStream.MoveNext(default))
            if (call.ResponseStream.Current.Task is { } row) return row;
        throw new InvalidOperationException("The stream ended.");
    }

    static async Task<TaskRow> RowAsync(AsyncServerStreamingCall<TaskChange> call, string state, bool late = false)
    {
        TaskRow row;
        do row = await RowAsync(call); while (row.State != state || (late && !row.Late));
        return row;
    }

    static async Task BeginsAnewAsync(AsyncServerStreamingCall<TaskChange> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.True(call.ResponseStream.Current is { ReadAnew: true, Task: null });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_officer_sees_a_task_come_and_go_with_or_without_Redis(bool withRedis)
    {
        await using var hub = await CaseworkTests.StartAsync("watch", withRedis ? TestServers.Redis : null);
        var officer = CaseworkTests.As(hub, "PJ-001", "LO-001");
        using var call = Watch(hub, officer, new() { State = "Assigned" });
        await BeginsAnewAsync(call);
        var id = await CaseworkTests.AssignedAsync(hub);
        // A task of 2013: the sweep finds it overdue, and then nothing more happens by itself.
        var row = await RowAsync(call, "Assigned", late: true);
        Assert.Equal((id, "LO-001", "路灯不亮"), (row.InquiryId, row.OfficerId, row.Title));
        Assert.Equal((await CaseworkTests.Client(hub).ListTasksAsync(new() { State = "Assigned" }, officer)).Tasks, [row]);
        await CaseworkTests.Client(hub).SignInTaskAsync(new() { CommandId = "s", InquiryId = id, TaskId = row.TaskId }, officer);
        Assert.Equal("SignedIn", (await RowAsync(call, "SignedIn")).State);
    }

    [Fact]
    public async Task A_task_of_another_unit_is_not_seen()
    {
        await using var hub = await CaseworkTests.StartAsync("unseen");
        using var stranger = Watch(hub, CaseworkTests.As(hub, "PJ-002", "LO-002"));
        using var colleague = Watch(hub, CaseworkTests.As(hub, "PJ-001", "LO-009"), new() { UnitCode = "PJ-001" });
        await BeginsAnewAsync(stranger);
        await BeginsAnewAsync(colleague);
        await CaseworkTests.AssignedAsync(hub);
        await RowAsync(colleague, "Assigned");
        // What it gets first is its own unit's, which comes after the other one's was shown.
        await CaseworkTests.AssignedAsync(hub, 2, "PJ-002", "LO-002");
        Assert.Equal("PJ-002", (await RowAsync(stranger)).UnitCode);
        using var asking = Watch(hub, CaseworkTests.As(hub, "PJ-002", "LO-002"), new() { UnitCode = "PJ-001" });
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => asking.ResponseStream.MoveNext(default))).StatusCode);
    }

    [Fact]
    public async Task A_viewer_at_another_process_sees_what_an_officer_does_at_this_one()
    {
        await using var hub = await CaseworkTests.StartAsync("elsewhere", TestServers.Redis);
        await using var other = await hub.JoinAsync([new CaseworkModule()], new Dictionary<string, string?> { ["Redis:Endpoint"] = TestServers.Redis });
        var officer = CaseworkTests.As(hub, "PJ-001", "LO-001");
        using var there = Watch(other, officer);
        await BeginsAnewAsync(there);
        var seen = RowAsync(there, "SignedIn");
        // The first may come before the two know of each other.
        for (var number = 1; !seen.IsCompleted; number++)
        {
            var id = await CaseworkTests.AssignedAsync(hub, number);
            await CaseworkTests.Client(hub).SignInTaskAsync(new() { CommandId = "s", InquiryId = id, TaskId = $"{id}/1/1" }, officer);
        }
        Assert.Equal("LO-001", (await seen).OfficerId);
    }

    [Fact]
    public async Task Who_is_too_slow_reads_the_list_anew_and_misses_nothing_after_it()
    {
        var viewer = new TaskViewer(new("", "", ""));
        await using var reader = viewer.ReadAsync(default).GetAsyncEnumerator();
        async Task<TaskChange> NextAsync() { await reader.MoveNextAsync(); return reader.Current.Change; }
        Assert.True((await NextAsync()).ReadAnew);
        for (var n = 0; n < 5000; n++) viewer.Offer(new() { Task = new() { TaskId = $"{n}" } });
        Assert.True((await NextAsync()).ReadAnew);
        viewer.Offer(new() { Task = new() { TaskId = "after" } });
        Assert.Equal("after", (await NextAsync()).Task.TaskId);
    }
}
