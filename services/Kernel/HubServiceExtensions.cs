using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InquiryHub.Kernel;

public static class HubServiceExtensions
{
    /// <summary>
    /// Gives a service its loop, its writer and its pool, all keyed by its name: <c>[FromKeyedServices("routing")] Writer</c>,
    /// <c>NpgsqlDataSource</c>, <c>ReferenceData</c>.
    /// </summary>
    public static void AddHubService(this IHostApplicationBuilder builder, string name, Func<IServiceProvider, HubService> make)
    {
        var s = builder.Services;
        s.AddKeyedSingleton(name, (sp, _) => make(sp));
        s.AddSingleton(sp => sp.GetRequiredKeyedService<HubService>(name));
        s.AddKeyedSingleton(name, (_, _) => new ServiceHealth(name));
        s.AddSingleton(sp => sp.GetRequiredKeyedService<ServiceHealth>(name));
        s.AddKeyedSingleton(name, (sp, _) => new ReferenceCache(sp.GetRequiredKeyedService<HubService>(name)));
        s.AddKeyedSingleton(name, (sp, _) => sp.GetRequiredService<HubDatabase>().For(name));
        s.AddKeyedSingleton(name, (sp, _) => new ReferenceData(sp.GetRequiredKeyedService<HubService>(name), sp.GetRequiredKeyedService<ReferenceCache>(name), sp.GetRequiredService<HubDatabase>().For(name)));
        s.AddKeyedSingleton(name, (sp, _) => new Writer(sp.GetRequiredKeyedService<HubService>(name), sp.GetRequiredService<HubDatabase>(), sp.GetRequiredService<Shards>(), sp.GetRequiredKeyedService<ReferenceCache>(name), sp.GetRequiredService<ILogger<Writer>>()));
        s.AddSingleton<IHostedService>(sp => sp.GetRequiredKeyedService<Writer>(name));
        s.AddSingleton<IHostedService>(sp => new ServiceLoop(sp.GetRequiredKeyedService<HubService>(name), sp.GetRequiredService<HubDatabase>(), sp.GetRequiredService<Shards>(),
            sp.GetRequiredKeyedService<ReferenceCache>(name), sp.GetRequiredKeyedService<ServiceHealth>(name), sp.GetRequiredKeyedService<Writer>(name), Log(sp, name), sp.GetRequiredService<ILogger<ServiceLoop>>()));
    }

    static IInboundLog Log(IServiceProvider sp, string name)
    {
        var (service, database, health, log) = (sp.GetRequiredKeyedService<HubService>(name), sp.GetRequiredService<HubDatabase>(), sp.GetRequiredKeyedService<ServiceHealth>(name), sp.GetRequiredService<ILogger<ServiceLoop>>());
        return sp.GetService<KafkaReader>() is { } kafka ? kafka.Of(service) : new EmbeddedLog(service, database, sp.GetRequiredService<Shards>(), health, log);
    }
}
