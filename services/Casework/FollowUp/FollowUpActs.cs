using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Casework;

/// <summary>回访: whom to call, and what it came to.</summary>
sealed partial class CaseworkGrpc
{
    [Authorize(Roles = $"{Roles.FollowUpClerk},{Roles.Supervisor}")]
    public override async Task<ListFollowUpsReply> ListFollowUps(ListFollowUpsRequest request, ServerCallContext context)
    {
        var (rows, total) = await CaseworkStore.FollowUpsAsync(database, Paging.Size(new() { Size = request.Size }), context.CancellationToken);
        var limits = (await reference.GetAsync<CityData>(context.CancellationToken)).FollowUps;
        return new() { Rows = { rows.Select(c => FollowUpView.Row(c, limits)).OfType<FollowUpRow>() }, Total = total };
    }

    [Authorize(Roles = $"{Roles.FollowUpClerk},{Roles.Supervisor}")]
    public override Task<RecordFollowUpReply> RecordFollowUp(RecordFollowUpRequest request, ServerCallContext context)
    {
        request.Words = request.Words.Trim();
        return SayAsync(context, request.CommandId, request.InquiryId, request.Words, DraftDecision.FollowUpScopeOf, (c, actor, words, work) => FollowUpDecision.Record(c, request, actor, work.Reference<CityData>().FollowUps, words, work.Now),
            c => new RecordFollowUpReply { FollowedUpAt = CityTime.Stamp(c.FollowUps![^1].At), Result = c.FollowUps[^1].Result, Rehandled = request.Rehandle });
    }
}
