using InquiryHub.Kernel;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>督办: what is due first over all units, and pressing for it.</summary>
[Collection("browser")]
public sealed class SupervisionTests(BrowserHub hub)
{
    [Fact]
    public async Task A_supervisor_urges_by_a_key_and_the_officer_sees_it_at_once_and_not_twice_a_day()
    {
        var task = await hub.TaskAsync("信号灯变灯太快");
        var list = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        await list.LiveAsync();
        var page = await hub.OpenAsync("supervisor1", "/supervision");
        var row = page.Locator("#s-" + task.TaskId.Replace('/', '-'));
        await Expect(row).ToContainTextAsync("信号灯变灯太快");
        await page.SoundAsync();
        await page.PictureAsync("supervision");
        await row.FocusAsync();
        await page.Keyboard.PressAsync("u");
        await Expect(page.Locator("#said")).ToContainTextAsync("已催办");
        await Expect(row).ToContainTextAsync("刚催过");
        await Expect(list.Locator(RowOf(task))).ToContainTextAsync("督办催办 1 次");
        await page.Keyboard.PressAsync("u"); // the same press once more

        // From the case as well, where everybody reads it.
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await page.LiveAsync();
        await Expect(page.Locator(".hd")).ToContainTextAsync("督办催办 1 次");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("督办催办");
        await page.Keyboard.PressAsync("Alt+u");
        await Expect(page.Locator(".hd [role=alert]")).ToContainTextAsync("今天已经催办过");
        await page.SoundAsync();
        Assert.Equal(1, (await hub.FileAsync(task)).Tasks[0].SupervisorUrges);
        await page.Context.CloseAsync();
        await list.Context.CloseAsync();
    }

    [Fact]
    public async Task A_task_is_taken_under_supervision_from_the_board_by_keyboard_and_the_officer_reads_what_is_required()
    {
        var task = await hub.TaskAsync("工地夜间施工");
        var list = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        await list.LiveAsync();
        var page = await hub.OpenAsync("supervisor1", "/supervision");
        await page.Locator("#s-" + task.TaskId.Replace('/', '-')).FocusAsync();
        await page.Keyboard.PressAsync("s");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await Expect(page.Locator("#supervise")).ToBeVisibleAsync();
        await page.LiveAsync();
        await Expect(page.Locator("#supervise [data-key='1']")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("2");
        await page.WriteAsync("#requires", "三日内到现场核实并书面说明。");
        await page.SoundAsync();
        await page.PictureAsync("supervise-ask");
        await page.ReloadAsync();
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+s");
        await Expect(page.Locator("#supervise [data-key='2']")).ToBeCheckedAsync();
        await page.Locator("#supervise form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已督办");
        await Expect(page.Locator(".hd")).ToContainTextAsync("挂牌督办");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("三日内到现场核实并书面说明。");
        await Expect(page.Locator("#supervise")).ToBeHiddenAsync();
        await Expect(list.Locator(RowOf(task))).ToContainTextAsync("挂牌督办");
        await list.SoundAsync();
        await list.PictureAsync("worklist-supervised");

        // In the same form not twice.
        await page.Keyboard.PressAsync("Alt+s");
        await page.Keyboard.PressAsync("2");
        await page.WriteAsync("#requires", "再催一次。");
        await page.Locator("#supervise form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#supervise .refused")).ToContainTextAsync("已在这种督办中");
        await page.Context.CloseAsync();
        await list.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_under_supervision_is_a_view_of_the_board()
    {
        var (watched, other) = (await hub.TaskAsync("桥头护栏松动"), await hub.TaskAsync("广场地砖破损"));
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).SuperviseTaskAsync(
            new() { CommandId = $"supervise {watched.TaskId}", InquiryId = watched.InquiryId, TaskId = watched.TaskId, Form = "Summons", Words = "本周五前到场说明。" }, hub.As(Roles.Supervisor));
        var page = await hub.OpenAsync("supervisor1", "/supervision");
        await Expect(page.Locator("#s-" + other.TaskId.Replace('/', '-'))).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "督办中" }).PressAsync("Enter");
        await page.WaitForURLAsync("**/supervision?only=Supervised");
        await Expect(page.Locator("#s-" + watched.TaskId.Replace('/', '-'))).ToContainTextAsync("约谈");
        await Expect(page.Locator("#s-" + other.TaskId.Replace('/', '-'))).ToHaveCountAsync(0);
        await page.SoundAsync();
        await page.PictureAsync("supervision-supervised");
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(
            new() { CommandId = $"answer {watched.TaskId}", InquiryId = watched.InquiryId, TaskId = watched.TaskId, PublicReply = "已加固。" }, hub.As(Roles.Officer, watched.UnitCode, watched.OfficerId));
        await page.Keyboard.PressAsync("n");
        await Expect(page.Locator("#s-" + watched.TaskId.Replace('/', '-'))).ToHaveCountAsync(0);
        Assert.Contains("only=Supervised", page.Url);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_board_is_sound_in_both_languages_and_themes_and_for_supervisors_only()
    {
        await hub.TaskAsync("路牌掉漆");
        await hub.PicturesAsync("supervisor1", "/supervision", "supervision", "tbody tr[data-row]");
        var phone = await hub.OpenAsync("supervisor1", "/supervision", phone: true);
        await phone.Locator("tbody tr[data-row]").First.WaitForAsync();
        await phone.SoundAsync();
        await phone.PictureAsync("supervision-phone");
        await phone.Context.CloseAsync();
        var officer = await hub.OpenAsync("dispatcher1", "/supervision");
        await Expect(officer.Locator("body")).Not.ToContainTextAsync("路牌掉漆");
        await Expect(officer.Locator(".rail [href='/supervision']")).ToHaveCountAsync(0);
        await officer.Context.CloseAsync();
    }
}
