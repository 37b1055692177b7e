namespace InquiryHub.Directory;

/// <summary>
/// A User-Agent as two words by which a person knows the own desktop, "Chrome" and "Windows"; empty for what isn't known. The string itself is never
/// kept: with its versions it tells people apart.
/// </summary>
internal static class UserAgent
{
    // In this order: nearly all say that they are Chrome and Safari too, a phone's that it is Linux.
    static readonly (string Sign, string Word)[] browsers =
    [
        ("MicroMessenger", "WeChat"), ("QQBrowser", "QQBrowser"), ("MetaSr", "Sogou"), ("QIHU 360", "360"), ("360SE", "360"), ("360EE", "360"), ("UCBrowser", "UC"), ("HuaweiBrowser", "Huawei"),
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Trident/", "IE"), ("Safari/", "Safari"),
    ], systems =
    [
        ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Windows NT", "Windows"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
    ];

    public static (string Browser, string System) Read(string userAgent) => (Word(browsers, userAgent), Word(systems, userAgent));

    static string Word((string Sign, string Word)[] known, string userAgent) => known.FirstOrDefault(k => userAgent.Contains(k.Sign, StringComparison.Ordinal)).Word ?? "";
}
