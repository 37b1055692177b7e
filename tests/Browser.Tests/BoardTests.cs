using System.Globalization;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>The dashboard of a unit and of all units, and the screen on the wall.</summary>
[Collection("browser")]
public sealed class BoardTests(BrowserHub hub)
{
    Contracts.Statistics.Statistics.StatisticsClient Statistics => new(hub.Channel);

    /// <summary>An inquiry that its unit's figures have.</summary>
    async Task<Contracts.Casework.TaskRow> CountedAsync(string title)
    {
        var task = await hub.AssignedAsync((await hub.AskAsync(title)).Number);
        var today = (await Statistics.GetPeriodsAsync(new(), hub.As(Roles.Supervisor))).Today;
        var filter = new Filter { From = today, To = today, UnitCode = task.UnitCode };
        await Until.TrueAsync("the unit's figures have it", async () => (await Statistics.ListFactsAsync(new() { Filter = filter, Page = new() { Size = 500 } }, hub.As(Roles.Supervisor))).Facts.Any(f => f.InquiryId == task.InquiryId));
        return task;
    }

    static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>Follows the number; its list says the same, on top and row by row.</summary>
    static async Task AddsUpAsync(IPage page, ILocator number)
    {
        var said = Number(await number.InnerTextAsync());
        await number.ClickAsync();
        await page.WaitForURLAsync("**/facts?*");
        Assert.Equal(said, Number(await page.Locator(".sums b").Nth(1).InnerTextAsync()));
        for (var rows = 0L; ;)
        {
            rows += (await page.Locator(".page tbody td:last-child").AllInnerTextsAsync()).Sum(Number);
            var next = page.Locator(".page .btn[href*='after=']");
            if (await next.CountAsync() > 0) { await page.GotoAsync((await next.GetAttributeAsync("href"))!); continue; }
            Assert.Equal(said, rows);
            return;
        }
    }

    [Fact]
    public async Task An_officer_sees_the_own_units_figures_by_one_key_and_each_opens_as_its_list()
    {
        var task = await CountedAsync("看板本单位路灯");
        var page = await hub.OpenAsync(task.OfficerId, "/dashboard");
        Assert.Equal(0, await page.Locator("[data-key=R]").CountAsync());
        // How well the own unit works stands beside the city's sum, and no other unit's.
        await page.Keyboard.PressAsync("q");
        await Expect(page.Locator(".quality tr:has(td)")).ToHaveCountAsync(2);
        await page.SoundAsync();
        await page.GotoAsync("/dashboard");
        await page.Keyboard.PressAsync("u");
        await page.WaitForURLAsync($"**/dashboard?*unit={task.UnitCode}*");
        await Expect(page.Locator(".whose h2")).Not.ToHaveTextAsync(task.UnitCode); // its name
        await Expect(page.Locator("[aria-current=true][data-key=U]")).ToBeVisibleAsync();
        await page.SoundAsync();
        var parts = (await page.Locator(".tile b").AllInnerTextsAsync()).Sum(Number);
        Assert.Equal(Number(await page.Locator(".big").InnerTextAsync()), parts);
        var board = page.Url;
        await AddsUpAsync(page, page.Locator(".big"));
        await page.GotoAsync(board);
        await AddsUpAsync(page, page.Locator(".dr tfoot .n").First);
        // A period without anything leads to the nearest one that has.
        await page.GotoAsync($"/dashboard?unit={task.UnitCode}&from=2013-02-01&to=2013-02-28");
        await page.Locator(".empty .btn").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard?*unit={task.UnitCode}*");
        Assert.True(Number(await page.Locator(".big").InnerTextAsync()) > 0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Units_stand_by_volume_add_up_to_the_city_and_any_of_them_is_found_by_its_initials()
    {
        await CountedAsync("看板各单位路灯");
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Keyboard.PressAsync("r");
        await page.Locator(".units").WaitForAsync();
        await page.SoundAsync();
        var volumes = (await page.Locator(".units tbody td:nth-child(4)").AllInnerTextsAsync()).Select(Number).ToList();
        Assert.Equal(volumes.OrderDescending(), volumes);
        var (sum, query) = (Number(await page.Locator(".units .sum td:nth-child(4)").InnerTextAsync()), new Uri(page.Url).Query);
        Assert.Equal(sum, volumes.Sum());
        await page.Keyboard.PressAsync("c");
        await page.Locator(".tiles").WaitForAsync();
        Assert.Equal(sum, Number(await page.Locator(".big").InnerTextAsync()));
        await page.GotoAsync("/dashboard/units" + query);
        await AddsUpAsync(page, page.Locator(".units tbody td:nth-child(4) .n").First);
        await page.GotoAsync("/dashboard/units" + query);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("sjyj");
        await Expect(page.Locator("#found li").First).ToContainTextAsync("市教育局");
        await page.SoundAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/dashboard?*unit=211100-jyj*");
        await Expect(page.Locator(".whose h2")).ToHaveTextAsync("市教育局");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task How_well_units_work_is_a_key_away_with_the_worst_first_and_each_count_opens_as_its_list()
    {
        var returned = await CountedAsync("看板质量退单路灯");
        var (number, code) = await hub.AskAsync("看板质量评价路灯");
        var rated = await hub.AssignedAsync(number);
        var casework = new Contracts.Casework.Casework.CaseworkClient(hub.Channel);
        await casework.ReturnTaskAsync(new() { CommandId = $"return {returned.TaskId}", InquiryId = returned.InquiryId, TaskId = returned.TaskId, Reason = "WrongArea", Words = "该路段属高新区。" }, hub.As(Roles.Officer, returned.UnitCode, returned.OfficerId));
        await casework.AnswerInquiryAsync(new() { CommandId = $"answer {number}", InquiryId = number, TaskId = rated.TaskId, PublicReply = "已更换。" }, hub.As(Roles.Officer, rated.UnitCode, rated.OfficerId));
        await casework.RateAnswerAsync(new() { InquiryId = number, QueryCode = code, AnswerNo = 1, Grade = Contracts.Casework.Grade.Dissatisfied });
        var year = (await Statistics.GetPeriodsAsync(new(), hub.As(Roles.Supervisor))).Today[..4];
        await Until.TrueAsync("the figures have both", async () => (await Statistics.GetQualityAsync(new() { From = $"{year}-01-01", To = $"{year}-12-31", UnitCode = rated.UnitCode }, hub.As(Roles.Supervisor))).Units is [{ Returned: > 0, Dissatisfied: > 0 }]);

        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Keyboard.PressAsync("q");
        await page.Locator(".quality tbody tr").First.WaitForAsync();
        await page.SoundAsync();
        await page.Locator(".quality thead a").Filter(new() { HasText = "满意率" }).ClickAsync();
        await Expect(page.Locator(".quality [aria-sort]")).ToContainTextAsync("满意率");
        var rates = (await page.Locator(".quality tbody td:nth-child(4)").AllInnerTextsAsync()).Select(r => r.Split('%')[0]).Where(r => !r.StartsWith('–')).Select(r => double.Parse(r, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(rates.Order(), rates);
        foreach (var (column, count) in new[] { (4, -1), (3, 0) }) // the last one of a rate is what it is of
        {
            var board = page.Url;
            await AddsUpAsync(page, page.Locator($".quality .sum td:nth-child({column}) .n").Nth(count));
            await Expect(page.Locator(".sums .chip").Last).ToHaveTextAsync(column == 4 ? "有评价" : "申请退单");
            await page.GotoAsync(board);
        }
        var download = await page.RunAndWaitForDownloadAsync(() => page.Keyboard.PressAsync("e"));
        var lines = (await File.ReadAllTextAsync((await download.PathAsync())!)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).ToList();
        for (var column = 2; column < lines[0].Length; column++) Assert.Equal(long.Parse(lines[^1][column], CultureInfo.InvariantCulture), lines[1..^1].Sum(l => long.Parse(l[column], CultureInfo.InvariantCulture)));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_the_board_shows_is_kept_as_a_file_whose_name_says_period_and_unit()
    {
        await CountedAsync("看板导出路灯");
        var page = await hub.OpenAsync("supervisor1", "/dashboard/units");
        await page.Locator(".units").WaitForAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.Keyboard.PressAsync("e"));
        var year = (await Statistics.GetPeriodsAsync(new(), hub.As(Roles.Supervisor))).Today[..4];
        Assert.Equal($"渠道量看板 各单位 {year}-01-01 至 {year}-12-31 次.csv", download.SuggestedFilename);
        var bytes = await File.ReadAllBytesAsync((await download.PathAsync())!);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var received = System.Text.Encoding.UTF8.GetString(bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => long.Parse(l.Split(',')[2], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(received[^1], received[..^1].Sum());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_chart_of_days_has_its_table_by_one_key_and_paper_has_neither_rail_nor_darkness()
    {
        await CountedAsync("看板打印路灯");
        var page = await hub.OpenAsync("supervisor1", "/dashboard", dark: true);
        await page.Locator(".seg a", new() { HasText = "本月" }).ClickAsync();
        await page.Locator(".fig.wide").WaitForAsync();
        await page.Keyboard.PressAsync("t");
        await Expect(page.Locator("#columns tbody tr").First).ToBeInViewportAsync(new() { Ratio = 1 });
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        foreach (var bar in new[] { ".rail", ".top", ".seg", ".ph .btn" }) await Expect(page.Locator(bar).First).ToBeHiddenAsync();
        await Expect(page.Locator(".printed")).ToContainTextAsync("内部资料");
        Assert.Equal("rgb(23, 32, 46)", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('h1')).color"));
        await page.Context.CloseAsync();
    }

    static Task<long> ShownAsync(IPage page) => page.EvaluateAsync<long>("+(document.querySelector('.huge a')?.textContent ?? '-1').replaceAll(',', '')");

    static Task LiveAsync(IPage page) => Expect(page.Locator(".wall .state")).ToHaveTextAsync("实时", new() { Timeout = 60_000 });

    [Fact]
    public async Task The_wall_shows_the_day_without_scrolling_and_a_contact_as_it_comes()
    {
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Locator("[data-key=W]").WaitForAsync();
        await page.Keyboard.PressAsync("w");
        await page.WaitForURLAsync("**/wall");
        await LiveAsync(page);
        Assert.Equal("dark", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(0, await page.Locator(".rail, .top").CountAsync());
        var before = await ShownAsync(page);
        await hub.AskAsync("大屏来一件");
        await Until.TrueAsync("the wall shows it", async () => await ShownAsync(page) > before);
        await page.SoundAsync();
        foreach (var (width, height) in new[] { (1920, 1080), (1366, 768) })
        {
            await page.SetViewportSizeAsync(width, height);
            // Also on a day of a large city.
            Assert.Equal("", await page.EvaluateAsync<string>("""
                () => {
                  document.querySelector('.huge a').textContent = '60,000';
                  const over = [...document.querySelectorAll('.wall, .wall *')].filter(e => e.closest('svg') === null && (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 || e.getBoundingClientRect().bottom > innerHeight + 1 || e.getBoundingClientRect().right > innerWidth + 1));
                  return over.filter(e => getComputedStyle(e).display !== 'inline').map(e => `${e.tagName}.${e.className} ${e.scrollWidth}>${e.clientWidth}`).join(' ');
                }
                """));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollHeight <= innerHeight"), $"scrolls at {width}x{height}");
            await page.PictureAsync($"wall-{width}");
        }
        await page.Keyboard.PressAsync("d");
        Assert.Equal("light", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        await page.SoundAsync();
        await page.PictureAsync("wall-light");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForURLAsync("**/dashboard");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_wall_says_since_when_its_figures_stand_and_mends_itself_when_its_instance_is_gone_for_good()
    {
        var page = await hub.OpenAsync("supervisor1", "/wall");
        await LiveAsync(page);
        await page.EvaluateAsync("window.loaded = 'before'");
        try
        {
            foreach (var instance in hub.Hubs) await instance.KillAsync();
            await Expect(page.Locator("[data-cut]")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"连接中断，数据停在 \d+-\d+ \d\d:\d\d"), new() { Timeout = 30_000 });
            foreach (var seen in new[] { "[data-cut]", ".huge" }) await page.Locator(seen).VisibleWithoutScrollingAsync();
            await page.SoundAsync();
            Assert.Equal("before", await page.EvaluateAsync<string>("window.loaded"));
            await hub.Hubs[0].StartAsync();
            await MendedAsync();
        }
        finally { foreach (var gone in hub.Hubs.Where(h => h.Pid == 0)) await gone.StartAsync(); }
        // Its circuit is the first one's: the second one doesn't know it.
        try
        {
            await page.EvaluateAsync("window.loaded = 'before'");
            await hub.Hubs[0].KillAsync();
            await MendedAsync();
        }
        finally { await hub.Hubs[0].StartAsync(); }
        var before = await ShownAsync(page);
        await hub.AskAsync("大屏恢复后来一件");
        await Until.TrueAsync("the wall shows it", async () => await ShownAsync(page) > before, 60);
        await page.Context.CloseAsync();

        async Task MendedAsync()
        {
            await Until.TrueAsync("the wall has loaded itself anew", async () =>
            {
                try { return await page.EvaluateAsync<bool>("window.loaded === undefined && document.querySelector('.now')?.dataset.beat > 0"); } catch (PlaywrightException) { return false; /* between two pages */ }
            }, 60);
            await LiveAsync(page);
            await Expect(page.Locator("[data-cut]")).ToBeHiddenAsync();
        }
    }

    [Fact]
    public async Task The_board_of_a_unit_of_all_units_and_the_wall_are_sound_in_both_languages_and_themes()
    {
        var task = await CountedAsync("看板图片路灯");
        await hub.PicturesAsync(task.OfficerId, $"/dashboard?unit={task.UnitCode}", "board-unit", ".tiles");
        await hub.PicturesAsync("supervisor1", "/dashboard/units", "board-units", ".units");
        await hub.PicturesAsync("supervisor1", "/dashboard/quality", "board-quality", ".quality");
        await hub.PicturesAsync("supervisor1", "/wall", "wall", ".huge");
    }
}
