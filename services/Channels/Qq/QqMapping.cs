using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>The platform's envelope; unknown fields are ignored, newer payloads carry more.</summary>
sealed record QqEnvelope(string? Id, int? Op, JsonElement D, string? T);

sealed record QqValidation([property: JsonPropertyName("plain_token")] string? PlainToken, [property: JsonPropertyName("event_ts")] string? EventTs);

sealed record QqMessage(string? Id, string? Content, string? Timestamp, QqAuthor? Author, JsonElement[]? Attachments);
sealed record QqAuthor([property: JsonPropertyName("user_openid")] string? UserOpenid);

/// <summary>What a verified event means: a citizen's message, something to keep for a person, or nothing for us (both null).</summary>
sealed record QqReading(Received? Received, string? Reason)
{
    /// <summary>The citizen only asks for what is there: no new matter.</summary>
    public bool Asks { get; init; }
}

static partial class QqMapping
{
    public const string Channel = "QQ";

    public static QqReading Read(QqEnvelope e, string signedTimestamp, Func<string, string> sender)
    {
        // A reply in a group shows number and code to all its members, and a member has another id there: a person must look.
        if (e.T == "GROUP_AT_MESSAGE_CREATE") return new(null, "GroupMessage");
        if (e.T != "C2C_MESSAGE_CREATE") return new(null, null);
        QqMessage? m;
        try { m = e.D.Deserialize<QqMessage>(Json.Options); }
        catch (Exception x) when (x is JsonException or InvalidOperationException) { return new(null, "Unreadable"); }
        if (m is not { Id.Length: > 0 and <= 256, Author.UserOpenid: { Length: > 0 and <= 128 } openid }) return new(null, "Unreadable");

        var text = Fields.Keepable(m.Content ?? "").Trim();
        if (m.Attachments is { Length: > 0 } attachments) text = $"{text}\n（含附件 {attachments.Length} 个，未保存）".Trim();
        if (text.Length == 0) return new(null, "Empty");
        if (text.Length > Fields.LongText) return new(null, "TextTooLong");
        var key = sender("qq:" + openid);
        return new(new(Doors.Qq, m.Id, m.Id, Channel, InquiryKind.Consultation, new() { Title = text.Length <= 30 ? text : text[..(char.IsHighSurrogate(text[29]) ? 29 : 30)], Text = text })
        {
            ThreadKey = key, ReplyTo = new(openid, m.Id), OccurredAt = DateTimeOffset.TryParse(m.Timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null,
            SignedAt = SignedAt(signedTimestamp) ?? DateTimeOffset.UnixEpoch,
        }, null) { Asks = Asking().IsMatch(text) };
    }

    public static DateTimeOffset? SignedAt(string timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253402300799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>
    /// The address validation (op 13) signs what the caller gives. Anything but a short token and digits would make it sign
    /// whole events for anybody, so nothing else is signed, and only for our own bot.
    /// </summary>
    public static QqValidation? Validation(QqEnvelope e, string appIdHeader, string ourAppId)
    {
        if (e.D.ValueKind != JsonValueKind.Object || ourAppId.Length == 0 || appIdHeader != ourAppId) return null;
        try { return e.D.Deserialize<QqValidation>(Json.Options) is { PlainToken: { } token, EventTs: { } ts } v && Token().IsMatch(token) && Digits().IsMatch(ts) ? v : null; }
        catch (Exception x) when (x is JsonException or InvalidOperationException) { return null; }
    }

    // "查询", "进度", "答复", or a number of ours: somebody who comes back for the answer.
    [GeneratedRegex(@"^\s*(查询|查詢|查|进度|進度|结果|結果|答复|答覆|回复|\d{6}-\d{7,}-[0-9Xx])\s*[。.!！?？]?\s*$")] private static partial Regex Asking();
    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")] private static partial Regex Token();
    [GeneratedRegex(@"\A[0-9]{1,20}\z")] private static partial Regex Digits();
}
