using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>What may happen while an answer is written, and loses no word of it and sends it once.</summary>
[Collection("browser")]
public sealed class OfficerFaultTests(BrowserHub hub)
{
    [Fact]
    public async Task Of_two_officers_the_second_one_is_told_who_answered_and_keeps_the_text()
    {
        var task = await hub.TaskAsync("公交站牌倒了");
        var (mine, theirs) = (await hub.CaseAsync(task), await hub.CaseAsync(task, await hub.ColleagueAsync(task)));
        await mine.LiveAsync();
        await mine.WriteAsync("#reply", "我写的答复");
        await Expect(theirs.Locator("#reply")).ToHaveValueAsync("");
        await theirs.Locator("#reply").FocusAsync();
        await theirs.Keyboard.TypeAsync("同事的答复");
        await theirs.Keyboard.PressAsync("Control+Enter");
        await Expect(theirs.Locator(".dock .out .ed")).ToContainTextAsync("同事的答复", Sent);
        await Expect(mine.Locator(".tlw .note")).ToContainTextAsync("答复本任务");
        await Expect(mine.Locator("#reply")).ToHaveValueAsync("我写的答复");
        await mine.Locator("#reply").FocusAsync();
        await mine.Keyboard.PressAsync("Control+Enter");
        await Expect(mine.Locator(".send .refused")).ToContainTextAsync("答复本任务", Sent);
        await Expect(mine.Locator("#reply")).ToHaveValueAsync("我写的答复");
        Assert.Equal("同事的答复", Assert.Single((await hub.FileAsync(task)).Answers).PublicReply);
        await mine.Context.CloseAsync();
        await theirs.Context.CloseAsync();
    }

    [Fact]
    public async Task Of_two_officers_at_one_case_each_reads_that_the_other_is_there_and_who_writes()
    {
        var task = await hub.TaskAsync("路边长椅松动");
        var colleague = await hub.ColleagueAsync(task);
        var first = await hub.CaseAsync(task);
        await first.LiveAsync();
        await Expect(first.Locator(".here")).ToBeEmptyAsync();
        var second = await hub.CaseAsync(task, colleague);
        await Expect(second.Locator(".here")).ToContainTextAsync("也在看");
        await Expect(first.Locator(".here")).ToContainTextAsync("也在看", new() { Timeout = 20_000 });
        await first.WriteAsync("#reply", "已派人加固。");
        await Expect(second.Locator(".here .warn")).ToContainTextAsync("正在写答复", new() { Timeout = 20_000 });
        await second.SoundAsync();
        await second.PictureAsync("officer-two-at-one-case");
        await first.Context.CloseAsync();
        await Expect(second.Locator(".here")).ToBeEmptyAsync(new() { Timeout = 60_000 }); // who has left is forgotten
        await second.Context.CloseAsync();
    }

    [Fact]
    public async Task Two_windows_of_one_officer_show_both_texts_and_the_officer_chooses()
    {
        var task = await hub.TaskAsync("健身器材损坏");
        var one = await hub.CaseAsync(task);
        await one.WriteAsync("#reply", "第一窗");
        var two = await one.Context.NewPageAsync();
        await two.GotoAsync($"/case/{task.InquiryId}");
        await Expect(two.Locator("#reply")).ToHaveValueAsync("第一窗");
        await two.Keyboard.PressAsync("Control+End");
        await two.Keyboard.TypeAsync("与第二窗");
        await Expect(two.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");
        await one.Locator("#reply").FocusAsync();
        await one.Keyboard.PressAsync("Control+End");
        await one.Keyboard.TypeAsync("<b>又写</b>");
        await Expect(one.Locator(".conflict blockquote")).ToHaveTextAsync("第一窗与第二窗");
        await one.Keyboard.TypeAsync("了");
        await Expect(one.Locator("#reply")).ToHaveValueAsync("第一窗<b>又写</b>了");
        await one.Locator(".conflict button").First.ClickAsync();
        await Expect(one.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");
        await two.ReloadAsync();
        await Expect(two.Locator("#reply")).ToHaveValueAsync("第一窗<b>又写</b>了");
        await one.Context.CloseAsync();
    }

    [Fact]
    public async Task A_cut_network_loses_nothing_that_is_written_meanwhile()
    {
        var task = await hub.TaskAsync("下水道堵塞");
        var page = await hub.CaseAsync(task);
        await page.WriteAsync("#reply", "断线之前");
        await page.Context.SetOfflineAsync(true);
        await page.Keyboard.TypeAsync("，断线之后");
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("断线，已存本机");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("没有连上", Sent);
        await page.Context.SetOfflineAsync(false);
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");
        await page.ReloadAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync("断线之前，断线之后");
        await page.Locator(".btn.pri").ClickAsync();
        await Expect(page.Locator(".dock .out .ed")).ToContainTextAsync("断线之前，断线之后", Sent);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Instances_that_are_killed_one_after_the_other_while_an_officer_writes_lose_nothing_and_the_answer_goes_out_once()
    {
        var task = await hub.TaskAsync("一中门口积水");
        var page = await hub.CaseAsync(task);
        await page.LiveAsync();
        await page.WriteAsync("#reply", "您好，");
        try
        {
            // Whichever of the two the page is on, it goes once.
            foreach (var (killed, words) in new[] { (hub.Hubs[0], "积水今天"), (hub.Hubs[1], "抽完。") })
            {
                await killed.KillAsync();
                await page.WriteAsync("#reply", words);
                if (killed == hub.Hubs[0]) await killed.StartAsync();
            }
            Assert.Equal("您好，积水今天抽完。", await page.Locator("#reply").InputValueAsync());
            await page.Keyboard.PressAsync("Control+Enter");
            await Expect(page.Locator(".dock .out .ed")).ToHaveTextAsync("您好，积水今天抽完。", new() { Timeout = 30_000 });
        }
        finally { foreach (var one in hub.Hubs) if (one.Pid == 0) await one.StartAsync(); }
        await Expect(page.Locator(".saved")).ToContainTextAsync("实时", new() { Timeout = 30_000 });
        Assert.Equal("您好，积水今天抽完。", Assert.Single((await hub.FileAsync(task)).Answers).PublicReply);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_sign_in_that_expires_in_the_middle_of_an_answer_keeps_it()
    {
        var task = await hub.TaskAsync("噪声扰民");
        var page = await hub.CaseAsync(task);
        await page.WriteAsync("#reply", "过期之前");
        await page.Context.ClearCookiesAsync(new() { Name = "hub" });
        await page.Keyboard.TypeAsync("，过期之后");
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("登录已过期，已存本机");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("登录已过期", Sent);
        await page.Locator("#signin-again a").ClickAsync();
        await page.FillAsync("#account", task.OfficerId);
        await page.FillAsync("#password", hub.Password(task.OfficerId));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await Expect(page.Locator("#reply")).ToHaveValueAsync("过期之前，过期之后");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_double_click_answers_once_and_leaving_the_page_sends_what_was_withheld()
    {
        var task = await hub.TaskAsync("绿化带垃圾");
        var page = await hub.CaseAsync(task);
        await page.WriteAsync("#reply", "已清理。");
        await page.Locator(".btn.pri").DblClickAsync();
        await Expect(page.Locator("#said")).ToContainTextAsync("8 秒后提交");
        await page.GotoAsync("/cases");
        await Until.TrueAsync("the answer is there", async () => (await hub.FileAsync(task)).Answers.Count > 0);
        Assert.Equal("已清理。", Assert.Single((await hub.FileAsync(task)).Answers).PublicReply);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_back_button_brings_the_text_back()
    {
        var task = await hub.TaskAsync("信号灯故障");
        var page = await hub.OpenAsync(task.OfficerId, "/cases");
        await page.Locator($"{RowOf(task)} a").ClickAsync();
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await page.Locator("#reply").FocusAsync();
        await page.Keyboard.TypeAsync("写到一半");
        await page.Locator(".rail a[href='/cases']").ClickAsync();
        await page.WaitForURLAsync("**/cases");
        await page.GoBackAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync("写到一半");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_megabyte_that_is_pasted_is_refused_with_a_sentence_and_kept()
    {
        var task = await hub.TaskAsync("材料咨询");
        var page = await hub.CaseAsync(task);
        await page.EvaluateAsync("() => { const f = document.querySelector('#reply'); f.focus(); f.value = '字'.repeat(1000000); f.dispatchEvent(new InputEvent('input', { bubbles: true })); }");
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("超过 10 万字");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("不得超过 5000 字");
        Assert.Equal(1_000_000, await page.EvaluateAsync<int>("document.querySelector('#reply').value.length"));
        await Expect(page.Locator("#reply")).ToBeFocusedAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Markup_in_any_field_is_shown_as_it_was_written()
    {
        const string markup = "<img src=x onerror=document.title='owned'>&amp;<b>粗</b>";
        var task = await hub.TaskAsync(markup, markup + "\n第二行");
        var page = await hub.CaseAsync(task);
        await Expect(page.Locator("h1")).ToHaveTextAsync(markup);
        await Expect(page.Locator(".ask")).ToContainTextAsync(markup);
        await page.WriteAsync("#note", markup);
        await page.WriteAsync("#reply", markup);
        await page.ReloadAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync(markup);
        await page.Locator(".btn.pri").ClickAsync();
        await Expect(page.Locator(".dock .out .ed")).ToHaveTextAsync(markup, new() { Timeout = 20_000 });
        await Expect(page.Locator(".dock .in .ed")).ToHaveTextAsync(markup);
        Assert.Equal(0, await page.Locator("img").CountAsync());
        await page.GotoAsync("/cases?view=answered");
        await Expect(page.Locator(RowOf(task))).ToContainTextAsync(markup);
        Assert.DoesNotContain("owned", await page.TitleAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_refusal_that_comes_when_the_page_has_been_drawn_anew_is_said_at_its_foot()
    {
        var (number, _) = await hub.AskAsync("想知道几点关门");
        var task = await hub.AssignedAsync(number);
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = $"t {task.TaskId}", InquiryId = number, TaskId = task.TaskId, PublicReply = "五点。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        var page = await hub.OpenAsync("supervisor1", "/cases");
        var acted = new TaskCompletionSource();
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        // The live connection waits for the act, the act's answer for the drawing that the connection brings.
        await page.RouteAsync("**/_blazor/negotiate**", async route => { await acted.Task; await route.ContinueAsync(); });
        await page.RouteAsync("**/acts/close-case", async route => { acted.SetResult(); await page.LiveAsync(); await route.ContinueAsync(); });
        await page.GotoAsync($"/case/{task.InquiryId}");
        await page.Keyboard.PressAsync("Alt+c");
        await Expect(page.Locator("#said")).ToContainTextAsync("尚未送达");
        await page.Context.CloseAsync();
    }
}
