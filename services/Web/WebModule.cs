using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.WebEncoders;

namespace InquiryHub.Web;

/// <summary>The pages. They speak gRPC only and own no tables.</summary>
public sealed class WebModule : IHubModule
{
    internal const string Scheme = "Cookies";
    public string Name => "web";

    public void Add(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var options = builder.Configuration.GetSection("Web").Get<WebOptions>() ?? new();
        // "Any address" is where to listen, not where to call.
        services.AddSingleton(sp => WebOptions.Channel(options.GrpcUrl.Length > 0 ? options.GrpcUrl : sp.GetRequiredService<HubOptions>().GrpcUrl.Replace("//0.0.0.0", "//127.0.0.1").Replace("//*", "//127.0.0.1")));
        foreach (var (own, url) in new[] { ("directory", options.DirectoryUrl), ("channels", options.ChannelsUrl), ("casework", options.CaseworkUrl) })
            services.AddKeyedSingleton(own, (sp, _) => url.Length > 0 ? WebOptions.Channel(url) : sp.GetRequiredService<GrpcChannel>());
        services.AddSingleton<SessionBook>().AddSingleton<Sessions>().AddHostedService(sp => sp.GetRequiredService<Sessions>());
        services.AddSingleton<HubClient>().AddSingleton<DataKeys>().AddSingleton<LastGood>().AddSingleton<Names>().AddSingleton<Days>().AddSingleton<LeaveBook>().AddSingleton<Backlogs>().AddScoped<CallFeed>().AddSingleton<TriageBook>();
        services.AddHttpContextAccessor().AddScoped(sp => Texts.Of(sp.GetRequiredService<IHttpContextAccessor>().HttpContext));

        services.AddAuthentication().AddCookie(Scheme, o =>
        {
            (o.Cookie.Name, o.Cookie.HttpOnly, o.Cookie.SameSite) = ("hub", true, SameSiteMode.Lax);
            (o.LoginPath, o.ReturnUrlParameter, o.SlidingExpiration) = ("/signin", "back", false);
            o.Events.OnRedirectToLogin = c => { c.Response.Redirect(new Uri(c.RedirectUri).PathAndQuery); return Task.CompletedTask; };
            o.Events.OnValidatePrincipal = async c => { if (!await c.HttpContext.RequestServices.GetRequiredService<Sessions>().HoldsAsync(c.Principal!)) c.RejectPrincipal(); };
        });
        // Directory wraps the keys; the framework can't know and would warn.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        services.AddDataProtection().SetApplicationName("InquiryHub");
        services.AddOptions<KeyManagementOptions>().Configure<DataKeys>((o, keys) => o.XmlRepository = keys);
        services.AddAntiforgery(o => o.Cookie.Name = "hub.form");
        services.AddCascadingAuthenticationState();
        // Chinese stays readable in the page's source and a third of the size.
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddRazorComponents().AddInteractiveServerComponents();
        // The framework would read its keys before the hub listens, when Directory can't answer yet; the first page reads them.
        foreach (var early in services.Where(d => d.ServiceType == typeof(IHostedService) && d.ImplementationType?.Name == "DataProtectionHostedService").ToList()) services.Remove(early);
        // Files come from the projects' own wwwroot until the hub is published.
        if (builder is WebApplicationBuilder web) web.WebHost.UseStaticWebAssets();
    }

    public void Map(WebApplication app)
    {
        app.Use(Headers);
        app.UseAntiforgery();
        // A host that isn't a web project of its own (a test's) has only this project's list of files.
        var files = $"{app.Environment.ApplicationName}.staticwebassets.endpoints.json";
        app.MapStaticAssets(File.Exists(Path.Combine(AppContext.BaseDirectory, files)) ? files : "InquiryHub.Web.staticwebassets.endpoints.json");
        app.MapGet("/", () => Results.LocalRedirect("/dashboard"));
        app.MapGet("/language", (HttpContext context, string to, string? back) =>
        {
            context.Response.Cookies.Append(Texts.Cookie, Texts.For(to).Language, new() { MaxAge = TimeSpan.FromDays(400), SameSite = SameSiteMode.Lax, IsEssential = true });
            return Results.LocalRedirect(Local(back));
        });
        app.MapPost("/signout", async (HttpContext context, HubClient hub, IAntiforgery forms) =>
        {
            if (!await forms.IsRequestValidAsync(context)) return Results.LocalRedirect("/signin");
            var id = context.User.FindFirstValue(Tokens.SessionClaim) ?? "";
            // The cookie goes in any case; Directory away, the list shows this sign-in until its end.
            try { await hub.Directory.EndSessionAsync(new() { CommandId = $"signout {id}", SessionId = id }, hub.As(context.User).WithDeadline(DateTime.UtcNow.AddSeconds(2))); }
            catch (RpcException) { }
            await context.SignOutAsync(Scheme);
            return Results.LocalRedirect("/signin?out=1");
        });
        Drafts.Map(app);
        OfficerActs.Map(app);
        ListActs.Map(app);
        LeaveActs.Map(app);
        CallActs.Map(app);
        TriageActs.Map(app);
        FollowUps.Map(app);
        CallBacks.Map(app);
        QuarantineActs.Map(app);
        CounterActs.Map(app);
        Board.Map(app);
        app.MapAct("password", Pages.AccountPage.ChangeAsync);
        app.MapAct("end-session", Parts.SignIns.EndAsync);
        app.MapAct("end-others", Parts.SignIns.EndOthersAsync);
        // Whoever mistyped an address gets a page that says so, behind everything that has an address.
        app.MapGet("/{**path}", () => new RazorComponentResult<Pages.App> { StatusCode = 404 }).WithOrder(int.MaxValue);
        app.MapRazorComponents<Pages.App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null); // ours is stricter
    }

    /// <summary>A path of this site, or the dashboard: a sign-in must not lead elsewhere.</summary>
    internal static string Local(string? back) => back is ['/', not ('/' or '\\'), ..] && !back.AsSpan().ContainsAnyInRange('\0', '\x1f') ? back : "/dashboard";

    internal static ClaimsPrincipal Principal(Contracts.Directory.SignInReply reply)
    {
        var a = reply.Account;
        var claims = new List<Claim> { new("sub", a.Account_), new(HubClient.NameClaim, a.DisplayName), new("unit", a.UnitCode), new("officer", a.OfficerId), new(HubClient.TokenClaim, reply.Token), new(Tokens.SessionClaim, reply.SessionId) };
        claims.AddRange(a.Roles.Select(r => new Claim("role", r)));
        return new(new ClaimsIdentity(claims, Scheme, "sub", "role"));
    }

    // Everything a page needs comes from here; nothing is framed elsewhere.
    static Task Headers(HttpContext context, RequestDelegate next)
    {
        var h = context.Response.Headers;
        h.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        (h.XContentTypeOptions, h["Referrer-Policy"]) = ("nosniff", "same-origin");
        // The framework names its own host in redirects; a browser behind the gateway knows another one.
        context.Response.OnStarting(() =>
        {
            var own = $"{context.Request.Scheme}://{context.Request.Host}";
            if (h.Location.ToString() is var to && to.StartsWith(own + "/", StringComparison.Ordinal)) h.Location = to[own.Length..];
            return Task.CompletedTask;
        });
        return next(context);
    }
}
