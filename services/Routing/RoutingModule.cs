using InquiryHub.Kernel;
using Microsoft.AspNetCore.Builder;

namespace InquiryHub.Routing;

/// <summary>Which unit answers.</summary>
public sealed class RoutingModule : IHubModule
{
    public string Name => "routing";

    public void Add(IHostApplicationBuilder builder) => builder.AddHubService(Name, _ => new HubService(
        Name, Sources: ["channels", "casework", "directory"], new RoutingHandlers(), typeof(RoutingModule).Assembly, Catalogue.Of));

    public void Map(WebApplication app) => app.MapGrpcService<RoutingGrpc>();
}
