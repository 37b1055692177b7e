using System.Net.Http.Json;
using System.Text;
using InquiryHub.Channels;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>What comes in: once, whole, or kept for a person.</summary>
public sealed class IntakeTests
{
    [Fact]
    public async Task An_entry_sent_twenty_times_at_once_by_two_instances_is_one_inquiry()
    {
        await using var doors = await DoorsHub.StartAsync("onceonly");
        await using var second = await doors.JoinAsync();
        using var http = new HttpClient { BaseAddress = second.Http };
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => doors.EntryAsync("e1", http: n % 2 == 0 ? http : null)));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Single(answers.Select(a => a.Body.GetProperty("inquiryId").GetString()).Distinct());
        Assert.Single(answers.Select(a => a.Body.GetProperty("queryCode").GetString()).Distinct());
        Assert.Single(await doors.EventsAsync<InquiryRegistered>());
    }

    [Fact]
    public async Task Numbers_of_a_thousand_contacts_are_all_different_and_lie_in_their_own_shards()
    {
        await using var doors = await DoorsHub.StartAsync("numbers");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(b => doors.PostAsync("/doors/walkin/batches",
            JsonContent.Create(new { counterId = "C1", entries = Enumerable.Range(0, 50).Select(n => new { entryId = $"{b}-{n}", kind = "Praise" }) }), ("X-Door-Secret", Doors.WalkIn))));
        var numbers = answers.SelectMany(a => a.Body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("inquiryId").GetString()!)).ToList();
        Assert.Equal(1000, numbers.Distinct().Count());
        Assert.All(numbers, n => Assert.True(InquiryNumber.TryRead(n, out _)));
        Assert.Equal(0, await doors.Hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'channels' and shard <> substr(key, 8, 2)::int"));
    }

    [Fact]
    public async Task Of_a_batch_the_good_entries_are_kept_and_each_bad_one_says_why()
    {
        await using var doors = await DoorsHub.StartAsync("batch");
        await doors.EntryAsync("old");
        var (status, body) = await doors.PostAsync("/doors/walkin/batches", new StringContent("""
            {"counterId":"C1","entries":[{"entryId":"a","kind":"Praise"},{"entryId":"a","kind":"Praise"},{"entryId":"old","kind":"Praise"},{"entryId":7},{"entryId":"b","kind":"Praise","categoryCode":"9"}]}
            """), ("X-Door-Secret", Doors.WalkIn));
        Assert.Equal(200, status);
        Assert.Equal(["accepted", "known", "refused:KeyReused", "refused:BrokenJson", "refused:UnknownCategory"], body.GetProperty("results").EnumerateArray()
            .Select(r => r.GetProperty("status").GetString() + (r.TryGetProperty("code", out var c) ? ":" + c.GetString() : "")));
        Assert.Equal(1, await doors.CountAsync("quarantine"));
    }

    [Fact]
    public async Task Bytes_of_any_kind_never_make_an_error_of_ours()
    {
        await using var doors = await DoorsHub.StartAsync("bytes");
        var random = new Random(4);
        foreach (var (path, secret) in new[] { ("/doors/walkin/entries", "walkin"), ("/doors/walkin/batches", "walkin"), ("/doors/walkin/tallies", "walkin"), ("/doors/hotline/events", "hotline"),
            ("/doors/hotline/registrations", "hotline"), ("/doors/minxin/inquiries", "minxin"), ("/doors/email/messages", "email"), ("/doors/qq/webhook", "qq"), ("/doors/office/contacts", "office"), ("/public/inquiries", "") })
            foreach (var bytes in Enumerable.Range(0, 12).Select(n => { var b = new byte[n * n]; random.NextBytes(b); return b; }).Concat(
                new[] { "{", "null", "[]", "{\"d\":null,\"op\":13}", "{\"op\":\"x\"}", "{\"entries\":[null,1,{}]}", "{\"rows\":[{}],\"sheetId\":\"\"}", "{\"callId\":\"\\u0000\"}", new string('[', 500), "event=hangup&callId=%00" }.Select(Encoding.UTF8.GetBytes)))
                foreach (var type in new[] { "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
                {
                    var content = new ByteArrayContent(bytes);
                    content.Headers.TryAddWithoutValidation("Content-Type", type);
                    using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
                    request.Headers.Add("X-Door-Secret", secret);
                    request.Headers.Add("Idempotency-Key", "k");
                    using var response = await doors.Http.SendAsync(request);
                    Assert.True((int)response.StatusCode is >= 200 and < 500, $"{path} {(int)response.StatusCode} for {Convert.ToHexString(bytes)} as {type}");
                    Assert.NotEqual("", await response.Content.ReadAsStringAsync());
                }
        Assert.Empty(await doors.EventsAsync<InquiryRegistered>());
    }

    [Fact]
    public async Task An_oversized_body_is_refused_with_a_sentence()
    {
        await using var doors = await DoorsHub.StartAsync("large");
        var (status, body) = await doors.EntryAsync("e1", new string('a', 10_000_000));
        Assert.Equal((413, "TooLarge"), (status, body.GetProperty("code").GetString()));
        (status, body) = await doors.MailAsync("From: a@b.invalid\n\n" + new string('a', 26_300_000));
        Assert.Equal((413, "TooLarge"), (status, body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_mail_that_can_not_be_read_is_kept_with_its_bytes()
    {
        await using var doors = await DoorsHub.StartAsync("mails");
        var (status, body) = await doors.MailAsync("no mail at all");
        Assert.Equal(202, status);
        Assert.Equal(202, (await doors.MailAsync("From: a@b.invalid\nSubject: x\nAuto-Submitted: auto-replied\n\nI am away")).Status);
        Assert.Equal(2, await doors.CountAsync("quarantine"));
        Assert.Equal(0, await doors.CountAsync("contact"));
        var raw = await doors.Hub.ScalarAsync<byte[]>($"select raw from channels.quarantine where key = '{body.GetProperty("quarantineId").GetString()}'");
        Assert.Equal("no mail at all", doors.Hub.Ring.Unseal<Google.Protobuf.WellKnownTypes.BytesValue>(body.GetProperty("quarantineId").GetString()!, Contracts.Common.Sealed.Parser.ParseFrom(raw))!.Value.ToStringUtf8());
    }

    [Fact]
    public async Task A_reply_to_our_mail_adds_to_the_inquiry_only_from_the_same_sender()
    {
        await using var doors = await DoorsHub.StartAsync("thread");
        var id = (await doors.MailAsync("From: a@b.invalid\nSubject: 停暖\nMessage-ID: <1@b.invalid>\n\n停暖三天了")).Body.GetProperty("inquiryId").GetString()!;
        var ours = $"<{id}.0@mail.hub.invalid>";
        Assert.Equal(id, (await doors.MailAsync($"From: A@b.invalid\nMessage-ID: <2@b.invalid>\nIn-Reply-To: {ours}\n\n还是停暖")).Body.GetProperty("inquiryId").GetString());
        Assert.NotEqual(id, (await doors.MailAsync($"From: c@d.invalid\nMessage-ID: <3@d.invalid>\nIn-Reply-To: {ours}\n\n查别人的事")).Body.GetProperty("inquiryId").GetString());
        Assert.Equal((2, 1), ((await doors.EventsAsync<InquiryRegistered>()).Count, (await doors.EventsAsync<ContactAdded>()).Count));
    }

    [Fact]
    public async Task A_qq_message_is_taken_once_signed_and_fresh()
    {
        await using var doors = await DoorsHub.StartAsync("qqin");
        Assert.Equal(401, (await doors.QqAsync("m1", "停暖", age: TimeSpan.FromMinutes(6))).Status);
        Assert.Equal(401, (await doors.PostAsync("/doors/qq/webhook", new StringContent("{\"op\":0}"), ("X-Signature-Timestamp", "1"), ("X-Signature-Ed25519", new string('0', 128)))).Status);
        Assert.Empty(await doors.EventsAsync<InquiryRegistered>());
        for (var n = 0; n < 2; n++) Assert.Equal(12, (await doors.QqAsync("m1", "停暖")).Body.GetProperty("op").GetInt32());
        Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        var (status, body) = await doors.PostAsync("/doors/qq/webhook", new StringContent("{\"op\":13,\"d\":{\"plain_token\":\"Arq0D5A61EgUu4OxUvOp\",\"event_ts\":\"1725442341\"}}"), ("X-Bot-Appid", "1"));
        Assert.Equal((200, "Arq0D5A61EgUu4OxUvOp"), (status, body.GetProperty("plain_token").GetString()));
    }

    [Fact]
    public async Task What_is_registered_is_sealed_in_the_log_and_in_our_rows()
    {
        await using var doors = await DoorsHub.StartAsync("sealed");
        await doors.MailAsync("From: Citizen <secret-name@b.invalid>\nSubject: 停暖\nMessage-ID: <1@b.invalid>\n\n机密原文");
        await doors.QqAsync("m1", "机密原文", "SECRETOPENID");
        await doors.PostAsync("/doors/hotline/events", new StringContent("{\"event\":\"newCall\",\"direction\":\"in\",\"callId\":\"c1\",\"from\":\"13904270001\"}"), ("X-Door-Secret", "hotline"));
        await doors.UntilStateAsync((await doors.EventsAsync<InquiryRegistered>())[0].InquiryId, "Delivered", 0);
        foreach (var word in new[] { "机密原文", "secret-name", "SECRETOPENID", "13904270001" })
            foreach (var table in new[] { "channels.contact", "channels.inquiry", "channels.delivery", "channels.thread", "channels.call" })
                Assert.Equal(0, await doors.Hub.ScalarAsync<long>($"select count(*) from {table} where key || body::text like '%{word}%'"));
        Assert.Equal(0, await doors.Hub.ScalarAsync<long>("select count(*) from log.outbox where encode(body, 'escape') like '%secret-name%' or position('机密原文'::bytea in body) > 0".Replace("'机密原文'::bytea", "convert_to('机密原文', 'UTF8')")));
        Assert.Equal("机密原文", doors.Hub.Ring.Unseal<Content>((await doors.EventsAsync<InquiryRegistered>())[0].InquiryId, (await doors.EventsAsync<InquiryRegistered>())[0].Content)!.Text);
    }
}
