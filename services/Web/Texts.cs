using System.Collections.Frozen;
using System.Globalization;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>Every word on the pages, from texts/*.json. Chinese is the first language; a test holds both files to the same keys.</summary>
internal sealed class Texts
{
    public const string Chinese = "zh-CN", English = "en", Cookie = "lang";
    static readonly FrozenDictionary<string, Texts> all = new[] { Chinese, English }.ToFrozenDictionary(l => l, l => new Texts(l));

    readonly FrozenDictionary<string, string> words;

    Texts(string language)
    {
        using var file = new StreamReader(typeof(Texts).Assembly.GetManifestResourceStream($"texts/{language}.json")!);
        (Language, words) = (language, Json.Read<Dictionary<string, string>>(file.ReadToEnd()).ToFrozenDictionary());
    }

    public string Language { get; }
    public bool IsChinese => Language == Chinese;
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
