using System.Net;
using InquiryHub.Gateway;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Health;

// The one door to the outside: routes, limits, TLS. Everything it knows is configuration.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning);
// It writes a stack for each unanswered probe; that an instance is left out, and is back, is said once by another.
builder.Logging.AddFilter("Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor", LogLevel.Error);
var options = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new();
var table = RoutingTable.Of(builder.Configuration);
var publicUrl = new Uri(options.Url);
var grpcUrl = new Uri(options.GrpcUrl);

builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    // A door's own limit is smaller; mails with attachments are the largest thing that may pass.
    kestrel.Limits.MaxRequestBodySize = 26 * 1024 * 1024;
    kestrel.Listen(Address(publicUrl), publicUrl.Port, l =>
    {
        if (options.TlsCertificate.Length > 0) l.UseHttps(options.TlsCertificate, options.TlsPassword); else l.Protocols = HttpProtocols.Http1;
    });
    kestrel.Listen(Address(grpcUrl), grpcUrl.Port, l => l.Protocols = HttpProtocols.Http2);
});
builder.Services.AddSingleton(options).AddSingleton(table).AddSingleton<Limits>().AddSingleton<Reports>();
// A killed instance is noticed by the requests of the last two seconds, not of the last minute; a stream that was reset now and then is none.
builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(o => (o.DetectionWindowSize, o.MinimalTotalCountThreshold, o.DefaultFailureRateLimit) = (TimeSpan.FromSeconds(2), 5, 0.5));
builder.Services.AddReverseProxy().LoadFromMemory(table.Routes, table.Clusters)
    // A node that lost its power answers nothing: without a ping its streams would hang until TCP gives up, a quarter of an hour.
    .ConfigureHttpClient((_, handler) => (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout, handler.ConnectTimeout) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3)))
    .AddDnsDestinationResolver(o => (o.RefreshPeriod, o.AddressFamily) = (TimeSpan.FromSeconds(2), System.Net.Sockets.AddressFamily.InterNetwork));

var app = builder.Build();
app.MapGet("/gateway/live", () => "live");
app.Use(app.Services.GetRequiredService<Limits>().ApplyAsync);
app.Services.GetRequiredService<Reports>().Map(app);
app.MapReverseProxy();
app.Run();

static IPAddress Address(Uri url) => url.Host is "localhost" ? IPAddress.Loopback : url.Host is "0.0.0.0" or "*" ? IPAddress.Any : IPAddress.Parse(url.Host);

namespace InquiryHub.Gateway
{
    /// <summary>Addresses, TLS and how often one address may use what needs no sign-in.</summary>
    public sealed record GatewayOptions
    {
        public string Url { get; init; } = "http://127.0.0.1:8080";
        /// <summary>gRPC in cleartext HTTP/2, a port of its own: browsers and gRPC can't share one without TLS.</summary>
        public string GrpcUrl { get; init; } = "http://127.0.0.1:8081";
        public string TlsCertificate { get; init; } = "";
        public string TlsPassword { get; init; } = "";
        /// <summary>Requests a minute and address to /public and to sign-in.</summary>
        public int PublicPerMinute { get; init; } = 60;
    }
}
