using InquiryHub.Contracts.Assignment;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Assignment;

/// <summary>
/// What officers on leave have goes to their deputies: what they had when the leave began, and what was assigned by a batch that had looked a moment before. Nothing
/// remembers how far it got: what is still theirs is found anew, and decided under the lock.
/// </summary>
sealed class LeaveSweep([FromKeyedServices("assignment")] Writer writer, [FromKeyedServices("assignment")] NpgsqlDataSource database, [FromKeyedServices("assignment")] ReferenceData reference) : BackgroundService
{
    const int AtOnce = 200;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
                await SweepAsync(stop);
            }
            catch (Exception e) when (e is NpgsqlException or HubUnavailableException) { /* /ready says that the database is away; the next tick tries again. */ }
            catch (OperationCanceledException) { return; }
        }
    }

    async Task SweepAsync(CancellationToken stop)
    {
        var (units, now) = await AssignmentStore.LeavesAsync(database, "", stop);
        if (units.Count == 0) return;
        var staff = await reference.GetAsync<Staff>(stop);
        var leaves = units.ToDictionary(u => u.UnitCode);
        var officers = units.SelectMany(u => LeaveDecision.Deputised(u, staff, CityTime.DateOf(now)).Keys).ToArray();
        if (officers.Length == 0) return;
        for (var after = ""; ;)
        {
            var page = await AssignmentStore.OpenOfAsync(database, officers, after, AtOnce, stop);
            // All at once: what comes together is committed in one batch.
            await Task.WhenAll(page.SelectMany(i => i.Tasks.Where(t => LeaveDecision.Move(i, t.TaskId, leaves.GetValueOrDefault(t.UnitCode), staff, now) is not null).Select(t => MoveAsync(i.InquiryId, t))));
            if (page.Count < AtOnce) return;
            after = page[^1].InquiryId;
        }
    }

    Task MoveAsync(string inquiryId, AssignedTask task) => writer.RepeatableAsync<OfficerAssigned>([inquiryId], w => w.Add(AssignmentStore.Inquiries, inquiryId).Add(AssignmentStore.Leaves, task.UnitCode), work =>
    {
        // Another instance may have been here first, or a person: the state under the lock tells.
        var inquiry = work.Get(AssignmentStore.Inquiries, inquiryId);
        if (LeaveDecision.Move(inquiry, task.TaskId, work.Get(AssignmentStore.Leaves, task.UnitCode), work.Reference<Staff>(), work.Now) is { Said: { } said } moved)
            AssignmentHandlers.Move(inquiry!.Task(task.TaskId)!, moved.Inquiry, said, work);
        return new OfficerAssigned();
    });
}
