using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using MimeKit;

namespace InquiryHub.Channels;

/// <summary>
/// What can be read of an entry's bytes: as plain text for a person, and a guess at the form. Nothing is invented: what can't be
/// read stays empty. What an answer or the figures need beside the form (whose mail, which call, when) is only in here.
/// </summary>
sealed partial record EntryReading(string Form, string Shown, bool Cut, QuarantineForm Guess)
{
    public const int MostShown = 65_536, MostBytes = 1024;

    static readonly JsonSerializerOptions pretty = new(Kernel.Json.Options) { WriteIndented = true };

    public string Sender { get; init; } = "";
    public string? MessageId { get; init; }
    public string CallId { get; init; } = "";
    public string CounterId { get; init; } = "";
    public string Openid { get; init; } = "";
    public DateTimeOffset? OccurredAt { get; init; }

    public static EntryReading Of(string door, byte[] raw)
    {
        if (door == Doors.Email && MailMapping.Load(raw) is { Headers.Count: > 0 } mail) return Mail(mail);
        if (Json(door, raw) is { } json) return json;
        return Plain(raw) is { } text ? Make("Text", text, new() { Text = Long(text) }) : Make("Bytes", Hex(raw.AsSpan(0, Math.Min(raw.Length, MostBytes))), new()) with { Cut = raw.Length > MostBytes };
    }

    static EntryReading Make(string form, string shown, QuarantineForm guess)
    {
        guess.WantsReply = true;
        shown = Fields.Keepable(shown);
        return new(form, shown.Length > MostShown ? Head(shown, MostShown) : shown, shown.Length > MostShown, guess);
    }

    static EntryReading Mail(MimeMessage mail)
    {
        var shown = new StringBuilder();
        foreach (var h in mail.Headers.Take(200)) shown.Append(h.Field).Append(": ").AppendLine(h.Value?.ReplaceLineEndings(" "));
        var body = Fields.Keepable(MailMapping.BodyText(mail)).Trim();
        shown.AppendLine().AppendLine(body);
        foreach (var a in mail.Attachments.OfType<MimePart>().Take(50)) shown.AppendLine().Append("Content-Disposition: attachment; filename=\"").Append(a.FileName).Append("\"; type=").Append(a.ContentType.MimeType);
        var from = mail.From.Mailboxes.FirstOrDefault(m => m.Address.Length > 0);
        return Make("Mail", shown.ToString(), new()
        {
            Title = Short(mail.Subject), Text = Long(body), Name = from is null || from.Name == from.Address ? "" : Short(from.Name), Email = Short(from?.Address), Phone = OnePhone(body),
        }) with
        { Sender = from?.Address ?? "", MessageId = mail.MessageId, OccurredAt = mail.Date == default ? null : mail.Date.ToUniversalTime() };
    }

    static EntryReading? Json(string door, byte[] raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object or JsonValueKind.Array } root) return null;
            var shown = JsonSerializer.Serialize(root, pretty);
            var p = door == Doors.Qq ? Of(root, "d") : root;
            var text = Text(p, "text") is { Length: > 0 } t ? t : Text(p, "content");
            return Make("Json", shown, new()
            {
                Channel = QuarantineFiling.ChannelsOf(door).Contains(Text(p, "channel")) ? Text(p, "channel") : "", Kind = Enum.TryParse<InquiryKind>(Text(p, "kind"), out var kind) && Enum.IsDefined(kind) ? kind : default,
                Title = Short(Text(p, "title")), Text = Long(text), Name = Short(Text(p, "name")), Phone = Short(Text(p, "phone")), Email = Short(Text(p, "email")), Place = Short(Text(p, "place")),
                CategoryCode = Short(Text(p, "categoryCode")), AreaCode = Short(Text(p, "areaCode")),
            }) with
            {
                CallId = Text(p, "callId"), CounterId = Text(p, "counterId"), Openid = door == Doors.Qq ? Text(Of(p, "author"), "user_openid") : "",
                OccurredAt = DateTimeOffset.TryParse(Text(p, door == Doors.Qq ? "timestamp" : "occurredAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null,
            };
        }
        // A lone surrogate written as an escape is an InvalidOperationException of the reader.
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException) { return null; }
    }

    static JsonElement Of(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object ? e.EnumerateObject().FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value : default;

    static string Text(JsonElement e, string name) => Of(e, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() ?? "" : "";

    /// <summary>UTF-8, else what Chinese programs wrote before; null when neither reads as text.</summary>
    static string? Plain(byte[] raw)
    {
        foreach (var name in new[] { "utf-8", "gb18030" })
            try
            {
                var text = Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback).GetString(raw);
                return text.Count(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')) > text.Length / 100 ? null : text;
            }
            catch (DecoderFallbackException) { /* the next one */ }
        return null;
    }

    static string Hex(ReadOnlySpan<byte> bytes)
    {
        var lines = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += 16)
        {
            var line = bytes[at..Math.Min(at + 16, bytes.Length)];
            lines.Append(CultureInfo.InvariantCulture, $"{at:x4}  ");
            foreach (var b in line) lines.Append(CultureInfo.InvariantCulture, $"{b:x2} ");
            lines.Append(' ', 3 * (16 - line.Length) + 1);
            foreach (var b in line) lines.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
            lines.Append('\n');
        }
        return lines.ToString();
    }

    // Two numbers in a text may be anybody's.
    static string OnePhone(string text) => Phone().Matches(text).Select(m => m.Value).Distinct().ToList() is [var only] ? only : "";

    static string Short(string? text) => Head(Fields.Keepable(text ?? "").Trim(), Fields.ShortText);
    static string Long(string text) => Head(Fields.Keepable(text).Trim(), Fields.LongText);
    static string Head(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    [GeneratedRegex(@"(?<![\d-])(?:1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8})(?![\d-])")] private static partial Regex Phone();
}
