using System.Text;

namespace InquiryHub.Web;

/// <summary>
/// The first letters of a Chinese name's syllables. GB/T 2312 orders its 3,755 everyday characters by their reading, so a character's place
/// tells its letter; one with two readings has the standard's (重 is Z, 长 is C). Rarer characters are passed over.
/// </summary>
internal static class Pinyin
{
    static readonly Encoding gb = CodePagesEncodingProvider.Instance.GetEncoding("gb2312", new EncoderReplacementFallback(""), DecoderFallback.ReplacementFallback)!;
    // Where each letter's characters begin; no syllable begins with I, U or V.
    static readonly (int From, char Letter)[] starts =
    [
        (0xB0A1, 'a'), (0xB0C5, 'b'), (0xB2C1, 'c'), (0xB4EE, 'd'), (0xB6EA, 'e'), (0xB7A2, 'f'), (0xB8C1, 'g'), (0xB9FE, 'h'), (0xBBF7, 'j'), (0xBFA6, 'k'), (0xC0AC, 'l'), (0xC2E8, 'm'),
        (0xC4C3, 'n'), (0xC5B6, 'o'), (0xC5BE, 'p'), (0xC6DA, 'q'), (0xC8BB, 'r'), (0xC8F6, 's'), (0xCBFA, 't'), (0xCDDA, 'w'), (0xCEF4, 'x'), (0xD1B9, 'y'), (0xD4D1, 'z'),
    ];
    const int End = 0xD7F9;

    /// <summary>市教育局 -> sjyj. ASCII letters and digits stay, in lower case.</summary>
    public static string Initials(string name)
    {
        var letters = new StringBuilder(name.Length);
        foreach (var c in name)
            if (char.IsAsciiLetterOrDigit(c)) letters.Append(char.ToLowerInvariant(c));
            else if (c > 0x7F && gb.GetBytes([c]) is [var high, var low] && low >= 0xA1 && (high << 8 | low) is var place && place >= starts[0].From && place <= End) letters.Append(starts.Last(s => s.From <= place).Letter);
        return letters.ToString();
    }
}
