using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>合并: a dispatcher joins what asks for the same, by keyboard alone; both cases show it, and each citizen reads the own answer.</summary>
[Collection("browser")]
public sealed class MergeTests(BrowserHub hub)
{
    async Task<(string Number, string Code)> HeldAsync(string title, string text)
    {
        var asked = await hub.AskAsync(title, text, category: "");
        await Until.TrueAsync("the case is there, held", async () => (await Client.ListCasesAsync(new() { InquiryIds = { asked.Number } }, hub.As(Roles.Dispatcher))).Cases.Any(c => c.State == "Held"));
        return asked;
    }

    Contracts.Casework.Casework.CaseworkClient Client => new(hub.Channel);
    async Task<string> StateAsync(string number) => (await Client.GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor))).Row.State;

    [Fact]
    public async Task A_dispatcher_merges_by_keyboard_alone_the_next_one_opens_and_everybody_reads_the_answer()
    {
        var task = await hub.TaskAsync("泰山路水管爆裂", "泰山路36号门前自来水管爆裂，水流满地。");
        var (number, code) = await HeldAsync("自来水管爆了", "泰山路36号门前水管爆裂。");
        var (next, _) = await HeldAsync("下一件完全无关", "问一下公交几点收车");
        var page = await hub.OpenAsync("dispatcher1", $"/triage/{number}");
        await page.Keyboard.PressAsync("Alt+g");
        await Expect(page.Locator(".alike input").First).ToBeFocusedAsync();
        await Expect(page.Locator(".alike label").First).ToContainTextAsync(task.InquiryId);
        await page.SoundAsync();
        await page.Keyboard.PressAsync("Enter"); // nothing is chosen for the dispatcher
        await Expect(page.Locator("form[data-merge] .refused")).ToContainTextAsync("请选一件");
        await page.Keyboard.PressAsync("1"); // in the list a digit is the list's, and places nothing
        await Expect(page.Locator(".alike input").First).ToBeCheckedAsync();
        await page.PictureAsync("merge");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync($"{number} 已并入 {task.InquiryId}");
        await Expect(page.Locator(".tr .c h1")).Not.ToHaveTextAsync("自来水管爆了");
        await Expect(page.Locator(".q li:not(.gone)", new() { HasText = "自来水管爆了" })).ToHaveCountAsync(0);
        Assert.Equal("Merged", await StateAsync(number));

        var citizen = await hub.ProgressAsync(number, code);
        await Expect(citizen.Locator("h1")).ToHaveTextAsync("正在办理");
        await Expect(citizen.Locator(".cz-card").First).ToContainTextAsync("一并办理");
        await Expect(citizen.Locator(".cz-body")).Not.ToContainTextAsync(task.InquiryId);
        await citizen.SoundAsync();
        await citizen.PictureAsync("merged-citizen");

        var office = await hub.CaseAsync(task);
        await Expect(office.Locator(".joined")).ToContainTextAsync("已并入 1 件");
        await Expect(office.Locator(".send .who")).ToContainTextAsync("并入的 1 件");
        await office.SoundAsync();
        await office.PictureAsync("merged-target");
        await office.WriteAsync("#reply", "已于今日抢修完毕。");
        await office.Keyboard.PressAsync("Control+Enter");
        await Expect(office.Locator(".dock")).ToContainTextAsync("已于今日抢修完毕", Sent);
        await office.Locator(".joined a").First.ClickAsync(); // its unit opens what was merged
        await Expect(office.Locator("h1")).ToHaveTextAsync("自来水管爆了");
        await Expect(office.Locator(".dock")).ToContainTextAsync("已于今日抢修完毕");
        await citizen.ReloadAsync();
        await Expect(citizen.Locator(".cz-answer")).ToHaveTextAsync("已于今日抢修完毕。");
        await Until.TrueAsync("that is the proof that it arrived", async () => (await Client.GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor))).Timeline.Any(e => e.Act == "AnswerDelivered"));
        foreach (var opened in new[] { page, citizen, office }) await opened.Context.CloseAsync();
        await PlaceAsync(next);
    }

    [Fact]
    public async Task A_typed_number_is_meant_and_a_mistake_is_undone_in_the_case()
    {
        var task = await hub.TaskAsync("黄河路井盖", "黄河路8号井盖松动");
        var (number, _) = await HeldAsync("无关的一件事", "想问图书馆开门时间");
        var page = await hub.OpenAsync("dispatcher1", $"/triage/{number}", "en", dark: true);
        await page.Keyboard.PressAsync("Alt+g");
        await page.Locator("#into").FillAsync(number);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("form[data-merge] .refused")).ToContainTextAsync("into itself");
        await page.Locator("#into").FillAsync(task.InquiryId);
        await page.SoundAsync();
        await page.PictureAsync("merge-en-dark");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("is merged into");

        await page.GotoAsync($"/case/{number}");
        await Expect(page.Locator(".side")).ToContainTextAsync("Merged into");
        await Expect(page.Locator(".saved")).ToContainTextAsync("live");
        await page.Keyboard.PressAsync("Alt+g");
        await Expect(page.Locator(".tl")).ToContainTextAsync("Split again", Sent);
        await Until.TrueAsync("a dispatcher has it again", async () => await StateAsync(number) == "Held");
        await page.GotoAsync($"/triage/{number}");
        await Expect(page.Locator(".tr .bd")).ToContainTextAsync("was merged into another one and is not any more");
        await page.SoundAsync();
        await page.Context.CloseAsync();
        await PlaceAsync(number);
    }

    async Task PlaceAsync(string number) => await new Contracts.Routing.Routing.RoutingClient(hub.Channel).PlaceInquiryAsync(new() { CommandId = "tidy" + number, InquiryId = number, LeadUnitCode = "211100-zfb" }, hub.As(Roles.Dispatcher));
}
