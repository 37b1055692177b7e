using InquiryHub.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Assignment;

/// <summary>Which officer of the answering unit.</summary>
public sealed class AssignmentModule : IHubModule
{
    public string Name => "assignment";

    public void Add(IHostApplicationBuilder builder)
    {
        builder.AddHubService(Name, _ => new HubService(Name, Sources: ["routing", "casework", "directory"], new AssignmentHandlers(), typeof(AssignmentModule).Assembly, Staff.Of));
        builder.Services.AddHostedService<AssignmentRetry>().AddHostedService<LeaveSweep>();
    }

    public void Map(WebApplication app) => app.MapGrpcService<AssignmentGrpc>();
}
