using System.Globalization;
using System.Text.Json;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// Reads the fields of one payload and remembers the first that can't stand. Text stays as it came, Traditional and full width
/// included; refused is only what UTF-8 or PostgreSQL can't hold.
/// </summary>
sealed class Fields
{
    public const int LongText = 20_000, ShortText = 200;

    public Refusal? Refusal { get; private set; }
    void Refuse(Refusal refusal) => Refusal ??= refusal;

    public static Outcome<T> Json<T>(ReadOnlySpan<byte> body) where T : class
    {
        // A lone surrogate written as an escape is an InvalidOperationException of the reader, not a JsonException.
        try { return JsonSerializer.Deserialize<T>(body, Kernel.Json.Options) is { } value ? value : DoorRefusals.BrokenJson; }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException) { return DoorRefusals.BrokenJson; }
    }

    public string Text(string field, string? value, int most = ShortText, bool required = false)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (required) Refuse(DoorRefusals.Missing(field));
            return "";
        }
        if (value.Length > most) Refuse(DoorRefusals.TextTooLong(field, most));
        else if (!CanBeKept(value)) Refuse(DoorRefusals.InvalidText(field));
        return value;
    }

    public static bool CanBeKept(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }
        return true;
    }

    /// <summary>For doors whose sender can't correct it: what can't be kept becomes U+FFFD.</summary>
    public static string Keepable(string text)
    {
        if (CanBeKept(text)) return text;
        var chars = text.ToCharArray();
        for (var i = 0; i < chars.Length; i++)
            if (char.IsHighSurrogate(chars[i]) && i + 1 < chars.Length && char.IsLowSurrogate(chars[i + 1])) i++;
            else if (chars[i] == '\0' || char.IsSurrogate(chars[i])) chars[i] = '\uFFFD';
        return new(chars);
    }

    /// <summary>An id of the door's own: visible ASCII, so that it can be a key, a file name's part, a log line.</summary>
    public string Id(string field, string? value)
    {
        if (string.IsNullOrEmpty(value)) Refuse(DoorRefusals.Missing(field));
        else if (value.Length > 128 || value.Any(c => c is <= ' ' or > '~')) Refuse(DoorRefusals.InvalidId(field));
        return value ?? "";
    }

    public InquiryKind Kind(string? value)
    {
        if (Enum.TryParse<InquiryKind>(value, ignoreCase: false, out var kind) && kind.ToString() == value && kind != InquiryKind.Unspecified) return kind;
        Refuse(string.IsNullOrEmpty(value) ? DoorRefusals.Missing("kind") : DoorRefusals.InvalidKind);
        return InquiryKind.Unspecified;
    }

    public Urgency Urgency(string? value)
    {
        if (string.IsNullOrEmpty(value)) return Contracts.Common.Urgency.Normal;
        if (Enum.TryParse<Urgency>(value, ignoreCase: false, out var urgency) && urgency.ToString() == value) return urgency;
        Refuse(DoorRefusals.InvalidUrgency);
        return default;
    }

    /// <summary>An instant with its zone (RFC 3339); whether it is plausible is decided with the city's clock.</summary>
    public DateTimeOffset? Instant(string field, string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        // A zone must be there: the host's zone may not decide what day it was.
        var zoned = value.Length > 19 && (value[^1] is 'Z' or 'z' || value.LastIndexOfAny(['+', '-']) >= 19);
        if (zoned && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at)) return at;
        Refuse(DoorRefusals.InvalidDate(field));
        return null;
    }

    public SpotAnswer? DirectAnswer(string? text, string answeredBy) =>
        string.IsNullOrEmpty(text) ? null : new(answeredBy, Text("directAnswer", text, LongText));
}
