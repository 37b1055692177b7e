using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>An officer's day by keyboard, and what may not lose a word of it.</summary>
[Collection("browser")]
public sealed class OfficerTests(BrowserHub hub)
{
    // The send is withheld for eight seconds.
    static readonly LocatorAssertionsToContainTextOptions sent = new() { Timeout = 20_000 };

    async Task<TaskRow> TaskAsync(string title, string text = "路灯三天不亮，晚上看不清路。") => await hub.AssignedAsync((await hub.AskAsync(title, text)).Number);

    Task<IPage> CaseAsync(TaskRow task, string? account = null) => hub.OpenAsync(account ?? task.OfficerId, $"/case/{task.InquiryId}");

    async Task<CaseFile> FileAsync(TaskRow task) => await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetCaseAsync(new() { InquiryId = task.InquiryId }, hub.As(Roles.Supervisor));

    /// <summary>Another officer of the task's unit.</summary>
    async Task<string> ColleagueAsync(TaskRow task) =>
        (await new Contracts.Directory.Directory.DirectoryClient(hub.Channel).ListOfficersAsync(new() { UnitCode = task.UnitCode }, hub.As(Roles.Supervisor))).Officers.First(o => o.Active && o.OfficerId != task.OfficerId).OfficerId;

    static string RowOf(TaskRow task) => "#t-" + task.TaskId.Replace('/', '-');

    static Task LiveAsync(IPage page) => Expect(page.Locator(".saved")).ToContainTextAsync("实时");

    /// <summary>Typed, and the server has it.</summary>
    static async Task WriteAsync(IPage page, string field, string text)
    {
        await page.Locator(field).FocusAsync();
        await page.Keyboard.TypeAsync(text);
        await Expect(page.Locator($"[data-draft-state={field[1..]}]")).ToContainTextAsync("草稿已存", new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task An_officers_day_needs_no_mouse_and_a_reload_in_mid_word_loses_nothing()
    {
        var task = await TaskAsync("第一中学门口路灯不亮");
        var page = await hub.OpenAsync(task.OfficerId, "/cases");
        await LiveAsync(page);
        for (var i = 0; i < 200 && await page.EvaluateAsync<string>("'#' + document.activeElement.id") != RowOf(task); i++) await page.Keyboard.PressAsync("j");
        await Expect(page.Locator(RowOf(task))).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("q");
        await Expect(page.Locator(RowOf(task))).ToContainTextAsync("办理中");
        await Expect(page.Locator(RowOf(task))).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");

        await Expect(page.Locator("#reply")).ToBeFocusedAsync();
        await page.Locator(".send .btn.pri").VisibleWithoutScrollingAsync();
        await page.Keyboard.TypeAsync("您好，路灯今晚");
        await page.ReloadAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync("您好，路灯今晚");
        Assert.Equal(0, await page.Locator(".conflict").CountAsync());
        await page.Keyboard.PressAsync("Alt+b");
        await Expect(page.Locator("#note")).ToBeFocusedAsync();
        await WriteAsync(page, "#note", "已派工，电工班二组。");

        var second = await CaseAsync(task, "supervisor1");
        await LiveAsync(second);
        await Expect(page.Locator(".who")).ToContainTextAsync("凭编号和查询码查看");
        await page.Locator("#reply").FocusAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("8 秒后提交");
        await page.Keyboard.PressAsync("Control+z");
        await Expect(page.Locator("#said")).ToContainTextAsync("已撤销");
        Assert.Equal("SignedIn", (await FileAsync(task)).Row.State);
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("修好。");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".dock .out .ed")).ToContainTextAsync("您好，路灯今晚修好。", sent);
        await Expect(page.Locator(".dock .in .ed")).ToContainTextAsync("电工班二组");
        await Expect(page.Locator(".dock .who")).ToContainTextAsync("待送达");
        await Expect(second.Locator(".dock .out .ed")).ToContainTextAsync("您好，路灯今晚修好。", sent);
        await Expect(second.Locator(".tl")).ToContainTextAsync("答复");
        await page.Context.CloseAsync();
        await second.Context.CloseAsync();
    }

    [Fact]
    public async Task What_arrives_is_announced_and_the_list_stays_until_N()
    {
        var first = await TaskAsync("井盖松动");
        var page = await hub.OpenAsync(first.OfficerId, "/cases?view=unit");
        await LiveAsync(page);
        await page.Locator(RowOf(first)).FocusAsync();
        var next = await TaskAsync("又一处井盖松动");
        Assert.Equal(first.UnitCode, next.UnitCode);
        await Expect(page.Locator(".new")).ToContainTextAsync("件新到");
        Assert.Equal(0, await page.Locator(RowOf(next)).CountAsync());
        await Expect(page.Locator(RowOf(first))).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("n");
        await Expect(page.Locator(RowOf(next))).ToBeVisibleAsync();
        await Expect(page.Locator(RowOf(first))).ToBeFocusedAsync();
        // Answered by somebody else: it says so where it stands.
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = $"t {next.TaskId}", InquiryId = next.InquiryId, TaskId = next.TaskId, PublicReply = "已更换。" }, hub.As(Roles.Officer, next.UnitCode, next.OfficerId));
        await Expect(page.Locator(RowOf(next))).ToContainTextAsync("已答复");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Of_two_officers_the_second_one_is_told_who_answered_and_keeps_the_text()
    {
        var task = await TaskAsync("公交站牌倒了");
        var (mine, theirs) = (await CaseAsync(task), await CaseAsync(task, await ColleagueAsync(task)));
        await LiveAsync(mine);
        await WriteAsync(mine, "#reply", "我写的答复");
        await Expect(theirs.Locator("#reply")).ToHaveValueAsync("");
        await theirs.Locator("#reply").FocusAsync();
        await theirs.Keyboard.TypeAsync("同事的答复");
        await theirs.Keyboard.PressAsync("Control+Enter");
        await Expect(theirs.Locator(".dock .out .ed")).ToContainTextAsync("同事的答复", sent);
        await Expect(mine.Locator(".tlw .note")).ToContainTextAsync("答复本任务");
        await Expect(mine.Locator("#reply")).ToHaveValueAsync("我写的答复");
        await mine.Locator("#reply").FocusAsync();
        await mine.Keyboard.PressAsync("Control+Enter");
        await Expect(mine.Locator(".send .refused")).ToContainTextAsync("答复本任务", sent);
        await Expect(mine.Locator("#reply")).ToHaveValueAsync("我写的答复");
        Assert.Equal("同事的答复", Assert.Single((await FileAsync(task)).Answers).PublicReply);
        await mine.Context.CloseAsync();
        await theirs.Context.CloseAsync();
    }

    [Fact]
    public async Task Two_windows_of_one_officer_show_both_texts_and_the_officer_chooses()
    {
        var task = await TaskAsync("健身器材损坏");
        var one = await CaseAsync(task);
        await WriteAsync(one, "#reply", "第一窗");
        var two = await one.Context.NewPageAsync();
        await two.GotoAsync($"/case/{task.InquiryId}");
        await Expect(two.Locator("#reply")).ToHaveValueAsync("第一窗");
        await two.Keyboard.PressAsync("Control+End");
        await two.Keyboard.TypeAsync("与第二窗");
        await Expect(two.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");
        await one.Locator("#reply").FocusAsync();
        await one.Keyboard.PressAsync("Control+End");
        await one.Keyboard.TypeAsync("<b>又写</b>");
        await Expect(one.Locator(".conflict blockquote")).ToHaveTextAsync("第一窗与第二窗");
        await one.Keyboard.TypeAsync("了");
        await Expect(one.Locator("#reply")).ToHaveValueAsync("第一窗<b>又写</b>了");
        await one.Locator(".conflict button").First.ClickAsync();
        await Expect(one.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");
        await two.ReloadAsync();
        await Expect(two.Locator("#reply")).ToHaveValueAsync("第一窗<b>又写</b>了");
        await one.Context.CloseAsync();
    }

    [Fact]
    public async Task A_cut_network_loses_nothing_that_is_written_meanwhile()
    {
        var task = await TaskAsync("下水道堵塞");
        var page = await CaseAsync(task);
        await WriteAsync(page, "#reply", "断线之前");
        await page.Context.SetOfflineAsync(true);
        await page.Keyboard.TypeAsync("，断线之后");
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("断线，已存本机");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("没有连上", sent);
        await page.Context.SetOfflineAsync(false);
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("草稿已存");
        await page.ReloadAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync("断线之前，断线之后");
        await page.Locator(".btn.pri").ClickAsync();
        await Expect(page.Locator(".dock .out .ed")).ToContainTextAsync("断线之前，断线之后", sent);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Instances_that_are_killed_one_after_the_other_while_an_officer_writes_lose_nothing_and_the_answer_goes_out_once()
    {
        var task = await TaskAsync("一中门口积水");
        var page = await CaseAsync(task);
        await LiveAsync(page);
        await WriteAsync(page, "#reply", "您好，");
        try
        {
            // Whichever of the two the page is on, it goes once.
            foreach (var (killed, words) in new[] { (hub.Hubs[0], "积水今天"), (hub.Hubs[1], "抽完。") })
            {
                await killed.KillAsync();
                await WriteAsync(page, "#reply", words);
                if (killed == hub.Hubs[0]) await killed.StartAsync();
            }
            Assert.Equal("您好，积水今天抽完。", await page.Locator("#reply").InputValueAsync());
            await page.Keyboard.PressAsync("Control+Enter");
            await Expect(page.Locator(".dock .out .ed")).ToHaveTextAsync("您好，积水今天抽完。", new() { Timeout = 30_000 });
        }
        finally { foreach (var one in hub.Hubs) if (one.Pid == 0) await one.StartAsync(); }
        await Expect(page.Locator(".saved")).ToContainTextAsync("实时", new() { Timeout = 30_000 });
        Assert.Equal("您好，积水今天抽完。", Assert.Single((await FileAsync(task)).Answers).PublicReply);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_sign_in_that_expires_in_the_middle_of_an_answer_keeps_it()
    {
        var task = await TaskAsync("噪声扰民");
        var page = await CaseAsync(task);
        await WriteAsync(page, "#reply", "过期之前");
        await page.Context.ClearCookiesAsync(new() { Name = "hub" });
        await page.Keyboard.TypeAsync("，过期之后");
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("登录已过期，已存本机");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("登录已过期", sent);
        await page.Locator("#signin-again a").ClickAsync();
        await page.FillAsync("#account", task.OfficerId);
        await page.FillAsync("#password", hub.Password(task.OfficerId));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await Expect(page.Locator("#reply")).ToHaveValueAsync("过期之前，过期之后");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_double_click_answers_once_and_leaving_the_page_sends_what_was_withheld()
    {
        var task = await TaskAsync("绿化带垃圾");
        var page = await CaseAsync(task);
        await WriteAsync(page, "#reply", "已清理。");
        await page.Locator(".btn.pri").DblClickAsync();
        await Expect(page.Locator("#said")).ToContainTextAsync("8 秒后提交");
        await page.GotoAsync("/cases");
        await Until.TrueAsync("the answer is there", async () => (await FileAsync(task)).Answers.Count > 0);
        Assert.Equal("已清理。", Assert.Single((await FileAsync(task)).Answers).PublicReply);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_back_button_brings_the_text_back()
    {
        var task = await TaskAsync("信号灯故障");
        var page = await hub.OpenAsync(task.OfficerId, "/cases");
        await page.Locator($"{RowOf(task)} a").ClickAsync();
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await page.Locator("#reply").FocusAsync();
        await page.Keyboard.TypeAsync("写到一半");
        await page.Locator(".rail a[href='/cases']").ClickAsync();
        await page.WaitForURLAsync("**/cases");
        await page.GoBackAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync("写到一半");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_megabyte_that_is_pasted_is_refused_with_a_sentence_and_kept()
    {
        var task = await TaskAsync("材料咨询");
        var page = await CaseAsync(task);
        await page.EvaluateAsync("() => { const f = document.querySelector('#reply'); f.focus(); f.value = '字'.repeat(1000000); f.dispatchEvent(new InputEvent('input', { bubbles: true })); }");
        await Expect(page.Locator("[data-draft-state=reply]")).ToContainTextAsync("超过 10 万字");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".send .refused")).ToContainTextAsync("不得超过 5000 字");
        Assert.Equal(1_000_000, await page.EvaluateAsync<int>("document.querySelector('#reply').value.length"));
        await Expect(page.Locator("#reply")).ToBeFocusedAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Markup_in_any_field_is_shown_as_it_was_written()
    {
        const string markup = "<img src=x onerror=document.title='owned'>&amp;<b>粗</b>";
        var task = await TaskAsync(markup, markup + "\n第二行");
        var page = await CaseAsync(task);
        await Expect(page.Locator("h1")).ToHaveTextAsync(markup);
        await Expect(page.Locator(".ask")).ToContainTextAsync(markup);
        await WriteAsync(page, "#note", markup);
        await WriteAsync(page, "#reply", markup);
        await page.ReloadAsync();
        await Expect(page.Locator("#reply")).ToHaveValueAsync(markup);
        await page.Locator(".btn.pri").ClickAsync();
        await Expect(page.Locator(".dock .out .ed")).ToHaveTextAsync(markup, new() { Timeout = 20_000 });
        await Expect(page.Locator(".dock .in .ed")).ToHaveTextAsync(markup);
        Assert.Equal(0, await page.Locator("img").CountAsync());
        await page.GotoAsync("/cases?view=answered");
        await Expect(page.Locator(RowOf(task))).ToContainTextAsync(markup);
        Assert.DoesNotContain("owned", await page.TitleAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Another_units_case_reads_like_none()
    {
        var task = await TaskAsync("别的单位的事");
        var stranger = (await new Contracts.Directory.Directory.DirectoryClient(hub.Channel).ListOfficersAsync(new(), hub.As(Roles.Supervisor))).Officers.First(o => o.Active && o.UnitCode != task.UnitCode).OfficerId;
        var page = await CaseAsync(task, stranger);
        await Expect(page.Locator(".empty")).ToContainTextAsync("没有这个编号的诉求");
        await page.SoundAsync();
        await page.GotoAsync("/case/nonsense");
        await Expect(page.Locator(".empty")).ToContainTextAsync("没有这个编号的诉求");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_supervisor_closes_what_was_delivered_and_is_asked_first()
    {
        var (number, code) = await hub.AskAsync("想知道几点开门");
        var task = await hub.AssignedAsync(number);
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = $"t {task.TaskId}", InquiryId = number, TaskId = task.TaskId, PublicReply = "八点半。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        var page = await CaseAsync(task, "supervisor1");
        var asked = new List<string>();
        page.Dialog += (_, dialog) => { asked.Add(dialog.Message); _ = dialog.AcceptAsync(); };
        await LiveAsync(page);
        await page.Keyboard.PressAsync("Alt+c");
        await Expect(page.Locator(".hd .refused")).ToContainTextAsync("尚未送达");
        await hub.PostAsync("/public/progress", new { inquiryNumber = number, queryCode = code });
        await Expect(page.Locator(".dock .who")).ToContainTextAsync("已", sent);
        await Until.TrueAsync("the delivery is in the case", async () => (await FileAsync(task)).Row.State == "Delivered");
        await page.Keyboard.PressAsync("Alt+c");
        await Expect(page.Locator(".hd .chip").First).ToHaveTextAsync("已办结", new() { Timeout = 20_000 });
        Assert.All(asked, q => Assert.Contains(number, q));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_refusal_that_comes_when_the_page_has_been_drawn_anew_is_said_at_its_foot()
    {
        var (number, _) = await hub.AskAsync("想知道几点关门");
        var task = await hub.AssignedAsync(number);
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = $"t {task.TaskId}", InquiryId = number, TaskId = task.TaskId, PublicReply = "五点。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        var page = await hub.OpenAsync("supervisor1", "/cases");
        var acted = new TaskCompletionSource();
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        // The live connection waits for the act, the act's answer for the drawing that the connection brings.
        await page.RouteAsync("**/_blazor/negotiate**", async route => { await acted.Task; await route.ContinueAsync(); });
        await page.RouteAsync("**/acts/close-case", async route => { acted.SetResult(); await LiveAsync(page); await route.ContinueAsync(); });
        await page.GotoAsync($"/case/{task.InquiryId}");
        await page.Keyboard.PressAsync("Alt+c");
        await Expect(page.Locator("#said")).ToContainTextAsync("尚未送达");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Worklist_and_case_are_sound_in_both_languages_and_themes()
    {
        var task = await TaskAsync("渤海街道水榭小区 3 号楼顶层室温低", "水榭小区 3 号楼顶层自 1 月 3 日起室温一直在 14 度，家中有两位老人。物业称已报供热站，两周内无人上门。");
        await hub.PicturesAsync(task.OfficerId, "/cases?view=unit", "worklist", RowOf(task));
        await hub.PicturesAsync(task.OfficerId, "/cases?view=late", "worklist-empty", ".wmain .empty, .wmain [data-row]");
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "case", "#reply");
        await hub.PicturesAsync("supervisor1", "/cases", "cases", "[data-row]");
        var small = await CaseAsync(task);
        await small.SetViewportSizeAsync(1366, 640);
        await small.Locator(".send .btn.pri").VisibleWithoutScrollingAsync();
        await Expect(small.Locator(".tl li").Last).ToBeInViewportAsync();
        await small.Context.CloseAsync();
        foreach (var (path, name) in new[] { ("/cases?view=unit", "worklist-phone"), ($"/case/{task.InquiryId}", "case-phone") })
        {
            var phone = await hub.OpenAsync(task.OfficerId, path, phone: true);
            await LiveAsync(phone);
            await phone.SoundAsync();
            await phone.PictureAsync(name);
            await phone.Context.CloseAsync();
        }
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = $"t {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, PublicReply = "已更换立管。", HandlingNote = "两次入户测温。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "case-answered", ".dock .ed");
    }
}
