using Grpc.Core;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Routing;

[Authorize]
sealed class RoutingGrpc([FromKeyedServices("routing")] Writer writer, [FromKeyedServices("routing")] NpgsqlDataSource database) : Contracts.Routing.Routing.RoutingBase
{
    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<PlaceInquiryReply> PlaceInquiry(PlaceInquiryRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        var outcome = await writer.CommandAsync<PlaceInquiryReply>(request.CommandId, [request.InquiryId], w => w.Add(RoutingStore.Inquiries, request.InquiryId), work =>
        {
            // The lock is held from here: a colleague's dispatch is seen, or waits.
            using var step = work.Walk(3, "Routing"); // Walk 3: by a dispatcher's hand
            var placed = RoutingDecision.Place(work.Get(RoutingStore.Inquiries, request.InquiryId), request.ExpectedDispatchNo, request.LeadUnitCode,
                request.AssistingUnitCodes, actor.Account, work.Reference<Catalogue>(), work.Now);
            if (placed.Refusal is { } refusal) return refusal;
            work.Put(RoutingStore.Inquiries, placed.Value!);
            return new PlaceInquiryReply { DispatchNo = placed.Value!.DispatchNo, TaskIds = { RoutingHandlers.Publish(placed.Value, work) } };
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = $"{Roles.Dispatcher},{Roles.Supervisor}")]
    public override async Task<ListHeldReply> ListHeld(ListHeldRequest request, ServerCallContext context)
    {
        var (rows, next, total, asOf) = await RoutingStore.HeldAsync(database, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new() { Inquiries = { rows.Select(State) }, Next = next, Total = total, AsOf = CityTime.Stamp(asOf) };
    }

    public override async Task<RoutingState> GetRouting(GetRoutingRequest request, ServerCallContext context) =>
        await RoutingStore.GetAsync(database, request.InquiryId, context.CancellationToken) is { } inquiry ? State(inquiry) : throw Answers.Refused(Refusals.UnknownInquiry);

    static RoutingState State(RoutedInquiry i) => new()
    {
        InquiryId = i.InquiryId, DispatchNo = i.DispatchNo, UnitCode = i.UnitCode, Reason = i.Reason, CatalogueEntry = i.CatalogueEntry, RunnerUpUnitCode = i.RunnerUpUnitCode,
        Held = i.HeldSince is not null, CandidateUnitCodes = { i.Candidates }, DecidedAt = CityTime.Stamp(i.DecidedAt), DecidedBy = i.DecidedBy, CategoryCode = i.CategoryCode, AreaCode = i.AreaCode,
    };
}
