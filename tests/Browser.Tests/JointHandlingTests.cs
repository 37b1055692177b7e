using InquiryHub.Contracts.Casework;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static InquiryHub.Browser.Tests.OfficerPages;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>会办: the lead unit's officer brings in another unit by keyboard, and that one reads what is asked, or hands it back.</summary>
[Collection("browser")]
public sealed class JointHandlingTests(BrowserHub hub)
{
    const string Police = "211100-gaj";

    /// <summary>Chosen by the first letters of its syllables.</summary>
    static async Task FindAsync(IPage page, string letters, string name)
    {
        await page.Locator("#joint [data-find]").FocusAsync();
        await page.Keyboard.TypeAsync(letters);
        await Expect(page.Locator("#found-joint li").First).ToContainTextAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#joint .chip").Last).ToContainTextAsync(name);
    }

    async Task<TaskRow> PartOfAsync(TaskRow task, string unit)
    {
        TaskRow? part = null;
        await Until.TrueAsync("an officer has the part", async () => (part = (await hub.FileAsync(task)).Tasks.FirstOrDefault(t => t.UnitCode == unit && t.OfficerId.Length > 0)) is not null);
        return part!;
    }

    [Fact]
    public async Task The_lead_brings_in_a_unit_by_keyboard_takes_it_back_sends_it_and_goes_on_writing()
    {
        var task = await hub.TaskAsync("水管漏水路面结冰");
        var page = await hub.CaseAsync(task);
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+h");
        await Expect(page.Locator("#joint [data-find]")).ToBeFocusedAsync();
        await page.WriteAsync("#asks", "请协助封闭结冰路段。");
        await page.Locator("#joint form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#joint .refused")).ToContainTextAsync("请选择协办单位");
        await FindAsync(page, "gjj", "公积金");
        await FindAsync(page, "sgaj", "市公安局");
        await page.Locator("#joint .chip button").First.PressAsync("Enter"); // one too many
        await Expect(page.Locator("#joint .chip")).ToHaveCountAsync(1);
        await page.SoundAsync();
        await page.PictureAsync("joint-ask");
        // Which units is a draft like the words.
        await Expect(page.Locator("#joint [data-kept]")).ToHaveJSPropertyAsync("value", "211100-gaj 市公安局");
        await page.ReloadAsync();
        await page.LiveAsync();
        await page.Keyboard.PressAsync("Alt+h");
        await Expect(page.Locator("#joint .chip")).ToHaveCountAsync(1);
        await Expect(page.Locator("#joint .chip")).ToContainTextAsync("市公安局");
        await Expect(page.Locator("#asks")).ToHaveValueAsync("请协助封闭结冰路段。");
        await page.Locator("#joint form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("市公安局");
        await Expect(page.Locator("#joint")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Control+z");
        await Expect(page.Locator("#joint .chip")).ToContainTextAsync("市公安局"); // as it was
        await Expect(page.Locator("#asks")).ToHaveValueAsync("请协助封闭结冰路段。");
        Assert.Single((await hub.FileAsync(task)).Tasks);

        await page.Locator("#joint form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#joint")).ToBeHiddenAsync();
        await page.WriteAsync("#reply", "正在抢修。");
        await Expect(page.Locator("#said")).ToContainTextAsync("已发出会办", Sent);
        await Expect(page.Locator("#reply")).ToBeFocusedAsync(); // nothing was loaded anew
        await Expect(page.Locator("#reply")).ToHaveValueAsync("正在抢修。");
        await Expect(page.Locator(".tl")).ToContainTextAsync("请协助封闭结冰路段。", new() { Timeout = 20_000 });
        await Expect(page.Locator(".side")).ToContainTextAsync("市公安局");
        await page.PictureAsync("joint-lead");

        // The form is ready for another unit; this one has a part in it and is not asked twice.
        await page.Keyboard.PressAsync("Alt+h");
        await Expect(page.Locator("#asks")).ToHaveValueAsync("");
        await Expect(page.Locator("#joint .chip")).ToHaveCountAsync(0);
        await page.WriteAsync("#asks", "再请一次。");
        await FindAsync(page, "sgaj", "市公安局");
        await page.Locator("#joint form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#joint")).ToBeHiddenAsync();
        await page.WriteAsync("#reply", "已封闭。");
        await Expect(page.Locator("#joint .refused")).ToContainTextAsync("市公安局已在办理", Sent);
        await Expect(page.Locator("#joint")).ToBeVisibleAsync();
        await Expect(page.Locator("#reply")).ToBeFocusedAsync(); // what comes back takes the cursor from nobody
        Assert.Equal([task.UnitCode, Police], (await hub.FileAsync(task)).Tasks.Select(t => t.UnitCode));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_unit_that_was_brought_in_reads_what_is_asked_hands_it_back_and_the_lead_sees_why()
    {
        var task = await hub.TaskAsync("夜市噪声和油烟");
        await new Contracts.Routing.Routing.RoutingClient(hub.Channel).RequestJointHandlingAsync(
            new() { CommandId = "joint", InquiryId = task.InquiryId, ExpectedDispatchNo = 1, UnitCodes = { Police }, Words = "请查处夜间噪声。" }, hub.As(Kernel.Roles.Officer, task.UnitCode, task.OfficerId));
        var lead = await hub.CaseAsync(task);
        await lead.LiveAsync();
        var part = await PartOfAsync(task, Police);
        var page = await hub.CaseAsync(part);
        await page.LiveAsync();
        await Expect(page.Locator(".hd")).ToContainTextAsync("协办");
        await Expect(page.Locator(".tl")).ToContainTextAsync("请查处夜间噪声。");
        await Expect(page.Locator("[data-key='Alt+H']")).ToHaveCountAsync(0); // only the lead brings others in
        await page.Keyboard.PressAsync("Alt+t");
        await Expect(page.Locator("#return h2")).ToContainTextAsync("退回协办");
        await page.Keyboard.PressAsync("1");
        await page.WriteAsync("#basis", "社会生活噪声归生态环境部门。");
        await page.SoundAsync();
        await page.PictureAsync("joint-handback");
        await page.Locator("#return form > .btn").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#said")).ToContainTextAsync("已退回协办");

        await Expect(lead.Locator(".tl")).ToContainTextAsync("社会生活噪声归生态环境部门。", new() { Timeout = 20_000 });
        await Expect(lead.Locator(".side")).ToContainTextAsync("市公安局 已撤回");
        await Expect(lead.Locator(".dock")).ToBeVisibleAsync(); // it leads as before
        Assert.Equal([(task.UnitCode, "Assigned"), (Police, "Withdrawn")], (await hub.FileAsync(task)).Tasks.Select(t => (t.UnitCode, t.State)));
        await lead.PictureAsync("joint-handedback");
        await lead.Context.CloseAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_form_is_sound_in_both_languages_and_themes()
    {
        var task = await hub.TaskAsync("河堤围栏破损");
        await hub.PicturesAsync(task.OfficerId, $"/case/{task.InquiryId}", "joint", "#joint", "Alt+h");
    }
}
