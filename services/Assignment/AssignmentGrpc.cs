using Grpc.Core;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Assignment;

[Authorize]
sealed class AssignmentGrpc([FromKeyedServices("assignment")] Writer writer, [FromKeyedServices("assignment")] NpgsqlDataSource database) : Contracts.Assignment.Assignment.AssignmentBase
{
    [Authorize(Roles = $"{Roles.Officer},{Roles.Supervisor}")]
    public override async Task<HandOverTaskReply> HandOverTask(HandOverTaskRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var actor = Actor.Of(context.GetHttpContext().User);
        // Under the lock: of two who take a task at the same time the second one takes it from the first.
        var outcome = await writer.CommandAsync<HandOverTaskReply>(request.CommandId, [inquiryId], w => w.Add(AssignmentStore.Inquiries, inquiryId), work =>
        {
            var before = work.Get(AssignmentStore.Inquiries, inquiryId);
            var decided = HandOverDecision.Decide(before, request.TaskId, request.OfficerId, actor, work.Reference<Staff>(), work.Now);
            if (decided.Refusal is { } refusal) return refusal;
            var (after, said) = decided.Value!;
            if (said is not null) AssignmentHandlers.Move(before!.Task(request.TaskId)!, after, said, work);
            return new HandOverTaskReply { AssignedAt = after.Task(request.TaskId)!.HandedOverAt is { } at ? CityTime.Stamp(at) : null };
        });
        return outcome.OrRefuse();
    }

    public override async Task<UnitLoad> GetUnitLoad(GetUnitLoadRequest request, ServerCallContext context)
    {
        var (officers, deferred) = await AssignmentStore.UnitAsync(database, request.UnitCode, context.CancellationToken);
        return new() { Officers = { officers.Select(o => new OfficerLoad { OfficerId = o.OfficerId, OpenTasks = o.Open }) }, Deferred = deferred };
    }
}
