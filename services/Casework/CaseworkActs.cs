using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Casework;

/// <summary>What people do with a case: each act loads it under the lock, decides purely, saves and says.</summary>
sealed partial class CaseworkGrpc
{
    [Authorize(Roles = Roles.Officer)]
    public override async Task<SignInTaskReply> SignInTask(SignInTaskRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        return await ActAsync(request.CommandId, request.InquiryId, (c, work) => CaseworkDecision.SignIn(c, request.TaskId, actor, work.Now), null,
            c => new SignInTaskReply { SignedInAt = CityTime.Stamp(c.Task(request.TaskId)!.SignIn!.At) });
    }

    [Authorize(Roles = Roles.Officer)]
    public override async Task<AnswerInquiryReply> AnswerInquiry(AnswerInquiryRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        var reply = request.PublicReply.Trim();
        // Sealed before the batch: a batch that is run again must say the same bytes.
        var travels = InquiryNumber.TryRead(request.InquiryId, out var inquiryId) ? ring.Seal(inquiryId, new Text { Text_ = reply }) : new();
        // Once a number, for the same reason: which ones wait is known in the batch only.
        var sealedFor = new Dictionary<string, Sealed>();
        return await ActAsync(request.CommandId, request.InquiryId, (c, work) => CaseworkDecision.Answer(c, request.TaskId, actor, reply, request.HandlingNote, travels, work.Now),
        (c, work) =>
        {
            work.Put(CaseworkStore.Answers, new AnswerText(AnswerText.KeyOf(inquiryId, c.Task(request.TaskId)!.Answer!.No), reply, request.HandlingNote));
            Drafts.Drop(actor.Account, DraftDecision.ScopeOf(inquiryId), work);
            var (task, no) = (c.Task(request.TaskId)!, c.Task(request.TaskId)!.Answer!.No);
            foreach (var merged in (c.TookIn ?? []).Where(t => !task.Assisting && t.AnswerNo == no)) AnswerToo(merged.InquiryId, task, work);
        },
        c => new AnswerInquiryReply { AnswerNo = c.Task(request.TaskId)!.Answer!.No, AnsweredAt = CityTime.Stamp(c.Task(request.TaskId)!.Answer!.At) },
        walk: c => Trace.Walk(7, "Casework", c?.Trace), // Walk 7: the officer answers
        want: w => w.Add(CaseworkStore.Drafts, DraftSet.KeyOf(actor.Account, DraftDecision.ScopeOf(inquiryId))),
        reached: c => c.Task(request.TaskId) is { Assisting: false } ? c.Waiting : []);

        // What was merged into it: an answer of its own, in its own case, by its own door. The handling note stands in the one that was handled.
        void AnswerToo(string mergedId, CaseTask task, UnitOfWork work)
        {
            if (!sealedFor.TryGetValue(mergedId, out var own)) sealedFor[mergedId] = own = ring.Seal(mergedId, new Text { Text_ = reply });
            var step = MergeDecision.Answered(work.Get(CaseworkStore.Cases, mergedId)!, actor.OfficerId, task.UnitCode, own, work.Now);
            Reach.Save(step, work, live);
            if (step.Case.Merged?.Answer is { } answer && step.Events.Count > 0) work.Put(CaseworkStore.Answers, new AnswerText(AnswerText.KeyOf(mergedId, answer.No), reply, ""));
        }
    }

    [Authorize(Roles = Roles.Officer)]
    public override Task<ReturnTaskReply> ReturnTask(ReturnTaskRequest request, ServerCallContext context)
    {
        request.Words = request.Words.Trim();
        return SayAsync(context, request.CommandId, request.InquiryId, request.Words, DraftDecision.ReturnScopeOf, (c, actor, words, work) => ReturnDecision.Return(c, request, actor, words, work.Reference<CityData>().Units, work.Now),
            c => new ReturnTaskReply { RequestedAt = CityTime.Stamp(c.Task(request.TaskId)!.Returns![^1].At) });
    }

    [Authorize(Roles = Roles.Officer)]
    public override async Task<WithdrawReturnReply> WithdrawReturn(WithdrawReturnRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        return await ActAsync(request.CommandId, request.InquiryId, (c, work) => ReturnDecision.Withdraw(c, request.TaskId, actor, work.Now), null,
            c => new WithdrawReturnReply { WithdrawnAt = CityTime.Stamp(c.Task(request.TaskId)!.Returns![^1].WithdrawnAt!.Value) });
    }

    [Authorize(Roles = Roles.Officer)]
    public override Task<RequestExtensionReply> RequestExtension(RequestExtensionRequest request, ServerCallContext context)
    {
        request.Words = request.Words.Trim();
        return SayAsync(context, request.CommandId, request.InquiryId, request.Words, DraftDecision.ExtensionScopeOf, (c, actor, words, work) => ExtensionDecision.Request(c, request, actor, words, work.Now),
            c => new RequestExtensionReply { ExtensionNo = c.Task(request.TaskId)!.Extensions![^1].No, RequestedAt = CityTime.Stamp(c.Task(request.TaskId)!.Extensions![^1].At) });
    }

    [Authorize(Roles = Roles.Supervisor)]
    public override Task<DecideExtensionReply> DecideExtension(DecideExtensionRequest request, ServerCallContext context)
    {
        request.Words = request.Words.Trim();
        return SayAsync(context, request.CommandId, request.InquiryId, request.Words, DraftDecision.ExtensionScopeOf, (c, actor, words, work) => ExtensionDecision.Decide(c, request, actor, words, work.Now),
            c => new DecideExtensionReply { DecidedAt = CityTime.Stamp(c.Task(request.TaskId)!.Extensions![^1].Verdict!.At) });
    }

    [Authorize(Roles = Roles.Supervisor)]
    public override async Task<UrgeTaskReply> UrgeTask(UrgeTaskRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        return await ActAsync(request.CommandId, request.InquiryId, (c, work) => UrgeDecision.Urge(c, request.TaskId, actor, work.Now), null,
            c => new UrgeTaskReply { UrgedAt = CityTime.Stamp(c.Task(request.TaskId)!.Urges![^1].At) });
    }

    [Authorize(Roles = Roles.Supervisor)]
    public override Task<SuperviseTaskReply> SuperviseTask(SuperviseTaskRequest request, ServerCallContext context)
    {
        request.Words = request.Words.Trim();
        return SayAsync(context, request.CommandId, request.InquiryId, request.Words, DraftDecision.SupervisionScopeOf, (c, actor, words, work) => SupervisionDecision.Supervise(c, request, actor, words, work.Now),
            c => new SuperviseTaskReply { SupervisedAt = CityTime.Stamp(c.Task(request.TaskId)!.Supervisions![^1].At) });
    }

    [Authorize(Roles = $"{Roles.Operator},{Roles.Supervisor}")]
    public override async Task<CloseInquiryReply> CloseInquiry(CloseInquiryRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        return await ActAsync(request.CommandId, request.InquiryId, (c, work) => CaseworkDecision.Close(c, actor, work.Now), null, c => new CloseInquiryReply { ClosedAt = CityTime.Stamp(c.Closing!.At) });
    }

    /// <summary>An act with words beside it: they travel and are kept sealed, and the draft of them is done with.</summary>
    Task<TReply> SayAsync<TReply>(ServerCallContext context, string commandId, string typed, string words, Func<string, string> scopeOf,
        Func<CaseState?, Actor, Sealed, UnitOfWork, Outcome<CaseStep>> decide, Func<CaseState, TReply> reply) where TReply : class, Google.Protobuf.IMessage<TReply>, new()
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        // Sealed before the batch: a batch that is run again must say the same bytes.
        var travels = InquiryNumber.TryRead(typed, out var inquiryId) ? ring.Seal(inquiryId, new Text { Text_ = words }) : new();
        return ActAsync(commandId, typed, (c, work) => decide(c, actor, travels, work), (_, work) => Drafts.Drop(actor.Account, scopeOf(inquiryId), work), reply,
            want: w => w.Add(CaseworkStore.Drafts, DraftSet.KeyOf(actor.Account, scopeOf(inquiryId))));
    }

    /// <summary>The shell of every act: load under the lock, decide, save and say; inside <paramref name="walk"/>'s span, so that what is said continues it.</summary>
    /// <param name="reached">The merged cases that the act also changes; <paramref name="also"/> may read and put them.</param>
    async Task<TReply> ActAsync<TReply>(string commandId, string typed, Func<CaseState?, UnitOfWork, Outcome<CaseStep>> decide, Action<CaseState, UnitOfWork>? also, Func<CaseState, TReply> reply,
        Func<CaseState?, System.Diagnostics.Activity?>? walk = null, Action<Wants>? want = null, Func<CaseState, IEnumerable<string>>? reached = null)
        where TReply : class, Google.Protobuf.IMessage<TReply>, new()
    {
        if (!InquiryNumber.TryRead(typed, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var reach = new Reach(inquiryId);
        var outcome = await reach.RunAsync(() => writer.CommandAsync<TReply>(commandId, reach.Keys, w => { reach.Want(w); want?.Invoke(w); }, work =>
        {
            var before = work.Get(CaseworkStore.Cases, inquiryId);
            if (before is not null && reached is not null && reach.Missing(reached(before)) is { } missing) return missing;
            using var step = walk?.Invoke(before);
            var decided = decide(before, work);
            if (decided.Refusal is { } refusal) return refusal;
            CaseworkHandlers.Save(before, decided.Value!, work, live);
            also?.Invoke(decided.Value!.Case, work);
            return reply(decided.Value!.Case);
        }));
        return outcome.OrRefuse();
    }
}
