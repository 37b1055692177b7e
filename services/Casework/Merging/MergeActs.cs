using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Casework;

/// <summary>合并 and 取消合并: two cases, both named and both locked.</summary>
sealed partial class CaseworkGrpc
{
    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<MergeInquiryReply> MergeInquiry(MergeInquiryRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        if (!InquiryNumber.TryRead(request.IntoInquiryId, out var into)) throw Answers.Refused(MergeRefusals.UnknownTarget);
        var by = Actor.Of(context.GetHttpContext().User).Account;
        return await JoinAsync(request.CommandId, new(inquiryId, into), inquiryId, (c, work) => MergeDecision.Merge(c, work.Get(CaseworkStore.Cases, into), by, work.Now),
            c => new MergeInquiryReply { MergedAt = CityTime.Stamp(c.Merged!.At) });
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<SplitInquiryReply> SplitInquiry(SplitInquiryRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var by = Actor.Of(context.GetHttpContext().User).Account;
        var reach = new Reach(inquiryId);
        return await JoinAsync(request.CommandId, reach, inquiryId, (c, work) => c?.Merged is not { IntoInquiryId: var into } ? MergeDecision.Split(c, null, by, work.Now)
                : reach.Missing([into]) ?? MergeDecision.Split(c, work.Get(CaseworkStore.Cases, into), by, work.Now),
            c => new SplitInquiryReply { SplitAt = CityTime.Stamp(c.Merges![^1].SplitAt!.Value), IntoInquiryId = c.Merges[^1].IntoInquiryId });
    }

    async Task<TReply> JoinAsync<TReply>(string commandId, Reach reach, string inquiryId, Func<CaseState?, UnitOfWork, Outcome<(CaseStep Merged, CaseStep Into)>> decide, Func<CaseState, TReply> reply)
        where TReply : class, Google.Protobuf.IMessage<TReply>, new()
    {
        var outcome = await reach.RunAsync(() => writer.CommandAsync<TReply>(commandId, reach.Keys, reach.Want, work =>
        {
            var before = work.Get(CaseworkStore.Cases, inquiryId);
            var decided = decide(before, work);
            if (decided.Refusal is { } refusal) return refusal;
            CaseworkHandlers.Save(before, decided.Value.Merged, work, live);
            Reach.Save(decided.Value.Into, work, live);
            return reply(decided.Value.Merged.Case);
        }));
        return outcome.OrRefuse();
    }

    [Authorize(Roles = Roles.Dispatcher)]
    public override async Task<ListAlikeReply> ListAlike(ListAlikeRequest request, ServerCallContext context)
    {
        var stop = context.CancellationToken;
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId) || await CaseworkStore.CaseAsync(database, inquiryId, stop) is not { Registration: { } registration } c) throw Answers.Refused(Refusals.UnknownInquiry);
        if (registration.Confidential) return new();
        var alike = Alike.Of((await CaseworkStore.TextsAsync(database, c, stop)).Text?.SearchForm ?? "", (await CaseworkStore.OpenFormsAsync(database, Alike.Among, stop)).Where(f => f.InquiryId != inquiryId));
        var cases = (await CaseworkStore.CasesAsync(database, alike, stop)).ToDictionary(k => k.InquiryId);
        return new() { Cases = { alike.Where(cases.ContainsKey).Select(id => cases[id]).Where(MergeDecision.MayTakeIn).Take(Alike.Most).Select(CaseView.Row) } };
    }
}
