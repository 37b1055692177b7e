using System.Runtime.CompilerServices;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InquiryHub.Browser.Tests;

/// <summary>What the tests of the worklist and the case share.</summary>
static class OfficerPages
{
    /// <summary>The send is withheld for eight seconds.</summary>
    public static readonly LocatorAssertionsToContainTextOptions Sent = new() { Timeout = 20_000 };

    public static async Task<TaskRow> TaskAsync(this BrowserHub hub, string title, string text = "路灯三天不亮，晚上看不清路。", [CallerFilePath] string asks = "") =>
        await hub.AssignedAsync((await hub.AskAsync(title, text, asks: asks)).Number);

    public static Task<IPage> CaseAsync(this BrowserHub hub, TaskRow task, string? account = null) => hub.OpenAsync(account ?? task.OfficerId, $"/case/{task.InquiryId}");

    public static async Task<CaseFile> FileAsync(this BrowserHub hub, TaskRow task) => await new Contracts.Casework.Casework.CaseworkClient(hub.Channel).GetCaseAsync(new() { InquiryId = task.InquiryId }, hub.As(Roles.Supervisor));

    /// <summary>What the citizen sees of an inquiry, on a phone.</summary>
    public static async Task<IPage> ProgressAsync(this BrowserHub hub, string number, string code, bool script = true)
    {
        var page = await hub.OpenAsync(null, "/progress", phone: true, script: script);
        await page.FillAsync("[name='Look.Number']", number);
        await page.FillAsync("[name='Look.Code']", code);
        await page.Keyboard.PressAsync("Enter");
        return page;
    }

    /// <summary>Another officer of the task's unit.</summary>
    public static async Task<string> ColleagueAsync(this BrowserHub hub, TaskRow task) =>
        (await new Contracts.Directory.Directory.DirectoryClient(hub.Channel).ListOfficersAsync(new() { UnitCode = task.UnitCode }, hub.As(Roles.Supervisor))).Officers.First(o => o.Active && o.OfficerId != task.OfficerId).OfficerId;

    public static string RowOf(TaskRow task) => "#t-" + task.TaskId.Replace('/', '-');

    public static Task LiveAsync(this IPage page) => Expect(page.Locator(".saved")).ToContainTextAsync("实时");

    /// <summary>Typed, and the server has it.</summary>
    public static async Task WriteAsync(this IPage page, string field, string text)
    {
        await page.Locator(field).FocusAsync();
        await page.Keyboard.TypeAsync(text);
        await Expect(page.Locator($"[data-draft-state={field[1..]}]")).ToContainTextAsync("草稿已存", new() { Timeout = 20_000 });
    }
}
