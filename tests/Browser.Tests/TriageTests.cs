using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;

namespace InquiryHub.Browser.Tests;

/// <summary>The dispatcher's day: a queue of what the rules could not place, and what the doors could not file.</summary>
[Collection("browser")]
public sealed class TriageTests(BrowserHub hub)
{
    const string Dispatcher = "dispatcher1";

    Contracts.Routing.Routing.RoutingClient Routed => new(hub.Channel);
    Contracts.Channels.Channels.ChannelsClient Channels => new(hub.Channel);

    /// <summary>An inquiry that routing holds: without a category, candidates are the units of its area.</summary>
    async Task<string> HeldAsync(string title, string text = "请问怎么办理", string area = "211102", string category = "")
    {
        var (id, _) = await hub.AskAsync(title, text, category: category, area: area);
        await Until.TrueAsync("routing holds it and the case is there", async () =>
            (await Routed.ListHeldAsync(new() { Page = new() { Size = 500 } }, hub.As(Roles.Dispatcher))).Inquiries.Any(i => i.InquiryId == id)
            && (await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).ListCasesAsync(new() { State = "Held", Page = new() { Size = 500 } }, hub.As(Roles.Dispatcher))).Cases.Any(c => c.InquiryId == id));
        return id;
    }

    Task<RoutingState> StateAsync(string id) => Routed.GetRoutingAsync(new() { InquiryId = id }, hub.As(Roles.Dispatcher)).ResponseAsync;
    Task UntilPlacedAsync(string id) => Until.TrueAsync("it is placed", async () => !(await StateAsync(id)).Held);

    /// <summary>Whatever other tests left waiting is placed, so that the queue holds what a test asks for.</summary>
    async Task EmptyAsync()
    {
        foreach (var held in (await Routed.ListHeldAsync(new() { Page = new() { Size = 500 } }, hub.As(Roles.Dispatcher))).Inquiries)
            await Routed.PlaceInquiryAsync(new() { CommandId = $"empty {held.InquiryId} {held.DispatchNo}", InquiryId = held.InquiryId, ExpectedDispatchNo = held.DispatchNo, LeadUnitCode = "211100-zfb" }, hub.As(Roles.Dispatcher));
    }

    static ILocator Heading(IPage page) => page.Locator(".tr .c h1");

    [Fact]
    public async Task A_digit_places_at_once_it_can_be_undone_and_the_next_case_opens_by_itself_until_all_are_placed()
    {
        await EmptyAsync();
        var (a, b) = (await HeldAsync("甲件停暖"), await HeldAsync("乙件停水"));
        var page = await hub.OpenAsync(Dispatcher, "/triage");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("甲件停暖");
        await page.Locator(".sg [data-key='1']").VisibleWithoutScrollingAsync();
        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("乙件停水");
        await Assertions.Expect(page.Locator("#said")).ToContainTextAsync(a);
        await page.Keyboard.PressAsync("Control+z");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("甲件停暖");
        Assert.True((await StateAsync(a)).Held);

        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("乙件停水");
        await page.Keyboard.PressAsync("1"); // the next one: the first leaves now
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("这里没有等着的了");
        await UntilPlacedAsync(a);
        await UntilPlacedAsync(b); // after its eight seconds
        Assert.Equal((1, "211102-zf", Dispatcher), await StateAsync(a) is var s ? (s.DispatchNo, s.UnitCode, s.DecidedBy) : default);
        await page.ReloadAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("全部派完");
        await page.SoundAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Any_unit_is_found_by_its_pinyin_initials_and_another_assists()
    {
        await EmptyAsync();
        var id = await HeldAsync("丙件转学");
        var page = await hub.OpenAsync(Dispatcher, $"/triage/{id}");
        var search = await page.Locator("[data-find]").GetAttributeAsync("data-key");
        await page.Keyboard.PressAsync(search!);
        await Assertions.Expect(page.Locator("[data-find]")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("sgaj");
        await Assertions.Expect(page.Locator("#found li").First).ToContainTextAsync("市公安局");
        await page.SoundAsync();
        await page.Keyboard.PressAsync("Shift+Enter");
        await Assertions.Expect(page.Locator("[data-also]")).ToContainTextAsync("市公安局");
        for (var n = 0; n < 2; n++)
        {
            await page.Locator("[data-find]").FocusAsync();
            await page.Keyboard.TypeAsync("sjyj");
            await Assertions.Expect(page.Locator("#found li").First).ToContainTextAsync("市教育局");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator("#said")).ToContainTextAsync("市教育局");
            if (n == 1) break;
            await page.Keyboard.PressAsync("Control+z"); // taken back, the assisting unit is still chosen
            await Assertions.Expect(page.Locator(".d [data-also] input:checked")).ToHaveCountAsync(1);
        }
        await page.GotoAsync("/dashboard"); // who leaves sends it at once
        await UntilPlacedAsync(id);
        Assert.Equal("211100-jyj", (await StateAsync(id)).UnitCode);
        var casework = new Contracts.Casework.Casework.CaseworkClient(hub.Channel);
        await Until.TrueAsync("both units have a task", async () => (await casework.GetCaseAsync(new() { InquiryId = id }, hub.As(Roles.Dispatcher))).Tasks.Select(t => t.UnitCode).Order().SequenceEqual(["211100-gaj", "211100-jyj"]));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_places_second_gets_the_sentence_and_the_way_back_to_the_case()
    {
        await EmptyAsync();
        var (id, other) = (await HeldAsync("丁件两人同派"), await HeldAsync("戊件另一件"));
        var (first, second) = (await hub.OpenAsync(Dispatcher, $"/triage/{id}"), await hub.OpenAsync(Dispatcher, $"/triage/{id}"));
        await Heading(second).WaitForAsync();
        await first.Keyboard.PressAsync("1");
        await Assertions.Expect(Heading(first)).ToHaveTextAsync("戊件另一件");
        await first.GotoAsync("/dashboard"); // leaving sends it at once
        await UntilPlacedAsync(id);
        await Assertions.Expect(second.Locator(".q li.gone")).ToContainTextAsync(Dispatcher); // greyed, in its place
        await Assertions.Expect(Heading(second)).ToHaveTextAsync("丁件两人同派");
        await second.Keyboard.PressAsync("1");
        await Assertions.Expect(Heading(second)).ToHaveTextAsync("戊件另一件");
        await Assertions.Expect(second.Locator("#placed [role=alert]")).ToContainTextAsync("已由他人派单", new() { Timeout = 15_000 }); // after the eight seconds
        await second.SoundAsync();
        await second.PictureAsync("triage-refused");
        await second.Locator("#placed a").ClickAsync();
        await Assertions.Expect(second.Locator(".c .note")).ToContainTextAsync(Dispatcher);
        Assert.Equal((1, true), (await StateAsync(id) is var s ? s.DispatchNo : 0, (await StateAsync(other)).Held));
        await first.Context.CloseAsync();
        await second.Context.CloseAsync();
    }

    [Fact]
    public async Task A_digit_pressed_twice_places_one_case_and_keys_do_nothing_while_one_types()
    {
        await EmptyAsync();
        var (a, b) = (await HeldAsync("己件按两次"), await HeldAsync("庚件不动"));
        var page = await hub.OpenAsync(Dispatcher, $"/triage/{a}");
        await page.Locator(".sg button").First.DblClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("庚件不动");
        var search = (await page.Locator("[data-find]").GetAttributeAsync("data-key"))!;
        await page.Keyboard.PressAsync(search);
        await page.Keyboard.TypeAsync("1");
        await Assertions.Expect(page.Locator("[data-find]")).ToHaveValueAsync("1");
        await UntilPlacedAsync(a);
        Assert.Equal((1, true), ((await StateAsync(a)).DispatchNo, (await StateAsync(b)).Held));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task J_and_K_change_the_case_and_one_put_aside_comes_last_in_this_session()
    {
        await EmptyAsync();
        foreach (var title in new[] { "辛件一", "辛件二", "辛件三" }) await HeldAsync(title);
        var page = await hub.OpenAsync(Dispatcher, "/triage");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("辛件一");
        await page.Keyboard.PressAsync("Alt+s");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("辛件二");
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("辛件三");
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("辛件二");
        await page.Keyboard.PressAsync("k");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("辛件三");
        await page.GotoAsync("/triage");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("辛件二");
        await Assertions.Expect(page.Locator(".q li").First).ToContainTextAsync("放一放");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_arrives_comes_last_and_moves_nothing()
    {
        await EmptyAsync();
        await HeldAsync("壬件先到");
        var page = await hub.OpenAsync(Dispatcher, "/triage");
        await Assertions.Expect(page.Locator(".q li")).ToHaveCountAsync(1);
        await page.Locator("[data-find]").FillAsync("正在输入");
        await HeldAsync("壬件后到");
        await Assertions.Expect(page.Locator(".q li").Nth(1)).ToContainTextAsync("壬件后到");
        await Assertions.Expect(page.Locator("[data-find]")).ToHaveValueAsync("正在输入");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("壬件先到");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task When_the_line_is_cut_the_case_comes_back_and_sent_again_it_is_placed_once()
    {
        await EmptyAsync();
        var (a, _) = (await HeldAsync("癸件断线"), await HeldAsync("子件下一件"));
        var page = await hub.OpenAsync(Dispatcher, $"/triage/{a}");
        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("子件下一件");
        await page.RouteAsync("**/acts/**", route => route.AbortAsync());
        await Assertions.Expect(page.Locator("#placed [role=alert]")).ToBeVisibleAsync(new() { Timeout = 12_000 });
        await page.UnrouteAsync("**/acts/**");
        await page.Locator("#placed .again").ClickAsync();
        await UntilPlacedAsync(a);
        await Assertions.Expect(page.Locator("#placed form")).ToHaveCountAsync(0);
        Assert.Equal(1, (await StateAsync(a)).DispatchNo);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_dispatched_inquiry_shows_where_it_is_and_is_placed_anew()
    {
        var (id, _) = await hub.AskAsync("丑件改派", category: "010101");
        await hub.AssignedAsync(id);
        var page = await hub.OpenAsync(Dispatcher, $"/case/{id}");
        await page.Locator("[data-key='Alt+P']").WaitForAsync();
        await page.Keyboard.PressAsync("Alt+p");
        await page.WaitForURLAsync($"**/triage/{id}");
        await Assertions.Expect(page.Locator(".c .note")).ToContainTextAsync("市发展和改革委员会");
        await page.PictureAsync("triage-again");
        await page.SoundAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("sjyj");
        await page.Locator("#found li").First.WaitForAsync();
        await page.Keyboard.PressAsync("Enter");
        await Until.TrueAsync("it is with the other unit", async () => await StateAsync(id) is { UnitCode: "211100-jyj", DispatchNo: 2 });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Words_of_a_citizen_show_as_text_in_the_queue_and_the_case()
    {
        await EmptyAsync();
        const string markup = "<img src=x onerror=document.title='hit'><b>粗</b>";
        var id = await HeldAsync(markup, $"正文 {markup}");
        var page = await hub.OpenAsync(Dispatcher, $"/triage/{id}");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync(markup);
        await Assertions.Expect(page.Locator(".c .t")).ToHaveTextAsync($"正文 {markup}");
        await Assertions.Expect(page.Locator(".q li").First).ToContainTextAsync(markup);
        await Assertions.Expect(page.Locator(".kv")).ToContainTextAsync("芦**");
        Assert.Equal(0, await page.Locator(".tr img, .tr .t b, .q b").CountAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_queue_is_sound_in_both_languages_and_themes()
    {
        await EmptyAsync();
        await HeldAsync("小区锅炉房改建围墙占了消防通道", "来电人反映：稻香小区东侧锅炉房改建，新砌围墙把原来的消防通道占去一半，大车进不来。居民找过物业，物业说是供热公司施工，手续在办。希望确认是否违建，恢复通道。");
        await HeldAsync("土地流转到期，新老承包户争议", area: "");
        await HeldAsync("停暖停水分不清归谁管", area: "211103", category: "02");
        await hub.PicturesAsync(Dispatcher, "/triage", "triage", ".sg");
    }

    async Task<string> KeptAsync(string subject, string text)
    {
        var answer = await hub.MailAsync($"From: =?utf-8?B?6Iqm6IuH?= <reed@b.invalid>\nSubject: {subject}\nMessage-ID: <{Guid.CreateVersion7():N}@b.invalid>\nAuto-Submitted: auto-generated\nContent-Type: text/plain; charset=utf-8\n\n{text}");
        return answer.GetProperty("quarantineId").GetString()!;
    }

    [Fact]
    public async Task A_quarantined_mail_is_filed_and_split_by_keyboard_and_its_markup_is_text()
    {
        const string markup = "<script>document.title='hit'</script>";
        var id = await KeptAsync($"heating {markup}", $"停暖三天了 {markup}");
        var page = await hub.OpenAsync(Dispatcher, "/quarantine");
        await Assertions.Expect(page.Locator("tr", new() { HasText = id })).ToBeVisibleAsync();
        await page.SoundAsync();
        await page.GotoAsync($"/quarantine/{id}");
        await Assertions.Expect(page.Locator("pre")).ToContainTextAsync(markup);
        await Assertions.Expect(page.Locator("[name=title]")).ToHaveValueAsync($"heating {markup}");
        await Assertions.Expect(page.Locator("[name=email]")).ToHaveValueAsync("reed@b.invalid");
        await page.Locator("[data-key='Ctrl+Enter']").VisibleWithoutScrollingAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("form.f [role=alert]")).ToContainTextAsync("诉求类型");
        await page.Locator("[name=kind]").SelectOptionAsync("HelpRequest");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".d p a")).ToHaveCountAsync(1);

        await page.Locator("summary").ClickAsync();
        await page.Locator("[name=kind]").SelectOptionAsync("Complaint");
        await page.Locator("[name=text]").FillAsync("路灯不亮");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".d p a")).ToHaveCountAsync(2);
        await page.SoundAsync();
        var entry = await Channels.GetQuarantineAsync(new() { QuarantineId = id }, hub.As(Roles.Supervisor));
        Assert.Equal(("Filed", 2), (entry.State, entry.InquiryIds.Distinct().Count()));
        Assert.NotEqual("hit", await page.TitleAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_quarantined_mail_is_rejected_with_a_reason_after_a_question()
    {
        var id = await KeptAsync("buy now", "便宜");
        var page = await hub.OpenAsync(Dispatcher, $"/quarantine/{id}");
        await page.Keyboard.PressAsync("Alt+x");
        page.Dialog += async (_, dialog) => { Assert.Contains(id, dialog.Message); await dialog.AcceptAsync(); };
        await page.GetByText("垃圾信息").ClickAsync();
        await page.Locator("details form button").ClickAsync();
        await page.WaitForURLAsync("**/quarantine");
        await Assertions.Expect(page.Locator("tr", new() { HasText = id })).ToHaveCountAsync(0);
        await page.GotoAsync($"/quarantine/{id}");
        await Assertions.Expect(page.Locator(".d h2").First).ToContainTextAsync("垃圾信息");
        Assert.Equal(0, await page.Locator("form[data-act]").CountAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_supervisor_reads_the_quarantine_and_resolves_nothing()
    {
        var id = await KeptAsync("reading only", "停暖");
        var page = await hub.OpenAsync("supervisor1", $"/quarantine/{id}");
        await Assertions.Expect(page.Locator("pre")).ToContainTextAsync("停暖");
        Assert.Equal(0, await page.Locator("form[data-act]").CountAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_quarantine_is_sound_in_both_languages_and_themes()
    {
        var id = await KeptAsync("heating", "停暖三天了，电话 13800000000");
        await hub.PicturesAsync(Dispatcher, "/quarantine", "quarantine", "table");
        await hub.PicturesAsync(Dispatcher, $"/quarantine/{id}", "quarantine-entry", "pre");
    }
}
