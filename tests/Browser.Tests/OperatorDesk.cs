using System.Text.RegularExpressions;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>What the tests of the operator's desk share: calls that ring, the desk, the acts that end a call.</summary>
public abstract partial class OperatorDesk(BrowserHub hub)
{
    static int rung;
    protected BrowserHub Hub => hub;
    protected const string Account = "operator1";
    protected Contracts.Channels.Channels.ChannelsClient Calls => new(hub.Channel);
    protected Contracts.Casework.Casework.CaseworkClient Cases => new(hub.Channel);

    [GeneratedRegex(@"\d{6}-\d{7}-[\dX]")] private static partial Regex Number();

    protected Task PushAsync(string name, string callId, string from, string cause = "") => hub.PostAsync("/doors/hotline/events", new { @event = name, direction = "in", callId, from, to = "12345", cause, user = name == "answer" ? Account : "" });

    /// <summary>A number that nobody has called from.</summary>
    protected static string NewNumber() => $"139{Interlocked.Increment(ref rung) + 42_700_000:00000000}";

    protected async Task<string> RingAsync(string from)
    {
        var id = $"b-{Guid.CreateVersion7():N}";
        await PushAsync("newCall", id, from);
        return id;
    }

    /// <summary>An open inquiry of who calls from this number.</summary>
    protected async Task<string> OpenInquiryAsync(string from)
    {
        var receipt = await Calls.RegisterCallAsync(new() { RegistrationId = "open-" + from, Kind = Contracts.Common.InquiryKind.Complaint, Text = "路灯不亮", Name = "芦苇荡", Phone = from, CategoryCode = "030204" }, Hub.As(Roles.Operator, account: Account));
        await FiledAsync(receipt.InquiryId);
        return receipt.InquiryId;
    }

    /// <summary>The desk as every test finds it: no calls of the one before.</summary>
    protected async Task ClearAsync()
    {
        using var desk = Calls.WatchCalls(new(), hub.As(Roles.Operator, account: Account));
        await desk.ResponseStream.MoveNext(default);
        foreach (var c in desk.ResponseStream.Current.Calls) await Calls.CloseCallAsync(new() { ContactId = c.ContactId, Reason = "Other", RegistrationId = "clear" }, hub.As(Roles.Operator, account: Account));
    }

    protected async Task<IPage> DeskAsync(string language = "zh-CN", bool dark = false)
    {
        await ClearAsync();
        var page = await hub.OpenAsync(Account, "/calls", language, dark);
        await LiveAsync(page);
        return page;
    }

    /// <summary>The desk with a call in front whose caller has an open inquiry.</summary>
    protected async Task<(IPage Page, string From, string Inquiry)> CalledAgainAsync()
    {
        var (page, from) = (await DeskAsync(), NewNumber());
        var inquiry = await OpenInquiryAsync(from);
        await RingAsync(from);
        await page.WaitForURLAsync("**/calls?call=*");
        await Expect(page.Locator(".oc")).ToContainTextAsync("路灯不亮");
        return (page, from, inquiry);
    }

    protected static Task LiveAsync(IPage page) => page.Locator(".tabs .st .lt.ok").WaitForAsync();

    /// <summary>F2, until the call is in hand and the cursor in the text.</summary>
    protected static async Task TakeAsync(IPage page)
    {
        await page.Locator(page.Url.Contains("/calls?call=") ? ".bar [data-here] [data-key=F2]" : ".pill[data-key=F2]").WaitForAsync();
        await page.Keyboard.PressAsync("F2");
        await Expect(page.Locator(".bar [data-here]")).ToHaveCountAsync(0);
        await Expect(page.Locator("button[data-key=F9]")).ToBeEnabledAsync();
        await Expect(page.Locator("#text")).ToBeFocusedAsync();
    }

    protected static async Task<string> SaidAsync(IPage page, string end)
    {
        // Either the desk is free again, or the form says why not.
        await Expect(page.Locator(".desk.idle, form#call .refused:not([hidden])").First).ToBeVisibleAsync();
        if (await page.Locator("form#call .refused:not([hidden])").CountAsync() > 0) Assert.Fail(await page.Locator("form#call .refused").InnerTextAsync());
        var newest = page.Locator("[data-just] li").First;
        await Expect(newest).ToContainTextAsync(end);
        return Number().Match(await newest.InnerTextAsync()).Value;
    }

    protected async Task<CaseFile> FiledAsync(string number, Func<CaseFile, bool>? until = null)
    {
        CaseFile? file = null;
        await Until.TrueAsync("the case is filed", async () =>
        {
            try { file = await Cases.GetCaseAsync(new() { InquiryId = number }, hub.As(Roles.Supervisor)); } catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.NotFound) { }
            return file is not null && (until is null || until(file));
        });
        return file!;
    }
}
