using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Channels;

[Authorize]
sealed class ChannelsGrpc([FromKeyedServices("channels")] Writer writer, [FromKeyedServices("channels")] NpgsqlDataSource database, KeyRing ring) : Contracts.Channels.Channels.ChannelsBase
{
    static readonly Refusal nothingWaits = Refusals.Of("NothingWaits", "该诉求没有等待回访的答复。", "No answer of this inquiry waits for a call back.");
    static readonly Refusal unknownQuarantine = Refusals.Of("UnknownQuarantine", "没有这条隔离记录。", "There is no such quarantine entry.");

    [Authorize(Roles = Roles.Operator)]
    public override async Task<RecordCallBackReply> RecordCallBack(RecordCallBackRequest request, ServerCallContext context)
    {
        // Which answers there are is read before the batch; what they are by then, under its lock.
        var keys = (await ChannelsStore.OfInquiryAsync(database, request.InquiryId, context.CancellationToken)).Select(d => d.Key).ToList();
        if (keys.Count == 0) throw Answers.Refused(nothingWaits);
        var outcome = await writer.CommandAsync<RecordCallBackReply>(request.CommandId, [request.InquiryId], w => { foreach (var k in keys) w.Add(ChannelsStore.Deliveries, k); }, work =>
        {
            var changed = keys.Select(k => DeliveryDecision.CalledBack(work.Get(ChannelsStore.Deliveries, k), request.Reached)).OfType<AnswerDelivery>().ToList();
            if (changed.Count == 0) return nothingWaits;
            foreach (var d in changed) DeliveryEvents.Put(work, d);
            return new RecordCallBackReply { Delivered = request.Reached };
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = $"{Roles.Operator},{Roles.Dispatcher},{Roles.Supervisor}")]
    public override async Task<ListDeliveriesReply> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context)
    {
        var (rows, next, total) = await ChannelsStore.ListDeliveriesAsync(database, request.State, request.Door, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new()
        {
            Next = next, Total = total,
            Deliveries = { rows.Select(d => new Delivery { InquiryId = d.InquiryId, TaskId = d.TaskId, AnswerNo = d.AnswerNo, Door = d.Door, State = d.State, Attempts = d.Attempts, Reason = d.Reason, NextAt = d.DueAt is { } at ? Timestamp.FromDateTimeOffset(at) : null }) },
        };
    }

    [Authorize(Roles = $"{Roles.Dispatcher},{Roles.Supervisor},{Roles.Administrator}")]
    public override async Task<ListQuarantineReply> ListQuarantine(ListQuarantineRequest request, ServerCallContext context)
    {
        var (rows, next, total) = await ChannelsStore.ListQuarantineAsync(database, request.Door, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new() { Entries = { rows.Select(Entry) }, Next = next, Total = total };
    }

    [Authorize(Roles = $"{Roles.Dispatcher},{Roles.Supervisor},{Roles.Administrator}")]
    public override async Task<QuarantineEntry> GetQuarantine(GetQuarantineRequest request, ServerCallContext context)
    {
        if (await ChannelsStore.GetQuarantineAsync(database, request.QuarantineId, context.CancellationToken) is not { } kept) throw Answers.Refused(unknownQuarantine);
        var entry = Entry(kept);
        entry.Raw = ring.Unseal<BytesValue>(kept.Key, Sealed.Parser.ParseFrom(kept.Raw))?.Value ?? entry.Raw;
        return entry;
    }

    static QuarantineEntry Entry(Quarantined q) => new() { QuarantineId = q.Key, Door = q.Door, Reason = q.Reason, ReceivedAt = CityTime.Stamp(q.ReceivedAt), Size = q.Size };
}
