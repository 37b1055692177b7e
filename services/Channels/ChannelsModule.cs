using System.Text;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Mvc;

namespace InquiryHub.Channels;

/// <summary>The doors: what citizens say comes in, what is answered goes out.</summary>
public sealed class ChannelsModule : IHubModule
{
    public string Name => "channels";

    public void Add(IHostApplicationBuilder builder)
    {
        // Mails in GBK, GB18030 and Big5.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var options = (builder.Configuration.GetSection("Channels").Get<ChannelsOptions>() ?? new()).Checked();
        builder.AddHubService(Name, _ => new HubService(Name, Sources: ["casework", "directory"], new ChannelsHandlers(), typeof(ChannelsModule).Assembly, DoorReference.Of));
        builder.Services.AddSingleton(options).AddSingleton(DoorSecrets.Open(options.SecretsFile)).AddSingleton<LiveCalls>().AddHostedService(services => services.GetRequiredService<LiveCalls>()).AddSingleton<Intake>().AddSingleton<Doorway>()
            .AddSingleton<IAnswerSender, SlipSender>().AddSingleton<IAnswerSender, MailSender>().AddSingleton<IAnswerSender, QqSender>()
            .AddHostedService<DeliveryWorker>();
    }

    public void Map(WebApplication app)
    {
        var open = app.Services.GetRequiredService<ChannelsOptions>().Open;
        // The server's own limit is above the doors': a door reads to the end what it refuses.
        var doors = app.MapGroup("").WithMetadata(new RequestSizeLimitAttribute(32 * 1024 * 1024));
        if (open.Contains(Doors.Hotline)) HotlineDoor.Map(doors);
        if (open.Contains(Doors.Minxin)) FormDoor.MapMinxin(doors);
        if (open.Contains(Doors.Web)) FormDoor.MapWeb(doors);
        if (open.Contains(Doors.Email)) MailDoor.Map(doors);
        if (open.Contains(Doors.Qq)) QqDoor.Map(doors, app.Services.GetRequiredService<DoorSecrets>().Of(Doors.Qq) is { Length: > 0 } secret ? new QqSignature(secret) : null);
        if (open.Contains(Doors.WalkIn)) WalkInDoor.Map(doors);
        if (open.Contains(Doors.Office)) OfficeDoor.Map(doors);
        app.MapGrpcService<ChannelsGrpc>();
    }
}
