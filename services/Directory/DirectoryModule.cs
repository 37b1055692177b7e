using InquiryHub.Kernel;

namespace InquiryHub.Directory;

/// <summary>Units, officers, accounts, catalogue, calendars, limits: the only place where they are kept and changed.</summary>
public sealed class DirectoryModule : IHubModule
{
    public string Name => "directory";

    public void Add(IHostApplicationBuilder builder)
    {
        builder.AddHubService(Name, _ => new HubService(Name, Sources: [], new HearsNothing(), typeof(DirectoryModule).Assembly));
        builder.Services
            .AddSingleton(builder.Configuration.GetSection("Directory").Get<DirectoryOptions>() ?? new())
            .AddSingleton<DirectoryStore>().AddSingleton<Sessions>().AddHostedService(sp => sp.GetRequiredService<Sessions>()).AddSingleton<DirectoryHandlers>().AddSingleton<FirstStart>()
            .AddHostedService(sp => sp.GetRequiredService<FirstStart>())
            .AddSingleton(sp => sp.GetRequiredService<FirstStart>().Check);
    }

    public void Map(WebApplication app) => app.MapGrpcService<DirectoryGrpc>();

    // Nothing that happens to an inquiry changes a unit or an officer.
    sealed class HearsNothing : IFold
    {
        public void Want(Message message, Wants wants) { }
        public void Fold(Message message, UnitOfWork work) { }
    }
}

internal sealed record DirectoryOptions
{
    /// <summary>Where the first start writes the sample accounts with their passwords (0600); empty = no sample accounts.</summary>
    public string AccountsFile { get; init; } = "";
}
