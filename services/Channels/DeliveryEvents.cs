using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>Keeps a delivery and says what became of it. Acknowledgements (number 0) are recorded, not told.</summary>
static class DeliveryEvents
{
    public static void Put(UnitOfWork work, AnswerDelivery d)
    {
        var before = work.Get(ChannelsStore.Deliveries, d.Key);
        work.Put(ChannelsStore.Deliveries, d);
        if (d.AnswerNo == 0 || before?.State == d.State) return;
        var now = CityTime.Stamp(work.Now);
        // The span stands in the trace of the answer, which the row has kept while it waited.
        using var step = d.State is AnswerDelivery.Delivered or AnswerDelivery.Undeliverable or AnswerDelivery.InDoubt ? Trace.Walk(8, "Channels", d.Trace) : null; // Walk 8: the answer reaches the citizen
        switch (d.State)
        {
            case AnswerDelivery.Delivered:
                work.Emit(d.InquiryId, new AnswerDelivered { InquiryId = d.InquiryId, TaskId = d.TaskId, AnswerNo = d.AnswerNo, Door = d.Door, Medium = d.Medium, DeliveredAt = now, Attempts = d.Attempts, Proof = d.Proof });
                break;
            case AnswerDelivery.Undeliverable:
                work.Emit(d.InquiryId, new AnswerUndeliverable { InquiryId = d.InquiryId, TaskId = d.TaskId, AnswerNo = d.AnswerNo, Door = d.Door, Reason = d.Reason, FailedAt = now, Attempts = d.Attempts });
                break;
            case AnswerDelivery.InDoubt:
                work.Emit(d.InquiryId, new DeliveryInDoubt { InquiryId = d.InquiryId, TaskId = d.TaskId, AnswerNo = d.AnswerNo, Door = d.Door, AttemptedAt = now });
                break;
        }
    }
}
