using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>撤回: the citizen asks for it on a phone without script, is asked once more, and whoever had it sees it.</summary>
[Collection("browser")]
public sealed class WithdrawTests(BrowserHub hub)
{
    static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    async Task<int> ClosedAsync(string number) =>
        (await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor))).Timeline.Count(e => e.Act == "InquiryWithdrawn");

    [Fact]
    public async Task A_citizen_takes_an_inquiry_back_without_script_after_being_asked_and_it_happens_once()
    {
        var (number, code) = await hub.AskAsync("路灯已经自己亮了", "昨天还不亮。");
        await hub.AssignedAsync(number);
        var page = await hub.ProgressAsync(number, code, script: false);
        await Button(page, "撤回这件诉求").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("撤回这件诉求？");
        await Expect(page.Locator(".cz-body")).ToContainTextAsync("撤回后不再办理");
        await Expect(page.Locator(".cz-sub b")).ToHaveTextAsync(number);
        foreach (var button in await page.Locator(".cz-btn").AllAsync()) Assert.InRange((await button.BoundingBoxAsync())!.Height, 44, 60);
        await page.PictureAsync("withdraw-ask-phone");

        await Button(page, "不撤回，返回").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("正在办理");
        Assert.Equal(0, await ClosedAsync(number));
        await Button(page, "撤回这件诉求").ClickAsync();
        await Button(page, "确认撤回").ClickAsync();
        await TakenBackAsync();
        await page.PictureAsync("withdrawn-phone");

        // Loaded again; and what a browser sends that goes back (it keeps no page with number and code) or presses twice.
        await page.ReloadAsync();
        await TakenBackAsync();
        Dictionary<string, string> Form(string act) => new() { ["_handler"] = "look", ["Act"] = act, ["Look.Number"] = number, ["Look.Code"] = code };
        var said = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await (await hub.Http.PostAsync("/progress", new FormUrlEncodedContent(Form("withdraw")))).Content.ReadAsStringAsync()));
        Assert.All(said, s => Assert.Contains("已撤回", s));
        var asked = await (await hub.Http.PostAsync("/progress", new FormUrlEncodedContent(Form("withdraw-ask")))).Content.ReadAsStringAsync();
        Assert.DoesNotContain("确认撤回", asked); // there is nothing to ask any more
        Assert.Equal(1, await ClosedAsync(number));

        await page.GetByRole(AriaRole.Link, new() { Name = "重新提一件" }).ClickAsync();
        Assert.EndsWith("/ask", page.Url);
        await page.Context.CloseAsync();

        async Task TakenBackAsync()
        {
            await Expect(page.Locator("h1")).ToHaveTextAsync("已撤回");
            Assert.EndsWith("/progress", page.Url); // number and code stand in no address
            await Expect(page.Locator(".cz-due")).ToContainTextAsync("撤回，不再办理");
            await Expect(page.Locator(".cz-steps li")).ToContainTextAsync(["已登记", "已派单", "已撤回"]);
            foreach (var gone in new[] { "催一催", "提交评价", "提交补充", "撤回这件诉求", "确认撤回" }) Assert.Equal(0, await Button(page, gone).CountAsync());
        }
    }

    [Fact]
    public async Task What_was_answered_meanwhile_is_shown_and_not_taken_back()
    {
        var (number, code) = await hub.AskAsync("公交改线", "几时恢复。");
        var task = await hub.AssignedAsync(number);
        var (page, other) = (await hub.ProgressAsync(number, code, script: false), await hub.ProgressAsync(number, code, script: false));
        await Button(other, "撤回这件诉求").WaitForAsync();
        await Button(page, "撤回这件诉求").ClickAsync();
        await Button(page, "确认撤回").WaitForAsync();
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = "answer " + number, InquiryId = number, TaskId = task.TaskId, PublicReply = "下月恢复。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await Button(page, "确认撤回").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("已有答复");
        await Expect(page.Locator(".cz-answer")).ToHaveTextAsync("下月恢复。");
        await other.GetByRole(AriaRole.Button, new() { Name = "撤回这件诉求" }).ClickAsync();
        await Expect(other.GetByRole(AriaRole.Alert)).ToContainTextAsync("不能撤回");
        Assert.Equal(0, await ClosedAsync(number));
        await other.Context.CloseAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_officer_who_writes_is_told_keeps_every_word_and_the_list_loses_the_row()
    {
        var (number, code) = await hub.AskAsync("楼道堆物", "三楼的。");
        var task = await hub.AssignedAsync(number);
        var list = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        var page = await hub.CaseAsync(task);
        foreach (var live in new[] { list, page }) await live.LiveAsync();
        await page.WriteAsync("#reply", "您好，已经");
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).WithdrawInquiryAsync(new() { InquiryId = number, QueryCode = code });
        await Expect(list.Locator(RowOf(task))).ToHaveClassAsync("done");
        await Expect(list.Locator(RowOf(task))).ToContainTextAsync("已撤回");
        await Expect(page.Locator(".tlw [role=alert]")).ToContainTextAsync("诉求人已于");
        await Expect(page.Locator(".hd .chip").First).ToHaveTextAsync("已办结 · 诉求人撤回");
        await Expect(page.Locator(".tl li").Filter(new() { HasText = "诉求人撤回" })).ToHaveCountAsync(2); // the task's and the case's
        await Expect(page.Locator("#reply")).ToHaveValueAsync("您好，已经");
        await page.SoundAsync();
        await page.PictureAsync("withdrawn-officer");
        await page.Locator("#reply").FocusAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("诉求人已于", Sent);
        await Expect(page.Locator("#reply")).ToHaveValueAsync("您好，已经");
        await list.ReloadAsync();
        await Expect(list.Locator(RowOf(task))).ToHaveCountAsync(0);

        var office = await hub.OpenAsync("supervisor1", "/cases?view=Closed");
        await Expect(office.Locator($"#c-{number} .st")).ToHaveTextAsync("诉求人撤回");
        await office.SoundAsync();
        await office.PictureAsync("withdrawn-city");
        foreach (var opened in new[] { list, page, office }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task A_held_inquiry_leaves_the_dispatchers_queue()
    {
        var (number, code) = await hub.AskAsync("井盖松动要撤回", "响。", category: "");
        var casework = new Contracts.Casework.Casework.CaseworkClient(hub.Channel);
        await Until.TrueAsync("it is held", async () => (await casework.ListCasesAsync(new() { InquiryIds = { number } }, hub.As(Roles.Dispatcher))).Cases.Any(c => c.State == "Held"));
        var page = await hub.OpenAsync("dispatcher1", $"/triage/{number}");
        var row = page.Locator(".q li", new() { HasText = "井盖松动要撤回" });
        await Expect(row).ToHaveCountAsync(1);
        await casework.WithdrawInquiryAsync(new() { InquiryId = number, QueryCode = code });
        await Expect(row).ToContainTextAsync("诉求人已撤回");
        await page.GotoAsync("/triage");
        await Expect(row).ToHaveCountAsync(0);
        await page.GotoAsync($"/triage/{number}");
        await Expect(page.Locator(".c .note")).ToContainTextAsync("诉求人已撤回");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_question_and_what_it_leads_to_are_sound_in_both_languages_and_themes()
    {
        foreach (var (language, dark, ask, sure) in new[] { ("zh-CN", true, "撤回这件诉求", "确认撤回"), ("en", false, "Withdraw this inquiry", "Withdraw it") })
        {
            var (number, code) = await hub.AskAsync("路牌歪了", "十字路口。");
            await hub.AssignedAsync(number);
            var page = await hub.OpenAsync(null, "/progress", language, dark, phone: true);
            await page.FillAsync("#number", number);
            await page.FillAsync("#code", code);
            await page.Keyboard.PressAsync("Enter");
            await Button(page, ask).WaitForAsync();
            await page.SoundAsync();
            await page.PictureAsync($"progress-withdraw-{language}-phone");
            await Button(page, ask).ClickAsync();
            await Button(page, sure).WaitForAsync();
            await page.SoundAsync();
            await page.PictureAsync($"withdraw-ask-{language}-phone");
            await Button(page, sure).ClickAsync();
            await page.Locator(".cz-steps li").Nth(2).WaitForAsync();
            await page.SoundAsync();
            Assert.Equal(0, await page.EvaluateAsync<int>("[...document.querySelectorAll('.cz button, .cz a.cz-btn')].filter(e => e.getBoundingClientRect().height < 44).length"));
            await page.PictureAsync($"withdrawn-{language}-phone");
            await page.Context.CloseAsync();
        }
    }
}
