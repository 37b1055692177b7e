using System.Diagnostics;
using System.Net.Sockets;
using InquiryHub.Kernel;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace InquiryHub.Channels;

/// <summary>
/// Answers by SMTP, or into the pickup folder when no server is configured. SMTP can't tell a repeat: when the connection breaks
/// after the text was sent nobody knows whether it arrived, and a person decides.
/// </summary>
sealed class MailSender(ChannelsOptions options, TimeProvider clock) : IAnswerSender
{
    static readonly TimeSpan Enough = TimeSpan.FromSeconds(75);

    public string Door => Doors.Email;
    public int Most => 50;
    public TimeSpan Limit => TimeSpan.FromMinutes(2);
    public bool PeerTellsRepeats => options.Smtp.Host.Length == 0;

    public async Task<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<Outgoing> answers, CancellationToken stop)
    {
        if (options.Smtp.Host.Length == 0) return [.. answers.Select(Write)];
        var results = new SendResult[answers.Count];
        Array.Fill(results, new(Sent.TryLater, "Smtp", "NoConnection"));
        var started = Stopwatch.GetTimestamp();
        // What is left when the attempt's time runs short has not been sent and is tried later; so is all when nobody answers.
        for (int next = 0, first = -1; next > first && next < answers.Count && Stopwatch.GetElapsedTime(started) < Enough;)
        {
            first = next;
            using var smtp = new SmtpClient { Timeout = 30_000 };
            try
            {
                await smtp.ConnectAsync(options.Smtp.Host, options.Smtp.Port, options.Smtp.RequireTls ? SecureSocketOptions.StartTls : SecureSocketOptions.StartTlsWhenAvailable, stop);
                if (options.Smtp.User.Length > 0) await smtp.AuthenticateAsync(options.Smtp.User, options.Smtp.Password, stop);
                // One mail that breaks the line must not cost the others an attempt: they get a new one.
                while (next < answers.Count && smtp.IsConnected && Stopwatch.GetElapsedTime(started) < Enough) results[next] = await OneAsync(smtp, answers[next++], stop);
                if (smtp.IsConnected) await smtp.DisconnectAsync(true, stop);
            }
            catch (Exception e) when (e is SocketException or IOException or ProtocolException or SslHandshakeException or AuthenticationException or CommandException or TimeoutException or NotSupportedException) { _ = e; }
        }
        return results;
    }

    async Task<SendResult> OneAsync(SmtpClient smtp, Outgoing answer, CancellationToken stop)
    {
        if (Message(answer) is not { } message) return new(Sent.Refused, "Smtp", "NoAddress");
        try
        {
            var reply = await smtp.SendAsync(message, stop);
            return new(Sent.Accepted, "Smtp", reply.Contains('@') ? "accepted" : reply[..Math.Min(reply.Length, 200)]);
        }
        catch (SmtpCommandException e) { return (int)e.StatusCode >= 500 ? new(Sent.Refused, "Smtp", $"Refused{(int)e.StatusCode}") : new(Sent.TryLater, "Smtp", $"Deferred{(int)e.StatusCode}"); }
        catch (ServiceNotConnectedException) { return new(Sent.TryLater, "Smtp", "NoConnection"); }
        catch (Exception e) when (e is SocketException or IOException or ProtocolException or TimeoutException or OperationCanceledException) { return new(Sent.Unknown, "Smtp", "Interrupted"); }
    }

    SendResult Write(Outgoing answer)
    {
        if (Message(answer) is not { } message) return new(Sent.Refused, "Smtp", "NoAddress");
        using var bytes = new MemoryStream();
        message.WriteTo(bytes);
        try { return new(Sent.Accepted, "Smtp", Pickup.Write(options.Pickup, "mail", $"{answer.Delivery.InquiryId}-{answer.Delivery.AnswerNo}.eml", bytes.ToArray())); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return new(Sent.TryLater, "Smtp", "PickupUnavailable"); }
    }

    MimeMessage? Message(Outgoing answer)
    {
        if (answer.To is not { } to || !MailboxAddress.TryParse(to.Address, out var citizen) || !MailboxAddress.TryParse(options.Email.Mailbox, out var mailbox)) return null;
        var d = answer.Delivery;
        var message = new MimeMessage
        {
            // The same for every attempt: a mail program shows a double once.
            MessageId = MailMapping.MessageId(d.InquiryId, d.AnswerNo, options.Email), Date = clock.GetUtcNow(), Subject = Re(to.Subject, d.InquiryId),
            Body = new TextPart("plain") { Text = d.AnswerNo == 0 ? answer.Text : $"{answer.Text}\n\n编号：{d.InquiryId}" },
        };
        message.From.Add(mailbox);
        message.To.Add(citizen);
        if (d.AnswerNo == 0) message.Headers.Add(HeaderId.AutoSubmitted, "auto-replied");
        if (to.MessageId is { Length: > 0 } original) { message.InReplyTo = original; message.References.Add(original); }
        return message;
    }

    static string Re(string? subject, string inquiryId) => string.IsNullOrEmpty(subject) ? $"诉求 {inquiryId}" : subject.StartsWith("Re:", StringComparison.OrdinalIgnoreCase) ? subject : "Re: " + subject;
}
