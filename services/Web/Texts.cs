using System.Collections.Frozen;
using System.Globalization;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>
/// Every word on the pages, from texts/: zh-CN.json and en.json for what all pages share, AREA.zh-CN.json and AREA.en.json for an area's own.
/// Chinese is the first language; a test holds both to the same keys.
/// </summary>
internal sealed class Texts
{
    public const string Chinese = "zh-CN", English = "en", Cookie = "lang";
    static readonly FrozenDictionary<string, Texts> all = new[] { Chinese, English }.ToFrozenDictionary(l => l, l => new Texts(l));

    readonly FrozenDictionary<string, string> words;

    Texts(string language)
    {
        var assembly = typeof(Texts).Assembly;
        var files = assembly.GetManifestResourceNames().Where(n => n == $"texts/{language}.json" || n.StartsWith("texts/", StringComparison.Ordinal) && n.EndsWith($".{language}.json", StringComparison.Ordinal));
        (Language, words) = (language, files.SelectMany(n =>
        {
            using var file = new StreamReader(assembly.GetManifestResourceStream(n)!);
            return Json.Read<Dictionary<string, string>>(file.ReadToEnd());
        }).ToFrozenDictionary()); // a key in two files ends the start
    }

    public string Language { get; }
    public bool IsChinese => Language == Chinese;
    /// <summary>What desk.js says by itself: JSON that may stand in a script element.</summary>
    public string ForScript => field ??= Json.Write(words.Where(w => w.Key.StartsWith("script.", StringComparison.Ordinal)).ToDictionary(w => w.Key["script.".Length..], w => w.Value)).Replace("<", "\\u003c");
    public IEnumerable<string> Keys => words.Keys;

    public static Texts For(string? language) => all.GetValueOrDefault(language ?? Chinese, all[Chinese]);
    public static Texts Of(HttpContext? context) => For(context?.Request.Cookies[Cookie]);

    /// <summary>The words for a key; the key itself when nobody wrote any, so that a forgotten one is seen.</summary>
    public string this[string key, params object[] values] =>
        !words.TryGetValue(key, out var text) ? key : values.Length == 0 ? text : string.Format(CultureInfo.InvariantCulture, text, values);

    public string Or(string key, string otherwise) => words.GetValueOrDefault(key, otherwise);
    public string Of(Refusal refusal) => IsChinese ? refusal.Zh : refusal.En;
    public string Either(string zh, string en) => IsChinese ? zh : en;
}
