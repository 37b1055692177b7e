using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>指定承办: a supervisor names the unit by keyboard, from the board, and the unit reads why.</summary>
[Collection("browser")]
public sealed class DesignationTests(BrowserHub hub)
{
    const string Police = "211100-gaj";

    async Task<TaskRow> TaskOfAsync(TaskRow task, string unit)
    {
        TaskRow? next = null;
        await Until.TrueAsync("an officer of the unit has it", async () => (next = (await hub.FileAsync(task)).Tasks.FirstOrDefault(t => t.UnitCode == unit && t.OfficerId.Length > 0)) is not null);
        return next!;
    }

    static string RowId(TaskRow task) => "#s-" + task.TaskId.Replace('/', '-');

    [Fact]
    public async Task A_supervisor_designates_another_unit_from_the_board_by_keyboard_and_it_reads_why_and_has_no_return()
    {
        var task = await hub.TaskAsync("两家单位都说不归自己管");
        var loser = await hub.CaseAsync(task);
        await loser.LiveAsync();
        var page = await hub.OpenAsync("supervisor1", "/supervision");
        await page.Locator(RowId(task)).FocusAsync();
        await page.Keyboard.PressAsync("d");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await Expect(page.Locator("#designate")).ToBeVisibleAsync();
        await page.LiveAsync();
        await Expect(page.Locator("#designate [data-key='1']")).ToBeFocusedAsync();
        await Expect(page.Locator("#designate")).ToContainTextAsync("它的任务收回");
        await Expect(page.Locator("#designate")).ToContainTextAsync("被指定的单位不能退单");

        await page.WriteAsync("#named", "市政府第12次协调会纪要。");
        await page.Locator("#designate form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#designate .refused")).ToContainTextAsync("请选择由哪个单位承办");
        await page.Locator("#designate [data-key='1']").FocusAsync();
        await page.Keyboard.PressAsync("1"); // not that one
        await Expect(page.Locator("#designate .chip")).ToBeVisibleAsync();
        await page.Locator("#designate [data-find]").FocusAsync();
        await page.Keyboard.TypeAsync("sgaj");
        await Expect(page.Locator("#found-designate li").First).ToContainTextAsync("市公安局");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#designate .chip")).ToHaveTextAsync("市公安局");
        await page.SoundAsync();
        await page.PictureAsync("designate-ask");
        // Which unit is a draft like the words.
        await Expect(page.Locator("#designate [data-kept]")).ToHaveJSPropertyAsync("value", "211100-gaj 市公安局");
        await page.ReloadAsync();
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+z");
        await Expect(page.Locator("#designate .chip")).ToHaveTextAsync("市公安局");
        await Expect(page.Locator("#named")).ToHaveValueAsync("市政府第12次协调会纪要。");
        await page.Locator("#designate form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已指定 市公安局 承办");
        await Expect(page.Locator(".hd")).ToContainTextAsync("市公安局", Sent);
        await Expect(page.Locator(".tl")).ToContainTextAsync("市政府第12次协调会纪要。", Sent);
        await page.SoundAsync();
        await page.PictureAsync("designated-case");

        // The board has it with the other unit, and says so.
        var next = await TaskOfAsync(task, Police);
        await page.GotoAsync("/supervision");
        await Expect(page.Locator(RowId(next))).ToContainTextAsync("指定承办");
        await Expect(page.Locator(RowId(next))).ToContainTextAsync("市公安局");
        await Expect(page.Locator(RowId(task))).ToHaveCountAsync(0);
        await page.SoundAsync();
        await page.PictureAsync("supervision-designated");

        var officer = await hub.OpenAsync(next.OfficerId, "/cases");
        await Expect(officer.Locator(RowOf(next))).ToContainTextAsync("指定承办");
        await officer.GotoAsync($"/case/{task.InquiryId}");
        await officer.LiveAsync();
        await Expect(officer.Locator(".side")).ToContainTextAsync("市政府第12次协调会纪要。");
        await Expect(officer.Locator(".side")).ToContainTextAsync("不能退单");
        await Expect(officer.Locator("[data-key='Alt+T']")).ToHaveCountAsync(0);
        await officer.SoundAsync();
        await officer.PictureAsync("designated-officer");
        // Who had it hears of it at once.
        await Expect(loser.Locator(".tlw .note")).ToContainTextAsync("撤回", Sent);
        foreach (var opened in new[] { loser, page, officer }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task The_unit_that_wants_to_return_it_is_designated_by_a_digit_and_goes_on_with_the_same_time_left()
    {
        var task = await hub.TaskAsync("涵洞积水没人抽");
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).ReturnTaskAsync(new() { CommandId = $"return {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, Reason = "WrongArea", Words = "不在本区。" },
            hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await Until.TrueAsync("routing has heard of it", async () => (await new Contracts.Routing.Routing.RoutingClient(hub.Channel).GetRoutingAsync(new() { InquiryId = task.InquiryId }, hub.As(Roles.Dispatcher))).Returns is not null);
        var due = (await hub.FileAsync(task)).Tasks[0].DueAt;
        var officer = await hub.CaseAsync(task);
        await officer.LiveAsync();
        var page = await hub.OpenAsync("supervisor1", $"/case/{task.InquiryId}");
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+z");
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#designate .chip")).ToBeVisibleAsync();
        await page.WriteAsync("#named", "属地管理，由区里抽排。");
        await page.Locator("#designate form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已指定");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("指定承办", new() { Timeout = 20_000 });

        await Expect(officer.Locator(".side")).ToContainTextAsync("属地管理，由区里抽排。", Sent);
        await Expect(officer.Locator(".hd")).ToContainTextAsync("指定承办");
        await Expect(officer.Locator("[data-key='Alt+T']")).ToHaveCountAsync(0);
        await Expect(officer.Locator(".dock")).ToBeVisibleAsync(); // it goes on writing
        await officer.SoundAsync();
        Assert.Equal((due, true, "Rejected"), Assert.Single((await hub.FileAsync(task)).Tasks) is var kept ? (kept.DueAt, kept.Designated, kept.ReturnState) : default);

        // Not twice; another one may be.
        await page.ReloadAsync();
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+z");
        await Expect(page.Locator("#designate")).ToContainTextAsync("已被指定承办");
        await Expect(page.Locator("#designate")).Not.ToContainTextAsync("现主办");
        foreach (var opened in new[] { officer, page }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task The_form_is_sound_in_both_languages_and_themes_also_for_what_nobody_has_and_for_supervisors_only()
    {
        var task = await hub.TaskAsync("界桩被挪");
        await hub.PicturesAsync("supervisor1", $"/case/{task.InquiryId}", "designate", "#designate", "Alt+z");
        var (held, _) = await hub.AskAsync("不知道归谁管", category: "");
        await Until.TrueAsync("it is held", async () =>
        {
            try { return (await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetCaseAsync(new() { InquiryId = held }, hub.As(Roles.Supervisor))).Row.State == "Held"; }
            catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.NotFound) { return false; }
        });
        var page = await hub.OpenAsync("supervisor1", $"/case/{held}");
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+z");
        await Expect(page.Locator("#designate")).ToContainTextAsync("还没有单位承办");
        await page.SoundAsync();
        await page.PictureAsync("designate-held");
        await page.Context.CloseAsync();
        foreach (var account in new[] { task.OfficerId, "dispatcher1" })
        {
            var other = await hub.CaseAsync(task, account);
            await other.LiveAsync();
            await Expect(other.Locator("[data-key='Alt+Z']")).ToHaveCountAsync(0);
            await other.Context.CloseAsync();
        }
        // It is somebody's now, so that it stands in nobody else's queue.
        await new Contracts.Routing.Routing.RoutingClient(hub.Channel).DesignateUnitAsync(new() { CommandId = "held", InquiryId = held, UnitCode = Police, Words = "x" }, hub.As(Roles.Supervisor));
    }
}
