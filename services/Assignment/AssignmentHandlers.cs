using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;

namespace InquiryHub.Assignment;

/// <summary>A dispatched task gets an officer; an answered or withdrawn one frees the officer. Either may be heard first.</summary>
sealed class AssignmentHandlers : IFold
{
    public void Want(Message message, Wants wants)
    {
        switch (message.Event)
        {
            case InquiryDispatched e: wants.Add(AssignmentStore.Inquiries, message.Key).Add(AssignmentStore.Leaves, e.UnitCode).AddSums(AssignmentStore.Load, e.UnitCode); break;
            case InquiryAnswered { TaskId.Length: > 0 } or TaskWithdrawn: wants.Add(AssignmentStore.Inquiries, message.Key); break;
        }
    }

    public void Fold(Message message, UnitOfWork work)
    {
        switch (message.Event)
        {
            case InquiryDispatched e: Dispatched(e, work); break;
            case InquiryAnswered { TaskId.Length: > 0 } e: Ended(e.InquiryId, e.TaskId, e.UnitCode, work); break;
            case TaskWithdrawn e: Ended(e.InquiryId, e.TaskId, e.UnitCode, work); break;
        }
    }

    static void Dispatched(InquiryDispatched e, UnitOfWork work)
    {
        using var step = work.Walk(4, "Assignment"); // Walk 4: which officer of the unit
        if (!work.Reference<Staff>().Units.Contains(e.UnitCode)) throw new NotKnownYetException($"unit {e.UnitCode}");
        var inquiry = work.Get(AssignmentStore.Inquiries, e.InquiryId) ?? new(e.InquiryId, []);
        var ended = inquiry.Task(e.TaskId) is { Ended: true };
        work.Put(AssignmentStore.Inquiries, inquiry.With(new(e.TaskId, e.DispatchNo, e.UnitCode, null, ended)));
        if (!ended) Assign(e.InquiryId, e.TaskId, work, first: true);
    }

    /// <summary>Gives the task to an officer, or says once that nobody can take it yet. The leaves are the unit's own row, of another shard, and only read: the batch has them from its one look.</summary>
    public static bool Assign(string inquiryId, string taskId, UnitOfWork work, bool first)
    {
        var inquiry = work.Get(AssignmentStore.Inquiries, inquiryId)!;
        var task = inquiry.Task(taskId)!;
        var (active, leaves) = (work.Reference<Staff>().ActiveOf(task.UnitCode), work.Get(AssignmentStore.Leaves, task.UnitCode));
        var choice = AssignmentDecision.Choose(active, o => work.Sum(AssignmentStore.Load, task.UnitCode, o), leaves is null ? null : o => leaves.IsAway(o, work.Today), inquiry.Before(task));
        if (choice.OfficerId is null)
        {
            if (first) work.Emit(inquiryId, new AssignmentDeferred { InquiryId = inquiryId, TaskId = taskId, DispatchNo = task.DispatchNo, UnitCode = task.UnitCode, Reason = choice.Reason, DeferredAt = CityTime.Stamp(work.Now) });
            return false;
        }
        work.Put(AssignmentStore.Inquiries, inquiry.With(task with { OfficerId = choice.OfficerId }));
        work.Add(AssignmentStore.Load, 1, task.UnitCode, choice.OfficerId);
        work.Emit(inquiryId, new OfficerAssigned
        {
            InquiryId = inquiryId, TaskId = taskId, DispatchNo = task.DispatchNo, UnitCode = task.UnitCode, OfficerId = choice.OfficerId,
            AssignedAt = CityTime.Stamp(work.Now), Reason = choice.Reason, OpenTasks = (int)choice.OpenTasks,
        });
        return true;
    }

    /// <summary>The task is another officer's, with its load.</summary>
    public static void Move(AssignedTask before, AssignedInquiry after, OfficerAssigned said, UnitOfWork work)
    {
        work.Put(AssignmentStore.Inquiries, after);
        if (before.OfficerId is { } from) work.Add(AssignmentStore.Load, -1, before.UnitCode, from);
        work.Add(AssignmentStore.Load, 1, said.UnitCode, said.OfficerId);
        work.Emit(said.InquiryId, said);
    }

    static void Ended(string inquiryId, string taskId, string unitCode, UnitOfWork work)
    {
        var inquiry = work.Get(AssignmentStore.Inquiries, inquiryId) ?? new(inquiryId, []);
        var task = inquiry.Task(taskId) ?? new(taskId, 0, unitCode, null, false);
        if (task.Ended) return;
        if (task.OfficerId is { } officer) work.Add(AssignmentStore.Load, -1, task.UnitCode, officer);
        work.Put(AssignmentStore.Inquiries, inquiry.With(task with { Ended = true }));
    }
}
