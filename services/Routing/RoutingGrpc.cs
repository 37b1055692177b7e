using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Routing;

[Authorize]
sealed class RoutingGrpc([FromKeyedServices("routing")] Writer writer, [FromKeyedServices("routing")] NpgsqlDataSource database, [FromKeyedServices("routing")] ReferenceData reference, KeyRing ring) : Contracts.Routing.Routing.RoutingBase
{
    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<PlaceInquiryReply> PlaceInquiry(PlaceInquiryRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        var outcome = await writer.CommandAsync<PlaceInquiryReply>(request.CommandId, [request.InquiryId], w => w.Add(RoutingStore.Inquiries, request.InquiryId), work =>
        {
            // The lock is held from here: a colleague's dispatch is seen, or waits.
            using var step = work.Walk(3, "Routing"); // Walk 3: by a dispatcher's hand
            var before = work.Get(RoutingStore.Inquiries, request.InquiryId);
            var placed = RoutingDecision.Place(before, request.ExpectedDispatchNo, request.LeadUnitCode,
                request.AssistingUnitCodes, actor.Account, work.Reference<Catalogue>(), work.Now);
            if (placed.Refusal is { } refusal) return refusal;
            work.Put(RoutingStore.Inquiries, placed.Value!);
            if (before!.Return is { } r) work.Emit(before.InquiryId, new ReturnAccepted { InquiryId = before.InquiryId, TaskId = r.TaskId, DispatchNo = before.DispatchNo, UnitCode = r.UnitCode, AcceptedBy = actor.Account, AcceptedAt = CityTime.Stamp(work.Now) });
            return new PlaceInquiryReply { DispatchNo = placed.Value!.DispatchNo, TaskIds = { RoutingHandlers.Publish(placed.Value, work) } };
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<DeclineInquiryReply> DeclineInquiry(DeclineInquiryRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var (actor, reply) = (Actor.Of(context.GetHttpContext().User), request.PublicReply.Trim());
        var travels = ring.Seal(inquiryId, new Text { Text_ = reply });
        var outcome = await writer.CommandAsync<DeclineInquiryReply>(request.CommandId, [inquiryId], w => w.Add(RoutingStore.Inquiries, inquiryId), work =>
        {
            var declined = RoutingDecision.Decline(work.Get(RoutingStore.Inquiries, inquiryId), request.ExpectedDispatchNo, request.Reason, reply, actor.Account, work.Now);
            if (declined.Refusal is { } refusal) return refusal;
            work.Put(RoutingStore.Inquiries, declined.Value!);
            work.Emit(inquiryId, new InquiryDeclined { InquiryId = inquiryId, Reason = request.Reason, DispatchNo = declined.Value!.DispatchNo, DeclinedBy = actor.Account, DeclinedAt = CityTime.Stamp(work.Now), PublicReply = travels });
            return new DeclineInquiryReply { DeclinedAt = CityTime.Stamp(work.Now) };
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<RejectReturnReply> RejectReturn(RejectReturnRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var (actor, words) = (Actor.Of(context.GetHttpContext().User), request.Words.Trim());
        // Sealed before the batch: a batch that is run again must say the same bytes.
        var travels = ring.Seal(inquiryId, new Text { Text_ = words });
        var outcome = await writer.CommandAsync<RejectReturnReply>(request.CommandId, [inquiryId], w => w.Add(RoutingStore.Inquiries, inquiryId), work =>
        {
            var before = work.Get(RoutingStore.Inquiries, inquiryId);
            var rejected = RoutingDecision.Reject(before, request.ExpectedDispatchNo, words);
            if (rejected.Refusal is { } refusal) return refusal;
            work.Put(RoutingStore.Inquiries, rejected.Value!);
            var r = before!.Return!;
            work.Emit(inquiryId, new ReturnRejected { InquiryId = inquiryId, TaskId = r.TaskId, DispatchNo = before.DispatchNo, UnitCode = r.UnitCode, RejectedBy = actor.Account, Words = travels, RejectedAt = CityTime.Stamp(work.Now) });
            return new RejectReturnReply { RejectedAt = CityTime.Stamp(work.Now) };
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = $"{Roles.Dispatcher},{Roles.Supervisor}")]
    public override async Task<ListHeldReply> ListHeld(ListHeldRequest request, ServerCallContext context)
    {
        var catalogue = await reference.GetAsync<Catalogue>(context.CancellationToken);
        var (rows, next, total, asOf) = await RoutingStore.HeldAsync(database, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new() { Inquiries = { rows.Select(i => State(i, catalogue, asOf)) }, Next = next, Total = total, AsOf = CityTime.Stamp(asOf) };
    }

    public override async Task<RoutingState> GetRouting(GetRoutingRequest request, ServerCallContext context) =>
        await RoutingStore.GetAsync(database, request.InquiryId, context.CancellationToken) is { } inquiry
            ? State(inquiry, await reference.GetAsync<Catalogue>(context.CancellationToken), await CityTime.NowAsync(database, context.CancellationToken)) : throw Answers.Refused(Refusals.UnknownInquiry);

    static RoutingState State(RoutedInquiry i, Catalogue catalogue, DateTimeOffset now) => new()
    {
        InquiryId = i.InquiryId, DispatchNo = i.DispatchNo, UnitCode = i.UnitCode, Reason = i.Reason, CatalogueEntry = i.CatalogueEntry, RunnerUpUnitCode = i.RunnerUpUnitCode,
        Held = i.HeldSince is not null, CandidateUnitCodes = { i.Candidates }, DecidedAt = CityTime.Stamp(i.DecidedAt), DecidedBy = i.DecidedBy, CategoryCode = i.CategoryCode, AreaCode = i.AreaCode,
        Declined = i.Declined ?? "", HeldSince = i.HeldSince is { } since ? CityTime.Stamp(since) : null, Returned = i.Returned, Designates = catalogue.Designates(i.Returned + (i.Return is null ? 0 : 1), now),
        Returns = i.Return is { } r ? new() { TaskId = r.TaskId, UnitCode = r.UnitCode, Reason = r.Reason, SuggestedUnitCode = r.SuggestedUnitCode, RequestedAt = CityTime.Stamp(r.At) } : null,
    };
}
