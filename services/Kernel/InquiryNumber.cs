using System.Globalization;

namespace InquiryHub.Kernel;

/// <summary>
/// An inquiry's number, which is its id: <c>yyMMdd-SSnnnnn-C</c>. yyMMdd is the city's day of receipt, SS the shard, nnnnn (five
/// digits or more) counts within day and shard, C is the ISO 7064 MOD 11-2 check character (0-9 or X) that clerks
/// know from the citizen's identity number. One wrong digit or two swapped neighbours never make another valid number.
/// </summary>
public static class InquiryNumber
{
    public static string Make(DateOnly day, int shard, int ordinal)
    {
        var body = $"{day.ToString("yyMMdd", CultureInfo.InvariantCulture)}{shard:00}{ordinal:00000}";
        return $"{body[..6]}-{body[6..]}-{Check(body)}";
    }

    /// <summary>Reads what a person typed: blanks, missing hyphens, full-width digits and a small x are forgiven; a wrong check character is not.</summary>
    public static bool TryRead(string? typed, out string number)
    {
        number = "";
        var chars = new List<char>(16);
        foreach (var c in (typed ?? "").Select(Width.Narrow))
            if (char.IsAsciiDigit(c)) chars.Add(c);
            else if (c is 'x' or 'X') chars.Add('X');
            else if (!char.IsWhiteSpace(c) && c is not ('-' or '–' or '—')) return false;
        if (chars.Count < 14 || chars.Count > 20 || chars.IndexOf('X') is not -1 and var x && x != chars.Count - 1) return false;
        var body = new string([.. chars[..^1]]);
        if (Check(body) != chars[^1]) return false;
        number = $"{body[..6]}-{body[6..]}-{chars[^1]}";
        return true;
    }

    internal static bool TryShard(string key, out int shard)
    {
        shard = 0;
        return key.Length >= 16 && key[6] == '-' && key[^2] == '-' && char.IsAsciiDigit(key[0])
            && int.TryParse(key.AsSpan(7, 2), NumberStyles.None, CultureInfo.InvariantCulture, out shard);
    }

    static char Check(string digits)
    {
        var p = 0;
        foreach (var d in digits) p = (p + (d - '0')) * 2 % 11;
        return "0123456789X"[(12 - p) % 11];
    }
}
