using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Channels;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>What goes out: by the inquiry's own door, once, with a proof, or in a list that a person sees.</summary>
public sealed class DeliveryTests
{
    static string Id((int, System.Text.Json.JsonElement Body) answer) => answer.Body.GetProperty("inquiryId").GetString()!;

    [Fact]
    public async Task Answers_of_two_hundred_walk_ins_lie_as_slips_at_the_counter_each_told_once()
    {
        await using var doors = await DoorsHub.StartAsync("slips");
        await using var second = await doors.JoinAsync();
        var ids = (await Task.WhenAll(Enumerable.Range(0, 200).Select(n => doors.EntryAsync($"e{n}")))).Select(a => Id(a)).ToList();
        await Task.WhenAll(ids.Select(i => doors.AnswerAsync(i)));
        await Until.TrueAsync("all are told", async () => (await doors.EventsAsync<AnswerDelivered>()).Count >= 200);
        var told = await doors.EventsAsync<AnswerDelivered>();
        Assert.Equal((200, 200), (told.Count, told.Select(t => t.InquiryId).Distinct().Count()));
        Assert.All(told, t => Assert.Equal(("Slip", 1), (t.Medium, t.Attempts)));
        Assert.Equal(ids.Select(i => $"{i}-1.txt").Order(), System.IO.Directory.GetFiles(Path.Combine(doors.Pickup, "slips", "C1")).Select(f => Path.GetFileName(f)!).Order());
        Assert.Null(await doors.Hub.ScalarAsync<object>("select max(body::jsonb ->> 'answer') from channels.delivery") as string);
    }

    [Fact]
    public async Task A_web_answer_waits_until_it_is_read_and_a_telephone_answer_until_somebody_rings()
    {
        await using var doors = await DoorsHub.StartAsync("waits");
        var web = Id(await doors.PostAsync("/public/inquiries", new StringContent("{\"kind\":\"Consultation\",\"text\":\"x\"}"), ("Idempotency-Key", "k1")));
        var token = doors.Hub.Services.GetRequiredService<Tokens>().Mint(new("op1", [Roles.Operator, Roles.Dispatcher], "", "")).Token;
        var call = Id(await doors.PostAsync("/doors/hotline/registrations", new StringContent("{\"callId\":\"c1\",\"registrationId\":\"r1\",\"kind\":\"Complaint\",\"text\":\"x\"}"), ("Authorization", "Bearer " + token)));
        await doors.AnswerAsync(web);
        await doors.AnswerAsync(call);
        await doors.UntilStateAsync(web, "Waiting");
        await doors.UntilStateAsync(call, "Waiting");

        using var channel = GrpcChannel.ForAddress(doors.Hub.Grpc);
        var grpc = new Contracts.Channels.Channels.ChannelsClient(channel);
        var headers = new Metadata { { "Authorization", "Bearer " + token } };
        // The web answers when it is asked: nobody is called for that.
        Assert.Equal(2, (await grpc.ListDeliveriesAsync(new(), headers)).Total);
        Assert.Equal((call, 1L), await grpc.ListDeliveriesAsync(new() { ToCall = true }, headers) is var calls ? (Assert.Single(calls.Deliveries).InquiryId, calls.Total) : default);
        await doors.FetchAsync(web);
        await doors.UntilStateAsync(web, "Delivered");

        Assert.Equal(call, Assert.Single((await grpc.ListDeliveriesAsync(new(), headers)).Deliveries).InquiryId);
        for (var n = 0; n < 2; n++) Assert.False((await grpc.RecordCallBackAsync(new() { CommandId = "1", InquiryId = call }, headers)).Delivered);
        Assert.Equal(1, (await grpc.ListDeliveriesAsync(new(), headers)).Deliveries[0].Attempts);
        Assert.True((await grpc.RecordCallBackAsync(new() { CommandId = "2", InquiryId = call, Reached = true }, headers)).Delivered);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await grpc.ListQuarantineAsync(new()))).StatusCode);
        var told = await doors.EventsAsync<AnswerDelivered>();
        Assert.Equal(["CallBack", "Query"], told.Select(t => t.Medium).Order());
        Assert.Equal(2, told.Single(t => t.Medium == "CallBack").Attempts);
    }

    [Fact]
    public async Task Whom_three_calls_do_not_reach_is_not_called_for_ever_and_whom_the_own_door_does_not_reach_is_called()
    {
        await using var doors = await DoorsHub.StartAsync("calls");
        var token = doors.Hub.Services.GetRequiredService<Tokens>().Mint(new("op1", [Roles.Operator], "", "")).Token;
        var (grpc, headers) = (new Contracts.Channels.Channels.ChannelsClient(GrpcChannel.ForAddress(doors.Hub.Grpc)), new Metadata { { "Authorization", "Bearer " + token } });
        var call = Id(await doors.PostAsync("/doors/hotline/registrations", new StringContent("{\"callId\":\"c1\",\"registrationId\":\"r1\",\"kind\":\"Complaint\",\"text\":\"x\"}"), ("Authorization", "Bearer " + token)));
        await doors.AnswerAsync(call);
        await doors.UntilStateAsync(call, "Waiting");
        for (var n = 0; n < 3; n++)
        {
            Assert.Equal(n, Assert.Single((await grpc.ListDeliveriesAsync(new() { ToCall = true }, headers)).Deliveries).Attempts);
            await grpc.RecordCallBackAsync(new() { CommandId = $"{n}", InquiryId = call }, headers);
        }
        Assert.Equal(0, (await grpc.ListDeliveriesAsync(new() { ToCall = true }, headers)).Total);
        Assert.Equal(("Undeliverable", "NotReached"), Assert.Single((await grpc.ListDeliveriesAsync(new(), headers)).Deliveries) is var d ? (d.State, d.Reason) : default);

        // A further answer (重办) is told for itself: the one before stays what it is.
        await doors.AnswerAsync(call, answerNo: 2);
        await doors.UntilStateAsync(call, "Waiting", 2);
        Assert.True((await grpc.RecordCallBackAsync(new() { CommandId = "again", InquiryId = call, Reached = true, AnswerNo = 2 }, headers)).Delivered);
        Assert.Equal([2], (await doors.EventsAsync<AnswerDelivered>()).Select(t => t.AnswerNo));
        Assert.Equal((1, "Undeliverable"), Assert.Single((await grpc.ListDeliveriesAsync(new(), headers)).Deliveries) is var first ? (first.AnswerNo, first.State) : default);

        // Registered for somebody else without a way back: its door is none.
        await doors.AnswerAsync(InquiryNumber.Make(new(2013, 5, 6), 3, 17));
        await doors.UntilStateAsync(InquiryNumber.Make(new(2013, 5, 6), 3, 17), "Undeliverable");
        Assert.Equal("NoAddress", Assert.Single((await grpc.ListDeliveriesAsync(new() { ToCall = true }, headers)).Deliveries).Reason);
    }

    [Fact]
    public async Task A_mail_is_acknowledged_and_answered_in_its_own_thread()
    {
        await using var smtp = new LoopbackSmtp();
        await using var doors = await DoorsHub.StartAsync("smtp", new Dictionary<string, string?> { ["Channels:Smtp:Host"] = "127.0.0.1", ["Channels:Smtp:Port"] = $"{smtp.Port}" });
        var id = Id(await doors.MailAsync("From: a@b.invalid\nSubject: heating\nMessage-ID: <1@b.invalid>\n\n停暖三天了"));
        await doors.UntilStateAsync(id, "Delivered", 0);
        await doors.AnswerAsync(id);
        await doors.UntilStateAsync(id, "Delivered");
        Assert.Equal(2, smtp.Mails.Count);
        Assert.All(smtp.Mails, m => Assert.Contains("In-Reply-To: <1@b.invalid>", m));
        Assert.Single(smtp.Mails, m => m.Contains($"Message-Id: <{id}.0@mail.hub.invalid>") && m.Contains("Auto-Submitted: auto-replied"));
        Assert.Single(smtp.Mails, m => m.Contains($"Message-Id: <{id}.1@mail.hub.invalid>"));
        var told = Assert.Single(await doors.EventsAsync<AnswerDelivered>());
        Assert.Equal(("Smtp", 1), (told.Medium, told.AnswerNo));
        Assert.DoesNotContain("@", told.Proof);
    }

    [Fact]
    public async Task A_refused_address_is_undeliverable_and_a_broken_line_after_the_text_is_in_doubt()
    {
        await using var smtp = new LoopbackSmtp { RefusesRecipient = "gone@", HangsUpAfterText = "doubt@" };
        await using var doors = await DoorsHub.StartAsync("smtpno", new Dictionary<string, string?> { ["Channels:Smtp:Host"] = "127.0.0.1", ["Channels:Smtp:Port"] = $"{smtp.Port}" });
        var gone = Id(await doors.MailAsync("From: gone@b.invalid\nSubject: x\nMessage-ID: <1@b.invalid>\n\nx"));
        var doubt = Id(await doors.MailAsync("From: doubt@b.invalid\nSubject: x\nMessage-ID: <2@b.invalid>\n\nx"));
        await doors.AnswerAsync(gone);
        await doors.AnswerAsync(doubt);
        await doors.UntilStateAsync(gone, "Undeliverable");
        await doors.UntilStateAsync(doubt, "InDoubt");
        Assert.Equal("Refused550", Assert.Single(await doors.EventsAsync<AnswerUndeliverable>()).Reason);
        Assert.Equal(doubt, Assert.Single(await doors.EventsAsync<DeliveryInDoubt>()).InquiryId);
    }

    [Fact]
    public async Task A_qq_answer_outside_the_hour_waits_until_the_citizen_writes_again()
    {
        await using var bot = await LoopbackQq.StartAsync();
        await using var doors = await DoorsHub.StartAsync("qqout", new Dictionary<string, string?> { ["Channels:Qq:ApiBase"] = bot.Url, ["Channels:Qq:TokenUrl"] = bot.Url + "/token" });
        await doors.QqAsync("m1", "停暖");
        var id = (await doors.EventsAsync<InquiryRegistered>()).Single().InquiryId;
        await doors.UntilStateAsync(id, "Delivered", 0);
        await doors.Hub.SqlAsync("update channels.thread set body = (body::jsonb || '{\"wroteAt\":\"2020-01-01T00:00:00Z\"}')::json");
        await doors.AnswerAsync(id);
        await doors.UntilStateAsync(id, "Waiting");
        await doors.QqAsync("m2", "查询");
        await doors.UntilStateAsync(id, "Delivered");
        Assert.Equal(["m1/1", "m2/1"], bot.Replies.Select(r => r.Key));
        Assert.Contains("明日恢复供暖", bot.Replies.Last().Content);
        Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        Assert.Single(await doors.EventsAsync<ContactAdded>());
        Assert.Equal("QqReply", Assert.Single(await doors.EventsAsync<AnswerDelivered>()).Medium);
    }

    [Fact]
    public async Task After_a_crash_between_attempt_and_result_qq_is_sent_again_under_the_same_number()
    {
        await using var bot = await LoopbackQq.StartAsync();
        await using var doors = await DoorsHub.StartAsync("qqcrash", new Dictionary<string, string?> { ["Channels:Qq:ApiBase"] = bot.Url, ["Channels:Qq:TokenUrl"] = bot.Url + "/token" });
        await doors.QqAsync("m1", "停暖");
        var id = (await doors.EventsAsync<InquiryRegistered>()).Single().InquiryId;
        await doors.UntilStateAsync(id, "Delivered", 0);
        // As an instance leaves it that dies after sending: claimed, its time up, nothing told.
        await doors.Hub.SqlAsync($"update channels.delivery set state = 'Sending', due_at = clock_timestamp(), body = (body::jsonb || '{{\"state\":\"Sending\",\"claim\":\"dead/1\",\"dueAt\":\"2020-01-01T00:00:00Z\"}}')::json where key = '{id}/0'");
        await doors.UntilStateAsync(id, "Delivered", 0);
        Assert.Equal(["m1/1"], bot.Replies.Select(r => r.Key));
        Assert.Equal(1, bot.Repeats);
    }
}

/// <summary>A QQ platform of our own: tokens, replies, and "already sent" for a repeated msg_id and msg_seq.</summary>
sealed class LoopbackQq : IAsyncDisposable
{
    WebApplication app = null!;
    readonly ConcurrentDictionary<string, byte> seen = new();
    public ConcurrentQueue<(string Key, string Content)> Replies { get; } = new();
    public int Repeats;
    public string Url => app.Urls.First();

    public static async Task<LoopbackQq> StartAsync()
    {
        var bot = new LoopbackQq();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        bot.app = builder.Build();
        bot.app.Urls.Add("http://127.0.0.1:0");
        bot.app.MapPost("/token", () => new { access_token = "t", expires_in = "7200" });
        bot.app.MapPost("/v2/users/{openid}/messages", (HttpRequest request, System.Text.Json.JsonElement body) =>
        {
            if (request.Headers.Authorization != "QQBot t") return Results.Unauthorized();
            var key = $"{body.GetProperty("msg_id").GetString()}/{body.GetProperty("msg_seq").GetInt32()}";
            if (!bot.seen.TryAdd(key, 0)) { Interlocked.Increment(ref bot.Repeats); return Results.Json(new { code = 40054005, message = "repeated" }, statusCode: 400); }
            bot.Replies.Enqueue((key, body.GetProperty("content").GetString()!));
            return Results.Ok(new { id = "r" + key, timestamp = 1 });
        });
        await bot.app.StartAsync();
        return bot;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

/// <summary>A mail server of our own: takes everything, unless told to refuse or to hang up.</summary>
sealed class LoopbackSmtp : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly Task serving;
    public ConcurrentBag<string> Mails { get; } = [];
    public string? RefusesRecipient { get; init; }
    public string? HangsUpAfterText { get; init; }
    public int Port { get; }

    public LoopbackSmtp()
    {
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        serving = ServeAsync();
    }

    async Task ServeAsync()
    {
        try { while (true) _ = TalkAsync(await listener.AcceptTcpClientAsync(stop.Token)); }
        catch (OperationCanceledException) { }
    }

    async Task TalkAsync(TcpClient client)
    {
        using var _ = client;
        var reader = new StreamReader(client.GetStream());
        var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 loopback");
        var to = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("RCPT")) to = line;
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                var mail = new System.Text.StringBuilder();
                while (await reader.ReadLineAsync() is { } text && text != ".") mail.Append(text).Append('\n');
                if (HangsUpAfterText is { } h && to.Contains(h)) return;
                Mails.Add(mail.ToString());
                await writer.WriteLineAsync("250 2.0.0 queued as 1");
            }
            else if (line.StartsWith("RCPT") && RefusesRecipient is { } r && line.Contains(r)) await writer.WriteLineAsync("550 no such user");
            else if (line == "QUIT") { await writer.WriteLineAsync("221 bye"); return; }
            else await writer.WriteLineAsync("250 ok");
        }
    }

    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        listener.Stop();
        await serving;
    }
}
