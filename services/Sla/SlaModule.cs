using InquiryHub.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Sla;

/// <summary>Every clock.</summary>
public sealed class SlaModule : IHubModule
{
    public string Name => "sla";

    public void Add(IHostApplicationBuilder builder)
    {
        builder.AddHubService(Name, _ => new HubService(Name, Sources: ["routing", "casework", "directory"], new SlaHandlers(), typeof(SlaModule).Assembly, SlaRules.Of) { Apart = 15 });
        builder.Services.AddHostedService<SlaSweep>();
    }

    public void Map(WebApplication app) => app.MapGrpcService<SlaGrpc>();
}
