using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>延期: an officer asks for it by keyboard, a supervisor says yes or no, and the citizen sees the new date.</summary>
[Collection("browser")]
public sealed class ExtensionTests(BrowserHub hub)
{
    async Task RequestedAsync(TaskRow task, int days = 2) => await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).RequestExtensionAsync(
        new() { CommandId = $"extend {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, WorkingDays = days, Words = "等待检测报告。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));

    [Fact]
    public async Task An_officer_asks_by_keyboard_a_supervisor_grants_it_and_everybody_sees_the_new_date()
    {
        var (number, code) = await hub.AskAsync("井水发黄", "井水发黄，想知道能不能喝。");
        var task = await hub.AssignedAsync(number);
        var page = await hub.CaseAsync(task);
        await page.LiveAsync();
        var before = await page.Locator(".hd .due").TextContentAsync();
        await page.Keyboard.PressAsync("Alt+y");
        await Expect(page.Locator("#extend [data-key='1']")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("3");
        await page.WriteAsync("#why", "等待检测报告。");
        await page.SoundAsync();
        await page.PictureAsync("extension-ask");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已申请延期");
        await Expect(page.Locator(".side .note")).ToContainTextAsync("已申请延期 3 个工作日");
        await page.LiveAsync();

        var supervisor = await hub.OpenAsync("supervisor1", "/extensions");
        await Expect(supervisor.Locator("tbody tr", new() { HasText = "井水发黄" })).ToContainTextAsync("3 个工作日，到");
        await supervisor.SoundAsync();
        await supervisor.PictureAsync("extensions");
        await supervisor.Locator("tbody tr", new() { HasText = "井水发黄" }).FocusAsync();
        await supervisor.Keyboard.PressAsync("Enter");
        await supervisor.WaitForURLAsync($"**/case/{number}");
        await supervisor.LiveAsync();
        await supervisor.Keyboard.PressAsync("Alt+y");
        await Expect(supervisor.Locator("#decide")).ToContainTextAsync("等待检测报告。");
        await supervisor.SoundAsync();
        await supervisor.PictureAsync("extension-decide");
        await supervisor.Keyboard.PressAsync("Alt+g");
        await supervisor.WaitForURLAsync("**/extensions");
        await Expect(supervisor.Locator("#said")).ToContainTextAsync("已同意延期");
        await Expect(supervisor.Locator("tbody tr", new() { HasText = "井水发黄" })).ToHaveCountAsync(0);

        // The officer's page hears of it by itself.
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("同意延期", new() { Timeout = 20_000 });
        await Expect(page.Locator(".side")).ToContainTextAsync("已延 1 次", new() { Timeout = 20_000 });
        await Expect(page.Locator(".hd .due")).Not.ToHaveTextAsync(before!);
        await page.SoundAsync();
        await page.PictureAsync("extension-granted");
        var progress = await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetProgressAsync(new() { InquiryId = number, QueryCode = code });
        Assert.True(progress.DueAt.ToDateTimeOffset() > progress.FirstDueAt.ToDateTimeOffset());
        var citizen = await hub.ProgressAsync(number, code, script: false);
        await Expect(citizen.Locator(".cz-due")).ToContainTextAsync("经批准延期，原定");
        foreach (var opened in new[] { page, supervisor, citizen }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task A_supervisor_says_no_with_a_reason_that_the_officer_reads()
    {
        var task = await hub.TaskAsync("树枝压线");
        await RequestedAsync(task);
        var list = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        await Expect(list.Locator(RowOf(task))).ToContainTextAsync("延期待批");
        var supervisor = await hub.OpenAsync("supervisor1", $"/case/{task.InquiryId}");
        await supervisor.LiveAsync();
        await supervisor.Keyboard.PressAsync("Alt+y");
        await supervisor.Locator("#against").FocusAsync();
        await supervisor.Keyboard.PressAsync("Tab");
        await supervisor.Keyboard.PressAsync("Enter");
        await Expect(supervisor.Locator("#decide .refused:not([hidden])")).ToContainTextAsync("请写明不同意的理由");
        await supervisor.WriteAsync("#against", "修枝一天可完成。");
        await supervisor.Keyboard.PressAsync("Tab");
        await supervisor.Keyboard.PressAsync("Enter");
        await supervisor.WaitForURLAsync("**/extensions");
        await list.LiveAsync();
        await Expect(list.Locator(RowOf(task))).Not.ToContainTextAsync("延期待批");
        var page = await hub.CaseAsync(task);
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("修枝一天可完成。");
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+y"); // it may be asked for again
        await Expect(page.Locator("#extend")).ToBeVisibleAsync();
        foreach (var opened in new[] { page, supervisor, list }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_asked_for_while_a_supervisor_looks_can_be_decided_without_reading_again_by_hand()
    {
        var task = await hub.TaskAsync("变压器嗡嗡响");
        var supervisor = await hub.OpenAsync("supervisor1", $"/case/{task.InquiryId}");
        await supervisor.LiveAsync();
        await RequestedAsync(task);
        await Expect(supervisor.Locator("[data-box=decide]")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await supervisor.Keyboard.PressAsync("Alt+y"); // the form comes with the page
        await Expect(supervisor.Locator("#decide")).ToHaveCountAsync(1);
        await supervisor.LiveAsync();
        await supervisor.Keyboard.PressAsync("Alt+y");
        await Expect(supervisor.Locator("#decide")).ToBeVisibleAsync();
        await supervisor.Keyboard.PressAsync("Alt+g");
        await supervisor.WaitForURLAsync("**/extensions");
        await supervisor.Context.CloseAsync();
    }

    [Fact]
    public async Task The_forms_are_sound_in_both_languages_and_themes()
    {
        var task = await hub.TaskAsync("站牌歪了");
        foreach (var (account, box) in new[] { (task.OfficerId, "extend"), ("supervisor1", "decide") })
        {
            if (box == "decide") await RequestedAsync(task);
            await hub.PicturesAsync(account, $"/case/{task.InquiryId}", $"extension-{box}", "#" + box, "Alt+y");
        }
        await hub.PicturesAsync("supervisor1", "/extensions", "extensions", "tbody tr");
    }
}
