using Microsoft.Playwright;

namespace InquiryHub.Browser.Tests;

/// <summary>What all pages share: sign-in, the rail, the command box, the key map, languages and themes.</summary>
[Collection("browser")]
public sealed class ShellTests(BrowserHub hub)
{
    [Fact]
    public async Task A_person_signs_in_by_keyboard_and_sees_what_the_role_may_use()
    {
        var page = await hub.OpenAsync(null, "/signin");
        await page.SoundAsync();
        await page.Keyboard.TypeAsync("dispatcher1");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(hub.Password("dispatcher1"));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/dashboard");
        Assert.Equal(["看板", "工单", "派单", "隔离"], (await page.Locator(".rail a").AllInnerTextsAsync()).Select(t => t.Trim()));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Ctrl_K_finds_a_page_and_the_question_mark_shows_the_keys()
    {
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator("#palette li").First.WaitForAsync();
        await page.SoundAsync();
        await page.Keyboard.TypeAsync("工单");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/cases");
        await page.GotoAsync("/dashboard");
        await page.Keyboard.PressAsync("?");
        await page.Locator("#keymap kbd").First.WaitForAsync();
        // Only keys that do something here: nothing on this page can be narrowed.
        Assert.DoesNotContain("/", await page.Locator("#keymap kbd").AllInnerTextsAsync());
        await page.SoundAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#keymap")).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Ctrl_K_finds_a_unit_for_who_may_look_at_any()
    {
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("sjyj");
        await Assertions.Expect(page.Locator("#palette li b").First).ToContainTextAsync("市教育局");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/dashboard?unit=211100-jyj");
        await Assertions.Expect(page.Locator(".whose h2")).ToHaveTextAsync("市教育局");
        await page.Context.CloseAsync();
        var other = await hub.OpenAsync("operator6", "/dashboard");
        await other.Keyboard.PressAsync("Control+k");
        await other.Keyboard.TypeAsync("sjyj");
        await Assertions.Expect(other.Locator("#palette-list:not([aria-busy])")).ToBeAttachedAsync(); // the cases have been looked through
        await Assertions.Expect(other.Locator("#palette li")).ToHaveCountAsync(0);
        await other.Context.CloseAsync();
    }

    [Fact]
    public async Task Keys_do_nothing_while_an_input_method_composes()
    {
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        // As Chromium tells of a key that the input method takes, and of the Enter that ends a composition.
        await page.EvaluateAsync("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Process', code: 'KeyK', keyCode: 229, ctrlKey: true, bubbles: true }))");
        await page.EvaluateAsync("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', code: 'KeyK', ctrlKey: true, isComposing: true, bubbles: true }))");
        Assert.False(await page.Locator("#palette").IsVisibleAsync());
        await page.EvaluateAsync("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', code: 'KeyK', ctrlKey: true, bubbles: true }))");
        await Assertions.Expect(page.Locator("#palette")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_person_changes_the_own_password_and_is_told_what_is_wrong_with_a_bad_one()
    {
        var page = await hub.OpenAsync("operator6", "/account");
        async Task ChangeAsync(string old, string next)
        {
            await page.FillAsync("#old", old);
            await page.FillAsync("#new", next);
            await page.FillAsync("#repeat", next);
            await page.Keyboard.PressAsync("Enter");
        }
        await ChangeAsync(hub.Password("operator6"), "short");
        await Assertions.Expect(page.Locator("[data-said]")).ToContainTextAsync("至少 12 个字符");
        await ChangeAsync("not the old one", "Another-one-of-20-letters");
        await Assertions.Expect(page.Locator("[data-said]")).ToContainTextAsync("原密码不对");
        await ChangeAsync(hub.Password("operator6"), "Another-one-of-20-letters");
        await Assertions.Expect(page.Locator("#said")).ToHaveTextAsync("密码已修改。");
        await page.Context.CloseAsync();
    }

    [Fact]
    public Task The_own_account_is_sound_in_both_languages_and_themes() => hub.PicturesAsync("operator5", "/account", "account", "h1");

    [Fact]
    public Task The_dashboard_is_sound_in_both_languages_and_themes() => hub.PicturesAsync("supervisor1", "/dashboard", "dashboard", "h1");

    [Fact]
    public async Task The_check_of_pages_notices_a_button_without_a_name()
    {
        var page = await hub.OpenAsync(null, "/signin");
        await page.SoundAsync();
        await page.EvaluateAsync("document.querySelector('main').append(document.createElement('button'))");
        var wrong = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(page.SoundAsync);
        Assert.Contains("button-name", wrong.Message);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_so_and_shows_the_way_back()
    {
        var page = await hub.OpenAsync("supervisor1", "/no-such-page");
        await page.SoundAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("没有这个页面");
        await page.Context.CloseAsync();
    }
}
