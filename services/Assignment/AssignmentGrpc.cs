using Grpc.Core;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Assignment;

[Authorize]
sealed class AssignmentGrpc([FromKeyedServices("assignment")] Writer writer, [FromKeyedServices("assignment")] NpgsqlDataSource database, [FromKeyedServices("assignment")] ReferenceData reference) : Contracts.Assignment.Assignment.AssignmentBase
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

    [Authorize(Roles = $"{Roles.Officer},{Roles.Supervisor}")]
    public override async Task<OfficerLeave> SetLeave(SetLeaveRequest request, ServerCallContext context)
    {
        var known = await reference.GetAsync<Staff>(context.CancellationToken);
        if (!known.Active.TryGetValue(request.OfficerId, out var officer)) throw Answers.Refused(LeaveRefusals.UnknownOfficer);
        if (!CityTime.TryDay(request.FromOn, out var from) || !CityTime.TryDay(request.UntilOn, out var until)) throw Answers.Refused(LeaveRefusals.InvalidDays);
        var (unit, actor, wish) = (officer.UnitCode, Actor.Of(context.GetHttpContext().User), new LeaveWish(request.LeaveNo, request.OfficerId, from, until, request.DeputyOfficerId));
        var outcome = await writer.CommandAsync<OfficerLeave>(request.CommandId, [unit], w => w.Add(AssignmentStore.Leaves, unit), work =>
        {
            var decided = LeaveDecision.Set(work.Get(AssignmentStore.Leaves, unit) ?? new(unit, []), wish, actor, work.Reference<Staff>(), work.Now);
            if (decided.Refusal is { } refusal) return refusal;
            work.Put(AssignmentStore.Leaves, decided.Value!.Unit);
            return Shown(unit, decided.Value.Leave);
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = $"{Roles.Officer},{Roles.Supervisor}")]
    public override async Task<EndLeaveReply> EndLeave(EndLeaveRequest request, ServerCallContext context)
    {
        var (unit, actor) = (request.UnitCode, Actor.Of(context.GetHttpContext().User));
        var outcome = await writer.CommandAsync<EndLeaveReply>(request.CommandId, [unit], w => w.Add(AssignmentStore.Leaves, unit), work =>
        {
            var decided = LeaveDecision.End(work.Get(AssignmentStore.Leaves, unit) ?? new(unit, []), request.LeaveNo, actor, work.Now);
            if (decided.Refusal is { } refusal) return refusal;
            work.Put(AssignmentStore.Leaves, decided.Value!);
            return new EndLeaveReply();
        });
        return outcome.OrRefuse();
    }

    public override async Task<LeaveList> ListLeaves(ListLeavesRequest request, ServerCallContext context)
    {
        var (units, now) = await AssignmentStore.LeavesAsync(database, request.UnitCode, context.CancellationToken);
        var today = CityTime.DateOf(now);
        return new() { Today = CityTime.Iso(today), Leaves = { units.SelectMany(u => u.NotOver(today).Select(l => (u.UnitCode, Leave: l))).OrderBy(l => l.Leave.From).ThenBy(l => l.UnitCode, StringComparer.Ordinal).ThenBy(l => l.Leave.No).Select(l => Shown(l.UnitCode, l.Leave)) } };
    }

    static OfficerLeave Shown(string unit, Leave l) => new()
    {
        UnitCode = unit, LeaveNo = l.No, OfficerId = l.OfficerId, FromOn = CityTime.Iso(l.From), UntilOn = CityTime.Iso(l.Until), DeputyOfficerId = l.DeputyId ?? "", SetBy = l.SetBy, SetAt = CityTime.Stamp(l.SetAt),
    };

    public override async Task<UnitLoad> GetUnitLoad(GetUnitLoadRequest request, ServerCallContext context)
    {
        var (officers, deferred) = await AssignmentStore.UnitAsync(database, request.UnitCode, context.CancellationToken);
        return new() { Officers = { officers.Select(o => new OfficerLoad { OfficerId = o.OfficerId, OpenTasks = o.Open }) }, Deferred = deferred };
    }
}
