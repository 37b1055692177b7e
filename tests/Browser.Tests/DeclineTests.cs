using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>不予受理: a dispatcher's reason brings its words, which the citizen reads.</summary>
[Collection("browser")]
public sealed class DeclineTests(BrowserHub hub)
{
    async Task<(string Number, string Code)> HeldAsync(string title)
    {
        var asked = await hub.AskAsync(title, "法院还没有判。", category: "");
        await Until.TrueAsync("the case is there, held", async () => (await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).ListCasesAsync(new() { InquiryIds = { asked.Number } }, hub.As(Roles.Dispatcher))).Cases.Any(c => c.State == "Held"));
        return asked;
    }

    [Fact]
    public async Task A_reason_brings_its_words_they_are_asked_for_once_more_and_the_citizen_reads_them()
    {
        var (number, code) = await HeldAsync("借款纠纷");
        var page = await hub.OpenAsync("dispatcher1", $"/triage/{number}");
        await page.Keyboard.PressAsync("Alt+n");
        await Expect(page.Locator("#grounds")).ToBeFocusedAsync();
        await page.Locator("#grounds").SelectOptionAsync("Petition");
        await page.Locator("#grounds").SelectOptionAsync("Litigation"); // over another reason's words
        await Expect(page.Locator("#told")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("人民法院或仲裁机构"));
        await page.WriteAsync("#told", "（区法院电话见其网站。）");
        await page.Locator("#grounds").SelectOptionAsync("Morals"); // not over one's own
        await Expect(page.Locator("#told")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("区法院"));
        await page.Locator("#grounds").SelectOptionAsync("Litigation");
        await page.SoundAsync();
        await page.PictureAsync("decline");
        List<string> asked = [];
        page.Dialog += async (_, dialog) => { asked.Add(dialog.Message); if (asked.Count == 1) await dialog.DismissAsync(); else await dialog.AcceptAsync(); };
        for (var n = 0; n < 2; n++)
        {
            await page.Locator("#told").FocusAsync();
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.PressAsync("Enter");
            await Until.TrueAsync("it was asked for", () => Task.FromResult(asked.Count == n + 1));
        }
        await Expect(page.Locator("#said")).ToContainTextAsync("已不予受理");
        await Expect(page.Locator(".q li", new() { HasText = "借款纠纷" })).ToHaveCountAsync(0);

        var citizen = await hub.ProgressAsync(number, code);
        await Expect(citizen.Locator("h1")).ToHaveTextAsync("不予受理");
        await Expect(citizen.Locator(".cz-answer")).ToContainTextAsync("人民法院或仲裁机构");
        await citizen.SoundAsync();
        await citizen.PictureAsync("declined-citizen");
        await Until.TrueAsync("that is the proof that it arrived", async () => (await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor))).Timeline.Any(e => e.Act == "AnswerDelivered"));
        var office = await hub.OpenAsync("supervisor1", $"/case/{number}");
        await Expect(office.Locator(".tl")).ToContainTextAsync("诉讼、仲裁事项");
        await Expect(office.Locator(".dock")).ToContainTextAsync("区法院");
        await office.SoundAsync();
        await office.PictureAsync("declined");
        foreach (var opened in new[] { page, citizen, office }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task The_form_is_sound_in_english_and_dark_and_a_reason_is_needed()
    {
        var (number, _) = await HeldAsync("邻里纠纷");
        var page = await hub.OpenAsync("dispatcher1", $"/triage/{number}", "en", dark: true);
        await page.Keyboard.PressAsync("Alt+n");
        await page.Locator("#told").FillAsync("x");
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        await page.Locator("#told").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".c .refused:not([hidden])")).ToContainTextAsync("Please choose why");
        await page.SoundAsync();
        await page.PictureAsync("decline-en-dark");
        await page.Context.CloseAsync();
        await new Contracts.Routing.Routing.RoutingClient(hub.Channel).DeclineInquiryAsync(new DeclineInquiryRequest { CommandId = "tidy", InquiryId = number, Reason = "Morals", PublicReply = "x" }, hub.As(Roles.Dispatcher));
    }
}
