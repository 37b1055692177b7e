using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;

namespace InquiryHub.Browser.Tests;

/// <summary>The counter: digit, Enter; offline and back; never twice; the day adds up.</summary>
[Collection("browser")]
public sealed class CounterTests(BrowserHub hub)
{
    const string Clerk = "lly177", Operator = "operator3";

    async Task<IPage> OpenAsync(string counter, string account = Clerk, string language = "zh-CN", bool dark = false, bool phone = false)
    {
        var page = await hub.OpenAsync(account, "/signin", language, dark, phone: phone);
        await page.Context.AddCookiesAsync([new() { Name = "counter", Value = counter, Url = hub.Url.ToString() }]);
        await page.GotoAsync("/counter");
        return page;
    }

    Contracts.Channels.Channels.ChannelsClient Channels => new(hub.Channel);
    async Task<ListWalkInTodayReply> TodayAsync(string counter) => await Channels.ListWalkInTodayAsync(new() { CounterId = counter }, hub.As(Roles.Operator));

    [Fact]
    public async Task A_clerk_chooses_the_counter_once_and_the_browser_remembers_it()
    {
        var page = await hub.OpenAsync(Clerk, "/counter?choose=1");
        await page.SelectOptionAsync("#which", "211102002005");
        await page.GetByRole(AriaRole.Button, new() { Name = "就在这里" }).ClickAsync();
        await page.Locator("#entry").WaitForAsync();
        await page.GotoAsync("/counter");
        Assert.Equal("211102002005", await page.Locator("#entry").GetAttributeAsync("data-counter"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_entry_is_a_digit_and_Enter_and_a_second_press_registers_nothing()
    {
        const string counter = "211102002";
        var before = (await TodayAsync(counter)).Total;
        var page = await OpenAsync(counter);
        await page.GetByRole(AriaRole.Button, new() { Name = "记一条" }).VisibleWithoutScrollingAsync();
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#mine li").First).ToContainTextAsync("已收");
        await Assertions.Expect(page.Locator("#entry-said")).ToContainTextAsync("先按数字");
        await page.Keyboard.PressAsync("2");
        await page.Keyboard.TypeAsync("问迁户口的材料");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#mine li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("[data-total]")).ToHaveTextAsync((before + 2).ToString());
        var today = await TodayAsync(counter);
        Assert.Equal((before + 2, before + 2), (today.Total, today.Sums.Sum(s => s.Contacts)));
        await page.SoundAsync();
        await page.PictureAsync("counter-day");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_entry_made_by_mistake_is_undone_by_a_key_and_the_day_adds_up_again()
    {
        const string counter = "211102002016";
        var page = await OpenAsync(counter);
        foreach (var _ in new[] { 1, 2 })
        {
            await page.Keyboard.PressAsync("1");
            await page.Keyboard.PressAsync("Enter");
        }
        await Assertions.Expect(page.Locator("[data-total]")).ToHaveTextAsync("2");
        await page.PictureAsync("counter-undo");
        var newest = await page.Locator(".ct-rows th").First.InnerTextAsync();
        var asked = new List<string>();
        page.Dialog += async (_, dialog) => { asked.Add(dialog.Message); await (asked.Count == 1 ? dialog.DismissAsync() : dialog.AcceptAsync()); };
        await page.Keyboard.PressAsync("Alt+z");
        await Assertions.Expect(page.Locator(".ct-rows tr")).ToHaveCountAsync(2);
        await page.Keyboard.PressAsync("Alt+z");
        await Assertions.Expect(page.Locator(".ct-rows tr")).ToHaveCountAsync(1);
        Assert.All(asked, said => Assert.Contains("不能恢复", said));
        Assert.DoesNotContain(newest, await page.InnerTextAsync(".ct"));
        Assert.Equal(1, (await TodayAsync(counter)).Total);
        // The hands are where the next entry begins.
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-total]")).ToHaveTextAsync("2");
        await page.SoundAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_goes_to_a_unit_needs_a_line_and_gets_a_slip()
    {
        const string counter = "211102002007";
        var page = await OpenAsync(counter);
        await page.Keyboard.PressAsync("7");
        await page.Keyboard.PressAsync("Alt+t");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#entry-said")).ToContainTextAsync("一句话");
        await page.FillAsync("#line", "楼上不热，报过供热站没人来");
        await page.FillAsync("#phone", "13800000000");
        await page.SelectOptionAsync("#kind", "Complaint");
        await page.SoundAsync();
        await page.PictureAsync("counter-unit");
        await page.FocusAsync("#line");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#mine li").First).ToContainTextAsync("已收");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        var number = await page.InnerTextAsync("[data-slip=number]");
        Assert.True(InquiryNumber.TryRead(number, out _));
        Assert.True(await page.Locator("#slip").IsVisibleAsync() && !await page.Locator("#entry").IsVisibleAsync());
        Assert.DoesNotContain("13800000000", await page.InnerTextAsync("body"));
        Assert.True((await page.Locator("#slip").BoundingBoxAsync())!.Width <= 80 * 96 / 25.4);
        await page.PictureAsync("counter-slip");
        var row = Assert.Single((await TodayAsync(counter)).Rows);
        Assert.Equal((number, false), (row.InquiryId, row.Direct));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Entries_made_while_the_network_is_away_survive_a_reload_and_arrive_once()
    {
        const string counter = "211102002014";
        var page = await OpenAsync(counter);
        await page.Context.SetOfflineAsync(true);
        foreach (var words in new[] { "问医保", "问缴费", "记错的" })
        {
            await page.Keyboard.PressAsync("3");
            await page.Keyboard.TypeAsync(words);
            await page.Keyboard.PressAsync("Enter");
        }
        await Assertions.Expect(page.Locator("#waiting")).ToContainTextAsync("3 条待传");
        await Assertions.Expect(page.Locator("#mine .state").First).ToHaveTextAsync("本机待传");
        // What has not left can be taken back.
        await page.Locator("#mine li", new() { HasText = "记错的" }).GetByRole(AriaRole.Button, new() { Name = "撤销" }).ClickAsync();
        await Assertions.Expect(page.Locator("#waiting")).ToContainTextAsync("2 条待传");
        await page.SoundAsync();
        await page.PictureAsync("counter-offline");
        Assert.Equal(0, (await TodayAsync(counter)).Total);

        // A hub that takes the entry and whose answer is lost: the same id comes again.
        var lost = 0;
        await page.RouteAsync("**/acts/counter-register", async route =>
        {
            if (Interlocked.Increment(ref lost) > 1) { await route.ContinueAsync(); return; }
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await page.Context.SetOfflineAsync(false);
        await Assertions.Expect(page.Locator("#mine .state", new() { HasText = "已收" })).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#waiting")).ToBeHiddenAsync();
        Assert.Equal(2, (await TodayAsync(counter)).Total);

        // And what still waits when the page is closed is there when it opens again.
        await page.UnrouteAsync("**/acts/counter-register");
        await page.RouteAsync("**/acts/counter-register", route => route.AbortAsync());
        await page.Keyboard.PressAsync("3");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#waiting")).ToContainTextAsync("1 条待传");
        await page.UnrouteAsync("**/acts/counter-register");
        await page.ReloadAsync();
        await Until.TrueAsync("it arrived", async () => (await TodayAsync(counter)).Total == 3);
        await Assertions.Expect(page.Locator("[data-total]")).ToHaveTextAsync("3");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_refused_entry_stays_on_top_with_its_sentence_and_can_be_corrected()
    {
        const string counter = "211102002015";
        var page = await OpenAsync(counter);
        await page.EvaluateAsync("document.querySelector('#entry').dataset.counter = '211104005'"); // a counter of another unit
        await page.Keyboard.PressAsync("4");
        await page.Keyboard.TypeAsync("问低保");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#mine li.late")).ToContainTextAsync("不属于您的单位");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#mine li.late")).ToContainTextAsync("不属于您的单位");
        await page.SoundAsync();
        await page.PictureAsync("counter-refused");
        await page.GetByRole(AriaRole.Button, new() { Name = "改", Exact = true }).ClickAsync();
        Assert.Equal("问低保", await page.InputValueAsync("#line"));
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#mine li").First).ToContainTextAsync("已收");
        Assert.Equal((1, 0), ((int)(await TodayAsync(counter)).Total, await page.Locator("#mine li.late").CountAsync()));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Markup_in_a_line_is_shown_as_text()
    {
        const string markup = "<img src=x onerror=\"document.title='broken'\">";
        var page = await OpenAsync("211102002016");
        await page.Keyboard.PressAsync("9");
        await page.FillAsync("#line", markup);
        await page.FocusAsync("#line");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#mine li").First).ToContainTextAsync(markup);
        await Assertions.Expect(page.Locator("#mine li").First).ToContainTextAsync("已收");
        Assert.Equal((0, false), (await page.Locator("main img").CountAsync(), (await page.TitleAsync()).Contains("broken")));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_counter_is_sound_in_both_languages_and_themes_and_on_a_phone()
    {
        foreach (var (language, dark, phone) in new[] { ("zh-CN", false, false), ("zh-CN", true, false), ("en", false, false), ("en", true, false), ("zh-CN", false, true) })
        {
            var page = await OpenAsync("211102002017", Operator, language, dark, phone);
            await page.Locator("#entry").WaitForAsync();
            await page.SoundAsync();
            await page.PictureAsync($"counter-{language}{(dark ? "-dark" : "")}{(phone ? "-phone" : "")}");
            await page.Context.CloseAsync();
        }
    }
}
