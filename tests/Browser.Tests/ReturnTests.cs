using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>退单: an officer asks for it by keyboard, a dispatcher places it elsewhere or says no.</summary>
[Collection("browser")]
public sealed class ReturnTests(BrowserHub hub)
{
    Contracts.Routing.Routing.RoutingClient Routed => new(hub.Channel);
    Task<RoutingState> StateAsync(TaskRow task) => Routed.GetRoutingAsync(new() { InquiryId = task.InquiryId }, hub.As(Roles.Dispatcher)).ResponseAsync;

    /// <summary>Asked for by the task's officer.</summary>
    async Task ReturnedAsync(TaskRow task)
    {
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).ReturnTaskAsync(new() { CommandId = $"return {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, Reason = "WrongArea", Words = "该路段属高新区。" },
            hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await HeldAsync(task);
    }

    Task HeldAsync(TaskRow task) => Until.TrueAsync("routing has heard of it", async () => (await StateAsync(task)).Returns is not null);

    [Fact]
    public async Task An_officer_returns_by_keyboard_and_the_dispatcher_reads_why_and_places_it_with_the_unit_that_was_suggested()
    {
        var task = await hub.TaskAsync("路口信号灯不亮");
        var page = await hub.CaseAsync(task);
        await page.LiveAsync();
        await page.WriteAsync("#note", "已电话核实。");
        await page.Keyboard.PressAsync("Alt+t");
        await Expect(page.Locator("#return [data-key='1']")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("1");
        await page.WriteAsync("#basis", "信号灯由公安交警维护（职责清单第三条）。");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("sgaj");
        await Expect(page.Locator("#found li").First).ToContainTextAsync("市公安局");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#return .chip")).ToContainTextAsync("市公安局");
        await page.SoundAsync();
        await page.PictureAsync("return-ask");
        // The reason and the unit are kept like the words.
        await page.ReloadAsync();
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+t");
        await Expect(page.Locator("#return [data-key='1']")).ToBeCheckedAsync();
        await Expect(page.Locator("#return .chip")).ToContainTextAsync("市公安局");
        await page.Locator("#return form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".hd .chip").First).ToHaveTextAsync("退单待审");
        await Expect(page.Locator("#said")).ToContainTextAsync("已申请退单");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("职能不符");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("建议 市公安局");
        await Expect(page.Locator("#note")).ToHaveValueAsync("已电话核实。"); // what was being written stays
        await page.LiveAsync();
        await HeldAsync(task);

        var dispatcher = await hub.OpenAsync("dispatcher1", $"/triage/{task.InquiryId}");
        await Expect(dispatcher.Locator(".tr .bd")).ToContainTextAsync("信号灯由公安交警维护");
        await Expect(dispatcher.Locator(".q li", new() { HasText = "路口信号灯不亮" })).ToContainTextAsync("申请退单");
        await Expect(dispatcher.Locator(".sg.one")).ToContainTextAsync("市公安局");
        await dispatcher.SoundAsync();
        await dispatcher.PictureAsync("triage-return");
        await dispatcher.Keyboard.PressAsync("1");
        await Expect(dispatcher.Locator("#said")).ToContainTextAsync("市公安局");
        await dispatcher.GotoAsync("/dashboard"); // who leaves sends it at once

        await Expect(page.Locator(".tlw .note")).ToContainTextAsync("任务已于", new() { Timeout = 20_000 });
        var file = await hub.FileAsync(task);
        Assert.Equal([(task.UnitCode, "Withdrawn"), ("211100-gaj", "Assigned")], file.Tasks.Select(t => (t.UnitCode, t.State)));
        Assert.Contains(file.Timeline, e => e is { Act: "TaskWithdrawn", Detail: "Returned" });
        await dispatcher.Context.CloseAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_dispatcher_says_no_with_a_reason_that_the_officer_reads_and_the_key_is_gone()
    {
        var task = await hub.TaskAsync("高新区路面塌陷");
        await ReturnedAsync(task);
        var page = await hub.CaseAsync(task);
        await Expect(page.Locator(".side .note")).ToContainTextAsync("已申请退单");
        await page.SoundAsync();
        var dispatcher = await hub.OpenAsync("dispatcher1", $"/triage/{task.InquiryId}");
        await Expect(dispatcher.Locator(".tr .bd")).ToContainTextAsync("该路段属高新区。");
        await dispatcher.Keyboard.PressAsync("Alt+x");
        await Expect(dispatcher.Locator("#no")).ToBeFocusedAsync();
        await dispatcher.Keyboard.PressAsync("Tab");
        await dispatcher.Keyboard.PressAsync("Enter");
        await Expect(dispatcher.Locator(".bd .refused:not([hidden])")).ToContainTextAsync("请写明驳回理由");
        await dispatcher.WriteAsync("#no", "该路段2012年已移交城区养护。");
        await dispatcher.SoundAsync();
        await dispatcher.PictureAsync("triage-return-reject");
        await dispatcher.Keyboard.PressAsync("Tab");
        await dispatcher.Keyboard.PressAsync("Enter");
        await Expect(dispatcher.Locator("#said")).ToContainTextAsync("退单已驳回");
        await Expect(dispatcher.Locator(".q li", new() { HasText = "高新区路面塌陷" })).ToHaveCountAsync(0);

        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("2012年已移交城区养护", new() { Timeout = 20_000 });
        await Expect(page.Locator(".hd .chip").First).ToHaveTextAsync("待签收");
        await Expect(page.Locator(".side")).ToContainTextAsync("退单已被驳回");
        await Expect(page.Locator("[data-key='Alt+T']")).ToHaveCountAsync(0);
        Assert.False((await StateAsync(task)).Held);
        await page.PictureAsync("return-rejected");
        await dispatcher.Context.CloseAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_unit_takes_its_request_back_with_the_same_key_and_may_ask_again()
    {
        var task = await hub.TaskAsync("河道边垃圾");
        await ReturnedAsync(task);
        var page = await hub.CaseAsync(task);
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+t");
        await Expect(page.Locator("#said")).ToContainTextAsync("退单已撤回");
        await Until.TrueAsync("nobody has to decide", async () => !(await StateAsync(task)).Held);
        await page.Keyboard.PressAsync("Alt+t");
        await Expect(page.Locator("#return")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Alt+r"); // of the two boxes one is open
        await Expect(page.Locator("#return")).ToBeHiddenAsync();
        await Expect(page.Locator("#reveal")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Alt+t");
        await Expect(page.Locator("#reveal")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#return")).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_forms_are_sound_in_both_languages_and_themes()
    {
        var task = await hub.TaskAsync("绿化带积水");
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "return", "#return", "Alt+t");
        await ReturnedAsync(task);
        await hub.PicturesAsync("dispatcher1", $"/triage/{task.InquiryId}", "triage-return", "#no:focus", "Alt+x");
        await Routed.RejectReturnAsync(new() { CommandId = "done", InquiryId = task.InquiryId, ExpectedDispatchNo = 1, Words = "x" }, hub.As(Roles.Dispatcher));
    }
}
