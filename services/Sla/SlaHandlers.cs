using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;

namespace InquiryHub.Sla;

/// <summary>What starts and ends clocks. A task that was dispatched anew keeps its clock until Casework withdraws it.</summary>
sealed class SlaHandlers : IFold
{
    public void Want(Message message, Wants wants)
    {
        if (message.Event is InquiryDispatched or InquiryAnswered { TaskId.Length: > 0 } or TaskWithdrawn or ExtensionGranted) wants.Add(SlaStore.Clocks, message.Key);
    }

    public void Fold(Message message, UnitOfWork work)
    {
        switch (message.Event)
        {
            case InquiryDispatched e: Dispatched(e, work); break;
            case ExtensionGranted e: Save(SlaDecision.Extended(Of(e.InquiryId, work), e, work.Reference<SlaRules>()), work); break;
            case InquiryAnswered { TaskId.Length: > 0 } e: Save(SlaDecision.Ended(Of(e.InquiryId, work), e.TaskId, e.AnsweredAt.ToDateTimeOffset(), SlaDecision.Answered), work); break;
            case TaskWithdrawn e: Save(SlaDecision.Ended(Of(e.InquiryId, work), e.TaskId, e.WithdrawnAt.ToDateTimeOffset(), SlaDecision.Withdrawn), work); break;
        }
    }

    static void Dispatched(InquiryDispatched e, UnitOfWork work)
    {
        using var step = work.Walk(5, "Sla"); // Walk 5: the task's clock starts
        var rules = work.Reference<SlaRules>();
        if (rules.Calendar.Empty) throw new NotKnownYetException("the calendar");
        Save(SlaDecision.Dispatched(Of(e.InquiryId, work), e, rules) ?? throw new NotKnownYetException($"a limit for {e.Kind}/{e.Urgency}"), work);
    }

    static InquiryClocks Of(string inquiryId, UnitOfWork work) => work.Get(SlaStore.Clocks, inquiryId) ?? new(inquiryId, []);

    public static void Save(ClockStep step, UnitOfWork work)
    {
        work.Put(SlaStore.Clocks, step.Clocks);
        foreach (var e in step.Events) work.Emit(step.Clocks.InquiryId, e);
    }
}
