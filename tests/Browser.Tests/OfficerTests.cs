using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>An officer's day by keyboard, worklist and case, and a supervisor's close.</summary>
[Collection("browser")]
public sealed class OfficerTests(BrowserHub hub)
{
    [Fact]
    public async Task A_case_is_found_by_what_was_said_in_it_with_its_unit_named_and_no_word_in_an_address()
    {
        var task = await hub.TaskAsync("小区门口井盖", "井盖翘起来了，紫金胡同三号楼前。");
        var other = await hub.AssignedAsync((await hub.AskAsync("公交站牌松动", "站牌松了，紫金胡同五号楼。", category: "040601")).Number);
        Assert.NotEqual(task.UnitCode, other.UnitCode);
        var page = await hub.OpenAsync(task.OfficerId, "/cases");
        List<string> asked = [];
        page.Request += (_, request) => asked.Add(Uri.UnescapeDataString(request.Url));
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("紫金 井蓋");
        await Expect(page.Locator("#palette li")).ToHaveCountAsync(1);
        await Expect(page.Locator("#palette li")).ToContainTextAsync(task.InquiryId);
        await page.SoundAsync();
        await page.PictureAsync("palette-found");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        Assert.DoesNotContain(asked, url => url.Contains("紫金"));

        // Another unit's isn't found by an officer; the office finds both.
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("紫金胡同五号");
        await Expect(page.Locator("#palette [data-none]")).ToContainTextAsync("没有匹配的内容");
        var office = await hub.OpenAsync("supervisor1", "/dashboard");
        await office.Keyboard.PressAsync("Control+k");
        await office.Keyboard.TypeAsync("紫金胡同");
        await Expect(office.Locator("#palette li")).ToHaveCountAsync(2);
        await page.Context.CloseAsync();
        await office.Context.CloseAsync();
    }

    [Fact]
    public async Task An_urge_shows_in_the_worklist_and_the_case_without_reading_again()
    {
        var (number, code) = await hub.AskAsync("井盖响", "半夜过车就响。");
        var task = await hub.AssignedAsync(number);
        var list = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        var page = await hub.CaseAsync(task);
        foreach (var live in new[] { list, page }) await live.LiveAsync();
        await Expect(list.Locator(RowOf(task))).Not.ToContainTextAsync("催");
        await new Contracts.Channels.Channels.ChannelsClient(hub.Channel).UrgeInquiryAsync(new() { InquiryId = number, QueryCode = code });
        await Expect(list.Locator(RowOf(task))).ToContainTextAsync("催 1 次");
        await Expect(page.Locator(".hd")).ToContainTextAsync("催 1 次");
        await list.SoundAsync();
        await list.PictureAsync("worklist-urged");
        foreach (var opened in new[] { list, page }) await opened.Context.CloseAsync();
    }

    [Fact]
    public async Task A_search_goes_on_to_older_cases_and_keeps_what_it_found()
    {
        for (var n = 0; n <= 20; n++) await hub.AskAsync($"喷泉 {n}", "琉璃广场喷泉不喷了。");
        var cases = new Contracts.Casework.Casework.CaseworkClient(hub.Channel);
        await Until.TrueAsync("all are filed", async () => (await cases.SearchCasesAsync(new() { Words = "琉璃广场" }, hub.As(Roles.Supervisor))).Next.Length > 0);
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("琉璃广场");
        await Expect(page.Locator("#palette li")).ToHaveCountAsync(21);
        await Expect(page.Locator("#palette [data-none]")).ToContainTextAsync("已找");
        await page.PictureAsync("palette-older");
        await page.Keyboard.PressAsync("ArrowUp"); // the last one
        await Expect(page.Locator("#palette li[aria-selected=true]")).ToHaveTextAsync("继续找更早的工单");
        await Expect(page.Locator("#palette li[aria-selected=true]")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#palette li").Nth(20)).ToContainTextAsync("喷泉 0");
        await Expect(page.Locator("#palette li")).ToHaveCountAsync(21);
        await Expect(page.Locator("#palette li[aria-selected=true]")).ToContainTextAsync("喷泉 0");
        await Expect(page.Locator("#palette [data-none]")).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_list_is_narrowed_while_one_types_and_wide_again_with_Esc()
    {
        var task = await hub.TaskAsync("碧桂园楼道灯");
        // Of the same unit, so that one is left out.
        Assert.Equal(task.UnitCode, (await hub.TaskAsync("垃圾清运")).UnitCode);
        var page = await hub.OpenAsync(task.OfficerId, "/cases?view=unit");
        await page.LiveAsync();
        var all = await page.Locator("[data-row]").CountAsync();
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator("#filter")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("碧桂园");
        await Expect(page.Locator("[data-row]")).ToHaveCountAsync(1);
        await Expect(page.Locator(".wmain .ph")).ToContainTextAsync($"1 / {all} 件");
        await page.SoundAsync();
        await page.PictureAsync("worklist-filtered");
        // What an input method composes narrows nothing before it is a word.
        await page.EvaluateAsync("() => { const f = document.getElementById('filter'); f.value = \"bi'gui\"; f.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true })); }");
        Assert.Equal("碧桂园", await page.EvaluateAsync<string>("document.querySelector('[data-filtered]').value"));
        await page.Locator("#filter").FillAsync("没有的东西");
        await Expect(page.Locator(".empty")).ToContainTextAsync("没有符合“没有的东西”的工单");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("[data-row]")).ToHaveCountAsync(all);
        await Expect(page.Locator("#filter")).ToHaveValueAsync("");
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("#keymap tbody")).ToContainTextAsync("筛选");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(task.InquiryId);
        await Expect(page.Locator("[data-row]")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(RowOf(task))).ToBeFocusedAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_officers_day_needs_no_mouse_and_a_reload_in_mid_word_loses_nothing()
    {
        var task = await hub.TaskAsync("第一中学门口路灯不亮");
        var page = await hub.OpenAsync(task.OfficerId, "/cases");
        await page.LiveAsync();
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
        await page.WriteAsync("#note", "已派工，电工班二组。");

        var second = await hub.CaseAsync(task, "supervisor1");
        await second.LiveAsync();
        await Expect(page.Locator(".who")).ToContainTextAsync("凭编号和查询码查看");
        await page.Locator("#reply").FocusAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("8 秒后提交");
        await page.Keyboard.PressAsync("Control+z");
        await Expect(page.Locator("#said")).ToContainTextAsync("已撤销");
        Assert.Equal("SignedIn", (await hub.FileAsync(task)).Row.State);
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("修好。");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".dock .out .ed")).ToContainTextAsync("您好，路灯今晚修好。", Sent);
        await Expect(page.Locator(".dock .in .ed")).ToContainTextAsync("电工班二组");
        await Expect(page.Locator(".dock .who")).ToContainTextAsync("待送达");
        await Expect(second.Locator(".dock .out .ed")).ToContainTextAsync("您好，路灯今晚修好。", Sent);
        await Expect(second.Locator(".tl")).ToContainTextAsync("答复");
        await page.Context.CloseAsync();
        await second.Context.CloseAsync();
    }

    [Fact]
    public async Task What_arrives_is_announced_and_the_list_stays_until_N()
    {
        var first = await hub.TaskAsync("井盖松动");
        var page = await hub.OpenAsync(first.OfficerId, "/cases?view=unit");
        await page.LiveAsync();
        await page.Locator(RowOf(first)).FocusAsync();
        var next = await hub.TaskAsync("又一处井盖松动");
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
    public async Task A_list_of_more_than_sixty_grows_as_one_goes_down_it_by_key_or_by_scrolling()
    {
        // A unit of its own: other tests look for their rows in short lists.
        TaskRow[] all = await Task.WhenAll((await Task.WhenAll(Enumerable.Range(1, 70).Select(n => hub.AskAsync($"公交线路建议 {n}", category: "040601")))).Select(asked => hub.AssignedAsync(asked.Number)));
        Assert.Single(all.Select(t => t.UnitCode).Distinct());
        var rows = "[data-row]";
        foreach (var phone in new[] { false, true })
        {
            var page = await hub.OpenAsync(all[0].OfficerId, "/cases?view=unit", phone: phone);
            await page.LiveAsync();
            await Expect(page.Locator(rows)).ToHaveCountAsync(60);
            await Expect(page.Locator("[data-more]")).ToContainTextAsync($"还有 {all.Length - 60} 件");
            await Expect(page.Locator(".grp .t3").First).ToHaveTextAsync($"{all.Length}");
            if (phone) await page.Locator(rows).Last.ScrollIntoViewIfNeededAsync();
            else
            {
                await page.Locator(rows).Nth(58).FocusAsync();
                await page.Keyboard.PressAsync("j");
            }
            await Expect(page.Locator(rows)).ToHaveCountAsync(all.Length);
            await Expect(page.Locator("[data-more]")).ToHaveCountAsync(0);
            await page.Context.CloseAsync();
        }
    }


    [Fact]
    public async Task Another_units_case_reads_like_none()
    {
        var task = await hub.TaskAsync("别的单位的事");
        var stranger = (await new Contracts.Directory.Directory.DirectoryClient(hub.Channel).ListOfficersAsync(new(), hub.As(Roles.Supervisor))).Officers.First(o => o.Active && o.UnitCode != task.UnitCode).OfficerId;
        var page = await hub.CaseAsync(task, stranger);
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
        var page = await hub.CaseAsync(task, "supervisor1");
        var asked = new List<string>();
        page.Dialog += (_, dialog) => { asked.Add(dialog.Message); _ = dialog.AcceptAsync(); };
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+c");
        await Expect(page.Locator(".hd .refused")).ToContainTextAsync("尚未送达");
        await hub.PostAsync("/public/progress", new { inquiryNumber = number, queryCode = code });
        await Expect(page.Locator(".dock .who")).ToContainTextAsync("已", Sent);
        await Until.TrueAsync("the delivery is in the case", async () => (await hub.FileAsync(task)).Row.State == "Delivered");
        await page.Keyboard.PressAsync("Alt+c");
        await Expect(page.Locator(".hd .chip").First).ToHaveTextAsync("已办结", new() { Timeout = 20_000 });
        Assert.All(asked, q => Assert.Contains(number, q));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Worklist_and_case_are_sound_in_both_languages_and_themes()
    {
        var task = await hub.TaskAsync("渤海街道水榭小区 3 号楼顶层室温低", "水榭小区 3 号楼顶层自 1 月 3 日起室温一直在 14 度，家中有两位老人。物业称已报供热站，两周内无人上门。");
        await hub.PicturesAsync(task.OfficerId, "/cases?view=unit", "worklist", RowOf(task));
        await hub.PicturesAsync(task.OfficerId, "/cases?view=late", "worklist-empty", ".wmain .empty, .wmain [data-row]");
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "case", "#reply");
        await hub.PicturesAsync("supervisor1", "/cases", "cases", "[data-row]");
        var small = await hub.CaseAsync(task);
        await small.SetViewportSizeAsync(1366, 640);
        await small.Locator(".send .btn.pri").VisibleWithoutScrollingAsync();
        await Expect(small.Locator(".tl li").Last).ToBeInViewportAsync();
        await small.Context.CloseAsync();
        foreach (var (path, name) in new[] { ("/cases?view=unit", "worklist-phone"), ($"/case/{task.InquiryId}", "case-phone") })
        {
            var phone = await hub.OpenAsync(task.OfficerId, path, phone: true);
            await phone.LiveAsync();
            await phone.SoundAsync();
            await phone.PictureAsync(name);
            await phone.Context.CloseAsync();
        }
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).AnswerInquiryAsync(new() { CommandId = $"t {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, PublicReply = "已更换立管。", HandlingNote = "两次入户测温。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "case-answered", ".dock .ed");
    }
}
