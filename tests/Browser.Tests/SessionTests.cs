using System.Net;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>Where an account is signed in. Every window here signs in by itself: the shared cookies of an account are other tests'.</summary>
[Collection("browser")]
public sealed class SessionTests(BrowserHub hub)
{
    static readonly LocatorAssertionsToContainTextOptions heard = new() { Timeout = 30_000 };

    async Task<IPage> WindowAsync(string account, string path = "/account")
    {
        var page = await hub.OpenAsync(null, "/signin");
        await hub.SignInAsync(page, account);
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>The window's sign-in is refused by both instances, whichever the gateway chooses.</summary>
    async Task RefusedEverywhereAsync(IPage page)
    {
        var cookie = (await page.Context.CookiesAsync()).Single(c => c.Name == "hub").Value;
        foreach (var instance in hub.Hubs)
        {
            using var http = new HttpClient { BaseAddress = instance.Http };
            http.DefaultRequestHeaders.Add("Cookie", $"hub={cookie}");
            await Until.TrueAsync("the instance refuses it", async () => (await http.GetAsync("/drafts?scope=counter")).StatusCode == HttpStatusCode.Unauthorized, 30);
        }
    }

    static ILocator Rows(IPage page) => page.Locator(".signins tbody tr");

    [Fact]
    public async Task One_window_ends_another_by_keyboard_whose_next_act_keeps_its_text_and_asks_to_sign_in()
    {
        var task = await hub.AssignedAsync((await hub.AskAsync("宗教场所开放时间", category: "030603")).Number);
        var there = await WindowAsync(task.OfficerId, $"/case/{task.InquiryId}");
        await Expect(there.Locator(".saved")).ToContainTextAsync("实时");
        await there.Locator("#reply").FocusAsync();
        await there.Keyboard.TypeAsync("您好，每天九点");
        await Expect(there.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");

        var here = await WindowAsync(task.OfficerId);
        await Expect(Rows(here)).ToHaveCountAsync(2);
        await Expect(Rows(here).First).ToContainTextAsync("Chrome · Linux");
        await Expect(Rows(here).First).ToContainTextAsync("本次");
        await here.Locator(".signins form[action='/acts/end-others'] .btn").VisibleWithoutScrollingAsync();
        await here.SoundAsync();
        await here.PictureAsync("account-signins");
        await here.Keyboard.PressAsync("j");
        await here.Keyboard.PressAsync("e"); // the own one has nothing to end
        await here.Keyboard.PressAsync("j");
        await here.Keyboard.PressAsync("e");
        await Expect(here.Locator("#said")).ToHaveTextAsync("已结束 1 处登录。");
        await Expect(Rows(here)).ToHaveCountAsync(1);
        await Expect(here.Locator(".signins")).ToContainTextAsync("只在这里登录");

        // What lives on the page hears of it without being asked; what is typed stays.
        await Expect(there.Locator(".tlw .note")).ToContainTextAsync("登录已过期", heard);
        await RefusedEverywhereAsync(there);
        await there.Locator("#reply").FocusAsync();
        await there.Keyboard.TypeAsync("开放。");
        await there.Keyboard.PressAsync("Control+Enter");
        await Expect(there.Locator(".send .refused")).ToContainTextAsync("登录已过期", new() { Timeout = 20_000 });
        await Expect(there.Locator("#reply")).ToHaveValueAsync("您好，每天九点开放。");
        await there.Locator("#signin-again a").ClickAsync();
        await there.FillAsync("#account", task.OfficerId);
        await there.FillAsync("#password", hub.Password(task.OfficerId));
        await there.Keyboard.PressAsync("Enter");
        await there.WaitForURLAsync($"**/case/{task.InquiryId}");
        await Expect(there.Locator("#reply")).ToHaveValueAsync("您好，每天九点开放。");
        Assert.Empty((await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetCaseAsync(new() { InquiryId = task.InquiryId }, hub.As(Roles.Supervisor))).Answers);
        await here.Context.CloseAsync();
        await there.Context.CloseAsync();
    }

    [Fact]
    public async Task A_sign_out_leaves_the_others_and_all_others_end_after_a_question_or_with_a_new_password()
    {
        const string account = "operator4"; // nobody else's
        var (here, leaves) = (await WindowAsync(account), await WindowAsync(account));
        await leaves.Locator("form[action='/signout'] button").ClickAsync();
        await leaves.WaitForURLAsync("**/signin?out=1");
        await here.ReloadAsync();
        await Expect(here.Locator(".signins")).ToContainTextAsync("只在这里登录");

        var (second, third) = (await WindowAsync(account), await WindowAsync(account));
        await here.ReloadAsync();
        var questions = new List<string>();
        here.Dialog += async (_, dialog) => { questions.Add(dialog.Message); if (questions.Count == 1) await dialog.DismissAsync(); else await dialog.AcceptAsync(); };
        await here.Keyboard.PressAsync("Alt+o");
        await Expect(Rows(here)).ToHaveCountAsync(3);
        await here.Keyboard.PressAsync("Alt+o");
        await Expect(here.Locator("#said")).ToHaveTextAsync("已结束 2 处登录。");
        Assert.Equal(["将结束其他 2 处登录，只保留本次。确定吗？", "将结束其他 2 处登录，只保留本次。确定吗？"], questions);
        await RefusedEverywhereAsync(second);
        await RefusedEverywhereAsync(third);
        await third.ReloadAsync();
        await Expect(third.Locator("#password")).ToBeVisibleAsync();

        var fourth = await WindowAsync(account);
        await here.FillAsync("#old", hub.Password(account));
        await here.FillAsync("#new", "Another-one-of-20-letters");
        await here.FillAsync("#repeat", "Another-one-of-20-letters");
        await here.Keyboard.PressAsync("Enter");
        await Expect(here.Locator("#said")).ToHaveTextAsync("密码已修改，其他登录已结束 1 处。");
        await RefusedEverywhereAsync(fourth);
        foreach (var page in new[] { here, leaves, second, third, fourth }) await page.Context.CloseAsync();
    }
}
