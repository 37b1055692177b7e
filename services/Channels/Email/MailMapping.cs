using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using MimeKit;
using MimeKit.Text;

namespace InquiryHub.Channels;

/// <summary>A mail as the door reads it: an inquiry, or why it goes to quarantine. Its sender can't correct anything, so nothing is refused.</summary>
sealed record MailReading(Received? Received, string Reason)
{
    /// <summary>Attachments aren't kept with the case yet: the whole mail is kept beside it.</summary>
    public int Attachments { get; init; }
}

static partial class MailMapping
{
    public const string Channel = "Email";

    /// <param name="sender">A keyed hash of a mail address: whose mails they are, without the address.</param>
    public static MailReading Read(byte[] raw, EmailOptions options, Func<string, string> sender)
    {
        if (Load(raw) is not { } mail) return new(null, "Unreadable");

        if (mail.From.Mailboxes.FirstOrDefault() is not { Address.Length: > 0 } from) return new(null, IsBounce(mail) ? "Bounce" : "NoSender");
        if (IsBounce(mail)) return new(null, "Bounce");
        if (IsAutomatic(mail, from, options)) return new(null, "AutoSubmitted");

        var text = Fields.Keepable(BodyText(mail)).Trim();
        var title = Fields.Keepable(mail.Subject ?? "").Trim();
        if (text.Length == 0 && title.Length == 0) return new(null, "Empty");
        if (text.Length > Fields.LongText) return new(null, "TextTooLong");
        var attachments = mail.Attachments.Count();
        var body = DoorKeys.Hash(BodyBytes(raw));
        // Without a Message-ID two citizens may write the same words: then their own headers tell them apart.
        var id = mail.MessageId is { Length: > 0 } m ? m : $"{from.Address}|{mail.Headers[HeaderId.Date]}|{mail.Subject}";
        var key = $"{options.Mailbox}\n{id}\n{body}";
        var address = from.Address.ToLowerInvariant();
        return new(new(Doors.Email, key, key, Channel, InquiryKind.Consultation, new()
        {
            Title = title.Length > Fields.ShortText ? title[..Fields.ShortText] : title, Text = text, Name = Short(from.Name), Email = Short(address),
        })
        {
            OccurredAt = mail.Date == default ? null : mail.Date.ToUniversalTime(), ThreadKey = sender("mail:" + address), About = OurInquiry(mail, options),
            // Only to the sender's own address: a Reply-To elsewhere would let one citizen have another's mail box filled.
            ReplyTo = new(from.Address, mail.MessageId, title),
        }, "") { Attachments = attachments };
    }

    public static MimeMessage? Load(byte[] raw)
    {
        // Undeclared 8-bit headers: UTF-8 when they are valid UTF-8, else what China's mail programs wrote before.
        try { return MimeMessage.Load(new ParserOptions { CharsetEncoding = Encoding.GetEncoding("gb18030") }, new MemoryStream(raw)); }
        catch (Exception e) when (e is FormatException or ArgumentException or IOException) { return null; }
    }

    static string Short(string? text) => Fields.Keepable(text ?? "") is var t && t.Length > Fields.ShortText ? t[..Fields.ShortText] : t;

    static bool IsBounce(MimeMessage mail) =>
        mail.Headers[HeaderId.ReturnPath]?.Trim() == "<>" || mail.Body is MultipartReport || mail.Body?.ContentType.IsMimeType("multipart", "report") == true;

    // RFC 3834, and the marks of lists and of our own mail coming back: an answer to any of them can go round for ever.
    static bool IsAutomatic(MimeMessage mail, MailboxAddress from, EmailOptions options) =>
        mail.Headers[HeaderId.AutoSubmitted] is { } auto && !auto.Trim().StartsWith("no", StringComparison.OrdinalIgnoreCase)
        || mail.Headers[HeaderId.Precedence]?.Trim().ToLowerInvariant() is "bulk" or "list" or "junk" or "auto_reply"
        || mail.Headers.Contains(HeaderId.ListId) || mail.Headers.Contains("X-Autoreply") || mail.Headers.Contains("X-Auto-Response-Suppress")
        || from.Address.Equals(options.Mailbox, StringComparison.OrdinalIgnoreCase) || mail.MessageId?.EndsWith("@" + options.Domain, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The inquiry whose mail this replies to, by the Message-IDs that we made. Who may add to it is decided at intake.</summary>
    static string? OurInquiry(MimeMessage mail, EmailOptions options) => mail.References.Append(mail.InReplyTo ?? "").Reverse()
        .Select(id => id.EndsWith("@" + options.Domain, StringComparison.OrdinalIgnoreCase) && OurId().Match(id) is { Success: true } m && InquiryNumber.TryRead(m.Groups[1].Value, out var number) ? number : null)
        .FirstOrDefault(n => n is not null);

    public static string MessageId(string inquiryId, int answerNo, EmailOptions options) => $"{inquiryId}.{answerNo.ToString(CultureInfo.InvariantCulture)}@{options.Domain}";

    [GeneratedRegex(@"^(\d{6}-\d{7,}-[0-9X])\.\d+@", RegexOptions.IgnoreCase)] private static partial Regex OurId();

    public static string BodyText(MimeMessage mail)
    {
        var parts = mail.BodyParts.OfType<TextPart>().Where(p => !p.IsAttachment).ToList();
        if (parts.FirstOrDefault(p => p.IsPlain) is { } plain) return Decode(plain);
        return parts.FirstOrDefault(p => p.IsHtml) is { } html ? Strip(Decode(html)) : "";
    }

    /// <summary>The declared charset when the bytes fit it; else UTF-8; else GB18030, in which every byte means something.</summary>
    static string Decode(TextPart part)
    {
        using var bytes = new MemoryStream();
        part.Content?.DecodeTo(bytes);
        foreach (var name in new[] { Wider(part.ContentType.Charset), "utf-8" })
            try { if (name is not null) return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback).GetString(bytes.GetBuffer(), 0, (int)bytes.Length); }
            catch (Exception e) when (e is DecoderFallbackException or ArgumentException or NotSupportedException) { _ = e; }
        return Encoding.GetEncoding("gb18030").GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    // Programs declare gb2312 and write GBK.
    static string? Wider(string? charset) => charset?.Trim('"', ' ').ToLowerInvariant() switch { null or "" or "us-ascii" or "ascii" => null, "gb2312" or "gbk" or "x-gbk" => "gb18030", var other => other };

    static string Strip(string html)
    {
        var text = new StringBuilder(html.Length);
        var hidden = HtmlTagId.Unknown;
        var tokens = new HtmlTokenizer(new StringReader(html)) { DecodeCharacterReferences = true };
        while (tokens.ReadNextToken(out var token))
            switch (token)
            {
                case HtmlTagToken { Id: HtmlTagId.Script or HtmlTagId.Style or HtmlTagId.Head } tag: hidden = tag.IsEndTag ? HtmlTagId.Unknown : tag.Id; break;
                case HtmlTagToken { Id: HtmlTagId.Br or HtmlTagId.P or HtmlTagId.Div or HtmlTagId.TR or HtmlTagId.LI }: text.Append('\n'); break;
                case HtmlDataToken data when hidden == HtmlTagId.Unknown && data is not (HtmlCDataToken or HtmlScriptDataToken): text.Append(data.Data); break;
            }
        return BlankLines().Replace(text.ToString().Replace('\u00A0', ' '), "\n\n");
    }

    [GeneratedRegex(@"\s*\n\s*\n\s*")] private static partial Regex BlankLines();

    // Headers change on the way (Received, and what a forwarding server adds); the body does not.
    static ReadOnlySpan<byte> BodyBytes(byte[] raw)
    {
        var all = raw.AsSpan();
        var (crlf, lf) = (all.IndexOf("\r\n\r\n"u8), all.IndexOf("\n\n"u8));
        return crlf >= 0 && (lf < 0 || crlf < lf) ? all[(crlf + 4)..] : lf >= 0 ? all[(lf + 2)..] : all;
    }
}
