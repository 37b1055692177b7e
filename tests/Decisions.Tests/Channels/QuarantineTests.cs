using System.Text;
using InquiryHub.Channels;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class QuarantineTests
{
    static QuarantineTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
    static readonly DateTimeOffset now = CityTime.At(new(2014, 1, 22), new(9, 0));
    static EntryReading Read(string door, string raw, string encoding = "utf-8") => EntryReading.Of(door, Encoding.GetEncoding(encoding).GetBytes(raw));
    static EntryReading Mail(string mail, string encoding = "utf-8") => Read(Doors.Email, mail.ReplaceLineEndings("\r\n"), encoding);
    static Quarantined Entry(string door, string reason = "AutoSubmitted") => new("q1", door, reason, now.AddHours(-2), 10);
    static QuarantineForm Form(string text = "停暖三天了") => new() { Kind = InquiryKind.HelpRequest, Text = text, WantsReply = true };
    static Outcome<Received> Map(string door, QuarantineForm form, EntryReading? read = null, int matter = 1) => QuarantineFiling.Map(Entry(door), read ?? Read(door, "{}"), matter, form, "dispatcher1", s => "h:" + s);

    [Fact]
    public void A_mail_is_read_into_subject_words_sender_and_the_one_telephone_number_in_it()
    {
        var read = Mail("From: =?utf-8?B?6Iqm6IuH?= <reed@example.invalid>\nSubject: heating\nAuto-Submitted: auto-generated\nDate: Wed, 22 Jan 2014 08:00:00 +0800\nMessage-ID: <1@b.invalid>\n\n停暖三天了，电话 13800000000。");
        Assert.Equal(("Mail", "heating", "停暖三天了，电话 13800000000。", "芦苇", "13800000000", "reed@example.invalid"), (read.Form, read.Guess.Title, read.Guess.Text, read.Guess.Name, read.Guess.Phone, read.Guess.Email));
        Assert.Contains("Auto-Submitted: auto-generated", read.Shown);
        Assert.Equal(("reed@example.invalid", "1@b.invalid", CityTime.At(new(2014, 1, 22), new(8, 0)).ToUniversalTime()), (read.Sender, read.MessageId, read.OccurredAt));
    }

    [Theory]
    [InlineData("电话 13800000000 或 13900000000")]
    [InlineData("身份证 211102201300000000")]
    [InlineData("没有号码")]
    public void A_telephone_number_that_may_be_anybodys_is_not_guessed(string text) => Assert.Equal("", Mail($"From: a@b.invalid\nSubject: x\n\n{text}").Guess.Phone);

    [Fact]
    public void A_mail_without_a_sender_leaves_the_person_empty() =>
        Assert.Equal(("", "", ""), Mail("Subject: x\n\ny").Guess is var g ? (g.Name, g.Email, g.Phone) : default);

    [Fact]
    public void Html_is_read_as_words_and_never_shown_as_html()
    {
        var read = Mail("From: a@b.invalid\nContent-Type: text/html; charset=utf-8\n\n<p>停暖</p><script>alert(1)</script>");
        Assert.Equal("停暖", read.Guess.Text);
        Assert.DoesNotContain("alert", read.Shown);
    }

    [Fact]
    public void A_form_is_read_field_by_field_and_shown_with_line_breaks()
    {
        var read = Read(Doors.Minxin, """{"kind":"Complaint","title":"停暖","text":"三天了","name":"芦苇","phone":"13800000000","place":"稻香小区","areaCode":"211102"}""");
        Assert.Equal(("Json", InquiryKind.Complaint, "停暖", "三天了", "芦苇", "稻香小区", "211102"), (read.Form, read.Guess.Kind, read.Guess.Title, read.Guess.Text, read.Guess.Name, read.Guess.Place, read.Guess.AreaCode));
        Assert.Contains("\n", read.Shown);
        Assert.Contains("停暖", read.Shown);
    }

    [Fact]
    public void A_qq_message_gives_its_words_and_whose_it_is()
    {
        var read = Read(Doors.Qq, """{"id":"e","op":0,"t":"C2C_MESSAGE_CREATE","d":{"id":"m","content":"停暖","author":{"user_openid":"O"}}}""");
        Assert.Equal(("停暖", "O"), (read.Guess.Text, read.Openid));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("gb18030")]
    public void What_is_neither_mail_nor_json_is_read_as_text(string encoding) => Assert.Equal(("Text", "停暖三天了，请问何时恢复"), Read(Doors.Qq, "停暖三天了，请问何时恢复", encoding) is var r ? (r.Form, r.Guess.Text) : default);

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_bytes_and_nothing_is_guessed()
    {
        var read = EntryReading.Of(Doors.Qq, [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * 7))]);
        Assert.Equal(("Bytes", "", true), (read.Form, read.Guess.Text, read.Cut));
        Assert.StartsWith("0000  00 07 0e", read.Shown);
    }

    [Fact]
    public void A_long_text_is_cut_between_characters()
    {
        var read = Read(Doors.Qq, string.Concat(Enumerable.Repeat("𠮷", 40_000)));
        Assert.True(read.Cut && read.Guess.Text.Length <= Fields.LongText && Fields.CanBeKept(read.Guess.Text) && Fields.CanBeKept(read.Shown));
    }

    [Fact]
    public void Filed_by_hand_it_is_a_contact_of_its_doors_channel_at_the_time_it_came()
    {
        var r = Map(Doors.Email, Form()).Value!;
        Assert.Equal(("Email", "dispatcher1", now.AddHours(-2), 1), (r.Channel, r.TakenBy, r.OccurredAt, r.MatterNo));
        Assert.Equal(("", "", ""), (r.Content.Title, r.Content.Name, r.Content.Phone));
    }

    [Fact]
    public void A_second_matter_is_another_inquiry_of_the_same_contact()
    {
        var (a, b) = (Map(Doors.Email, Form()).Value!, Map(Doors.Email, Form("另一件"), matter: 2).Value!);
        Assert.Equal((a.ContactId, 2), (b.ContactId, b.MatterNo));
        Assert.NotEqual(a.Key, b.Key);
    }

    [Fact]
    public void A_further_registration_of_a_call_stays_that_calls_contact()
    {
        var r = Map(Doors.Hotline, Form(), Read(Doors.Hotline, """{"callId":"c1","registrationId":"r1"}""")).Value!;
        Assert.Equal((true, DoorKeys.ContactId(Doors.Hotline, "c1")), (r.IsCall, r.ContactId));
    }

    [Fact]
    public void An_answer_goes_to_the_address_in_the_form_and_into_the_thread_only_of_its_own_sender()
    {
        var read = Mail("From: a@b.invalid\nMessage-ID: <1@b.invalid>\nSubject: x\n\ny");
        Assert.Equal(("a@b.invalid", "1@b.invalid", "h:mail:a@b.invalid"), Map(Doors.Email, new(Form()) { Email = "a@b.invalid" }, read).Value! is var r ? (r.ReplyTo!.Address, r.ReplyTo.MessageId, r.ThreadKey) : default);
        Assert.Null(Map(Doors.Email, new(Form()) { Email = "other@b.invalid" }, read).Value!.ReplyTo!.MessageId);
        Assert.Null(Map(Doors.Email, Form(), read).Value!.ReplyTo);
    }

    [Theory]
    [InlineData("InvalidKind")]
    [InlineData("NothingToFile")]
    [InlineData("InvalidAddress")]
    [InlineData("InvalidChannel")]
    [InlineData("TextTooLong")]
    public void A_form_that_says_too_little_is_refused_with_what_to_do(string code)
    {
        var form = Form();
        var door = code == "InvalidChannel" ? Doors.Office : Doors.Email;
        switch (code) { case "InvalidKind": form.Kind = default; break; case "NothingToFile": form.Text = " "; break; case "InvalidAddress": form.Email = "not an address"; break; case "TextTooLong": form.Title = new('长', 201); break; }
        Assert.Equal(code, Map(door, form).Refusal!.Code);
    }

    static Resolution Filed(int matters) => Enumerable.Range(1, matters).Aggregate((Resolution?)null, (r, n) => QuarantineDecision.Filed(r, "q1", n, $"n{n}", "d1", now))!;

    [Fact]
    public void The_first_matter_is_filed_and_each_further_one_has_the_next_number()
    {
        Assert.Null(QuarantineDecision.MayFile("Bounce", null, 1));
        Assert.Equal("StaleQuarantine", QuarantineDecision.MayFile("Bounce", null, 2)!.Code);
        Assert.Null(QuarantineDecision.MayFile("Bounce", Filed(1), 2));
        Assert.Equal("StaleQuarantine", QuarantineDecision.MayFile("Bounce", Filed(1), 3)!.Code);
        Assert.Equal(["n1", "n2"], Filed(2).InquiryIds);
        Assert.Equal("TooManyMatters", QuarantineDecision.MayFile("Bounce", Filed(9), 10)!.Code);
    }

    [Fact]
    public void A_matter_that_was_filed_is_left_to_intake_which_tells_whether_it_is_the_same()
    {
        Assert.Null(QuarantineDecision.MayFile("Bounce", Filed(1), 1));
        var before = Filed(1);
        Assert.Same(before, QuarantineDecision.Filed(before, "q1", 1, "n1", "d2", now));
    }

    static string? Reject(string why, string note = "", Resolution? before = null, string reason = "Bounce") => QuarantineDecision.Reject(reason, before, "q1", why, note, null, "d1", now).Refusal?.Code;

    [Fact]
    public void It_is_rejected_with_a_reason_once()
    {
        Assert.Null(Reject("Spam"));
        Assert.Equal("InvalidReason", Reject(""));
        Assert.Equal("MissingNote", Reject("Other", " "));
        Assert.Null(Reject("Other", "空号"));
        var rejected = QuarantineDecision.Reject("Bounce", null, "q1", "Spam", "", null, "d1", now).Value!;
        Assert.Equal("StaleQuarantine", Reject("Spam", before: rejected));
        Assert.Equal("AlreadyRejected", QuarantineDecision.MayFile("Bounce", rejected, 1)!.Code);
        Assert.Equal("StaleQuarantine", Reject("Spam", before: Filed(1)));
    }

    [Fact]
    public void A_mail_that_is_kept_for_its_attachments_needs_nobody()
    {
        Assert.Equal("Kept", QuarantineDecision.StateOf("HasAttachments", null));
        Assert.Equal("AlreadyFiled", QuarantineDecision.MayFile("HasAttachments", null, 1)!.Code);
        Assert.Equal("AlreadyFiled", Reject("Spam", reason: "HasAttachments"));
    }
}
