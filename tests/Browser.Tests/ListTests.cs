using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>Lists by keyboard: rows chosen with X and acted on together, a case beside its list with Space.</summary>
[Collection("browser")]
public sealed class ListTests(BrowserHub hub)
{
    static ILocator Foot(IPage page) => page.Locator("[data-bulk]");

    /// <summary>X on the task's row, wherever it stands.</summary>
    static async Task ChooseAsync(IPage page, string row)
    {
        await page.Locator(row).FocusAsync();
        await page.Keyboard.PressAsync("x");
        await Expect(page.Locator(row).Locator("[data-pick]")).ToBeCheckedAsync();
    }

    [Fact]
    public async Task Chosen_tasks_are_signed_in_together_and_stay_chosen_while_their_rows_change()
    {
        TaskRow[] tasks = [await hub.TaskAsync("栏杆松了"), await hub.TaskAsync("台阶破损"), await hub.TaskAsync("坡道太陡")];
        var page = await hub.OpenAsync(tasks[0].OfficerId, "/cases?view=unit");
        await page.LiveAsync();
        List<string> broken = [];
        page.PageError += (_, error) => broken.Add(error);
        await Expect(Foot(page)).ToBeHiddenAsync();
        foreach (var task in tasks) await ChooseAsync(page, RowOf(task));
        await Expect(Foot(page)).ToContainTextAsync("已选 3");
        await Foot(page).Locator("button").First.VisibleWithoutScrollingAsync();
        await page.SoundAsync();
        await page.PictureAsync("worklist-chosen");

        // One is signed in by a colleague meanwhile: its row changes, the choice stays, and it is no more among those to sign in.
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).SignInTaskAsync(new() { CommandId = "list-test", InquiryId = tasks[2].InquiryId, TaskId = tasks[2].TaskId }, hub.As(Roles.Officer, tasks[2].UnitCode, await hub.ColleagueAsync(tasks[2])));
        await Expect(page.Locator(RowOf(tasks[2]))).ToContainTextAsync("办理中");
        await Expect(page.Locator(RowOf(tasks[2])).Locator("[data-pick]")).ToBeCheckedAsync();
        await Expect(Foot(page).Locator("[data-count]").First).ToHaveTextAsync("2");

        await page.Keyboard.PressAsync("Alt+q");
        foreach (var task in tasks) await Expect(page.Locator(RowOf(task))).ToContainTextAsync("办理中");
        await Expect(page.Locator("#said")).ToContainTextAsync("已签收 2 件");
        await Expect(page.Locator(RowOf(tasks[0])).Locator("[data-pick]")).Not.ToBeCheckedAsync();
        await Expect(Foot(page)).ToContainTextAsync("已选 1");
        // Esc does one thing at a time: a preview goes, what is chosen stays until the next.
        await page.Locator(RowOf(tasks[2])).FocusAsync();
        await page.Keyboard.PressAsync(" ");
        await Expect(page.Locator("[data-preview]")).ToContainTextAsync("坡道太陡");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("[data-preview]")).ToBeHiddenAsync();
        await Expect(Foot(page)).ToContainTextAsync("已选 1");
        await page.Keyboard.PressAsync("Escape");
        await Expect(Foot(page)).ToBeHiddenAsync();
        Assert.Empty(broken);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_refused_of_the_chosen_says_why_at_its_row_and_stays_chosen()
    {
        var (urged, task) = (await hub.TaskAsync("雨棚漏水"), await hub.TaskAsync("护栏生锈"));
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).UrgeTaskAsync(new() { CommandId = "list-urge", InquiryId = urged.InquiryId, TaskId = urged.TaskId }, hub.As(Roles.Supervisor));
        var page = await hub.OpenAsync("supervisor1", "/supervision");
        var (first, second) = ("#s-" + urged.TaskId.Replace('/', '-'), "#s-" + task.TaskId.Replace('/', '-'));
        await ChooseAsync(page, first);
        await ChooseAsync(page, second);
        // Nothing takes an urge back: it asks first.
        List<string> asked = [];
        page.Dialog += async (_, dialog) => { asked.Add(dialog.Message); await (asked.Count == 1 ? dialog.DismissAsync() : dialog.AcceptAsync()); };
        await page.Keyboard.PressAsync("Alt+u");
        await Expect(Foot(page)).ToContainTextAsync("已选 2");
        Assert.Contains("不能收回", Assert.Single(asked));
        await page.Keyboard.PressAsync("Alt+u");
        await Expect(page.Locator("#said")).ToContainTextAsync("已催办 1 件");
        await Expect(page.Locator("#said")).ToContainTextAsync("1 件没有办成");
        await Expect(page.Locator(first).Locator("[data-row-said]")).ToContainTextAsync("今天已经催办过");
        await Expect(page.Locator(first).Locator("[data-pick]")).ToBeCheckedAsync();
        await Expect(page.Locator(second).Locator("[data-pick]")).Not.ToBeCheckedAsync();
        await page.SoundAsync();
        await page.PictureAsync("supervision-refused");
        Assert.Equal(1, (await hub.FileAsync(task)).Tasks[0].SupervisorUrges);
        Assert.Equal(1, (await hub.FileAsync(urged)).Tasks[0].SupervisorUrges);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Space_shows_a_case_beside_the_list_goes_along_with_the_row_and_takes_no_focus()
    {
        var (one, two) = (await hub.TaskAsync("公厕没水", "公厕三天没水<b>了</b>。"), await hub.TaskAsync("树枝挡灯", "树枝把路灯挡住了。"));
        var page = await hub.OpenAsync(one.OfficerId, "/cases?view=unit");
        await page.LiveAsync();
        var beside = page.Locator("[data-preview]");
        await page.Locator(RowOf(one)).FocusAsync();
        await page.Keyboard.PressAsync(" ");
        await Expect(beside).ToContainTextAsync("公厕三天没水<b>了</b>。");
        await Expect(beside).ToContainTextAsync(one.InquiryId);
        await Expect(page.Locator(RowOf(one))).ToBeFocusedAsync();
        await page.SoundAsync();
        await page.PictureAsync("worklist-preview");
        await page.Locator(RowOf(two)).FocusAsync();
        await Expect(beside).ToContainTextAsync("树枝把路灯挡住了。");
        await Expect(beside).Not.ToContainTextAsync("公厕三天没水");
        // Who only glances hasn't opened it: the colleague who has isn't told.
        var colleague = await hub.CaseAsync(two, two.OfficerId != one.OfficerId ? two.OfficerId : await hub.ColleagueAsync(two));
        await colleague.LiveAsync();
        await Expect(colleague.Locator(".here .chip")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape");
        await Expect(beside).ToBeHiddenAsync();
        await Expect(page.Locator(RowOf(two))).ToBeFocusedAsync();
        await page.Keyboard.PressAsync(" ");
        await Expect(beside).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{two.InquiryId}");
        // In the city's list and on the supervisors' board as well.
        var office = await hub.OpenAsync("supervisor1", "/cases");
        foreach (var row in new[] { $"#c-{two.InquiryId}", "#s-" + two.TaskId.Replace('/', '-') })
        {
            if (row[1] == 's') await office.GotoAsync("/supervision");
            await office.Locator(row).FocusAsync();
            await office.Keyboard.PressAsync(" ");
            await Expect(office.Locator("[data-preview]")).ToContainTextAsync("树枝把路灯挡住了。");
            await office.SoundAsync();
        }
        await office.PictureAsync("supervision-preview");
        foreach (var opened in new[] { page, colleague, office }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task Another_units_case_is_not_previewed()
    {
        var (own, other) = (await hub.TaskAsync("路面塌陷"), await hub.AssignedAsync((await hub.AskAsync("公交晚点", category: "040601")).Number));
        Assert.NotEqual(own.UnitCode, other.UnitCode);
        var page = await hub.OpenAsync(own.OfficerId, "/cases");
        Assert.Equal(200, await page.EvaluateAsync<int>("async id => (await fetch(`/case/${id}/preview`)).status", own.InquiryId));
        Assert.Equal(404, await page.EvaluateAsync<int>("async id => (await fetch(`/case/${id}/preview`)).status", other.InquiryId));
        Assert.Equal(401, (int)(await hub.Http.GetAsync(new Uri($"/case/{own.InquiryId}/preview", UriKind.Relative))).StatusCode);
        await page.Context.CloseAsync();
    }
}
