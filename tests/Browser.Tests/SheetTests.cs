using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>日计数单: a counter's day as sums, today's and one of before, by keyboard; nothing typed is lost, nothing of a colleague's overwritten.</summary>
[Collection("browser")]
public sealed class SheetTests(BrowserHub hub)
{
    const string Clerk = "lly177";

    async Task<IPage> OpenAsync(string counter, string path = "/counter/sheet", string language = "zh-CN", bool dark = false, bool phone = false)
    {
        var page = await hub.OpenAsync(Clerk, "/signin", language, dark, phone: phone);
        await page.Context.AddCookiesAsync([new() { Name = "counter", Value = counter, Url = hub.Url.ToString() }]);
        await page.GotoAsync(path);
        return page;
    }

    Contracts.Channels.Channels.ChannelsClient Channels => new(hub.Channel);
    async Task<TallySheet> SheetAsync(string counter, string day = "") => await Channels.GetTallySheetAsync(new() { CounterId = counter, Day = day }, hub.As(Roles.Operator));

    [Fact]
    public async Task A_day_of_paper_is_typed_down_the_column_saved_and_corrected_and_the_sheet_sums_it()
    {
        const string counter = "211102002";
        var before = (await SheetAsync(counter)).Days[3].Day; // yesterday's figures are other tests'
        var page = await OpenAsync(counter, "/counter");
        await page.Keyboard.PressAsync("F8");
        await page.Locator("#tally").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "存这一天" }).VisibleWithoutScrollingAsync();
        await page.Locator(".ct-today tbody tr").Nth(3).Locator("a").ClickAsync();
        await page.WaitForURLAsync($"**/counter/sheet?day={before}");
        await page.Locator("[data-first]:focus").WaitForAsync();
        foreach (var count in new[] { "12", "", "5" }) { await page.Keyboard.TypeAsync(count); await page.Keyboard.PressAsync("Enter"); }
        await Expect(page.Locator("#sum")).ToHaveTextAsync("17");
        await page.Locator("[data-plus]").Nth(1).ClickAsync();
        await page.SelectOptionAsync("#add", "040205");
        await page.Keyboard.TypeAsync("3");
        await Expect(page.Locator("#sum")).ToHaveTextAsync("21");
        await page.SoundAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("合计 21 次");
        Assert.Equal([12, 1, 5, 3], (await SheetAsync(counter, before)).Rows.Select(r => r.Count).OrderBy(n => n == 12 ? 0 : n == 1 ? 1 : n == 5 ? 2 : 3));
        await Expect(page.Locator(".ct-today tbody tr").Nth(3).Locator("td").Nth(1)).ToHaveTextAsync("21");

        // Corrected: what was saved stands beside it.
        await page.Locator("[data-count]").First.FillAsync("10");
        await Expect(page.Locator(".ct-sheet tbody tr").First.Locator("td").First).ToHaveTextAsync("12");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("合计 19 次");
        Assert.Equal(2, (await SheetAsync(counter, before)).Revision);
        await page.Locator(".ct-earlier summary").ClickAsync();
        await Expect(page.Locator(".ct-earlier li")).ToContainTextAsync("合计 21 次");
        await page.PictureAsync("counter-sheet");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_was_typed_survives_a_reload_and_a_colleagues_sheet_is_not_overwritten_unseen()
    {
        const string counter = "211102002005";
        var page = await OpenAsync(counter);
        await page.Locator("[data-count]").First.FillAsync("4");
        await page.SelectOptionAsync("#add", "040205");
        await page.Keyboard.TypeAsync("2");
        await Expect(page.Locator("[data-draft-state=sheet]")).ToContainTextAsync("草稿已存", new() { Timeout = 20_000 });
        await page.ReloadAsync();
        await Expect(page.Locator("#sum")).ToHaveTextAsync("6");
        var sheet = await SheetAsync(counter);
        await Channels.SaveTallySheetAsync(new() { CounterId = counter, Day = sheet.Today, Revision = sheet.Revision, Rows = { new TallyRow { CategoryCode = "", Count = 9 } } }, hub.As(Roles.Operator));
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("[data-said]")).ToContainTextAsync("同事刚存过");
        Assert.Equal(9, Assert.Single((await SheetAsync(counter)).Rows).Count);
        // Read again, the colleague's number stands there and mine beside it; saved together they are the next version.
        await page.ReloadAsync();
        await Expect(page.Locator("#sum")).ToHaveTextAsync("15");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("合计 15 次");
        Assert.Equal(15, (await SheetAsync(counter)).Rows.Sum(r => r.Count));
        // The draft is done with: what is typed next begins at what was saved.
        await page.ReloadAsync();
        await Expect(page.Locator("#sum")).ToHaveTextAsync("15");
        await Expect(page.Locator("[data-draft-state=sheet]")).ToHaveTextAsync("");
        // What is no count is said before anything is sent, also what the browser doesn't take for a number.
        foreach (var wrong in new[] { "-3", "1.5", "1e" })
        {
            await page.Locator("[data-count]").First.FillAsync("");
            await page.Keyboard.TypeAsync(wrong);
            await page.Keyboard.PressAsync("Control+Enter");
            await Expect(page.Locator("[data-said]")).ToContainTextAsync("0 到 10000");
            await page.Locator("[data-count]").Last.FillAsync("9");
            await page.EvaluateAsync("document.querySelector('[data-said]').hidden = true");
        }
        Assert.Equal(15, (await SheetAsync(counter)).Rows.Sum(r => r.Count));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_sheet_is_sound_in_both_languages_and_themes_and_on_a_phone()
    {
        foreach (var (language, dark, phone) in new[] { ("zh-CN", false, true), ("en", true, false) })
        {
            var page = await OpenAsync("211102002", language: language, dark: dark, phone: phone);
            await page.Locator("#tally").WaitForAsync();
            await page.SoundAsync();
            await page.PictureAsync($"counter-sheet-{(phone ? "phone" : "en-dark")}");
            await page.Context.CloseAsync();
        }
    }
}
