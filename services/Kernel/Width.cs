namespace InquiryHub.Kernel;

/// <summary>
/// Full-width letters, digits and blanks, as Chinese input methods type them, made plain. The hub runs without ICU, and there
/// <c>string.Normalize(FormKC)</c> gives its text back unchanged.
/// </summary>
public static class Width
{
    public static char Narrow(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c is '\u3000' ? ' ' : c;
}
