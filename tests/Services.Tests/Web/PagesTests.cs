using System.Net;
using System.Text.RegularExpressions;
using InquiryHub.Casework;
using InquiryHub.Directory;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Sla;
using InquiryHub.Statistics;
using InquiryHub.TestKit;
using InquiryHub.Web;
using Npgsql;

namespace InquiryHub.Services.Tests.Web;

/// <summary>The pages as a browser without script gets them, on the real services.</summary>
public sealed partial class PagesTests : IAsyncLifetime
{
    readonly string accounts = Path.Combine(Path.GetTempPath(), $"accounts-{Environment.ProcessId}-{Environment.TickCount64}.json");
    TestHub hub = null!;
    sealed record Account(string account, string password);

    public async Task InitializeAsync()
    {
        hub = await TestHub.StartAsync("pages", [new Producer("channels"), new Producer("routing"), new Producer("assignment"), new SlaModule(), new CaseworkModule(), new DirectoryModule(), new StatisticsModule(), new WebModule()],
            new Dictionary<string, string?> { ["Directory:AccountsFile"] = accounts });
        using var probe = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("the hub is ready", async () => (await probe.GetAsync("/ready")).IsSuccessStatusCode, 60);
    }

    public async Task DisposeAsync() { await hub.DisposeAsync(); File.Delete(accounts); }

    HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = hub.Http };

    async Task<HttpResponseMessage> SignIn(HttpClient browser, string account, string password, string query = "")
    {
        var page = await browser.GetStringAsync("/signin" + query);
        return await browser.PostAsync("/signin" + query, new FormUrlEncodedContent(new Dictionary<string, string>
        { ["_handler"] = "signin", ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value, ["Form.Account"] = account, ["Form.Password"] = password }));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")] private static partial Regex Token();

    string Password(string account) => Json.Read<List<Account>>(File.ReadAllText(accounts)).Single(a => a.account == account).password;

    [Fact]
    public async Task A_person_signs_in_sees_the_board_and_signs_out()
    {
        using var browser = Browser();
        var first = await browser.GetAsync("/dashboard?count=inquiries");
        Assert.Equal((HttpStatusCode.Found, "/signin?back=%2Fdashboard%3Fcount%3Dinquiries"), (first.StatusCode, first.Headers.Location!.OriginalString));

        var wrong = await SignIn(browser, "supervisor1", "not the password");
        Assert.Contains("账号或密码不对", WebUtility.HtmlDecode(await wrong.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/dashboard")).StatusCode);

        var right = await SignIn(browser, "supervisor1", Password("supervisor1"), "?back=%2Fdashboard%3Fcount%3Dinquiries");
        Assert.Equal((HttpStatusCode.Found, "/dashboard?count=inquiries"), (right.StatusCode, right.Headers.Location!.OriginalString));
        var board = WebUtility.HtmlDecode(await browser.GetStringAsync("/dashboard"));
        Assert.Contains("还没有任何接收", board);
        await browser.GetAsync("/language?to=en&back=/dashboard");
        Assert.Contains("Nothing has been received yet", WebUtility.HtmlDecode(await browser.GetStringAsync("/dashboard")));

        await browser.PostAsync("/signout", new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Token().Match(board).Groups[1].Value }));
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/dashboard")).StatusCode);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_keeps_no_board_away_only_what_it_would_have_said()
    {
        using var browser = Browser();
        await SignIn(browser, "supervisor1", Password("supervisor1"));
        await using (var connection = new NpgsqlConnection(hub.ConnectionString))
        {
            await connection.OpenAsync();
            await using var held = await connection.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand("lock table casework.task in access exclusive mode", connection, held)) await hold.ExecuteNonQueryAsync();
            using var board = await browser.GetAsync("/dashboard");
            var page = WebUtility.HtmlDecode(await board.Content.ReadAsStringAsync());
            Assert.True(board.IsSuccessStatusCode);
            Assert.Contains("次，到", page); // today's totals: they come last
            Assert.DoesNotContain("class=\"backlog\"", page);
        }
        await Until.TrueAsync("what is open now is told again", async () => (await browser.GetStringAsync("/dashboard")).Contains("class=\"backlog\""));
    }

    [Fact]
    public async Task A_form_from_elsewhere_signs_nobody_in_or_out()
    {
        using var browser = Browser();
        var forged = await browser.PostAsync("/signin", new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = "signin", ["Form.Account"] = "supervisor1", ["Form.Password"] = Password("supervisor1") }));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/dashboard")).StatusCode);
    }
}
