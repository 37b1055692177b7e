using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>What the doors hear: an answer to bring, that the citizen has read it, that the inquiry is closed or open again.</summary>
sealed class ChannelsHandlers : IFold
{
    public void Want(Message message, Wants wants)
    {
        switch (message.Event)
        {
            case InquiryAnswered e: wants.Add(ChannelsStore.Inquiries, message.Key).Add(ChannelsStore.Deliveries, AnswerDelivery.KeyOf(e.InquiryId, e.AnswerNo)); break;
            // What was answered on the spot is most of what closes, and has no row here.
            case InquiryClosed { Outcome: not AnsweredDirectly } or InquiryReopened: wants.Add(ChannelsStore.Inquiries, message.Key); break;
            case AnswerFetched e: foreach (var key in Upto(e)) wants.Add(ChannelsStore.Deliveries, key); break;
        }
    }

    public void Fold(Message message, UnitOfWork work)
    {
        switch (message.Event)
        {
            case InquiryAnswered e:
                // Due in real time, by the log's own: the city's clock may be years off in a demonstration.
                DeliveryEvents.Put(work, DeliveryDecision.Begin(work.Get(ChannelsStore.Inquiries, message.Key), e.InquiryId, e.AnswerNo, e.TaskId,
                    Convert.ToBase64String(e.PublicReply.ToByteArray()), message.RecordedAt) with { Trace = message.Trace });
                break;
            case AnswerFetched e:
                // Who read the newest answer has read the earlier ones too.
                foreach (var key in Upto(e))
                    if (DeliveryDecision.Fetched(work.Get(ChannelsStore.Deliveries, key)) is { } read) DeliveryEvents.Put(work, read);
                break;
            case InquiryClosed { Outcome: not AnsweredDirectly }:
                if (work.Get(ChannelsStore.Inquiries, message.Key) is { Closed: false } open) work.Put(ChannelsStore.Inquiries, open with { Closed = true });
                break;
            // 重办: it takes further contacts again.
            case InquiryReopened:
                if (work.Get(ChannelsStore.Inquiries, message.Key) is { Closed: true } closed) work.Put(ChannelsStore.Inquiries, closed with { Closed = false });
                break;
            default: break;
        }
    }

    const string AnsweredDirectly = "AnsweredDirectly";

    static IEnumerable<string> Upto(AnswerFetched e) => Enumerable.Range(Math.Max(1, e.AnswerNo - 9), Math.Min(e.AnswerNo, 10)).Select(n => AnswerDelivery.KeyOf(e.InquiryId, n));
}
