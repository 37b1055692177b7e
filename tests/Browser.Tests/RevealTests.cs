using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>Who a case is from: masked, shown with a reason for a minute, and named in the case and in the supervisors' list.</summary>
[Collection("browser")]
public sealed class RevealTests(BrowserHub hub)
{
    const string Phone = "13800000000", Name = "芦苇荡";

    async Task<TaskRow> TaskAsync(string title) => await hub.AssignedAsync((await hub.AskAsync(title, "楼道堆物，已有两周。")).Number);

    async Task<List<RevealRow>> EntriesAsync(string inquiryId) =>
        [.. (await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).ListRevealsAsync(new() { Page = new() { Size = 500 } }, hub.As(Roles.Supervisor))).Reveals.Where(r => r.InquiryId == inquiryId)];

    // In the page, in what the browser keeps, in the address: wherever it could be found afterwards.
    static async Task NowhereAsync(IPage page)
    {
        var all = await page.ContentAsync() + await page.EvaluateAsync<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, history.state])");
        Assert.DoesNotContain(Phone, all);
        Assert.DoesNotContain(Name, all);
    }

    static ILocator Field(IPage page, string name) => page.Locator($"#reveal [data-field={name}]");

    [Fact]
    public async Task An_officer_sees_whom_a_case_is_from_by_keyboard_for_a_minute_and_the_timeline_names_it()
    {
        var task = await TaskAsync("楼道堆物无人清理");
        var page = await hub.OpenAsync(task.OfficerId, "/account");
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/case/{task.InquiryId}");
        await Expect(page.Locator(".saved")).ToContainTextAsync("实时");
        await Expect(page.Locator(".side")).ToContainTextAsync("138****0000");
        await NowhereAsync(page);

        await page.Locator("#reply").FocusAsync();
        await page.Keyboard.TypeAsync("您好，");
        await page.Keyboard.PressAsync("Alt+r");
        await Expect(page.Locator("#reveal [data-key='1']")).ToBeFocusedAsync();
        await page.SoundAsync();
        await page.Keyboard.PressAsync("1");
        await Expect(Field(page, "phone").First).ToHaveTextAsync(Phone);
        await Expect(Field(page, "name")).ToHaveTextAsync(Name);
        await Expect(Field(page, "address")).ToBeHiddenAsync();
        await Expect(Field(page, "entry")).ToContainTextAsync("第 1 号");
        await Expect(page.Locator("#reveal [role=timer]")).ToContainTextAsync("秒后遮住");
        await page.SoundAsync();
        await page.PictureAsync("reveal-shown");

        // The case reads itself anew every ten seconds: it is drawn around it, and it stays; so does what is typed.
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("查看个人信息", new() { Timeout = 20_000 });
        await Expect(page.Locator(".tl li").Last).ToContainTextAsync("联系诉求人");
        await Expect(Field(page, "phone").First).ToHaveTextAsync(Phone);
        await Expect(page.Locator("#reply")).ToHaveValueAsync("您好，");

        await page.Clock.FastForwardAsync(60_000);
        await Expect(page.Locator("#reveal")).ToBeHiddenAsync();
        await Expect(page.Locator("#reply")).ToBeFocusedAsync();
        await NowhereAsync(page);
        await Expect(page.Locator(".side")).ToContainTextAsync("138****0000");

        // Another look is another entry.
        await page.Keyboard.PressAsync("Alt+r");
        await page.Keyboard.PressAsync("3");
        await Expect(Field(page, "entry")).ToContainTextAsync("第 2 号");
        await page.Keyboard.PressAsync("Escape");
        await NowhereAsync(page);
        Assert.Equal(["PrepareVisit", "ContactCitizen"], (await EntriesAsync(task.InquiryId)).Select(e => e.Reason));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_lost_answer_asked_for_again_is_one_entry_also_without_the_live_connection()
    {
        var task = await TaskAsync("小区门口积水");
        var page = await hub.OpenAsync(task.OfficerId, "/account");
        await page.RouteAsync("**/_blazor/**", route => route.AbortAsync());
        var lost = 0;
        await page.RouteAsync("**/acts/reveal", async route =>
        {
            if (lost++ > 0) { await route.ContinueAsync(); return; }
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await page.GotoAsync($"/case/{task.InquiryId}");
        await page.Keyboard.PressAsync("Alt+r");
        await page.Keyboard.PressAsync("4");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#reveal .refused:not([hidden])")).ToContainTextAsync("请写明查看的原因");
        await page.Keyboard.TypeAsync("约定上门抽水的时间");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#reveal .refused:not([hidden])")).ToContainTextAsync("没有连上");
        await NowhereAsync(page);
        await page.Keyboard.PressAsync("Enter");
        await Expect(Field(page, "phone").First).ToHaveTextAsync(Phone);
        var entry = Assert.Single(await EntriesAsync(task.InquiryId));
        Assert.Equal(("Other", "约定上门抽水的时间", task.OfficerId), (entry.Reason, entry.Words, entry.OfficerId));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_print_is_masked_and_says_who_printed_it_and_that_it_stays_inside()
    {
        var task = await TaskAsync("围挡占道");
        var page = await hub.OpenAsync(task.OfficerId, $"/case/{task.InquiryId}");
        await page.Keyboard.PressAsync("Alt+r");
        await page.Keyboard.PressAsync("2");
        await Expect(Field(page, "phone").First).ToHaveTextAsync(Phone);
        await page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await NowhereAsync(page);
        await Expect(page.Locator(".side")).ToContainTextAsync("138****0000");
        var foot = page.Locator(".printed");
        await Expect(foot).ToBeVisibleAsync();
        Assert.Matches(@"^内部资料 · \S+ · \d{4}/\d{1,2}/\d{1,2} \d{2}:\d{2}:\d{2}$", (await foot.InnerTextAsync()).Trim());
        await page.PictureAsync("case-print");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Whoever_reports_in_confidence_is_shown_to_nobody_and_a_refusal_stands_beside_the_reasons()
    {
        var told = await new Contracts.Channels.Channels.ChannelsClient(hub.Channel).RegisterCallAsync(new() { RegistrationId = "told-in-confidence", Kind = Contracts.Common.InquiryKind.Report, Text = "举报违规收费", Name = Name, Phone = Phone, CategoryCode = "010101", AreaCode = "211102", Confidential = true }, hub.As(Roles.Operator));
        var secret = await hub.AssignedAsync(told.InquiryId);
        var page = await hub.OpenAsync("supervisor1", $"/case/{secret.InquiryId}");
        await Expect(page.Locator(".side")).ToContainTextAsync("举报人要求保密，不向任何人显示");
        Assert.Equal(0, await page.Locator("[data-reveal], #reveal").CountAsync());
        await NowhereAsync(page);

        // Dispatched meanwhile: the dispatcher's look is over, and the sentence says who goes on.
        var task = await TaskAsync("公厕停用");
        await page.Context.CloseAsync();
        page = await hub.OpenAsync("dispatcher1", $"/case/{task.InquiryId}");
        await page.Keyboard.PressAsync("Alt+r");
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#reveal .refused:not([hidden])")).ToContainTextAsync("由承办单位联系诉求人");
        await page.SoundAsync();
        Assert.Empty(await EntriesAsync(task.InquiryId));
        await page.Context.CloseAsync();
        page = await hub.OpenAsync("operator1", $"/case/{task.InquiryId}");
        Assert.Equal(0, await page.Locator("[data-reveal], #reveal").CountAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Supervisors_read_who_looked_and_why_and_all_of_it_is_sound()
    {
        var task = await TaskAsync("健身步道破损");
        await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).RevealPersonAsync(new() { CommandId = $"look {task.TaskId}", InquiryId = task.InquiryId, Reason = "Other", Words = "核实破损的位置" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId, task.OfficerId));
        var page = await hub.OpenAsync("supervisor1", "/dashboard");
        await page.Locator(".rail a[href='/reveals']").ClickAsync();
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("核实破损的位置");
        await Expect(page.Locator("tbody tr").First).ToBeFocusedAsync();
        await NowhereAsync(page);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/case/{task.InquiryId}");
        await Expect(page.Locator(".tl")).ToContainTextAsync("核实破损的位置");
        await page.GotoAsync("/reveals?from=2014-01-01&to=2014-01-31");
        await Expect(page.Locator(".empty")).ToContainTextAsync("没有查看记录");
        await page.Context.CloseAsync();
        await hub.PicturesAsync("supervisor1", "/reveals", "reveals", "tbody tr");
        foreach (var (language, dark, phone) in new[] { ("zh-CN", false, false), ("en", true, false), ("zh-CN", false, true) })
        {
            page = await hub.OpenAsync(task.OfficerId, $"/case/{task.InquiryId}", language, dark, phone: phone);
            if (!phone) await page.SetViewportSizeAsync(1366, 640);
            await page.Locator("[data-reveal]").ClickAsync();
            await Expect(page.Locator("#reveal [data-key='1']")).ToBeFocusedAsync();
            await page.SoundAsync();
            await page.PictureAsync($"reveal-{language}{(dark ? "-dark" : "")}{(phone ? "-phone" : "")}");
            if (!phone) foreach (var act in new[] { "#reveal [data-key='1']", "#reveal [name=words]", ".send .btn.pri" }) await page.Locator(act).VisibleWithoutScrollingAsync();
            await page.Context.CloseAsync();
        }
        // An officer has no such page.
        page = await hub.OpenAsync(task.OfficerId, "/cases");
        Assert.Equal(0, await page.Locator(".rail a[href='/reveals']").CountAsync());
        await page.Context.CloseAsync();
    }
}
