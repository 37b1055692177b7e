using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>请假与代理: an officer goes on leave by keyboard and the deputy has the tasks; where nobody is there the supervisors' board says so. Leaves end with their test: units are shared.</summary>
[Collection("browser")]
public sealed class LeaveTests(BrowserHub hub)
{
    static readonly LocatorAssertionsToContainTextOptions heard = new() { Timeout = 30_000 };
    Contracts.Assignment.Assignment.AssignmentClient Client => new(hub.Channel);
    static string Today(int days = 0) => CityTime.Iso(CityTime.DateOf(TimeProvider.System.GetUtcNow()).AddDays(days));

    async Task EndAllAsync(string unit)
    {
        foreach (var leave in (await Client.ListLeavesAsync(new() { UnitCode = unit }, hub.As(Roles.Supervisor))).Leaves)
            await Client.EndLeaveAsync(new() { CommandId = $"end {unit} {leave.LeaveNo}", UnitCode = unit, LeaveNo = leave.LeaveNo }, hub.As(Roles.Supervisor));
    }

    [Fact]
    public async Task An_officer_goes_on_leave_by_keyboard_and_the_colleague_sees_the_tasks_and_whose_they_were()
    {
        var task = await hub.TaskAsync("人行横道线磨损");
        var colleague = await hub.ColleagueAsync(task);
        try
        {
            var theirs = await hub.OpenAsync(colleague, "/cases");
            await theirs.LiveAsync();
            await Expect(theirs.Locator(RowOf(task))).ToHaveCountAsync(0);
            var mine = await hub.OpenAsync(task.OfficerId, "/cases");
            await mine.LiveAsync();
            await mine.Locator(RowOf(task)).FocusAsync();
            await mine.Keyboard.PressAsync("l");
            await mine.WaitForURLAsync("**/leave");
            await Expect(mine.Locator("#from")).ToBeFocusedAsync();
            await Expect(mine.Locator("#who")).ToHaveValueAsync(task.OfficerId);
            await mine.FillAsync("#until", Today(3));
            await mine.Keyboard.PressAsync("Control+Enter");
            await Expect(mine.Locator(".fields .refused")).ToContainTextAsync("请选择代理人"); // beside the button, with who is there
            await mine.SelectOptionAsync("#deputy", colleague);
            await mine.Locator(".fields .btn.pri").VisibleWithoutScrollingAsync();
            await mine.SoundAsync();
            await mine.PictureAsync("leave-form");
            await mine.Keyboard.PressAsync("Control+Enter");
            await Expect(mine.Locator("#said")).ToContainTextAsync("请假");
            await Expect(mine.Locator(".leaves tbody tr")).ToContainTextAsync("今天在假");
            await mine.SoundAsync();
            await mine.PictureAsync("leave-list");

            // The colleague's list counts what came, and the case says why and who is away.
            await Expect(theirs.Locator(".new")).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await theirs.Keyboard.PressAsync("n");
            await Expect(theirs.Locator(RowOf(task))).ToBeVisibleAsync();
            await Expect(theirs.Locator(".away li")).ToContainTextAsync("代理", heard);
            await theirs.SoundAsync();
            await theirs.PictureAsync("leave-worklist");
            await theirs.GotoAsync($"/case/{task.InquiryId}");
            await theirs.LiveAsync();
            await Expect(theirs.Locator(".tl li").Last).ToContainTextAsync("请假代理");
            // Handed back by hand it stays, and the case names that its officer is away.
            await theirs.Keyboard.PressAsync("Alt+m");
            await Expect(theirs.Locator($"#colleague option[value={task.OfficerId}]")).ToContainTextAsync("请假至");
            await theirs.SelectOptionAsync("#colleague", task.OfficerId);
            await theirs.Keyboard.PressAsync("Enter");
            await Expect(theirs.Locator("#said")).ToContainTextAsync("已转交");
            await Expect(theirs.Locator(".facts")).ToContainTextAsync("请假至", heard);
            await theirs.SoundAsync();
            await theirs.PictureAsync("leave-case");

            // Back early: asked for, then over.
            var questions = new List<string>();
            mine.Dialog += async (_, dialog) => { questions.Add(dialog.Message); if (questions.Count == 1) await dialog.DismissAsync(); else await dialog.AcceptAsync(); };
            await mine.Locator(".leaves tbody tr").FocusAsync();
            await mine.Keyboard.PressAsync("e");
            await Expect(mine.Locator(".leaves tbody tr")).ToHaveCountAsync(1);
            await mine.Keyboard.PressAsync("e");
            await Expect(mine.Locator("#said")).ToContainTextAsync("已结束");
            await Expect(mine.Locator(".leaves")).ToContainTextAsync("没有人请假");
            Assert.All(questions, q => Assert.Contains("不会自动转回", q));
            await mine.Context.CloseAsync();
            await theirs.Context.CloseAsync();
        }
        finally { await EndAllAsync(task.UnitCode); }
    }

    [Fact]
    public async Task A_leave_is_changed_in_the_same_form_and_another_deputy_has_to_be_there()
    {
        var task = await hub.TaskAsync("护栏油漆脱落");
        var colleague = await hub.ColleagueAsync(task);
        try
        {
            await Client.SetLeaveAsync(new() { CommandId = $"change {task.TaskId}", OfficerId = task.OfficerId, FromOn = Today(5), UntilOn = Today(6), DeputyOfficerId = colleague }, hub.As(Roles.Supervisor));
            var page = await hub.OpenAsync(colleague, "/leave");
            await page.Locator(".leaves tbody tr").FocusAsync();
            await page.Keyboard.PressAsync("c");
            await Expect(page.Locator("#leave-form")).ToHaveTextAsync("修改请假");
            await Expect(page.Locator("#who")).ToBeDisabledAsync();
            await page.FillAsync("#until", Today(9));
            await page.SoundAsync();
            await page.Keyboard.PressAsync("Control+Enter");
            await Expect(page.Locator("#said")).ToContainTextAsync("请假");
            Assert.Equal(Today(9), Assert.Single((await Client.ListLeavesAsync(new() { UnitCode = task.UnitCode }, hub.As(Roles.Supervisor))).Leaves).UntilOn);
            // Whoever deputises can't be away those days as well.
            await page.SelectOptionAsync("#who", colleague);
            await page.FillAsync("#from", Today(9));
            await page.FillAsync("#until", Today(9));
            await page.SelectOptionAsync("#deputy", task.OfficerId);
            await page.Keyboard.PressAsync("Control+Enter");
            await Expect(page.Locator(".fields .refused")).ToContainTextAsync("请另选代理人");
            await page.Context.CloseAsync();
        }
        finally { await EndAllAsync(task.UnitCode); }
    }

    [Fact]
    public async Task A_unit_in_which_nobody_is_there_stands_on_the_board_with_its_tasks_one_key_away()
    {
        var task = await hub.AssignedAsync((await hub.AskAsync("单人单位的咨询", category: "030603")).Number);
        var supervisor = hub.As(Roles.Supervisor);
        try
        {
            foreach (var (o, n) in (await new Contracts.Directory.Directory.DirectoryClient(hub.Channel).ListOfficersAsync(new() { UnitCode = task.UnitCode }, supervisor)).Officers.Select((o, n) => (o, n)))
            {
                var others = (await Client.ListLeavesAsync(new() { UnitCode = task.UnitCode }, supervisor)).Leaves.Select(l => l.OfficerId).ToHashSet();
                var deputy = (await new Contracts.Directory.Directory.DirectoryClient(hub.Channel).ListOfficersAsync(new() { UnitCode = task.UnitCode }, supervisor)).Officers.FirstOrDefault(d => d.Active && d.OfficerId != o.OfficerId && !others.Contains(d.OfficerId));
                await Client.SetLeaveAsync(new() { CommandId = $"vacant {n} {task.TaskId}", OfficerId = o.OfficerId, FromOn = Today(), UntilOn = Today(2), DeputyOfficerId = deputy?.OfficerId ?? "" }, supervisor);
            }
            var page = await hub.OpenAsync("supervisor1", "/supervision");
            var line = page.Locator(".vacant li").First;
            await Until.TrueAsync("the board shows it", async () => { if (await line.CountAsync() > 0) return true; await page.ReloadAsync(); return false; });
            await Expect(line).ToContainTextAsync("今天至");
            await Expect(line).ToContainTextAsync("在办");
            await page.SoundAsync();
            await page.PictureAsync("vacancy");
            await hub.PicturesAsync("supervisor1", "/supervision", "vacancy", ".vacant li");
            await page.Keyboard.PressAsync("1");
            await page.WaitForURLAsync($"**/supervision?unit={Uri.EscapeDataString(task.UnitCode)}");
            await Expect(page.Locator("#s-" + task.TaskId.Replace('/', '-'))).ToBeVisibleAsync();
            Assert.Equal((await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).ListTasksAsync(new() { UnitCode = task.UnitCode }, supervisor)).Total, await page.Locator("tbody tr[data-row]").CountAsync());
            await page.PictureAsync("vacancy-unit");
            // A supervisor brings somebody back from there.
            await page.Keyboard.PressAsync("l");
            await page.WaitForURLAsync($"**/leave?unit={Uri.EscapeDataString(task.UnitCode)}");
            await page.SoundAsync();
            await page.PictureAsync("leave-supervisor");
            await page.Context.CloseAsync();
        }
        finally { await EndAllAsync(task.UnitCode); }
    }

    [Fact]
    public async Task The_page_is_sound_in_both_languages_and_themes_and_on_a_phone_and_for_who_has_a_unit_to_answer_for()
    {
        var task = await hub.TaskAsync("站牌倾斜");
        try
        {
            await Client.SetLeaveAsync(new() { CommandId = $"sound {task.TaskId}", OfficerId = task.OfficerId, FromOn = Today(20), UntilOn = Today(26), DeputyOfficerId = await hub.ColleagueAsync(task) }, hub.As(Roles.Supervisor));
            await hub.PicturesAsync(task.OfficerId, "/leave", "leave", ".leaves tbody tr");
            await hub.PicturesAsync("supervisor1", "/leave", "leave-all", ".leaves tbody tr");
            var phone = await hub.OpenAsync(task.OfficerId, "/leave", phone: true);
            await phone.SoundAsync();
            await phone.PictureAsync("leave-phone");
            await phone.Context.CloseAsync();
            var account = await hub.OpenAsync(task.OfficerId, "/account");
            await account.SoundAsync();
            await account.Keyboard.PressAsync("l");
            await account.WaitForURLAsync("**/leave");
            await account.Context.CloseAsync();
            var operatorPage = await hub.OpenAsync("operator1", "/leave");
            await Expect(operatorPage.Locator("#leave-form")).ToHaveCountAsync(0);
            await operatorPage.Context.CloseAsync();
        }
        finally { await EndAllAsync(task.UnitCode); }
    }
}
