using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace InquiryHub.Browser.Tests;

/// <summary>What every page is asked: what axe finds, that nothing scrolls sideways, and a picture that is kept.</summary>
public static class Pages
{
    /// <summary>Where pictures go: HUB_TEST_PICTURES, or beside the test's program.</summary>
    static readonly string Pictures = System.IO.Directory.CreateDirectory(Environment.GetEnvironmentVariable("HUB_TEST_PICTURES") ?? Path.Combine(AppContext.BaseDirectory, "pictures")).FullName;

    public static Task PictureAsync(this IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), Animations = ScreenshotAnimations.Disabled });

    static readonly string axe = new BundledAxeScriptProvider().GetScript();

    // In the page itself, and only what is wrong: its own runner loads it anew in a second page to sort the lists of all that is right, four seconds a page.
    const string Wrong = """
        async () => (await axe.run({ resultTypes: ['violations'] })).violations.map(v => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', ')}`)
        """;

    /// <summary>axe finds nothing, whatever the severity; and the page isn't wider than its window.</summary>
    public static async Task SoundAsync(this IPage page)
    {
        // In a page without script axe never ends: that fails instead of hanging.
        await page.EvaluateAsync(axe);
        var wrong = await page.EvaluateAsync<string[]>(Wrong).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(wrong.Length == 0, $"{new Uri(page.Url).AbsolutePath}: {string.Join("; ", wrong)}");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{new Uri(page.Url).AbsolutePath} scrolls sideways");
    }

    /// <summary>The element is inside the window, so that a person sees it without scrolling.</summary>
    public static async Task VisibleWithoutScrollingAsync(this ILocator element)
    {
        var box = await element.BoundingBoxAsync() ?? throw new InvalidOperationException("not on the page");
        var size = element.Page.ViewportSize!;
        Assert.True(box.X >= 0 && box.Y >= 0 && box.X + box.Width <= size.Width && box.Y + box.Height <= size.Height, $"at {box.X:0},{box.Y:0} {box.Width:0}x{box.Height:0} of {size.Width}x{size.Height}");
    }

    /// <summary>A page in both languages and both themes; not all four together, which would take as long as a whole day at the desk.</summary>
    /// <param name="ready">What is there when it is drawn, or opened.</param>
    /// <param name="key">Opens what is to be pictured.</param>
    public static async Task PicturesAsync(this BrowserHub hub, string? account, string path, string name, string ready, string? key = null)
    {
        foreach (var (language, dark) in new[] { ("zh-CN", false), ("en", true) })
        {
            var page = await hub.OpenAsync(account, path, language, dark);
            if (key is not null) await page.Keyboard.PressAsync(key);
            await page.Locator(ready).First.WaitForAsync();
            await page.SoundAsync();
            await page.PictureAsync($"{name}-{language}{(dark ? "-dark" : "")}");
            await page.Context.CloseAsync();
        }
    }
}
