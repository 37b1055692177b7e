using InquiryHub.Contracts.Assignment;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Assignment;

/// <summary>Tasks that nobody of the unit could take are tried again, when the unit has an officer.</summary>
sealed class AssignmentRetry([FromKeyedServices("assignment")] Writer writer, [FromKeyedServices("assignment")] NpgsqlDataSource database, [FromKeyedServices("assignment")] ReferenceData reference) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
                var staff = await reference.GetAsync<Staff>(stop);
                foreach (var inquiry in await AssignmentStore.WaitingAsync(database, stop))
                    foreach (var task in inquiry.Tasks.Where(t => t is { OfficerId: null, Ended: false } && staff.ActiveByUnit.ContainsKey(t.UnitCode)))
                        await writer.RepeatableAsync<OfficerAssigned>([inquiry.InquiryId], w => w.Add(AssignmentStore.Inquiries, inquiry.InquiryId).Add(AssignmentStore.Leaves, task.UnitCode).AddSums(AssignmentStore.Load, task.UnitCode), work =>
                        {
                            // Another instance may have been here first: the state under the lock tells.
                            if (work.Get(AssignmentStore.Inquiries, inquiry.InquiryId)?.Task(task.TaskId) is { OfficerId: null, Ended: false })
                                AssignmentHandlers.Assign(inquiry.InquiryId, task.TaskId, work, first: false);
                            return new OfficerAssigned();
                        });
            }
            catch (Exception e) when (e is NpgsqlException or HubUnavailableException) { /* /ready says that the database is away; the next tick tries again. */ }
            catch (OperationCanceledException) { return; }
        }
    }
}
