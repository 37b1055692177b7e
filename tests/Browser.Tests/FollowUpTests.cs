using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>回访 by keyboard, and 重办 as the unit and the citizen see it.</summary>
[Collection("browser")]
public sealed class FollowUpTests(BrowserHub hub)
{
    Contracts.Casework.Casework.CaseworkClient Casework => new(hub.Channel);

    /// <summary>Answered, and the citizen has read it: somebody is to call.</summary>
    async Task<(TaskRow Task, string Code)> ToldAsync(string title, string reply = "路灯已修复，感谢您的反映。", Grade grade = default)
    {
        var (number, code) = await hub.AskAsync(title, "小区门口的路灯三天不亮，晚上看不清路，老人摔了一跤。");
        var task = await hub.AssignedAsync(number);
        await Casework.AnswerInquiryAsync(new() { CommandId = $"answer {number}", InquiryId = number, TaskId = task.TaskId, PublicReply = reply }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await Until.TrueAsync("it can be read", async () => (await Casework.GetProgressAsync(new() { InquiryId = number, QueryCode = code })).AnswerNo == 1);
        if (grade != default) await Casework.RateAnswerAsync(new() { InquiryId = number, QueryCode = code, AnswerNo = 1, Grade = grade, Words = "没人来看过" });
        await Until.TrueAsync("it is to be followed up", async () => (await hub.FileAsync(task)).FollowUpDue);
        return (task, code);
    }

    static ILocator Choice(IPage page, string name, string value = "on") => page.Locator(value == "on" ? $".call [name={name}]" : $".call [name={name}][value={value}]");

    [Fact]
    public async Task A_clerk_records_what_a_citizen_says_by_keyboard_and_the_next_one_opens_by_itself()
    {
        var (task, _) = await ToldAsync("门口路灯不亮");
        var (bad, _) = await ToldAsync("垃圾没人清", grade: Grade.Dissatisfied);
        var page = await hub.OpenAsync("followup1", "/follow-ups");
        // Who rated it badly stands before all others, whoever else waits.
        var rows = page.Locator(".q li");
        Assert.True(await Index(bad) < await Index(task));
        async Task<int> Index(TaskRow t) => (await rows.EvaluateAllAsync<string[]>("all => all.map(li => li.querySelector('a').getAttribute('href'))")).ToList().IndexOf("/follow-ups/" + t.InquiryId);
        await page.GotoAsync($"/follow-ups/{task.InquiryId}");
        await Expect(page.Locator(".fu .c")).ToContainTextAsync("老人摔了一跤");
        await Expect(page.Locator(".fu .c")).ToContainTextAsync("路灯已修复");
        await Expect(page.Locator(".fu .d > .kv")).ToContainTextAsync("138****0000");
        await Expect(page.Locator(".q [aria-current]")).ToContainTextAsync("个工作日");
        await Expect(Choice(page, "result", "Reached")).ToBeFocusedAsync();

        // Whom one calls is shown with a reason; the digits are then the reason's.
        await page.Keyboard.PressAsync("Alt+r");
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#reveal [data-field=phone]").First).ToHaveTextAsync("13800000000");
        await page.SoundAsync();
        await page.PictureAsync("follow-up-reveal");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#reveal")).ToBeHiddenAsync();

        foreach (var key in new[] { "1", "3", "6", "0" }) await page.Keyboard.PressAsync(key);
        await Expect(Choice(page, "result", "Reached")).ToBeCheckedAsync();
        await Expect(Choice(page, "solution", "Solved")).ToBeCheckedAsync();
        await Expect(Choice(page, "grade", "Satisfied")).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("w");
        await Expect(page.Locator("#words")).ToBeFocusedAsync();
        await page.WriteAsync("#words", "灯亮了，谢谢。");
        await page.SoundAsync();
        var next = await page.Locator(".call [name=next]").InputValueAsync();
        Assert.NotEqual("", next);
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForURLAsync($"**/follow-ups/{next}");
        await Expect(page.Locator("#said")).ToContainTextAsync("已记录回访");
        await Expect(page.Locator($".q a[href='/follow-ups/{task.InquiryId}']")).ToHaveCountAsync(0);
        await Expect(Choice(page, "result", "Reached")).ToBeFocusedAsync();

        // The case tells it: what the citizen said, and the rate at its side.
        await page.GotoAsync($"/case/{task.InquiryId}");
        await page.LiveAsync();
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("灯亮了，谢谢。");
        await Expect(page.Locator(".side")).ToContainTextAsync("已解决 · 满意 · 单位联系过");
        await page.SoundAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_not_solved_goes_back_by_keyboard_with_everything_typed_kept_over_a_reload_and_the_officer_and_the_citizen_see_it()
    {
        var (task, code) = await ToldAsync("路口井盖松动", grade: Grade.VeryDissatisfied);
        var list = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        await list.LiveAsync();
        var page = await hub.OpenAsync("followup1", $"/follow-ups/{task.InquiryId}");
        await Expect(page.Locator(".fu .c")).ToContainTextAsync("没人来看过");
        // Without what is to be done it isn't sent back, and the sentence says so.
        foreach (var key in new[] { "1", "4", "8", "b" }) await page.Keyboard.PressAsync(key);
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".call [data-said]")).ToContainTextAsync("请写明要重办什么");
        await page.WriteAsync("#words", "井盖还在晃，请到现场更换。");
        await page.Keyboard.PressAsync("Alt+9"); // also while one writes
        await page.SoundAsync();
        await page.PictureAsync("follow-up-rehandle");
        await Until.TrueAsync("what was chosen is kept", async () => (await Casework.ListDraftsAsync(new() { Scope = $"followup/{task.InquiryId}" }, hub.As(Roles.FollowUpClerk, account: "followup1"))).Drafts.Any(d => d.Field == "choices" && d.Text.Contains("VeryDissatisfied")));
        await page.ReloadAsync();
        await Expect(page.Locator("#words")).ToHaveValueAsync("井盖还在晃，请到现场更换。");
        foreach (var choice in new[] { Choice(page, "result", "Reached"), Choice(page, "solution", "Unsolved"), Choice(page, "grade", "VeryDissatisfied"), Choice(page, "rehandle") }) await Expect(choice).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已退回重办");
        Assert.All((await Casework.ListDraftsAsync(new() { Scope = $"followup/{task.InquiryId}" }, hub.As(Roles.FollowUpClerk, account: "followup1"))).Drafts, d => Assert.Equal("", d.Text));

        // The officer who had it has it again, reads what is to be done and can't return it.
        var again = task.InquiryId + "/2/1";
        await Until.TrueAsync("it has arrived", async () => (await hub.FileAsync(task)).Tasks.Any(t => t.TaskId == again && t.OfficerId == task.OfficerId));
        await list.ReloadAsync();
        await Expect(list.Locator("#t-" + again.Replace('/', '-'))).ToContainTextAsync("重办");
        await list.SoundAsync();
        await list.GotoAsync($"/case/{task.InquiryId}");
        await list.LiveAsync();
        await Expect(list.Locator(".hd")).ToContainTextAsync("重办");
        await Expect(list.Locator(".tl li", new() { HasText = "派单" }).Last).ToContainTextAsync("井盖还在晃，请到现场更换。");
        await Expect(list.Locator(".side")).ToContainTextAsync("退回重办，不能退单");
        await Expect(list.Locator(".side")).ToContainTextAsync("未解决 · 非常不满意");
        await Expect(list.Locator(".side .said-reply")).ToContainTextAsync("路灯已修复");
        await Expect(list.Locator("[data-box=return]")).ToHaveCountAsync(0);
        await list.SoundAsync();
        await list.PictureAsync("case-rehandled");

        // The citizen sees the new date, reads the first answer on, and can't take it back.
        var citizen = await hub.ProgressAsync(task.InquiryId, code);
        await Expect(citizen.Locator("h1")).ToContainTextAsync("正在办理");
        await Expect(citizen.Locator(".cz-card").First).ToContainTextAsync("已退回承办单位重新办理");
        await Expect(citizen.Locator(".cz-due")).ToContainTextAsync("最迟");
        await Expect(citizen.Locator(".cz-answer")).ToContainTextAsync("路灯已修复");
        await Expect(citizen.Locator("main")).ToContainTextAsync("您的评价：非常不满意");
        await Expect(citizen.Locator("[value=withdraw-ask]")).ToHaveCountAsync(0);
        await citizen.SoundAsync();
        await citizen.PictureAsync("progress-rehandled");
        foreach (var p in new[] { page, list, citizen }) await p.Context.CloseAsync();
    }

    [Fact]
    public async Task Nobody_there_is_recorded_with_two_keys_and_the_questions_are_out_of_the_way()
    {
        var (task, _) = await ToldAsync("水管漏水");
        var page = await hub.OpenAsync("followup1", $"/follow-ups/{task.InquiryId}");
        await page.Keyboard.PressAsync("2");
        await Expect(Choice(page, "solution", "Solved")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("未接通");
        await page.GotoAsync($"/follow-ups/{task.InquiryId}");
        await Expect(page.Locator(".fu .d h2").First).ToContainTextAsync("第 2/3 次");

        // A colleague's try in between is said, and nothing is lost.
        await page.Keyboard.PressAsync("2");
        await page.WriteAsync("#words", "关机。");
        await Casework.RecordFollowUpAsync(new() { CommandId = $"other {task.InquiryId}", InquiryId = task.InquiryId, AnswerNo = 1, Tries = 1, Result = FollowUpResult.Reached, Solution = "Solved" }, hub.As(Roles.FollowUpClerk, account: "followup2"));
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".call [data-said]")).ToContainTextAsync("followup2 已回访过");
        await Expect(page.Locator("#words")).ToHaveValueAsync("关机。");
        await page.SoundAsync();
        await page.ReloadAsync();
        await Expect(page.Locator(".fu .d")).ToContainTextAsync("现在不用回访了");
        await page.SoundAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task After_the_last_one_nobody_is_left_to_call()
    {
        var (task, _) = await ToldAsync("下水道堵塞");
        // What other tests left there.
        var clerk = hub.As(Roles.FollowUpClerk, account: "followup2");
        foreach (var r in (await Casework.ListFollowUpsAsync(new() { Size = 500 }, clerk)).Rows.Where(r => r.InquiryId != task.InquiryId))
            await Casework.RecordFollowUpAsync(new() { CommandId = $"clear {r.InquiryId} {r.Tries}", InquiryId = r.InquiryId, AnswerNo = r.AnswerNo, Tries = r.Tries, Result = FollowUpResult.Reached, Solution = "Solved" }, clerk);
        var page = await hub.OpenAsync("followup1", "/follow-ups");
        await Expect(page.Locator(".fu .c h1")).ToContainTextAsync("下水道堵塞");
        foreach (var key in new[] { "1", "3", "Control+Enter" }) await page.Keyboard.PressAsync(key);
        await Expect(page.Locator("h1")).ToContainTextAsync("没有要回访的");
        await Expect(page.Locator("#said")).ToContainTextAsync("已记录回访");
        await page.SoundAsync();
        await page.PictureAsync("follow-ups-empty");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task It_is_sound_in_both_languages_and_themes_and_at_the_smallest_window_nothing_is_out_of_reach()
    {
        var (task, _) = await ToldAsync("电梯故障", reply: string.Concat(Enumerable.Repeat("电梯已由维保单位检修，更换了门机，试运行正常。", 20)), grade: Grade.Dissatisfied);
        await hub.PicturesAsync("followup1", $"/follow-ups/{task.InquiryId}", "follow-ups", ".call");
        await hub.PicturesAsync("supervisor1", $"/case/{task.InquiryId}", "case-follow-up", "[data-key='Alt+V']");
        var page = await hub.OpenAsync("supervisor1", $"/follow-ups/{task.InquiryId}");
        await page.SetViewportSizeAsync(1366, 640);
        foreach (var key in new[] { "1", "4" }) await page.Keyboard.PressAsync(key);
        await page.Locator(".call .pri").VisibleWithoutScrollingAsync();
        await page.Locator(".q footer .btn").First.VisibleWithoutScrollingAsync();
        await page.PictureAsync("follow-ups-small");
        await page.SoundAsync();
        // Nobody else calls: officers and operators have no such page.
        var officer = await hub.OpenAsync(task.OfficerId, "/cases");
        await Expect(officer.Locator(".rail [href='/follow-ups']")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
        await officer.Context.CloseAsync();
    }
}
