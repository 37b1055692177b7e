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
    public override Task<PlaceInquiryReply> PlaceInquiry(PlaceInquiryRequest request, ServerCallContext context)
    {
        var account = Account(context);
        return ActAsync(request.CommandId, request.InquiryId,
            (i, work) => RoutingDecision.Place(i, request.ExpectedDispatchNo, request.LeadUnitCode, request.AssistingUnitCodes, account, work.Reference<Catalogue>(), work.Now),
            (before, placed, work) =>
            {
                using var step = work.Walk(3, "Routing"); // Walk 3: by a dispatcher's hand
                if (before.Return is { } r) Accepted(before, r, account, work);
                return new PlaceInquiryReply { DispatchNo = placed.DispatchNo, TaskIds = { RoutingHandlers.Publish(placed, work) } };
            });
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override Task<DeclineInquiryReply> DeclineInquiry(DeclineInquiryRequest request, ServerCallContext context)
    {
        var (account, reply) = (Account(context), request.PublicReply.Trim());
        var travels = Sealed(request.InquiryId, reply);
        return ActAsync(request.CommandId, request.InquiryId, (i, work) => RoutingDecision.Decline(i, request.ExpectedDispatchNo, request.Reason, reply, account, work.Now), (_, declined, work) =>
        {
            work.Emit(declined.InquiryId, new InquiryDeclined { InquiryId = declined.InquiryId, Reason = request.Reason, DispatchNo = declined.DispatchNo, DeclinedBy = account, DeclinedAt = CityTime.Stamp(work.Now), PublicReply = travels, Merges = declined.Merges });
            return new DeclineInquiryReply { DeclinedAt = CityTime.Stamp(work.Now) };
        });
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override Task<RejectReturnReply> RejectReturn(RejectReturnRequest request, ServerCallContext context)
    {
        var (account, words) = (Account(context), request.Words.Trim());
        var travels = Sealed(request.InquiryId, words);
        return ActAsync(request.CommandId, request.InquiryId, (i, _) => RoutingDecision.Reject(i, request.ExpectedDispatchNo, words), (before, _, work) =>
        {
            Rejected(before, before.Return!, account, travels, work);
            return new RejectReturnReply { RejectedAt = CityTime.Stamp(work.Now) };
        });
    }

    [Authorize(Roles = Roles.Supervisor)]
    public override Task<DesignateUnitReply> DesignateUnit(DesignateUnitRequest request, ServerCallContext context)
    {
        var (account, words) = (Account(context), request.Words.Trim());
        var travels = Sealed(request.InquiryId, words);
        return ActAsync(request.CommandId, request.InquiryId,
            (i, work) => RoutingDecision.Designate(i, request.ExpectedDispatchNo, request.UnitCode, words, account, work.Reference<Catalogue>(), work.Now),
            (before, after, work) => new DesignateUnitReply { DispatchNo = after.DispatchNo, TaskId = after.DispatchNo == before.DispatchNo ? Kept(before, account, travels, work) : Moved(before, after, account, travels, work) });
    }

    /// <summary>The unit that leads is designated: nothing begins anew.</summary>
    static string Kept(RoutedInquiry i, string account, Contracts.Common.Sealed words, UnitOfWork work)
    {
        var taskId = RoutingDecision.TaskId(i.InquiryId, i.DispatchNo, 1);
        if (i.Return is { } r) Rejected(i, r, account, words, work);
        work.Emit(i.InquiryId, new UnitDesignated { InquiryId = i.InquiryId, TaskId = taskId, DispatchNo = i.DispatchNo, UnitCode = i.UnitCode, DesignatedBy = account, Words = words, DesignatedAt = CityTime.Stamp(work.Now) });
        return taskId;
    }

    static string Moved(RoutedInquiry before, RoutedInquiry after, string account, Contracts.Common.Sealed words, UnitOfWork work)
    {
        using var step = work.Walk(3, "Routing"); // Walk 3: by a supervisor's hand
        if (before.Return is { } r) Accepted(before, r, account, work);
        return RoutingHandlers.Publish(after, work, words)[0];
    }

    static void Accepted(RoutedInquiry i, RequestedReturn r, string account, UnitOfWork work) => work.Emit(i.InquiryId, new ReturnAccepted
    { InquiryId = i.InquiryId, TaskId = r.TaskId, DispatchNo = i.DispatchNo, UnitCode = r.UnitCode, AcceptedBy = account, AcceptedAt = CityTime.Stamp(work.Now) });

    static void Rejected(RoutedInquiry i, RequestedReturn r, string account, Contracts.Common.Sealed words, UnitOfWork work) => work.Emit(i.InquiryId, new ReturnRejected
    { InquiryId = i.InquiryId, TaskId = r.TaskId, DispatchNo = i.DispatchNo, UnitCode = r.UnitCode, RejectedBy = account, Words = words, RejectedAt = CityTime.Stamp(work.Now) });

    [Authorize(Roles = Roles.Officer)]
    public override Task<RequestJointHandlingReply> RequestJointHandling(RequestJointHandlingRequest request, ServerCallContext context)
    {
        var (actor, words) = (Actor.Of(context.GetHttpContext().User), request.Words.Trim());
        var travels = Sealed(request.InquiryId, words);
        return ActAsync(request.CommandId, request.InquiryId,
            (i, work) => RoutingDecision.Join(i, request.ExpectedDispatchNo, actor.UnitCode, request.UnitCodes, words, work.Reference<Catalogue>()),
            (before, joined, work) =>
            {
                using var step = work.Walk(3, "Routing"); // Walk 3: the lead unit brings in others
                return new RequestJointHandlingReply { TaskIds = { RoutingHandlers.PublishJoined(joined, before.AssistingUnitCodes.Count, actor.OfficerId, travels, work) } };
            });
    }

    static string Account(ServerCallContext context) => Actor.Of(context.GetHttpContext().User).Account;

    // Sealed before the batch: a batch that is run again must say the same bytes.
    Contracts.Common.Sealed Sealed(string typed, string words) => InquiryNumber.TryRead(typed, out var inquiryId) ? ring.Seal(inquiryId, new Text { Text_ = words }) : new();

    /// <summary>The shell of every act: load under the lock, so that a colleague's act is seen or waits; decide, save and say.</summary>
    /// <param name="say">Of the inquiry as it was and as it is.</param>
    async Task<TReply> ActAsync<TReply>(string commandId, string typed, Func<RoutedInquiry?, UnitOfWork, Outcome<RoutedInquiry>> decide, Func<RoutedInquiry, RoutedInquiry, UnitOfWork, TReply> say)
        where TReply : class, Google.Protobuf.IMessage<TReply>, new()
    {
        if (!InquiryNumber.TryRead(typed, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var outcome = await writer.CommandAsync<TReply>(commandId, [inquiryId], w => w.Add(RoutingStore.Inquiries, inquiryId), work =>
        {
            var before = work.Get(RoutingStore.Inquiries, inquiryId);
            var decided = decide(before, work);
            if (decided.Refusal is { } refusal) return refusal;
            work.Put(RoutingStore.Inquiries, decided.Value!);
            return say(before!, decided.Value!, work);
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
        Declined = i.Declined ?? "", MergedInto = i.MergedInto ?? "", Withdrawn = i.Withdrawn, Designated = i.Designated, HeldSince = i.HeldSince is { } since ? CityTime.Stamp(since) : null, Returned = i.Returned, Designates = catalogue.Designates(i.Returned + (i.Return is null ? 0 : 1), now),
        Returns = i.Return is { } r ? new() { TaskId = r.TaskId, UnitCode = r.UnitCode, Reason = r.Reason, SuggestedUnitCode = r.SuggestedUnitCode, RequestedAt = CityTime.Stamp(r.At) } : null,
    };
}
