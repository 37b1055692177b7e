using InquiryHub.Channels;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class DeliveryDecisionTests
{
    static readonly DateTimeOffset now = new(2026, 11, 24, 1, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    static AnswerDelivery Begin(string door, bool wantsReply = true) => DeliveryDecision.Begin(new("i", door, wantsReply), "i", 1, "t", "sealed", now);
    static AnswerDelivery Claim(AnswerDelivery d, DateTimeOffset? at = null, string claim = "a", bool repeats = false) => DeliveryDecision.Claim(d, claim, at ?? now, repeats, Limit)!;

    [Theory]
    [InlineData(Doors.WalkIn, "Sending")]
    [InlineData(Doors.Email, "Sending")]
    [InlineData(Doors.Qq, "Sending")]
    [InlineData(Doors.Minxin, "Waiting")]
    [InlineData(Doors.Web, "Waiting")]
    [InlineData(Doors.Hotline, "Waiting")]
    [InlineData(Doors.Office, "Waiting")]
    public void An_answer_leaves_by_the_inquirys_own_door(string door, string state) => Assert.Equal((door, state), (Begin(door).Door, Begin(door).State));

    [Theory]
    [InlineData(Doors.WalkIn)]
    [InlineData(Doors.Hotline)]
    public void An_answer_nobody_wants_is_filed(string door) => Assert.Equal(("Delivered", "Filed"), (Begin(door, wantsReply: false).State, Begin(door, wantsReply: false).Medium));

    [Fact]
    public void An_answer_without_a_way_back_is_undeliverable() => Assert.Equal(("Undeliverable", "NoAddress"), DeliveryDecision.Begin(null, "i", 1, "t", null, now) is var d ? (d.State, d.Reason) : default);

    [Fact]
    public void Of_two_instances_one_gets_the_attempt()
    {
        var mine = Claim(Begin(Doors.Email));
        Assert.Null(DeliveryDecision.Claim(mine, "b", now.AddMinutes(1), false, Limit));
        Assert.Equal(mine, DeliveryDecision.Claim(mine, "a", now.AddMinutes(1), false, Limit));
    }

    [Fact]
    public void An_attempt_is_another_ones_until_its_senders_limit_is_over()
    {
        var slip = DeliveryDecision.Claim(Begin(Doors.WalkIn), "dead", now, true, TimeSpan.FromSeconds(20));
        Assert.Null(DeliveryDecision.Claim(slip, "b", now.AddSeconds(19), true, TimeSpan.FromSeconds(20)));
        Assert.Equal("b", DeliveryDecision.Claim(slip, "b", now.AddSeconds(20), true, TimeSpan.FromSeconds(20))!.Claim);
    }

    [Fact]
    public void After_a_crash_a_mail_is_in_doubt_and_a_slip_is_printed_again()
    {
        var mail = Claim(Claim(Begin(Doors.Email)), now.AddMinutes(3), "b");
        Assert.Equal(("InDoubt", 1), (mail.State, mail.Attempts));
        var slip = Claim(Claim(Begin(Doors.WalkIn), repeats: true), now.AddMinutes(3), "b", repeats: true);
        Assert.Equal(("Sending", 2, "b"), (slip.State, slip.Attempts, slip.Claim));
    }

    [Fact]
    public void A_slow_attempt_that_was_called_in_doubt_may_still_report_success()
    {
        var doubted = Claim(Claim(Begin(Doors.Email)), now.AddMinutes(3), "b");
        Assert.Equal("Delivered", DeliveryDecision.Finish(doubted, "a", new(Sent.Accepted, "Smtp", "250 ok"), now)!.State);
        Assert.Null(DeliveryDecision.Finish(doubted, "b", new(Sent.Accepted, "Smtp", "250 ok"), now));
    }

    [Fact]
    public void Eight_attempts_take_about_a_day_and_then_a_person_hears_of_it()
    {
        var (d, at) = (Begin(Doors.Email), now);
        for (var n = 1; n <= 8; n++)
        {
            d = DeliveryDecision.Finish(Claim(d, at, $"{n}"), $"{n}", new(Sent.TryLater, "Smtp", "Deferred451"), at)!;
            at = d.DueAt ?? at;
        }
        Assert.Equal(("Undeliverable", 8, "Deferred451"), (d.State, d.Attempts, d.Reason));
        Assert.InRange(at - now, TimeSpan.FromHours(20), TimeSpan.FromHours(26));
    }

    [Fact]
    public void Three_calls_that_nobody_answers_are_enough()
    {
        var d = Begin(Doors.Hotline);
        for (var n = 0; n < 2; n++) Assert.Equal("Waiting", (d = DeliveryDecision.CalledBack(d, false)!).State);
        Assert.Equal(("Undeliverable", "NotReached"), (d = DeliveryDecision.CalledBack(d, false)!) is var lost ? (lost.State, lost.Reason) : default);
        Assert.Equal(("Delivered", "CallBack", 4), DeliveryDecision.CalledBack(d, true) is { } late ? (late.State, late.Medium, late.Attempts) : default);
    }

    [Fact]
    public void What_was_delivered_keeps_no_text() => Assert.Null(DeliveryDecision.Fetched(Begin(Doors.Web))!.Answer);

    [Fact]
    public void What_was_read_while_it_was_being_sent_has_arrived_even_if_the_attempt_fails()
    {
        var sending = DeliveryDecision.Claim(Begin(Doors.Qq), "c", now, true, Limit);
        var read = DeliveryDecision.Fetched(sending);
        Assert.Equal(AnswerDelivery.Sending, read!.State);
        Assert.Equal((AnswerDelivery.Delivered, "Query"), DeliveryDecision.Finish(read, "c", new(Sent.CitizenMustWrite, "", "WindowClosed"), now) is { } d ? (d.State, d.Medium) : default);
        Assert.Equal(AnswerDelivery.Waiting, DeliveryDecision.Finish(sending, "c", new(Sent.CitizenMustWrite, "", "WindowClosed"), now)!.State);
    }

    static readonly QqThread thread = QqThread.Wrote(null, "l1:x", "sealed", "m1", "i", 0, now);

    [Fact]
    public void A_qq_reply_needs_a_message_of_the_last_hour()
    {
        Assert.Equal(("m1", 1), QqThread.Reply(Begin(Doors.Qq), thread, now.AddMinutes(60))?.Delivery is { } d ? (d.MessageId, d.MessageSeq) : default);
        Assert.Null(QqThread.Reply(Begin(Doors.Qq), thread, now.AddMinutes(61)));
        Assert.Null(QqThread.Reply(Begin(Doors.Qq), null, now));
    }

    [Fact]
    public void An_acknowledgement_replies_to_its_own_message_and_takes_the_first_number()
    {
        var acknowledgement = new AnswerDelivery("i", 0, Doors.Qq) { State = AnswerDelivery.Sending, MessageId = "m1", MessageSeq = 1 };
        var later = QqThread.Wrote(QqThread.Wrote(null, "l1:x", "sealed", "m1", "i", 1, now), "l1:x", "sealed", "m2", "i2", 1, now.AddDays(1));
        Assert.Equal(acknowledgement, QqThread.Reply(acknowledgement, later, now.AddDays(1))?.Delivery);
        Assert.Equal(("m2", 2), QqThread.Reply(Begin(Doors.Qq), later, now.AddDays(1))?.Delivery is { } d ? (d.MessageId, d.MessageSeq) : default);
    }

    [Fact]
    public void Five_replies_a_message_and_a_repeat_keeps_its_number()
    {
        var t = thread;
        for (var n = 1; n <= 5; n++)
        {
            var reply = QqThread.Reply(Begin(Doors.Qq), t, now)!.Value;
            Assert.Equal(n, reply.Delivery.MessageSeq);
            Assert.Equal(reply, QqThread.Reply(reply.Delivery, reply.Thread, now));
            t = reply.Thread;
        }
        Assert.Null(QqThread.Reply(Begin(Doors.Qq), t, now));
        Assert.Equal("m2", QqThread.Reply(Begin(Doors.Qq), QqThread.Wrote(t, "l1:x", "sealed", "m2", "i", 0, now), now)?.Delivery.MessageId);
    }
}
