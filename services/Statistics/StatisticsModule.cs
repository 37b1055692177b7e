using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>Figures: a fact row a contact, counters as its deltas, the report.</summary>
public sealed class StatisticsModule : IHubModule
{
    public string Name => "statistics";

    public void Add(IHostApplicationBuilder builder)
    {
        builder.AddHubService(Name, sp => new HubService(Name, Sources: ["channels", "routing", "sla", "casework", "directory"],
            new StatisticsHandlers(sp.GetRequiredService<LiveFigures>()), typeof(StatisticsModule).Assembly, Reference: Names.Of) { Apart = 30 });
        builder.Services.AddSingleton<StatisticsStore>().AddSingleton<DaysByHour>().AddSingleton<LiveFigures>().AddSingleton(Claims.Read()).AddHostedService(sp => sp.GetRequiredService<LiveFigures>());
    }

    public void Map(WebApplication app) => app.MapGrpcService<StatisticsGrpc>();
}

/// <summary>Totals that were published (data/claims.json), to be held against what the parts add up to.</summary>
internal sealed class Claims(IReadOnlyList<Claim> all)
{
    public Claim? Of(int year) => all.FirstOrDefault(c => c.Year == year);

    public static Claims Read()
    {
        using var file = new StreamReader(typeof(Claims).Assembly.GetManifestResourceStream("data/claims.json")!);
        return new(Json.Read<List<Claim>>(file.ReadToEnd()));
    }
}
