using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using InquiryHub.Casework;
using InquiryHub.Directory;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Sla;
using InquiryHub.TestKit;
using InquiryHub.Web;

namespace InquiryHub.Services.Tests.Web;

/// <summary>What desk.js keeps of a person's typing, as it asks for it.</summary>
public sealed partial class DraftPagesTests : IAsyncLifetime
{
    readonly string accounts = Path.Combine(Path.GetTempPath(), $"draft-accounts-{Environment.ProcessId}-{Environment.TickCount64}.json");
    TestHub hub = null!;
    sealed record Account(string account, string password, IReadOnlyList<string> roles);

    public async Task InitializeAsync()
    {
        hub = await TestHub.StartAsync("draftpages", [new Producer("channels"), new Producer("routing"), new Producer("assignment"), new SlaModule(), new CaseworkModule(), new DirectoryModule(), new WebModule()],
            new Dictionary<string, string?> { ["Directory:AccountsFile"] = accounts });
        using var probe = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("the hub is ready", async () => (await probe.GetAsync("/ready")).IsSuccessStatusCode, 60);
    }

    public async Task DisposeAsync() { await hub.DisposeAsync(); File.Delete(accounts); }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")] private static partial Regex FormToken();
    [GeneratedRegex("name=\"hub-token\" content=\"([^\"]+)\"")] private static partial Regex PageToken();

    HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = hub.Http };

    /// <summary>A browser of the nth officer, on the worklist; its page's token.</summary>
    async Task<(HttpClient Browser, string Token)> SignedInAsync(int n)
    {
        var (browser, officer) = (Browser(), Json.Read<List<Account>>(await File.ReadAllTextAsync(accounts)).Where(a => a.roles.Contains(Roles.Officer)).ElementAt(n));
        var page = await browser.GetStringAsync("/signin");
        await browser.PostAsync("/signin", new FormUrlEncodedContent(new Dictionary<string, string>
        { ["_handler"] = "signin", ["__RequestVerificationToken"] = FormToken().Match(page).Groups[1].Value, ["Form.Account"] = officer.account, ["Form.Password"] = officer.password }));
        return (browser, PageToken().Match(await browser.GetStringAsync("/cases")).Groups[1].Value);
    }

    static async Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(HttpClient browser, string token, object? draft, string? raw = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/drafts") { Content = raw is null ? JsonContent.Create(draft) : new StringContent(raw, Encoding.UTF8, "application/json") };
        request.Headers.Add("RequestVerificationToken", token);
        using var answer = await browser.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    [Fact]
    public async Task A_draft_is_kept_found_again_and_shown_to_nobody_else()
    {
        var (mine, token) = await SignedInAsync(0);
        var (theirs, _) = await SignedInAsync(1);
        var (status, saved) = await PutAsync(mine, token, new { scope = "counter", field = "text", text = "写到一半", version = 0 });
        Assert.Equal((HttpStatusCode.OK, 1), (status, saved.GetProperty("version").GetInt32()));
        var found = JsonDocument.Parse(await mine.GetStringAsync("/drafts?scope=counter")).RootElement.GetProperty("text");
        Assert.Equal(("写到一半", 1), (found.GetProperty("text").GetString(), found.GetProperty("version").GetInt32()));
        Assert.Equal("{}", await theirs.GetStringAsync("/drafts?scope=counter"));
        var (_, conflict) = await PutAsync(mine, token, new { scope = "counter", field = "text", text = "另一窗", version = 0 });
        Assert.Equal(("写到一半", 1), (conflict.GetProperty("other").GetString(), conflict.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Signed_out_from_elsewhere_or_unreadable_it_is_refused_with_a_sentence()
    {
        var draft = new { scope = "counter", field = "text", text = "甲", version = 0 };
        var (mine, token) = await SignedInAsync(0);
        using var nobody = Browser();
        async Task RefusedAsync(HttpStatusCode expected, string words, Task<(HttpStatusCode Status, JsonElement Body)> answer)
        {
            var (status, body) = await answer;
            Assert.Equal(expected, status);
            Assert.Contains(words, body.GetProperty("refusal").GetString());
        }
        await RefusedAsync(HttpStatusCode.Unauthorized, "登录已过期", PutAsync(nobody, token, draft));
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/drafts?scope=counter")).StatusCode);
        await RefusedAsync(HttpStatusCode.BadRequest, "页面已过期", PutAsync(mine, "forged", draft));
        await RefusedAsync(HttpStatusCode.BadRequest, "无法保存的字符", PutAsync(mine, token, null, "{\"scope\":\"counter\",\"field\":\"text\",\"text\":\"\\ud840\",\"version\":0}"));
        await RefusedAsync(HttpStatusCode.BadRequest, "无法保存的字符", PutAsync(mine, token, null, "no json"));
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "10 万字", PutAsync(mine, token, new { scope = "counter", field = "text", text = new string('字', 100_001), version = 0 }));
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "不允许的字符", PutAsync(mine, token, new { scope = "", field = "text", text = "甲", version = 0 }));
    }
}
