using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using PhoneNumbers;

namespace InquiryHub.Kernel;

public enum PhoneKind { Mobile, Fixed, ShortCode, SharedCost, Other, Unreadable }

/// <param name="E164">+86... when the number is one that can be called from anywhere; else null.</param>
public sealed record PhoneReading(PhoneKind Kind, string Raw, string? E164 = null, string? Extension = null, string? AreaCode = null);

/// <summary>
/// What a clerk or a telephone system writes, as one number (domain.md 6.4, measured there). The library is not asked where it
/// is known to be wrong: local seven digits, service numbers, extensions.
/// </summary>
public static partial class PhoneNumber
{
    const string HomeAreaCode = "0427";
    static readonly PhoneNumberUtil util = PhoneNumberUtil.GetInstance();

    // What the library says of a mobile number, by its first five digits: nothing behind them counts, and to ask costs more than all else that is read of a contact.
    static readonly ConcurrentDictionary<string, bool> mobile = new();

    static bool IsMobile(string text) => text is ['1', _, _, _, _, _, _, _, _, _, _] && text.All(char.IsAsciiDigit)
        && mobile.GetOrAdd(text[..5], _ => Ask(text, text, null).Kind == PhoneKind.Mobile);

    public static PhoneReading Read(string? typed)
    {
        var raw = typed ?? "";
        if (IsMobile(raw)) return new(PhoneKind.Mobile, raw, "+86" + raw);
        var text = string.Concat(raw.Select(Width.Narrow)).Trim();
        if (text.Length == 0 || text is "anonymous" or "unknown") return new(PhoneKind.Unreadable, raw);

        string? extension = null;
        if (WithExtension().Match(text) is { Success: true } split) (text, extension) = (split.Groups[1].Value.TrimEnd(' ', '-'), split.Groups[2].Value);
        var digits = new string([.. text.Where(char.IsAsciiDigit)]);
        if (text.Any(char.IsAsciiLetter)) return new(PhoneKind.Unreadable, raw);

        // Validity says nothing about service numbers: 010-12345 is "valid", 0427-12345 is split as 042 712345.
        if (ServiceNumber().Match(digits) is { Success: true } service)
            return new(PhoneKind.ShortCode, raw, Extension: extension, AreaCode: service.Groups[1].Value is { Length: > 0 } area ? area : null);
        if (digits.Length == 7 && digits[0] is not '0' and not '1') text = HomeAreaCode + digits;

        return Ask(text, raw, extension);
    }

    static PhoneReading Ask(string text, string raw, string? extension)
    {
        try
        {
            var number = util.Parse(text, "CN");
            if (!util.IsValidNumber(number)) return new(PhoneKind.Other, raw, Extension: extension);
            var kind = util.GetNumberType(number) switch
            {
                PhoneNumberType.MOBILE => PhoneKind.Mobile,
                PhoneNumberType.FIXED_LINE => PhoneKind.Fixed,
                PhoneNumberType.SHARED_COST => PhoneKind.SharedCost,
                _ => PhoneKind.Other,
            };
            return new(kind, raw, util.Format(number, PhoneNumberFormat.E164), extension);
        }
        catch (NumberParseException) { return new(PhoneKind.Unreadable, raw); }
    }

    /// <summary>3 + 4 digits of a number of 11 or more, as on every Chinese form; less of a short one (domain.md 7.2).</summary>
    public static string Masked(string? number)
    {
        var digits = string.Concat((number ?? "").Select(Width.Narrow).Where(char.IsAsciiDigit));
        if (digits.Length == 13 && digits.StartsWith("861", StringComparison.Ordinal)) digits = digits[2..]; // +86 before a mobile number tells nobody apart
        return digits.Length switch { 0 => "", < 7 => "****", < 11 => $"****{digits[^2..]}", _ => $"{digits[..3]}****{digits[^4..]}" };
    }

    /// <summary>As it is dialled at home: +8613800000000 is 13800000000, +864272823456 is 04272823456.</summary>
    public static string AtHome(string number) => !number.StartsWith("+86", StringComparison.Ordinal) ? number : number.Length == 14 && number[3] == '1' ? number[3..] : "0" + number[3..];

    [GeneratedRegex(@"^(0\d{2,3})?(110|119|120|122|114|12345|12348|12319|12315|8890|95598|9\d{4}|10086|10000|10010)$")]
    private static partial Regex ServiceNumber();

    // 0427-2823456-801, 2823456转801: at most five digits after the whole number.
    [GeneratedRegex(@"^([\d\s()+-]*\d{7,}[\s-]*?)(?:转|轉|-|ext\.?)\s*(\d{1,5})$", RegexOptions.IgnoreCase)]
    private static partial Regex WithExtension();
}
