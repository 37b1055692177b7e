using InquiryHub.Kernel;
using InquiryHub.TestKit;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>The right column of the dashboard: what comes in today, whether yesterday's counts agree, what is open now.</summary>
[Collection("browser")]
public sealed class DashboardTests(BrowserHub hub)
{
    [Fact]
    public async Task What_is_open_now_stands_on_the_dashboard_and_each_number_opens_as_the_list_that_adds_up_to_it()
    {
        var task = await hub.TaskAsync("窨井盖松动");
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        var numbers = page.Locator(".backlog dd");
        await Expect(numbers).ToHaveCountAsync(5);
        await page.SoundAsync();
        await page.PictureAsync("dashboard-today");
        foreach (var (at, only) in new[] { (0, "/supervision"), (1, "/supervision?only=NotSignedIn"), (2, "/supervision?only=Soon"), (3, "/supervision?only=Late"), (4, "/supervision?only=Supervised") })
        {
            // A number is at most ten seconds old, and other tests' tasks come and go.
            await Until.TrueAsync("the list adds up to the number", async () =>
            {
                await page.GotoAsync("/dashboard");
                var said = (await numbers.Nth(at).InnerTextAsync()).Trim();
                await page.GotoAsync(only);
                return said == $"{await page.Locator("tbody tr[data-row]").CountAsync()}";
            }, 30);
            await Expect(page.Locator(".seg [aria-current]")).ToHaveCountAsync(1);
        }
        // Not signed in yet, until it is.
        var row = page.Locator("#s-" + task.TaskId.Replace('/', '-'));
        await page.GotoAsync("/supervision?only=NotSignedIn");
        await Expect(row).ToBeVisibleAsync();
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).SignInTaskAsync(new() { CommandId = $"sign-in {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await page.Keyboard.PressAsync("n");
        await Expect(row).ToHaveCountAsync(0);
        Assert.Contains("only=NotSignedIn", page.Url);
        await page.Context.CloseAsync();

        // An officer reads the numbers; the board behind them is not theirs.
        var officer = await hub.OpenAsync(task.OfficerId, "/dashboard");
        await Expect(officer.Locator(".backlog dd")).ToHaveCountAsync(5);
        await Expect(officer.Locator(".backlog a")).ToHaveCountAsync(0);
        await officer.Context.CloseAsync();
    }

    [Fact]
    public async Task The_day_by_the_hour_is_drawn_and_told_in_a_table()
    {
        await hub.AskAsync("公交站牌看不清");
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await Expect(page.Locator("svg.curve")).ToBeVisibleAsync();
        await page.Locator(".hours summary").PressAsync("Enter");
        await Expect(page.Locator(".hours tbody tr")).ToHaveCountAsync(24);
        // It is read anew twice a minute, in the page that is open.
        await Expect(page.Locator(".hours td:nth-child(2)").Filter(new() { HasTextRegex = new("^[1-9]") })).Not.ToHaveCountAsync(0, new() { Timeout = 60_000 });
        await page.SoundAsync();
        await page.PictureAsync("dashboard-hours");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Yesterday_is_reconciled_by_channel_and_a_difference_is_told_in_words_and_shape()
    {
        var yesterday = CityTime.Iso(CityTime.DateOf(DateTimeOffset.UtcNow).AddDays(-1));
        await hub.PostAsync("/doors/walkin/tallies", new { sheetId = $"reconciled-{yesterday}", revision = 1, counterId = "211100", day = yesterday, rows = new[] { new { categoryCode = "010101", count = 1_030 } } });
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        var walkIn = page.Locator(".dr tr").Filter(new() { Has = page.Locator(".c-walkin") }).Locator(".rec");
        await Expect(walkIn).ToHaveTextAsync("1,030一致", new() { Timeout = 60_000 });
        await page.PictureAsync("dashboard-reconciled");

        // As if one of them had been lost on its way to the figures.
        await hub.SqlAsync($"update channels.received set value = value + 1 where day = '{yesterday}' and channel = 'WalkIn'");
        await page.ReloadAsync();
        await Expect(walkIn).ToHaveTextAsync("收 1,031 统计 1,030不一致");
        await Expect(page.Locator(".dr")).ToContainTextAsync("./hub parked list");
        await page.SoundAsync();
        await page.PictureAsync("dashboard-differs");
        await hub.SqlAsync($"update channels.received set value = value - 1 where day = '{yesterday}' and channel = 'WalkIn'");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_people_came_with_this_week_adds_up_and_each_number_opens_as_its_list()
    {
        var today = CityTime.Iso(CityTime.DateOf(DateTimeOffset.UtcNow));
        await hub.PostAsync("/doors/walkin/tallies", new { sheetId = $"hot-{today}", revision = 1, counterId = "211100", day = today, rows = new[] { new { categoryCode = "010101", count = 2_000 } } });
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        var first = page.Locator(".hot tbody tr").First;
        await Until.TrueAsync("the tally leads the list", async () => { await page.GotoAsync("/dashboard"); return (await first.Locator("td").First.InnerTextAsync()).Trim() is var said && Number(said) >= 2_000; }, 30);
        await page.SoundAsync();
        await page.PictureAsync("dashboard-hot");
        for (var column = 1; column <= 2; column++)
        {
            var parts = await page.Locator($".hot tbody td:nth-of-type({column})").AllInnerTextsAsync();
            Assert.Equal(Number(await page.Locator($".hot tfoot td:nth-of-type({column})").InnerTextAsync()), parts.Sum(Number));
        }
        var (category, contacts) = (await first.Locator("th").InnerTextAsync(), await first.Locator("td").First.InnerTextAsync());
        await first.Locator("a.n").First.PressAsync("Enter");
        await Expect(page.Locator(".sums")).ToContainTextAsync(contacts.Trim());
        await Expect(page.Locator(".sums .chip").Last).ToHaveTextAsync(category);
        await page.Context.CloseAsync();

        static int Number(string text) => int.Parse(text.Trim().Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_right_column_is_sound_in_both_languages_and_themes()
    {
        await hub.TaskAsync("公园灯不亮");
        await hub.PicturesAsync("supervisor1", "/dashboard", "dashboard-right", ".backlog");
    }
}
