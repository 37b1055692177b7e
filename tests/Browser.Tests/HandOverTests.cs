using System.Text.Json;
using InquiryHub.Contracts.Casework;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>转交: an officer gives a task to a colleague by keyboard, or takes one over, and both lists show it by themselves.</summary>
[Collection("browser")]
public sealed class HandOverTests(BrowserHub hub)
{
    /// <summary>What the endpoint answers to a form of several tasks, sent as the page's person.</summary>
    static async Task<JsonElement> SendAsync(IPage page, string officer, params TaskRow[] tasks) => (await page.EvaluateAsync<JsonElement?>("""
        async ([officerId, tasks]) => {
            const data = new FormData();
            data.set('commandId', 'many');
            data.set('officerId', officerId);
            for (const task of tasks) data.append('taskId', task);
            return await (await fetch('/acts/hand-over-tasks', { method: 'POST', body: data, headers: { RequestVerificationToken: document.querySelector('meta[name="hub-token"]').content } })).json();
        }
        """, new object[] { officer, tasks.Select(t => t.TaskId).ToArray() }))!.Value;

    async Task HasAsync(TaskRow task, string officer) =>
        await TestKit.Until.TrueAsync($"{officer} has the task", async () => (await hub.FileAsync(task)).Tasks.Single(t => t.TaskId == task.TaskId).OfficerId == officer);

    [Fact]
    public async Task A_task_that_is_handed_over_leaves_the_own_list_and_comes_into_the_colleagues_without_a_reload()
    {
        var task = await hub.TaskAsync("桥栏杆松动");
        var colleague = await hub.ColleagueAsync(task);
        var (mine, theirs) = (await hub.OpenAsync(task.OfficerId, "/cases"), await hub.OpenAsync(colleague, "/cases"));
        foreach (var list in new[] { mine, theirs }) await list.LiveAsync();
        await Expect(theirs.Locator(RowOf(task))).ToHaveCountAsync(0);

        var page = await hub.CaseAsync(task);
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+m");
        await Expect(page.Locator("#colleague")).ToBeFocusedAsync();
        await Expect(page.Locator("#colleague option", new() { HasText = "由我接手" })).ToHaveCountAsync(0); // it is the own one
        await page.SelectOptionAsync("#colleague", colleague);
        await Expect(page.Locator($"#colleague option[value={colleague}]")).ToContainTextAsync("在办");
        await page.SoundAsync();
        await page.PictureAsync("handover");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已转交");
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("转交", new() { Timeout = 20_000 });
        await page.PictureAsync("handover-done");

        await Expect(mine.Locator(RowOf(task))).ToContainTextAsync("已转交"); // in its place, until the list is read anew
        await Expect(mine.Locator(RowOf(task))).ToHaveClassAsync("done");
        await Expect(theirs.Locator(".new")).ToBeVisibleAsync();
        await theirs.Keyboard.PressAsync("n");
        await Expect(theirs.Locator(RowOf(task))).ToBeVisibleAsync();
        await mine.PictureAsync("handover-left");
        await mine.ReloadAsync();
        await mine.LiveAsync();
        await Expect(mine.Locator(RowOf(task))).ToHaveCountAsync(0);
        foreach (var opened in new[] { mine, theirs, page }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task An_absent_colleagues_task_is_taken_over_with_two_keys_and_who_is_not_active_is_refused_beside_the_button()
    {
        var task = await hub.TaskAsync("路口信号灯不亮");
        var colleague = await hub.ColleagueAsync(task);
        var page = await hub.CaseAsync(task, colleague);
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+m");
        await Expect(page.Locator("#colleague option").First).ToContainTextAsync("由我接手");
        await page.EvalOnSelectorAsync("#colleague option", "o => { o.value = 'LO-gone'; }"); // as one who has left since the page was read
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#handover .refused")).ToContainTextAsync("请另选一位");
        await Expect(page.Locator("#handover")).ToBeVisibleAsync();
        Assert.Equal(task.OfficerId, (await hub.FileAsync(task)).Tasks.Single().OfficerId);
        await page.EvalOnSelectorAsync("#colleague option", "(o, id) => { o.value = id; }", colleague);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已由您接手");
        await HasAsync(task, colleague);
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("接手（原由", new() { Timeout = 20_000 });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Of_several_tasks_each_answers_for_itself_and_sent_again_nothing_more_happens()
    {
        var (one, two) = (await hub.TaskAsync("人行道塌陷"), await hub.TaskAsync("井盖丢失"));
        var page = await hub.OpenAsync(one.OfficerId, "/cases");
        var colleague = await hub.ColleagueAsync(one);
        var unknown = new TaskRow(one) { TaskId = one.InquiryId + "/9/9" };
        for (var sent = 0; sent < 2; sent++)
        {
            var reply = await SendAsync(page, colleague, one, two, unknown);
            Assert.Equal(JsonValueKind.Null, reply.GetProperty("refusal").ValueKind);
            Assert.Equal([(one.TaskId, null), (two.TaskId, null), (unknown.TaskId, "没有这个承办任务，请刷新列表。")],
                reply.GetProperty("data").GetProperty("results").EnumerateArray().Select(r => (r.GetProperty("taskId").GetString()!, r.GetProperty("refusal").GetString())));
        }
        foreach (var task in new[] { one, two }) await HasAsync(task, colleague);
        Assert.Single((await hub.FileAsync(one)).Timeline, e => e.Act == "TaskHandedOver");
        // The same form with somebody else chosen is another command.
        Assert.Contains("已转交 1 件", (await SendAsync(page, one.OfficerId, one)).GetProperty("say").GetString());
        await HasAsync(one, one.OfficerId);
        Assert.Contains("请选择", (await SendAsync(page, colleague)).GetProperty("refusal").GetString());
        Assert.Contains("请选择", (await SendAsync(page, colleague, [.. Enumerable.Range(0, 501).Select(n => new TaskRow(one) { TaskId = $"{one.InquiryId}/{n}/1" })])).GetProperty("refusal").GetString());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Chosen_rows_of_the_own_list_go_to_a_colleague_together()
    {
        var (one, two) = (await hub.TaskAsync("下水道堵塞"), await hub.TaskAsync("围挡倾斜"));
        // Both are to be the same officer's: who has fewest gets the next one.
        if (two.OfficerId != one.OfficerId) { await SendAsync(await hub.OpenAsync(one.OfficerId, "/cases"), one.OfficerId, two); await HasAsync(two, one.OfficerId); }
        var page = await hub.OpenAsync(one.OfficerId, "/cases");
        var colleague = await hub.ColleagueAsync(one);
        await page.LiveAsync();
        foreach (var task in new[] { one, two })
        {
            await page.Locator(RowOf(task)).FocusAsync();
            await page.Keyboard.PressAsync("x");
        }
        await page.SelectOptionAsync("[data-bulk] select", colleague);
        await page.SoundAsync();
        await page.PictureAsync("handover-chosen");
        await page.Keyboard.PressAsync("Alt+m");
        await Expect(page.Locator("#said")).ToContainTextAsync("已转交 2 件");
        foreach (var task in new[] { one, two }) await Expect(page.Locator(RowOf(task))).ToContainTextAsync("已转交");
        await Expect(page.Locator("[data-bulk]")).ToBeHiddenAsync();
        foreach (var task in new[] { one, two }) await HasAsync(task, colleague);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_form_is_sound_in_both_languages_and_themes()
    {
        var task = await hub.TaskAsync("广告牌歪斜");
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "handover", "#handover", "Alt+m");
    }
}
