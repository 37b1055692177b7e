using Grpc.Core;
using InquiryHub.Contracts.Assignment;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Assignment;

[Authorize]
sealed class AssignmentGrpc([FromKeyedServices("assignment")] NpgsqlDataSource database) : Contracts.Assignment.Assignment.AssignmentBase
{
    public override async Task<UnitLoad> GetUnitLoad(GetUnitLoadRequest request, ServerCallContext context)
    {
        var (officers, deferred) = await AssignmentStore.UnitAsync(database, request.UnitCode, context.CancellationToken);
        return new() { Officers = { officers.Select(o => new OfficerLoad { OfficerId = o.OfficerId, OpenTasks = o.Open }) }, Deferred = deferred };
    }
}
