using InquiryHub.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Casework;

/// <summary>The case: what people do with it, and the case file.</summary>
public sealed class CaseworkModule : IHubModule
{
    public string Name => "casework";

    public void Add(IHostApplicationBuilder builder)
    {
        builder.AddHubService(Name, services => new HubService(Name, Sources: ["channels", "routing", "assignment", "sla", "directory"],
            new CaseworkHandlers(services.GetRequiredService<KeyRing>(), services.GetRequiredService<LiveTasks>()), typeof(CaseworkModule).Assembly, CityData.Of));
        builder.Services.AddSingleton<ProgressDoor>().AddSingleton<LiveTasks>().AddHostedService(services => services.GetRequiredService<LiveTasks>())
            .AddSingleton<Presence>().AddSingleton<Reveals>().AddSingleton<Drafts>().AddHostedService(services => services.GetRequiredService<Drafts>());
    }

    public void Map(WebApplication app)
    {
        app.MapGrpcService<CaseworkGrpc>();
        app.MapPost("/public/progress", (HttpContext context, ProgressDoor door) => door.PostAsync(context));
    }
}
