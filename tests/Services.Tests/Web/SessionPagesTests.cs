using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using InquiryHub.Directory;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using InquiryHub.Web;

namespace InquiryHub.Services.Tests.Web;

/// <summary>Two processes of pages beside one of Directory: what they let in, and what when Directory is away.</summary>
public sealed partial class SessionPagesTests : IAsyncLifetime
{
    readonly string accounts = Path.Combine(Path.GetTempPath(), $"session-pages-{Environment.ProcessId}-{Environment.TickCount64}.json");
    TestHub directory = null!, one = null!, two = null!;
    bool gone;
    sealed record Account(string account, string password);

    public async Task InitializeAsync()
    {
        directory = await TestHub.StartAsync("sessionpages", [new DirectoryModule()], new Dictionary<string, string?> { ["Directory:AccountsFile"] = accounts });
        var settings = new Dictionary<string, string?> { ["Web:GrpcUrl"] = directory.Grpc.ToString() };
        (one, two) = (await directory.JoinAsync([new WebModule()], settings), await directory.JoinAsync([new WebModule()], settings));
        using var probe = new HttpClient { BaseAddress = directory.Http };
        await Until.TrueAsync("the hub is ready", async () => (await probe.GetAsync("/ready")).IsSuccessStatusCode, 60);
    }

    public async Task DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        if (!gone) await directory.DisposeAsync();
        File.Delete(accounts);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")] private static partial Regex FormToken();
    [GeneratedRegex("name=\"hub-token\" content=\"([^\"]+)\"")] private static partial Regex PageToken();
    [GeneratedRegex("name=\"sessionId\" value=\"([^\"]+)\"")] private static partial Regex Other();

    async Task<HttpClient> SignedInAsync(TestHub at)
    {
        var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = at.Http };
        browser.DefaultRequestHeaders.Add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
        var page = await browser.GetStringAsync("/signin");
        var answer = await browser.PostAsync("/signin", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "signin", ["__RequestVerificationToken"] = FormToken().Match(page).Groups[1].Value,
            ["Form.Account"] = "supervisor1", ["Form.Password"] = Json.Read<List<Account>>(File.ReadAllText(accounts)).Single(a => a.account == "supervisor1").password,
        }));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    static async Task<(HttpStatusCode Status, JsonElement Body)> ActAsync(HttpClient browser, string token, string act, params (string, string)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/acts/{act}") { Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Item1, f.Item2))) };
        request.Headers.Add("RequestVerificationToken", token);
        using var answer = await browser.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    static async Task<(string Page, string Token)> AccountPageAsync(HttpClient browser)
    {
        var page = await browser.GetStringAsync("/account");
        return (WebUtility.HtmlDecode(page), PageToken().Match(page).Groups[1].Value);
    }

    [Fact]
    public async Task A_sign_in_that_was_ended_reads_as_expired_on_every_page_act_and_draft_within_half_a_minute()
    {
        using var here = await SignedInAsync(one);
        using var there = await SignedInAsync(two);
        var (_, theirs) = await AccountPageAsync(there);
        var (page, mine) = await AccountPageAsync(here);
        Assert.Contains("Firefox · Linux", page);
        Assert.Contains("结束其他 1 处登录", page);

        var (status, body) = await ActAsync(here, mine, "end-session", ("commandId", "end it"), ("sessionId", Other().Match(page).Groups[1].Value));
        Assert.Equal((HttpStatusCode.OK, "已结束 1 处登录。"), (status, body.GetProperty("say").GetString()));
        await Until.TrueAsync("the other process has heard of it", async () => (await there.GetAsync("/drafts?scope=counter")).StatusCode == HttpStatusCode.Unauthorized, 30);
        (status, body) = await ActAsync(there, theirs, "password", ("old", "x"), ("new", "y"), ("repeat", "y"));
        Assert.Equal((HttpStatusCode.Unauthorized, true), (status, body.GetProperty("signedOut").GetBoolean()));
        Assert.Equal("/signin?back=%2Faccount", (await there.GetAsync("/account")).Headers.Location?.OriginalString);
        // A process that has not met it yet asks at once.
        Assert.Equal(HttpStatusCode.Found, (await there.GetAsync(new Uri(one.Http, "/account"))).StatusCode);
        Assert.Contains("只在这里登录", (await AccountPageAsync(here)).Page);
    }

    [Fact]
    public async Task A_sign_out_ends_its_own_sign_in_and_no_other()
    {
        using var here = await SignedInAsync(one);
        using var there = await SignedInAsync(one);
        var left = await there.PostAsync("/signout", new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = (await AccountPageAsync(there)).Token }));
        Assert.Equal("/signin?out=1", left.Headers.Location?.OriginalString);
        Assert.Contains("只在这里登录", (await AccountPageAsync(here)).Page);
        Assert.Equal(1, await directory.ScalarAsync<long>("select count(*) from directory.session where body::text like '%\"SignedOut\"%'"));
    }

    [Fact]
    public async Task While_Directory_is_away_or_answers_nothing_who_is_signed_in_stays_so_and_no_page_hangs()
    {
        using var here = await SignedInAsync(one);
        await AccountPageAsync(here);
        // Keys for reading cookies come from Directory: the second process has met somebody.
        using var another = await SignedInAsync(two);
        await AccountPageAsync(another);
        var grpc = directory.Grpc;
        gone = true;
        await directory.DisposeAsync();
        Assert.Contains("暂时读不到数据", (await AccountPageAsync(here)).Page);

        // It takes the connection and says nothing; this sign-in the second process has never met.
        using var silent = new TcpListener(IPAddress.Loopback, grpc.Port);
        silent.Start();
        var started = Stopwatch.GetTimestamp();
        var page = await (await here.GetAsync(new Uri(two.Http, "/no-such-page"))).Content.ReadAsStringAsync();
        Assert.Contains("data-account=\"supervisor1\"", page);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), $"{Stopwatch.GetElapsedTime(started)}");
    }
}
