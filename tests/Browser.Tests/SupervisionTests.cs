using InquiryHub.Kernel;
using InquiryHub.TestKit;
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
        await Expect(list.Locator(RowOf(task))).ToContainTextAsync("督办 1 次");
        await page.Keyboard.PressAsync("u"); // the same press once more

        // From the case as well, where everybody reads it.
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await page.LiveAsync();
        await Expect(page.Locator(".hd")).ToContainTextAsync("督办 1 次");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("督办催办");
        await page.Keyboard.PressAsync("Alt+u");
        await Expect(page.Locator(".hd [role=alert]")).ToContainTextAsync("今天已经催办过");
        await page.SoundAsync();
        Assert.Equal(1, (await hub.FileAsync(task)).Tasks[0].SupervisorUrges);
        await page.Context.CloseAsync();
        await list.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_open_now_stands_on_the_dashboard_and_each_number_opens_as_the_list_that_adds_up_to_it()
    {
        var task = await hub.TaskAsync("窨井盖松动");
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        var numbers = page.Locator(".backlog dd");
        await Expect(numbers).ToHaveCountAsync(4);
        await page.SoundAsync();
        await page.PictureAsync("dashboard-today");
        foreach (var (at, only) in new[] { (0, "/supervision"), (1, "/supervision?only=NotSignedIn"), (2, "/supervision?only=Soon"), (3, "/supervision?only=Late") })
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
        await Expect(officer.Locator(".backlog dd")).ToHaveCountAsync(4);
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
    public async Task The_board_is_sound_in_both_languages_and_themes_and_for_supervisors_only()
    {
        await hub.TaskAsync("路牌掉漆");
        await hub.PicturesAsync("supervisor1", "/supervision", "supervision", "tbody tr[data-row]");
        var officer = await hub.OpenAsync("dispatcher1", "/supervision");
        await Expect(officer.Locator("body")).Not.ToContainTextAsync("路牌掉漆");
        await Expect(officer.Locator(".rail [href='/supervision']")).ToHaveCountAsync(0);
        await officer.Context.CloseAsync();
    }
}
