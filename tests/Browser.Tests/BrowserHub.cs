using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;

namespace InquiryHub.Browser.Tests;

[CollectionDefinition("browser")]
public sealed class BrowserCollection : ICollectionFixture<BrowserHub>;

/// <summary>
/// The real hub in a browser: AllInOne and the gateway as processes on a database of their own, and one Chromium. Tests share it; each asks
/// for its own inquiries, units and pages, so that they may run one after another in any order.
/// </summary>
public sealed class BrowserHub : IAsyncLifetime
{
    const string Secret = "a-door-secret-of-the-tests";
    readonly string folder = System.IO.Directory.CreateTempSubdirectory("hub-browser-").FullName;
    readonly Dictionary<string, string> states = [];
    readonly List<HubProcess> hubs = [];
    HubProcess gateway = null!;
    string database = "";
    IPlaywright playwright = null!;
    IBrowser browser = null!;
    Dictionary<string, string> passwords = [];
    sealed record Account(string account, string password);

    public Uri Url => gateway.Http;
    /// <summary>gRPC through the gateway; with <see cref="As"/> for who calls.</summary>
    public GrpcChannel Channel { get; private set; } = null!;
    public HttpClient Http { get; private set; } = null!;
    /// <summary>The instances behind the gateway, for tests that kill or freeze one.</summary>
    public IReadOnlyList<HubProcess> Hubs => hubs;

    public async Task InitializeAsync()
    {
        database = await TestServers.NewDatabaseAsync("browser");
        await File.WriteAllTextAsync(Path.Combine(folder, "secrets.json"), Json.Write(new[] { "hotline", "minxin", "web", "email", "qq", "walkin", "office" }.ToDictionary(d => d, _ => Secret)));
        for (var n = 0; n < 2; n++) hubs.Add(HubProcess.Of(Dll("services/AllInOne", "AllInOne"), new Dictionary<string, string>
        {
            ["ConnectionStrings__Hub"] = database, ["Hub__KeyRing"] = Path.Combine(folder, "ring.json"), ["Directory__AccountsFile"] = Path.Combine(folder, "accounts.json"),
            ["Channels__SecretsFile"] = Path.Combine(folder, "secrets.json"), ["Channels__Pickup"] = Path.Combine(folder, "pickup"), ["Redis__Endpoint"] = TestServers.Redis,
        }));
        gateway = HubProcess.Of(Dll("gateway", "Gateway"), new Dictionary<string, string>
        {
            ["Hub__HttpUrl"] = string.Join(',', hubs.Select(h => h.Http.ToString().TrimEnd('/'))), ["Hub__GrpcUrl"] = string.Join(',', hubs.Select(h => h.Grpc.ToString().TrimEnd('/'))),
            ["Gateway__PublicPerMinute"] = "1000000", ["Redis__Endpoint"] = TestServers.Redis,
        });
        await hubs[0].StartAsync(); // it migrates; the second one finds everything there
        await hubs[1].StartAsync();
        await gateway.StartAsync();
        passwords = Json.Read<List<Account>>(await File.ReadAllTextAsync(Path.Combine(folder, "accounts.json"))).ToDictionary(a => a.account, a => a.password);
        (Http, Channel) = (new() { BaseAddress = Url }, GrpcChannel.ForAddress(gateway.Grpc));
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Installed(), Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"] });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        Channel?.Dispose();
        Http?.Dispose();
        foreach (var process in hubs.Append(gateway)) if (process is not null) await process.DisposeAsync();
        await TestServers.DropAsync(database);
        System.IO.Directory.Delete(folder, recursive: true);
    }

    /// <summary>For what no door lets a test do: as the database's owner.</summary>
    public async Task SqlAsync(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    // From its own folder: there lie the lists of its pages' files.
    static string Dll(string project, string name)
    {
        var (framework, configuration) = (new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')), new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!);
        return Path.Combine(configuration.Parent!.Parent!.Parent!.Parent!.FullName, project, "bin", configuration.Name, framework.Name, $"InquiryHub.{name}.dll");
    }

    // Debian's; elsewhere Playwright's own, when it was installed.
    static string? Installed() => new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser" }.FirstOrDefault(File.Exists);

    public string Password(string account) => passwords[account];

    /// <summary>A token for gRPC as somebody who needs no account.</summary>
    public Metadata As(string role, string unit = "", string officer = "", string? account = null) =>
        new() { { "authorization", $"Bearer {new Tokens(KeyRing.Open(Path.Combine(folder, "ring.json")), TimeProvider.System).Mint(new(account ?? "t-" + role, [role], unit, officer)).Token}" } };

    /// <summary>A page of a new browser window, signed in as the account; null = nobody.</summary>
    public async Task<IPage> OpenAsync(string? account, string path = "/", string language = "zh-CN", bool dark = false, bool script = true, bool phone = false)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = Url.ToString(), Locale = language, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, JavaScriptEnabled = script,
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1366, Height = 768 }, ReducedMotion = ReducedMotion.Reduce,
            StorageState = account is null ? null : await StateAsync(account),
        });
        context.SetDefaultTimeout(15_000);
        await context.AddCookiesAsync([new() { Name = "lang", Value = language, Url = Url.ToString() }]);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Signs in once an account; every further window begins with its cookies.</summary>
    async Task<string> StateAsync(string account)
    {
        if (states.TryGetValue(account, out var known)) return known;
        await using var context = await browser.NewContextAsync(new() { BaseURL = Url.ToString() });
        var page = await context.NewPageAsync();
        await SignInAsync(page, account);
        return states[account] = await context.StorageStateAsync();
    }

    /// <summary>The sign-in page by hand, until the first page behind it is there.</summary>
    public async Task SignInAsync(IPage page, string account)
    {
        await page.GotoAsync("/signin");
        await page.FillAsync("#account", account);
        await page.FillAsync("#password", Password(account));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("/signin"));
    }

    /// <summary>Posts to a door with its secret; what it answered.</summary>
    public async Task<JsonElement> PostAsync(string path, object body, string? key = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Door-Secret", Secret);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (bearer is not null) request.Headers.Add("Authorization", bearer);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? (text.Length > 0 ? JsonDocument.Parse(text).RootElement : default) : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {text}");
    }

    /// <summary>A mail as a mail server posts it, by its lines; what the door answered.</summary>
    public async Task<JsonElement> MailAsync(string mail)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/doors/email/messages") { Content = new StringContent(mail.ReplaceLineEndings("\r\n")) };
        request.Headers.Add("X-Door-Secret", Secret);
        using var answer = await Http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    static int asked;

    /// <summary>An inquiry by the Minxin door, which routing sends to a unit by its category and area; its number and query code.</summary>
    public async Task<(string Number, string Code)> AskAsync(string title, string text = "请问怎么办理", string? category = null, string area = "211102", string kind = "Consultation", [CallerFilePath] string asks = "")
    {
        var answer = await PostAsync("/doors/minxin/inquiries", new { kind, categoryCode = category ?? CategoryOf(asks), areaCode = area, title, text, name = "芦苇荡", phone = "13800000000", wantsReply = true }, $"browser-{Interlocked.Increment(ref asked)}");
        return (answer.GetProperty("inquiryId").GetString()!, answer.GetProperty("queryCode").GetString()!);
    }

    // Each of a unit of its own with two officers.
    static readonly string[] categories =
    [
        "010101", "010201", "010202", "010301", "010302", "020103", "020201", "020302", "020501", "030302", "030402", "030602",
        "040202", "040203", "040306", "040701", "040702", "040801", "040901", "040902", "040903", "040904", "041003", "050104", "050105",
    ];

    /// <summary>Tests of one file share a unit, and hardly any other file's: a worklist shows sixty rows at once, and whoever is on leave is so for all.</summary>
    static string CategoryOf(string file) => categories[Path.GetFileName(file).Sum(c => c) % categories.Length];

    /// <summary>Waits until an officer has the inquiry's task.</summary>
    public async Task<Contracts.Casework.TaskRow> AssignedAsync(string inquiryId)
    {
        var casework = new Contracts.Casework.Casework.CaseworkClient(Channel);
        Contracts.Casework.TaskRow? task = null;
        await Until.TrueAsync("an officer has the task", async () =>
        {
            try { task = (await casework.GetCaseAsync(new() { InquiryId = inquiryId }, As(Roles.Supervisor))).Tasks.FirstOrDefault(t => t.OfficerId.Length > 0); }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound) { /* not filed yet */ }
            return task is not null;
        });
        return task!;
    }
}
