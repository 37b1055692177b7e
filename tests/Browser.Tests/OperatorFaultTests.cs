using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>What goes wrong around a call: slow lines, double presses, refusals, a second ring, no telephone system.</summary>
[Collection("browser")]
public sealed class OperatorFaultTests(BrowserHub hub) : OperatorDesk(hub)
{
    [Fact]
    public async Task A_draft_on_a_slow_line_arrives_before_what_is_registered_and_is_gone_with_it()
    {
        var page = await DeskAsync();
        await RingAsync(NewNumber());
        await page.WaitForURLAsync("**/calls?call=*");
        var scope = "call/" + page.Url.Split("call=")[1];
        var (flying, whenActed) = (0, -1);
        page.Request += (_, r) => { if (r.Method == "PUT") flying++; else if (r.Url.EndsWith("/acts/call")) whenActed = flying; };
        page.RequestFinished += (_, r) => { if (r.Method == "PUT") flying--; };
        await page.RouteAsync("**/drafts", async route => { await Task.Delay(route.Request.Method == "PUT" ? 300 : 0); await route.ContinueAsync(); });
        await TakeAsync(page);
        await page.Keyboard.PressAsync("Alt+3");
        await page.Locator("#text").FocusAsync();
        await page.RunAndWaitForRequestAsync(() => page.Keyboard.TypeAsync("停暖两天"), r => r.Method == "PUT" && r.PostData!.Contains("\"text\",") && r.PostData!.Contains("停暖两天"));
        await page.Keyboard.PressAsync("F9");
        await SaidAsync(page, "查询码");
        Assert.Equal(0, whenActed);
        Assert.DoesNotContain((await Cases.ListDraftsAsync(new() { Scope = scope }, Hub.As(Roles.Operator, account: Account))).Drafts, d => d.Text.Length > 0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task F9_pressed_twice_registers_once()
    {
        var page = await DeskAsync();
        var from = NewNumber();
        await RingAsync(from);
        await page.WaitForURLAsync("**/calls?call=*");
        await TakeAsync(page);
        await page.Keyboard.TypeAsync("噪音");
        await page.Keyboard.PressAsync("Alt+3");
        await page.EvaluateAsync("for (let n = 0; n < 3; n++) document.querySelector('button[data-key=F9]').click()");
        await FiledAsync(await SaidAsync(page, "已登记"));
        await Until.TrueAsync("one case", async () => (await Cases.ListCasesOfCallerAsync(new() { Number = from }, Hub.As(Roles.Operator))).Total == 1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_page_read_again_in_the_middle_of_a_word_has_everything()
    {
        var page = await DeskAsync();
        await RingAsync(NewNumber());
        await page.WaitForURLAsync("**/calls?call=*");
        await TakeAsync(page);
        await page.Keyboard.TypeAsync("水榭小区三号");
        await page.Keyboard.PressAsync("Alt+3");
        await page.Keyboard.PressAsync("Alt+W");
        await page.Keyboard.TypeAsync("楼停");
        await page.ReloadAsync();
        await Expect(page.Locator("#text")).ToHaveValueAsync("水榭小区三号楼停");
        await Expect(page.Locator("input[value=Complaint]")).ToBeCheckedAsync();
        await Expect(page.Locator("input[name=urgent]")).ToBeCheckedAsync();
        await Expect(page.Locator("input[name=wantsReply]")).ToBeCheckedAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_refusal_stands_beside_the_form_and_keeps_everything()
    {
        var page = await DeskAsync();
        await RingAsync(NewNumber());
        await page.WaitForURLAsync("**/calls?call=*");
        await TakeAsync(page);
        await page.Keyboard.TypeAsync("路灯坏了");
        await page.Keyboard.PressAsync("F9");
        await Expect(page.Locator("form#call .refused")).ToContainTextAsync("请选择类型");
        await page.Keyboard.PressAsync("Alt+2");
        await page.Keyboard.PressAsync("Alt+L");
        await page.Keyboard.TypeAsync("沈阳");
        await page.Keyboard.PressAsync("F9");
        await Expect(page.Locator("form#call .refused")).ToContainTextAsync("区划不在列表中");
        await Expect(page.Locator("#text")).ToHaveValueAsync("路灯坏了");
        await page.SoundAsync();
        await page.PictureAsync("operator-refused");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_second_ring_takes_neither_focus_nor_what_is_typed()
    {
        var page = await DeskAsync();
        await RingAsync(NewNumber());
        await page.WaitForURLAsync("**/calls?call=*");
        await TakeAsync(page);
        await page.Keyboard.TypeAsync("第一位说");
        var (address, second) = (page.Url, NewNumber());
        await RingAsync(second);
        await Expect(page.Locator(".tabs")).ToContainTextAsync(second);
        await page.Keyboard.TypeAsync("到一半");
        await Expect(page.Locator("#text")).ToHaveValueAsync("第一位说到一半");
        Assert.Equal(address, page.Url);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Without_a_telephone_system_calls_are_entered_by_hand()
    {
        var page = await DeskAsync();
        await page.Keyboard.PressAsync("Alt+N");
        await Expect(page.Locator("#text")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("表扬窗口");
        await page.Keyboard.PressAsync("Alt+6");
        await page.Keyboard.PressAsync("F9");
        await page.WaitForURLAsync("**/calls");
        await Expect(page.Locator("[data-just] li").First).ToContainTextAsync("已登记");
        await page.Context.CloseAsync();
    }
}
