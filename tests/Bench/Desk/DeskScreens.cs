using System.Text.Json;
using InquiryHub.Cli;
using InquiryHub.Kernel;
using Microsoft.Playwright;

namespace InquiryHub.Bench.Desk;

/// <param name="What">The page, and the window's name.</param>
/// <param name="Tasks">Everything, painting too; <paramref name="Script"/> and <paramref name="Layout"/> are in it.</param>
sealed record Spent(string What, double Tasks, double Script, double Layout);

/// <summary>Screens in a real browser, signed in as the city's sample accounts: windows of one account share its cookies.</summary>
sealed class DeskScreens : IAsyncDisposable
{
    sealed record Account(string account, string password, IReadOnlyList<string> roles, string officerId);

    // Once a document: when the desk turned to the call, when the caller's card stood in the document, and when it was painted, two frames later.
    const string Watch = """
        const now = () => performance.timeOrigin + performance.now();
        let turned, drawn;
        for (const way of ['pushState', 'replaceState']) { const real = history[way]; history[way] = function (...all) { if (String(all[2]).includes('call=')) turned ??= now(); return real.apply(this, all); }; }
        window.card = new Promise(painted => new MutationObserver((_, o) => {
            if (!document.querySelector('.who')?.childElementCount) return;
            o.disconnect();
            drawn = now();
            requestAnimationFrame(() => requestAnimationFrame(() => painted([turned ?? now(), drawn, now()])));
        }).observe(document, { childList: true, subtree: true }));
        """;

    readonly IPlaywright playwright;
    readonly IBrowser browser;
    readonly Uri url;
    readonly Dictionary<string, Account> accounts;
    readonly Dictionary<string, IBrowserContext> contexts = [];
    readonly List<(string What, ICDPSession Cdp)> open = [];

    DeskScreens(IPlaywright playwright, IBrowser browser, Uri url, IReadOnlyList<Account> all) => (this.playwright, this.browser, this.url, accounts) = (playwright, browser, url, all.ToDictionary(a => a.account));

    /// <exception cref="HubStop">There is no browser.</exception>
    public static async Task<DeskScreens> StartAsync(BenchCity city, CancellationToken cancel)
    {
        var all = JsonSerializer.Deserialize<List<Account>>(await File.ReadAllTextAsync(city.City.AccountsFile, cancel), new JsonSerializerOptions(JsonSerializerDefaults.Web))!;
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new(playwright, await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser" }.FirstOrDefault(File.Exists),
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
            }), city.Gateway, all);
        }
        catch (PlaywrightException e)
        {
            playwright.Dispose();
            throw new HubStop(Exit.NeedsPackages, $"无法启动浏览器，请先安装 chromium：{e.Message}", "No browser could be started: install chromium (apt-get install chromium fonts-noto-cjk), then run it again.");
        }
    }

    public IEnumerable<(string Account, string OfficerId)> Officers => accounts.Values.Where(a => a.officerId.Length > 0).Select(a => (a.account, a.officerId));

    /// <summary>A screen of the account, its page loaded. One that is looked at has a window of its own: a tab behind another is painted once a second.</summary>
    public async Task<IPage> OpenAsync(string account, string path, string window = "")
    {
        if (!contexts.TryGetValue(account + window, out var context)) contexts[account + window] = context = await SignInAsync(accounts[account]);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        var cdp = await context.NewCDPSessionAsync(page);
        await cdp.SendAsync("Performance.enable");
        open.Add(($"{path} {window}".TrimEnd(), cdp));
        return page;
    }

    /// <summary>What each open screen's main thread has spent so far, in seconds of the wall clock (on a busy machine more than the processor's).</summary>
    public Task<Spent[]> SpentAsync() => Task.WhenAll(open.Select(async o =>
    {
        var each = (await o.Cdp.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!, m => m.GetProperty("value").GetDouble());
        return new Spent(o.What, each["TaskDuration"], each["ScriptDuration"], each["RecalcStyleDuration"] + each["LayoutDuration"]);
    }));

    async Task<IBrowserContext> SignInAsync(Account who)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = url.ToString(), ViewportSize = new() { Width = 1366, Height = 768 }, Locale = "zh-CN" });
        context.SetDefaultTimeout(30_000);
        await context.AddInitScriptAsync(Watch);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/signin");
        await page.FillAsync("#account", who.account);
        await page.FillAsync("#password", who.password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(at => !at.Contains("/signin"));
        await page.CloseAsync();
        return context;
    }

    /// <summary>Milliseconds from the request until the first paint of a page that no window of this browser has seen in this sign-in.</summary>
    public async Task<double> FirstViewAsync(string account, string path)
    {
        await using var context = await SignInAsync(accounts[account]);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
        return await page.EvaluateAsync<double>("() => new Promise(done => { const look = () => { const p = performance.getEntriesByName('first-contentful-paint')[0]; p ? done(p.startTime) : setTimeout(look, 20); }; look(); })");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in contexts.Values) await context.CloseAsync();
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
