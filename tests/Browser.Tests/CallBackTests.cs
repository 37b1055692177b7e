using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>回电: what a unit answers to a call goes back by telephone, by keyboard.</summary>
[Collection("browser")]
public sealed class CallBackTests(BrowserHub hub) : OperatorDesk(hub)
{
    /// <summary>Asked by telephone from this number, and answered: somebody is to call.</summary>
    async Task<TaskRow> AnsweredAsync(string from)
    {
        var task = await Hub.AssignedAsync(await OpenInquiryAsync(from));
        await Cases.AnswerInquiryAsync(new() { CommandId = $"answer {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, PublicReply = "路灯已更换，今晚可亮。" }, Hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await Until.TrueAsync("it waits for a call", async () => (await Calls.ListDeliveriesAsync(new() { ToCall = true, Page = new() { Size = 500 } }, Hub.As(Roles.Operator))).Deliveries.Any(d => d.InquiryId == task.InquiryId));
        return task;
    }

    [Fact]
    public async Task An_operator_sees_whom_to_call_and_what_to_tell_and_records_it_by_keyboard_and_the_next_one_opens()
    {
        var from = NewNumber();
        var (task, other) = (await AnsweredAsync(from), await AnsweredAsync(NewNumber()));
        var page = await Hub.OpenAsync("operator3", "/call-backs");
        await Expect(page.Locator($".q li a[href='/call-backs/{other.InquiryId}']")).ToBeVisibleAsync();
        await page.GotoAsync($"/call-backs/{task.InquiryId}");
        await Expect(page.Locator(".fu .c")).ToContainTextAsync("路灯已更换");
        await Expect(page.Locator(".fu .d > .kv")).Not.ToContainTextAsync(from);
        await page.Keyboard.PressAsync("Alt+r");
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#reveal [data-field=phone]").First).ToHaveTextAsync(from);
        await page.SoundAsync();
        await page.PictureAsync("call-back-reveal");
        await page.Keyboard.PressAsync("Escape");

        // Nothing chosen is nothing recorded.
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("[data-said]:visible")).ToContainTextAsync("请先选");
        await page.GetByRole(AriaRole.Button, new() { Name = "记录，看下一件" }).VisibleWithoutScrollingAsync();
        await page.Keyboard.PressAsync("2");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("未接通");
        await Expect(page.Locator($".q li a[href='/call-backs/{task.InquiryId}']")).ToContainTextAsync("打过 1 次");
        Assert.DoesNotContain(task.InquiryId, page.Url, StringComparison.Ordinal);

        await page.GotoAsync($"/call-backs/{task.InquiryId}");
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("答复送达");
        await Expect(page.Locator($".q li a[href='/call-backs/{task.InquiryId}']")).ToHaveCountAsync(0);
        await Until.TrueAsync("the case knows", async () => (await Hub.FileAsync(task)).Row.State is "Delivered" or "Closed");

        // Told, there is nothing more to see or to record.
        await page.GotoAsync($"/call-backs/{task.InquiryId}");
        await Expect(page.Locator(".fu .d .note")).ToContainTextAsync("没有要回电");
        await Expect(page.Locator("[data-reveal]")).ToHaveCountAsync(0);
        await page.SoundAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_page_is_sound_in_both_languages_and_themes()
    {
        var task = await AnsweredAsync(NewNumber());
        await Hub.PicturesAsync("operator3", $"/call-backs/{task.InquiryId}", "call-backs", ".fu .call");
    }
}
