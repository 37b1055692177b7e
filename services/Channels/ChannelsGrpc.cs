using Google.Protobuf;
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
sealed partial class ChannelsGrpc([FromKeyedServices("channels")] Writer writer, [FromKeyedServices("channels")] NpgsqlDataSource database, KeyRing ring, Intake intake,
    [FromKeyedServices("channels")] ReferenceData reference, Doorway door, LiveCalls live, IHostApplicationLifetime lifetime) : Contracts.Channels.Channels.ChannelsBase
{
    static readonly Refusal nothingWaits = Refusals.Of("NothingWaits", "该诉求没有等待回访的答复。", "No answer of this inquiry waits for a call back.");
    static readonly Refusal unknownQuarantine = Refusals.Of("UnknownQuarantine", "没有这条隔离记录。", "There is no such quarantine entry.");

    [Authorize(Roles = Roles.Operator)]
    public override async Task<RecordCallBackReply> RecordCallBack(RecordCallBackRequest request, ServerCallContext context)
    {
        // Which answers there are is read before the batch; what they are by then, under its lock.
        var keys = (await ChannelsStore.OfInquiryAsync(database, request.InquiryId, context.CancellationToken)).Where(d => request.AnswerNo == 0 || d.AnswerNo == request.AnswerNo).Select(d => d.Key).ToList();
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

    public override async Task<ReceivedContacts> GetReceived(GetReceivedRequest request, ServerCallContext context)
    {
        if (!CityTime.TryDay(request.From, out var from) || !CityTime.TryDay(request.To, out var to) || to < from) throw Answers.Refused(Refusals.InvalidPeriod);
        if (await ChannelsStore.ReceivedAsync(database, from, to, context.CancellationToken) is not var (received, waiting)) return new();
        return new()
        {
            Counted = true, Channels = { received.Select(r => new ReceivedByChannel { Channel = r.Channel, Contacts = r.Contacts }) },
            Doors = { waiting.Select(w => new QuarantinedByDoor { Door = w.Door, Open = w.Open }) },
        };
    }

    [Authorize(Roles = Roles.Operator)]
    public override async Task WatchCalls(WatchCallsRequest request, IServerStreamWriter<CallsNow> stream, ServerCallContext context)
    {
        var account = ActorOf(context).Account;
        CallsNow? last = null;
        // A stream has no end of its own: without this, a stop would wait for every operator.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var desk in live.WatchAsync(stop.Token))
            {
                if (desk is null) throw Answers.Refused(Refusals.Busy);
                var now = new CallsNow { Calls = { desk.Calls.Select(c => CallView.Of(c.Call, c.Number, account)) } };
                if (now.Equals(last)) continue;
                last = now;
                await stream.WriteAsync(new(now) { AsOf = CityTime.Stamp(desk.AsOf) }, stop.Token);
            }
        }
        catch (OperationCanceledException) { /* the operator left, or the hub stops */ }
    }

    [Authorize(Roles = Roles.Operator)]
    public override async Task<TakeCallReply> TakeCall(TakeCallRequest request, ServerCallContext context)
    {
        var actor = ActorOf(context);
        (await intake.CallOfAsync(request.ContactId, null, actor.Account, actor.UnitCode, (call, _) => CallDecision.Take(call, actor.Account))).OrRefuse();
        return new();
    }

    [Authorize(Roles = Roles.Operator)]
    public override async Task<RegisterCallReply> RegisterCall(RegisterCallRequest request, ServerCallContext context)
    {
        var mapped = HotlineMapping.Map(request, ActorOf(context));
        var outcome = mapped.Refusal is { } refusal ? refusal : await intake.RegisterAsync(mapped.Value!, request.ToByteArray());
        Doorway.Count(Doors.Hotline, outcome.Refusal, outcome.Value?.IsNew ?? false);
        var receipt = outcome.OrRefuse();
        return new() { InquiryId = receipt.InquiryId, QueryCode = receipt.QueryCode, ReceivedAt = CityTime.Stamp(receipt.ReceivedAt) };
    }

    [Authorize(Roles = Roles.Operator)]
    public override async Task<CloseCallReply> CloseCall(CloseCallRequest request, ServerCallContext context)
    {
        if (request.Reason is not ("WrongNumber" or "Silent" or "Harassment" or "Other")) throw Answers.Refused(DoorRefusals.InvalidReason);
        var f = new Fields();
        var contactId = request.ContactId.Length > 0 ? request.ContactId : DoorKeys.ContactId(Doors.Hotline, f.Id("registration_id", request.RegistrationId));
        if (f.Refusal is { } refusal) throw Answers.Refused(refusal);
        var actor = ActorOf(context);
        (await intake.CallOfAsync(contactId, null, actor.Account, actor.UnitCode, (call, _) =>
            call is null && request.ContactId.Length > 0 ? DoorRefusals.UnknownCall : CallDecision.File(call ?? new(contactId), request.Reason))).OrRefuse();
        Doorway.Count(Doors.Hotline, null, true);
        return new() { ContactId = contactId };
    }

    static Actor ActorOf(ServerCallContext context) => Actor.Of(context.GetHttpContext().User);

    [Authorize(Roles = $"{Roles.Operator},{Roles.Dispatcher},{Roles.Supervisor}")]
    public override async Task<ListDeliveriesReply> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context)
    {
        var (rows, next, total) = await ChannelsStore.ListDeliveriesAsync(database, request.State, request.Door, request.ToCall, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new()
        {
            Next = next, Total = total,
            Deliveries = { rows.Select(d => new Delivery { InquiryId = d.InquiryId, TaskId = d.TaskId, AnswerNo = d.AnswerNo, Door = d.Door, State = d.State, Attempts = d.Attempts, Reason = d.Reason, NextAt = d.DueAt is { } at ? Timestamp.FromDateTimeOffset(at) : null }) },
        };
    }

    [Authorize(Roles = $"{Roles.Dispatcher},{Roles.Supervisor},{Roles.Administrator}")]
    public override async Task<ListQuarantineReply> ListQuarantine(ListQuarantineRequest request, ServerCallContext context)
    {
        var (rows, next, total) = await ChannelsStore.ListQuarantineAsync(database, request.Door, request.State, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new() { Entries = { rows.Select(r => Entry(r.Entry, r.Resolution)) }, Next = next, Total = total };
    }

    [Authorize(Roles = $"{Roles.Dispatcher},{Roles.Supervisor},{Roles.Administrator}")]
    public override async Task<QuarantineEntry> GetQuarantine(GetQuarantineRequest request, ServerCallContext context)
    {
        var (kept, resolution) = await KeptAsync(request.QuarantineId, context);
        var raw = intake.Opened(kept);
        var (entry, read) = (Entry(kept, resolution), EntryReading.Of(kept.Door, raw));
        if (!request.ReadingOnly) entry.Raw = ByteString.CopyFrom(raw);
        entry.Reading = new() { Form = read.Form, Shown = read.Shown, Cut = read.Cut, Guess = read.Guess };
        entry.RejectNote = ring.Open(kept.Key, resolution?.Note) ?? "";
        entry.Channels.AddRange(QuarantineFiling.ChannelsOf(kept.Door));
        return entry;
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<FileQuarantinedReply> FileQuarantined(FileQuarantinedRequest request, ServerCallContext context)
    {
        var (kept, _) = await KeptAsync(request.QuarantineId, context);
        return (await intake.FileAsync(request.CommandId, kept, request.MatterNo, request.Form ?? new(), Actor.Of(context.GetHttpContext().User))).OrRefuse();
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<RejectQuarantinedReply> RejectQuarantined(RejectQuarantinedRequest request, ServerCallContext context)
    {
        var (kept, _) = await KeptAsync(request.QuarantineId, context);
        return (await intake.RejectAsync(request.CommandId, kept, request.Reason, request.Note, Actor.Of(context.GetHttpContext().User))).OrRefuse();
    }

    async Task<(Quarantined Entry, Resolution? Resolution)> KeptAsync(string id, ServerCallContext context) =>
        await ChannelsStore.GetQuarantineAsync(database, id, context.CancellationToken) ?? throw Answers.Refused(unknownQuarantine);

    static QuarantineEntry Entry(Quarantined q, Resolution? r) => new()
    {
        QuarantineId = q.Key, Door = q.Door, Reason = q.Reason, ReceivedAt = CityTime.Stamp(q.ReceivedAt), Size = q.Size, State = QuarantineDecision.StateOf(q.Reason, r),
        ResolvedBy = r?.By ?? "", ResolvedAt = r is null ? null : CityTime.Stamp(r.At), InquiryIds = { r?.InquiryIds ?? [] }, RejectReason = r?.Reason ?? "",
    };

    [AllowAnonymous]
    public override async Task<Registered> Ask(AskRequest request, ServerCallContext context) => Receipt(await door.TakeAsync(Doors.Web, FormMapping.Map(request), request.ToByteArray()));

    [AllowAnonymous]
    public override async Task<AddWordsReply> AddWords(AddWordsRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId) || !ring.IsQueryCode(inquiryId, request.QueryCode)) throw Answers.Refused(Refusals.WrongNumberOrCode);
        return new() { ReceivedAt = Receipt(await door.TakeAsync(Doors.Web, FormMapping.Map(request, inquiryId), request.ToByteArray())).ReceivedAt };
    }

    [AllowAnonymous]
    public override async Task<UrgeInquiryReply> UrgeInquiry(UrgeInquiryRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId) || !ring.IsQueryCode(inquiryId, request.QueryCode)) throw Answers.Refused(Refusals.WrongNumberOrCode);
        var today = CityTime.DateOf(await CityTime.NowAsync(database, context.CancellationToken));
        var receipt = Receipt(await door.TakeAsync(Doors.Web, FormMapping.Urge(inquiryId, today), request.ToByteArray()));
        return new() { ReceivedAt = receipt.ReceivedAt, Again = !receipt.IsNew };
    }

    static Registered Receipt(Outcome<Receipt> outcome)
    {
        var receipt = outcome.OrRefuse();
        return new() { InquiryId = receipt.InquiryId, QueryCode = receipt.QueryCode, ReceivedAt = CityTime.Stamp(receipt.ReceivedAt), IsNew = receipt.IsNew };
    }
}
