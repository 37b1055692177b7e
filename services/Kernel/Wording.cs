using System.Text;
using InquiryHub.Contracts.Common;

namespace InquiryHub.Kernel;

/// <summary>What a person writes into a field that is kept.</summary>
public static class Wording
{
    /// <summary>It holds what can't be stored or is no text: a NUL, half a character.</summary>
    public static bool Broken(string text) => text.Contains('\0') || text.EnumerateRunes().Any(r => r == Rune.ReplacementChar);

    /// <summary>What a person counts as a character: an emoji or a rare ideograph is two chars but one rune.</summary>
    public static int Length(string text) => text.EnumerateRunes().Count();

    /// <summary>The refusal of words that are too long or can't be kept; null when they may stand, also when there are none.</summary>
    public static Refusal? Check(string text, int most) => Broken(text) || Length(text) > most
        ? Refusals.Of("InvalidWords", $"所写内容不得超过 {most} 字，也不能含有无法保存的字符，请改正。", $"What is written may have {most} characters and none that can't be saved; please correct it.") : null;

    /// <summary>The same for words that are needed.</summary>
    public static Refusal? Check(string text, int most, Refusal missing) => string.IsNullOrWhiteSpace(text) ? missing : Check(text, most);
}
