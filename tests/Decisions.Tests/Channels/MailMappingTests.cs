using System.Text;
using InquiryHub.Channels;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class MailMappingTests
{
    static readonly EmailOptions options = new();
    static MailMappingTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    static MailReading Read(string mail, string encoding = "utf-8") => MailMapping.Read(Encoding.GetEncoding(encoding).GetBytes(mail.ReplaceLineEndings("\r\n")), options, s => $"h:{s}");
    static string Mail(string headers = "", string body = "停暖三天了", string from = "citizen@example.invalid", string id = "<a@b.invalid>") =>
        $"From: {from}\nTo: 12345@mail.hub.invalid\nSubject: =?gb18030?B?zaPFr8HL?=\n{(id.Length > 0 ? $"Message-ID: {id}\n" : "")}Date: Thu, 02 May 2013 09:00:00 +0800\n{headers}\n{body}";

    [Fact]
    public void Subject_and_text_become_title_and_text()
    {
        var r = Read(Mail("Content-Type: text/plain; charset=utf-8\n")).Received!;
        Assert.Equal(("停暖了", "停暖三天了", "citizen@example.invalid"), (r.Content.Title, r.Content.Text, r.Content.Email));
        Assert.Equal(new DateTimeOffset(2013, 5, 2, 1, 0, 0, TimeSpan.Zero), r.OccurredAt);
    }

    [Theory]
    [InlineData("gb18030", "gb18030")]
    [InlineData("gb2312", "gb18030")]
    [InlineData("utf-8", "gb18030")]
    [InlineData("us-ascii", "gb18030")]
    [InlineData("gb18030", "utf-8")]
    [InlineData("no-such-charset", "utf-8")]
    [InlineData("", "gb18030")]
    [InlineData("big5", "big5")]
    public void A_wrong_or_missing_charset_does_not_spoil_the_text(string declared, string written)
    {
        var text = written == "big5" ? "停暖三天了，請問何時恢復" : "停暖三天了，請問何時恢復㐀镕";
        // GB18030 bytes of UTF-8 text are mostly valid GB18030: only what is declared wrongly the other way can be told.
        if (declared == "gb18030" && written == "utf-8") text = "停暖三天了请问";
        var r = Read(Mail(declared.Length == 0 ? "" : $"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n", text), written).Received!;
        Assert.Equal(text, r.Content.Text);
    }

    [Fact]
    public void Html_alone_is_read_without_its_tags() =>
        Assert.Equal("您好 &\n停暖", Read(Mail("Content-Type: text/html; charset=utf-8\n", "<html><head><style>p{}</style></head><body><script>x()</script>您好&nbsp;&amp;<br>停暖</body></html>")).Received!.Content.Text);

    [Fact]
    public void A_mail_without_a_message_id_has_a_key_and_two_citizens_with_the_same_words_have_two()
    {
        var (a, b) = (Read(Mail(id: "")).Received!, Read(Mail(id: "", from: "other@example.invalid")).Received!);
        Assert.NotEqual(a.Key, b.Key);
        Assert.Equal(a.Key, Read(Mail(id: "", headers: "Received: by another.invalid\n")).Received!.Key);
    }

    [Fact]
    public void The_same_message_id_with_another_body_is_another_mail() => Assert.NotEqual(Read(Mail()).Received!.Key, Read(Mail(body: "另一封")).Received!.Key);

    [Theory]
    [InlineData("Return-Path: <>\n", "Bounce")]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", "Bounce")]
    [InlineData("Auto-Submitted: auto-replied\n", "AutoSubmitted")]
    [InlineData("Auto-Submitted: no\n", "")]
    [InlineData("Precedence: bulk\n", "AutoSubmitted")]
    [InlineData("List-Id: <x.invalid>\n", "AutoSubmitted")]
    public void Machines_are_not_answered(string header, string reason) => Assert.Equal(reason, Read(Mail(header)).Reason);

    [Fact]
    public void Our_own_mail_that_comes_back_is_no_inquiry()
    {
        Assert.Equal("AutoSubmitted", Read(Mail(from: options.Mailbox)).Reason);
        Assert.Equal("AutoSubmitted", Read(Mail(id: "<130502-0700041-3.0@mail.hub.invalid>")).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("hello")]
    public void What_is_no_mail_is_kept_for_a_person(string raw) => Assert.NotEqual("", Read(raw).Reason);

    [Fact]
    public void A_reply_names_the_inquiry_by_the_message_id_that_we_made()
    {
        var number = InquiryHub.Kernel.InquiryNumber.Make(new(2013, 5, 2), 7, 41);
        Assert.Equal(number, Read(Mail($"In-Reply-To: <{MailMapping.MessageId(number, 1, options)}>\n")).Received!.About);
        Assert.Equal(number, Read(Mail($"References: <{MailMapping.MessageId(number, 0, options)}> <x@y.invalid>\n")).Received!.About);
        Assert.Null(Read(Mail($"In-Reply-To: <{number}.1@elsewhere.invalid>\nSubject: {number}\n")).Received!.About);
    }

    [Fact]
    public void Nul_and_half_characters_do_not_reach_the_database() => Assert.True(Fields.CanBeKept(Read(Mail(body: "a\0b")).Received!.Content.Text));

    [Fact]
    public void A_text_above_the_limit_is_kept_whole_for_a_person() => Assert.Equal("TextTooLong", Read(Mail("Content-Type: text/plain; charset=utf-8\n", new string('长', 20_001))).Reason);
}
