using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;

namespace InquiryHub.Browser.Tests;

/// <summary>The citizen on a phone, without script: asks, follows, reads the answer, rates it.</summary>
[Collection("browser")]
public sealed class CitizenTests(BrowserHub hub)
{
    static async Task<(string Number, string Code)> AskAsync(IPage page, string text, string kind = "求助", string place = "水榭小区 3 号楼")
    {
        await page.FillAsync("#text", text);
        await page.GetByRole(AriaRole.Radio, new() { Name = kind, Exact = true }).CheckAsync();
        await page.FillAsync("#place", place);
        await page.FillAsync("#phone", "13800000000");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        return (await page.InnerTextAsync("#number"), await page.InnerTextAsync("#code"));
    }

    static async Task LookAsync(IPage page, string number, string code)
    {
        await page.GotoAsync("/progress");
        await page.FillAsync("#number", number);
        await page.FillAsync("#code", code);
        await page.GetByRole(AriaRole.Button, new() { Name = "查询" }).ClickAsync();
    }

    [Fact]
    public async Task A_citizen_asks_follows_reads_the_answer_and_rates_it_without_script()
    {
        var page = await hub.OpenAsync(null, "/ask", script: false, phone: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).VisibleWithoutScrollingAsync();
        var (number, code) = await AskAsync(page, "楼道里的灯一周不亮，老人摔过一次。");
        Assert.True(InquiryNumber.TryRead(number, out _));
        Assert.Equal(10, code.Replace(" ", "").Length);
        await page.PictureAsync("ask-done-phone");

        await page.GetByRole(AriaRole.Button, new() { Name = "查进度" }).ClickAsync();
        Assert.EndsWith("/progress", page.Url);
        await Assertions.Expect(page.Locator(".cz-sub b")).ToHaveTextAsync(number);
        await page.PictureAsync("progress-phone");

        // By hand, as the category isn't known.
        var routing = new Contracts.Routing.Routing.RoutingClient(hub.Channel);
        await Until.TrueAsync("routing has it", async () => (await routing.ListHeldAsync(new(), hub.As(Roles.Dispatcher))).Inquiries.Any(h => h.InquiryId == number));
        await routing.PlaceInquiryAsync(new() { CommandId = "place " + number, InquiryId = number, LeadUnitCode = "211102-fcj" }, hub.As(Roles.Dispatcher));
        var task = await hub.AssignedAsync(number);
        var casework = new Contracts.Casework.Casework.CaseworkClient(hub.Channel);
        await Until.TrueAsync("its time is known", async () => (await casework.GetProgressAsync(new() { InquiryId = number, QueryCode = code })).DueAt is not null);
        await LookAsync(page, number, code);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("正在办理");
        Assert.Contains("最迟", await page.InnerTextAsync(".cz-due"));
        Assert.Contains("承办单位", await page.InnerTextAsync(".cz-due"));
        await page.PictureAsync("progress-handling-phone");

        foreach (var said in new[] { "已经催办", "已经催办过" })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "催一催" }).ClickAsync();
            await Assertions.Expect(page.Locator("[role=status]").First).ToContainTextAsync(said);
        }
        await Until.TrueAsync("the unit sees it", async () => (await casework.GetProgressAsync(new() { InquiryId = number, QueryCode = code })).Urges == 1);
        await LookAsync(page, number, code);
        await Assertions.Expect(page.Locator(".cz-body")).ToContainTextAsync("已催办 1 次");
        await page.PictureAsync("progress-urged-phone");

        await page.Locator("summary").ClickAsync();
        await page.FillAsync("#more", "二楼也不亮了。");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交补充" }).ClickAsync();
        await Assertions.Expect(page.Locator("[role=status]").First).ToContainTextAsync("已经转给");
        await Until.TrueAsync("the officer reads it", async () => (await casework.GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor))).Text.Contains("二楼也不亮了"));

        await casework.AnswerInquiryAsync(new() { CommandId = "answer " + number, InquiryId = number, TaskId = task.TaskId, PublicReply = "已换灯。<b>今后</b>每月巡查。" }, hub.As(Roles.Officer, task.UnitCode, task.OfficerId));
        await LookAsync(page, number, code.Replace(" ", ""));
        await Assertions.Expect(page.Locator(".cz-answer")).ToHaveTextAsync("已换灯。<b>今后</b>每月巡查。");
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "催一催" }).CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "提交评价" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("请先选一个评价");
        await page.GetByRole(AriaRole.Radio, new() { Name = "满意", Exact = true }).CheckAsync();
        await page.FillAsync("#words", "很快");
        await page.PictureAsync("progress-answered-phone");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交评价" }).ClickAsync();
        await Assertions.Expect(page.Locator(".cz-rated")).ToContainTextAsync("您的评价：满意");
        Assert.Equal(0, await page.Locator("#words").CountAsync());

        var file = await casework.GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor));
        Assert.Equal((Grade.Satisfied, "很快"), (file.Answers.Single().Grade, file.Answers.Single().RatingWords));
        Assert.Contains(file.Timeline, e => e.Act == "AnswerRated");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_was_typed_for_the_unit_is_there_again_whichever_other_button_was_pressed()
    {
        const string typed = "二楼也不亮了。\n物业说不归他们管。";
        var page = await hub.OpenAsync(null, "/ask", script: false, phone: true);
        var (number, code) = await AskAsync(page, "楼道灯坏了没人修");
        await LookAsync(page, number, code);
        await page.Locator("summary").ClickAsync();
        await page.FillAsync("#more", typed);
        await page.GetByRole(AriaRole.Button, new() { Name = "催一催" }).ClickAsync();
        await Assertions.Expect(page.Locator("[role=status]").First).ToContainTextAsync("已经催办");
        await Assertions.Expect(page.Locator("#more")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#more")).ToHaveValueAsync(typed);
        await page.GetByRole(AriaRole.Button, new() { Name = "撤回" }).ClickAsync();
        await page.Locator(".cz-btn:not(.pri)").ClickAsync(); // not after all
        await Assertions.Expect(page.Locator("#more")).ToHaveValueAsync(typed);
        await page.GetByRole(AriaRole.Button, new() { Name = "提交补充" }).ClickAsync();
        await Assertions.Expect(page.Locator("[role=status]").First).ToContainTextAsync("已经转给");
        await Assertions.Expect(page.Locator("#more")).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_wrong_code_and_an_unknown_number_read_the_same_and_stand_in_no_address()
    {
        var page = await hub.OpenAsync(null, "/ask", script: false, phone: true);
        var (number, _) = await AskAsync(page, "请问社区食堂几点开门");
        await LookAsync(page, number, "0000000000");
        var wrong = await page.GetByRole(AriaRole.Alert).InnerTextAsync();
        Assert.Equal((number, "0000000000"), (await page.InputValueAsync("#number"), await page.InputValueAsync("#code")));
        await LookAsync(page, InquiryNumber.Make(new(2013, 5, 6), 3, 17), "0000000000");
        Assert.Equal(wrong, await page.GetByRole(AriaRole.Alert).InnerTextAsync());
        await LookAsync(page, "随便写的", "x");
        Assert.Equal(wrong, await page.GetByRole(AriaRole.Alert).InnerTextAsync());
        Assert.DoesNotContain("?", page.Url);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_form_sent_twice_gone_back_to_or_loaded_again_registers_once()
    {
        var page = await hub.OpenAsync(null, "/ask", script: false, phone: true);
        var sent = await page.InputValueAsync("input[name='Form.Key']");
        var first = await AskAsync(page, "请问新楼何时通气");
        await page.ReloadAsync();
        Assert.Equal(first, (await page.InnerTextAsync("#number"), await page.InnerTextAsync("#code")));
        // Two presses that both reach the hub.
        var bodies = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await (await hub.Http.PostAsync("/ask", new FormUrlEncodedContent(new Dictionary<string, string>
        { ["_handler"] = "ask", ["Form.Key"] = sent, ["Form.Kind"] = "HelpRequest", ["Form.Text"] = "请问新楼何时通气", ["Form.Place"] = "水榭小区 3 号楼", ["Form.Phone"] = "13800000000", ["Form.WantsReply"] = "true" }))).Content.ReadAsStringAsync()));
        Assert.All(bodies, b => Assert.Contains(first.Number, b));

        // Gone back and changed: nothing is lost, and whether it is another matter is asked.
        await page.GoBackAsync();
        await page.FillAsync("#text", "请问旧楼何时通气");
        await page.GetByRole(AriaRole.Radio, new() { Name = "求助", Exact = true }).CheckAsync();
        await page.FillAsync("#place", "水榭小区 3 号楼");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        if (await page.GetByRole(AriaRole.Alert).CountAsync() > 0)
        {
            Assert.Equal("请问旧楼何时通气", await page.InputValueAsync("#text"));
            await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        }
        Assert.NotEqual(first.Number, await page.InnerTextAsync("#number"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_missing_is_said_and_everything_typed_stays()
    {
        var page = await hub.OpenAsync(null, "/ask", script: false, phone: true);
        await page.FillAsync("#place", "苇塘路");
        await page.FillAsync("#phone", "13800000000");
        await page.GetByText("我要答复").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("还没有写");
        Assert.Equal(("苇塘路", "13800000000", false), (await page.InputValueAsync("#place"), await page.InputValueAsync("#phone"), await page.IsCheckedAsync("input[name='Form.WantsReply']")));
        await page.FillAsync("#text", "路灯不亮");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("哪一类");
        Assert.Equal("路灯不亮", await page.InputValueAsync("#text"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Markup_in_every_field_is_shown_as_text()
    {
        const string markup = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
        var page = await hub.OpenAsync(null, "/ask", phone: true);
        foreach (var field in new[] { "#place", "#phone" }) await page.FillAsync(field, markup[..40]);
        await page.Locator("summary").ClickAsync();
        foreach (var field in new[] { "#name", "#subject" }) await page.FillAsync(field, markup);
        await page.FillAsync("#text", markup);
        await page.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        Assert.Equal((markup, markup), (await page.InputValueAsync("#text"), await page.InputValueAsync("#name")));
        await LookAsync(page, markup[..40], markup[..40]);
        Assert.Equal(markup[..40], await page.InputValueAsync("#number"));
        Assert.DoesNotContain("broken", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("img").CountAsync());
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/ask"), InlineData("/progress")]
    public async Task The_pages_are_sound_on_phone_and_desktop_in_both_languages_and_themes(string path)
    {
        foreach (var phone in new[] { true, false })
            foreach (var (language, dark) in new[] { ("zh-CN", false), ("zh-CN", true), ("en", false), ("en", true) })
            {
                var page = await hub.OpenAsync(null, path, language, dark, phone: phone);
                await page.SoundAsync();
                await page.Locator(".cz-btn.pri").VisibleWithoutScrollingAsync();
                // Fingers: 44 px high at least, but for what lies inside a label of that height.
                Assert.Equal(0, await page.EvaluateAsync<int>("[...document.querySelectorAll('.cz button, .cz-top a, .cz .inp, .cz-pick, .cz-check, .cz summary')].filter(e => e.getBoundingClientRect().height < 44).length"));
                await page.PictureAsync($"{path[1..]}-{language}{(dark ? "-dark" : "")}{(phone ? "-phone" : "")}");
                await page.Context.CloseAsync();
            }
    }
}
