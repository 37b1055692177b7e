using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>What a door could not file is filed, split or rejected by a person, once.</summary>
public sealed class QuarantineTests : IAsyncLifetime
{
    const string Automatic = "From: reed@b.invalid\nSubject: heating\nMessage-ID: <1@b.invalid>\nAuto-Submitted: auto-generated\n\n停暖三天了。另外路灯也不亮，电话 13800000000";
    DoorsHub doors = null!;
    GrpcChannel channel = null!;
    Contracts.Channels.Channels.ChannelsClient grpc = null!;

    public async Task InitializeAsync()
    {
        doors = await DoorsHub.StartAsync("quarantine");
        channel = GrpcChannel.ForAddress(doors.Hub.Grpc);
        grpc = new(channel);
    }

    public async Task DisposeAsync() { channel.Dispose(); await doors.DisposeAsync(); }

    Metadata As(string role, string account = "d1") => new() { { "authorization", "Bearer " + doors.Hub.Services.GetRequiredService<Tokens>().Mint(new(account, [role], "", "")).Token } };

    async Task<QuarantineEntry> KeptAsync(string mail = Automatic)
    {
        await doors.MailAsync(mail);
        var row = (await grpc.ListQuarantineAsync(new() { State = "Open" }, As(Roles.Dispatcher))).Entries[0];
        return await grpc.GetQuarantineAsync(new() { QuarantineId = row.QuarantineId, ReadingOnly = true }, As(Roles.Dispatcher));
    }

    async Task<FileQuarantinedReply> FileAsync(QuarantineEntry entry, string commandId, int matter = 1, string? text = null, string account = "d1", string? email = null)
    {
        var form = new QuarantineForm(entry.Reading.Guess) { Kind = InquiryKind.HelpRequest };
        if (text is not null) form.Text = text;
        if (email is not null) form.Email = email;
        return await grpc.FileQuarantinedAsync(new() { CommandId = commandId, QuarantineId = entry.QuarantineId, MatterNo = matter, Form = form }, As(Roles.Dispatcher, account));
    }

    [Fact]
    public async Task Filed_twice_it_is_one_contact_and_the_citizen_is_told_the_number()
    {
        var entry = await KeptAsync();
        Assert.Equal(("heating", "reed@b.invalid", "13800000000", 0), (entry.Reading.Guess.Title, entry.Reading.Guess.Email, entry.Reading.Guess.Phone, entry.Raw.Length));
        var first = await FileAsync(entry, "1");
        Assert.Equal(first, await FileAsync(entry, "1")); // the answer was lost
        Assert.Equal(first.InquiryId, (await FileAsync(entry, "2", account: "d2")).InquiryId); // a colleague did the same
        var registered = Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        Assert.Equal((first.InquiryId, "Email", "d1", 1), (registered.InquiryId, registered.Contact.Channel, registered.Contact.TakenBy, registered.Contact.MatterNo));
        Assert.Equal("heating", doors.Hub.Ring.Unseal<Content>(first.InquiryId, registered.Content)!.Title);
        await doors.UntilStateAsync(first.InquiryId, "Delivered", 0);
        Assert.Contains("In-Reply-To: <1@b.invalid>", await File.ReadAllTextAsync(Path.Combine(doors.Pickup, "mail", $"{first.InquiryId}-0.eml")));
        entry = await grpc.GetQuarantineAsync(new() { QuarantineId = entry.QuarantineId }, As(Roles.Supervisor));
        Assert.Equal(("Filed", "d1", first.InquiryId), (entry.State, entry.ResolvedBy, Assert.Single(entry.InquiryIds)));
        Assert.Empty((await grpc.ListQuarantineAsync(new() { State = "Open" }, As(Roles.Dispatcher))).Entries);
        Assert.Single((await grpc.ListQuarantineAsync(new(), As(Roles.Administrator))).Entries);
    }

    [Fact]
    public async Task Split_it_is_two_inquiries_of_one_contact_which_counts_once()
    {
        var entry = await KeptAsync();
        var (a, b) = (await FileAsync(entry, "1", text: "停暖三天了"), await FileAsync(entry, "2", 2, "路灯不亮"));
        var registered = await doors.EventsAsync<InquiryRegistered>();
        Assert.Equal([(a.InquiryId, 1), (b.InquiryId, 2)], registered.Select(r => (r.InquiryId, r.Contact.MatterNo)));
        Assert.Single(registered.Select(r => r.Contact.ContactId).Distinct());
        Assert.Equal([a.InquiryId, b.InquiryId], (await grpc.GetQuarantineAsync(new() { QuarantineId = entry.QuarantineId }, As(Roles.Dispatcher))).InquiryIds);
    }

    [Fact]
    public async Task Who_comes_second_with_other_words_finds_it_filed()
    {
        var entry = await KeptAsync();
        await FileAsync(entry, "1");
        Assert.Equal("MatterFiled", await Refused.CodeAsync(() => FileAsync(entry, "2", text: "另一件")));
        Assert.Equal("StaleQuarantine", await Refused.CodeAsync(() => FileAsync(entry, "3", 3)));
        Assert.Equal("StaleQuarantine", await Refused.CodeAsync(async () => await grpc.RejectQuarantinedAsync(new() { CommandId = "4", QuarantineId = entry.QuarantineId, Reason = "Spam" }, As(Roles.Dispatcher))));
        Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        Assert.Equal(1, await doors.CountAsync("quarantine")); // what was refused is kept nowhere
    }

    [Fact]
    public async Task Of_two_who_file_at_once_one_does_it()
    {
        var entry = await KeptAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => FileAsync(entry, $"{n}", account: $"d{n}")));
        Assert.Single(replies.Select(r => r.InquiryId).Distinct());
        Assert.Single(await doors.EventsAsync<InquiryRegistered>());
    }

    [Fact]
    public async Task Rejected_it_stays_rejected_with_its_reason_and_the_note_sealed()
    {
        var entry = await KeptAsync();
        var request = new RejectQuarantinedRequest { CommandId = "1", QuarantineId = entry.QuarantineId, Reason = "Other", Note = "芦苇打过电话了" };
        await grpc.RejectQuarantinedAsync(request, As(Roles.Dispatcher));
        await grpc.RejectQuarantinedAsync(request, As(Roles.Dispatcher));
        entry = await grpc.GetQuarantineAsync(new() { QuarantineId = entry.QuarantineId, ReadingOnly = true }, As(Roles.Supervisor));
        Assert.Equal(("Rejected", "Other", "芦苇打过电话了", "d1"), (entry.State, entry.RejectReason, entry.RejectNote, entry.ResolvedBy));
        Assert.Equal("AlreadyRejected", await Refused.CodeAsync(() => FileAsync(entry, "2")));
        Assert.Empty(await doors.EventsAsync<InquiryRegistered>());
        Assert.Equal(0, await doors.Hub.ScalarAsync<long>("select count(*) from channels.resolution where body::text like '%芦苇%'"));
    }

    [Fact]
    public async Task An_answer_to_a_mail_without_an_address_is_undeliverable_and_told()
    {
        var entry = await KeptAsync("Subject: x\nMessage-ID: <2@b.invalid>\n\n停暖");
        var filed = await FileAsync(entry, "1");
        Assert.Equal(0, await doors.CountAsync("delivery")); // nobody to acknowledge it to
        await doors.AnswerAsync(filed.InquiryId);
        await doors.UntilStateAsync(filed.InquiryId, "Undeliverable");
        Assert.Equal("NoAddress", Assert.Single(await doors.EventsAsync<AnswerUndeliverable>()).Reason);
    }

    [Fact]
    public async Task A_message_in_a_qq_group_is_filed_and_its_answer_is_told_to_be_undeliverable()
    {
        const string body = """{"id":"e","op":0,"t":"GROUP_AT_MESSAGE_CREATE","d":{"id":"g1","content":"停暖","author":{"member_openid":"M"}}}""";
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        using var signature = new InquiryHub.Channels.QqSignature(DoorsHub.QqSecret);
        await doors.PostAsync("/doors/qq/webhook", new StringContent(body), ("X-Signature-Timestamp", timestamp), ("X-Signature-Ed25519", signature.Sign(timestamp, body)), ("X-Bot-Appid", "1"));
        var row = Assert.Single((await grpc.ListQuarantineAsync(new() { State = "Open" }, As(Roles.Dispatcher))).Entries);
        var entry = await grpc.GetQuarantineAsync(new() { QuarantineId = row.QuarantineId }, As(Roles.Dispatcher));
        Assert.Equal(("GroupMessage", "停暖"), (entry.Reason, entry.Reading.Guess.Text));
        var filed = await FileAsync(entry, "1");
        await doors.AnswerAsync(filed.InquiryId);
        await doors.UntilStateAsync(filed.InquiryId, "Undeliverable");
        Assert.Equal("NoAddress", Assert.Single(await doors.EventsAsync<AnswerUndeliverable>()).Reason);
    }

    [Fact]
    public async Task A_mail_kept_for_its_attachments_is_nobodys_work()
    {
        await doors.MailAsync("From: a@b.invalid\nSubject: x\nMessage-ID: <3@b.invalid>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=a.png\n\nx\n--b--\n");
        var kept = Assert.Single((await grpc.ListQuarantineAsync(new() { State = "Kept" }, As(Roles.Dispatcher))).Entries);
        Assert.Empty((await grpc.ListQuarantineAsync(new() { State = "Open" }, As(Roles.Dispatcher))).Entries);
        var entry = await grpc.GetQuarantineAsync(new() { QuarantineId = kept.QuarantineId }, As(Roles.Dispatcher));
        Assert.Contains("a.png", entry.Reading.Shown);
        Assert.Equal("AlreadyFiled", await Refused.CodeAsync(() => FileAsync(entry, "1")));
    }

    [Fact]
    public async Task Only_a_dispatcher_resolves_an_entry()
    {
        var entry = await KeptAsync();
        foreach (var role in new[] { Roles.Supervisor, Roles.Administrator, Roles.Officer })
        {
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await grpc.RejectQuarantinedAsync(new() { CommandId = "1", QuarantineId = entry.QuarantineId, Reason = "Spam" }, As(role)))).StatusCode);
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await grpc.FileQuarantinedAsync(new() { CommandId = "1", QuarantineId = entry.QuarantineId, MatterNo = 1, Form = entry.Reading.Guess }, As(role)))).StatusCode);
        }
    }
}
