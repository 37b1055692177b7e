namespace InquiryHub.Channels;

/// <summary>
/// One QQ citizen (an openid of our bot): the last message, and how many replies it had. A reply needs a message of the last 60
/// minutes and there are five a message (domain.md 5.1); nothing can be pushed later than that.
/// </summary>
sealed record QqThread(string ThreadKey, string Openid, string MessageId, DateTimeOffset WroteAt, int Replies, string InquiryId)
{
    public const int MostReplies = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(60);

    /// <param name="replies">Replies that are taken already: the acknowledgement is number 1 of its message.</param>
    /// <param name="now">The city's clock.</param>
    public static QqThread Wrote(QqThread? before, string threadKey, string sealedOpenid, string messageId, string inquiryId, int replies, DateTimeOffset now) =>
        before is null ? new(threadKey, sealedOpenid, messageId, now, replies, inquiryId) : before with { MessageId = messageId, WroteAt = now, Replies = replies, InquiryId = inquiryId };

    /// <summary>
    /// The delivery with the message it replies to and its number, and the thread with that number used. An attempt that is
    /// repeated keeps its pair, so that the platform drops the double. Null: the citizen must write first.
    /// </summary>
    public static (AnswerDelivery Delivery, QqThread Thread)? Reply(AnswerDelivery d, QqThread? thread, DateTimeOffset now)
    {
        if (thread is null) return null;
        // An acknowledgement got its pair with its own message; whether it is still in time, the platform says.
        if (d.AnswerNo == 0) return (d, thread);
        if (now - thread.WroteAt > Window) return null;
        if (d.MessageId == thread.MessageId) return (d, thread);
        return thread.Replies >= MostReplies ? null
            : (d with { MessageId = thread.MessageId, MessageSeq = thread.Replies + 1 }, thread with { Replies = thread.Replies + 1 });
    }
}
