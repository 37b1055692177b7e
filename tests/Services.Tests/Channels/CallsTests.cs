using System.Net.Http.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Channels;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>The operator's desk on a real database: what the telephone system pushes, what operators do with it.</summary>
public sealed class CallsTests
{
    static readonly Dictionary<string, string?> withRedis = new() { ["Redis:Endpoint"] = TestServers.Redis };
    static Contracts.Channels.Channels.ChannelsClient Client(TestHub hub) => new(GrpcChannel.ForAddress(hub.Grpc));
    static Metadata As(DoorsHub doors, string account) => new() { { "authorization", "Bearer " + doors.Hub.Services.GetRequiredService<Tokens>().Mint(new(account, [Roles.Operator], "U1", "")).Token } };

    static Task PushAsync(DoorsHub doors, string name, string callId, string cause = "", string user = "", string from = "138 0000 0001") =>
        doors.PostAsync("/doors/hotline/events", JsonContent.Create(new { @event = name, direction = "in", callId, from, cause, user }), ("X-Door-Secret", Doors.Hotline));

    /// <summary>The calls as the stream shows them, until they are as asked.</summary>
    static async Task<IReadOnlyList<CallNow>> UntilAsync(AsyncServerStreamingCall<CallsNow> call, Func<IReadOnlyList<CallNow>, bool> as_)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await call.ResponseStream.MoveNext(patience.Token)) if (as_(call.ResponseStream.Current.Calls)) return call.ResponseStream.Current.Calls;
        throw new InvalidOperationException("the stream ended");
    }

    [Fact]
    public async Task An_operator_sees_a_call_ring_takes_it_and_nobody_else_sees_the_number_then()
    {
        await using var doors = await DoorsHub.StartAsync("rings");
        var (mine, theirs) = (As(doors, "op1"), As(doors, "op2"));
        await PushAsync(doors, "newCall", "k1");
        using var here = Client(doors.Hub).WatchCalls(new(), mine);
        using var there = Client(doors.Hub).WatchCalls(new(), theirs);
        var rings = Assert.Single(await UntilAsync(here, c => c.Count == 1));
        Assert.Equal(("Ringing", "13800000001", false), (rings.State, rings.Number, rings.Mine));
        await Client(doors.Hub).TakeCallAsync(new() { ContactId = rings.ContactId }, mine);
        Assert.Equal("138****0001", (await UntilAsync(there, c => c is [{ TakenBy: "op1" }]))[0].Number);
        Assert.Equal("13800000001", (await UntilAsync(here, c => c is [{ Mine: true }]))[0].Number);
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => Client(doors.Hub).TakeCallAsync(new() { ContactId = rings.ContactId }, theirs).ResponseAsync)).StatusCode);
        await PushAsync(doors, "answer", "k1", user: "seat 3");
        await UntilAsync(here, c => c is [{ State: "Talking", Agent: "seat 3" }]);
        await PushAsync(doors, "hangup", "k1", "normalClearing");
        await UntilAsync(here, c => c is [{ State: "WrapUp" }]);
        await Client(doors.Hub).CloseCallAsync(new() { ContactId = rings.ContactId, Reason = "Silent", RegistrationId = "r" }, mine);
        await UntilAsync(here, c => c.Count == 0);
        Assert.Equal("Silent", Assert.Single(await doors.EventsAsync<ContactRecorded>()).Reason);
    }

    [Fact]
    public async Task A_call_pushed_to_another_process_rings_here_too()
    {
        await using var doors = await DoorsHub.StartAsync("ringsthere", withRedis);
        await using var other = await doors.JoinAsync();
        using var there = Client(other).WatchCalls(new(), As(doors, "op1"));
        await UntilAsync(there, c => c.Count == 0);
        await PushAsync(doors, "newCall", "k1");
        await UntilAsync(there, c => c is [{ State: "Ringing" }]);
    }

    [Fact]
    public async Task A_ring_that_its_process_could_not_tell_others_of_is_seen_there_by_their_own_look()
    {
        await using var doors = await DoorsHub.StartAsync("ringsuntold"); // without Redis, as one that has just started or has lost it
        await using var other = await doors.JoinAsync(withRedis);
        using var there = Client(other).WatchCalls(new(), As(doors, "op1"));
        await UntilAsync(there, c => c.Count == 0);
        await PushAsync(doors, "newCall", "k1");
        await UntilAsync(there, c => c is [{ State: "Ringing" }]);
    }

    [Fact]
    public async Task A_registration_takes_the_number_of_the_call_and_sent_again_is_the_same()
    {
        await using var doors = await DoorsHub.StartAsync("registers");
        var operator1 = As(doors, "op1");
        await PushAsync(doors, "newCall", "k1");
        await PushAsync(doors, "answer", "k1", user: "op1");
        using var desk = Client(doors.Hub).WatchCalls(new(), operator1);
        var call = (await UntilAsync(desk, c => c is [{ Mine: true }]))[0];
        var ask = new RegisterCallRequest { RegistrationId = "r1", ContactId = call.ContactId, Kind = InquiryKind.Complaint, Text = "停暖" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client(doors.Hub).RegisterCallAsync(ask, operator1).ResponseAsync));
        Assert.Single(answers.Distinct());
        Assert.Equal(doors.Hub.Ring.QueryCode(answers[0].InquiryId), answers[0].QueryCode);
        var registered = Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        Assert.Equal((call.ContactId, "op1", 1), (registered.Contact.ContactId, registered.Contact.TakenBy, registered.Contact.MatterNo));
        var content = doors.Hub.Ring.Unseal<Content>(registered.InquiryId, registered.Content)!;
        Assert.Equal(("+8613800000001", "+8613800000001"), (content.Phone, content.PhoneE164));
        await UntilAsync(desk, c => c is [{ State: "Talking", Matters: 1 }]);
        await PushAsync(doors, "hangup", "k1", "normalClearing");
        await UntilAsync(desk, c => c.Count == 0);
    }

    [Fact]
    public async Task Without_any_telephone_system_a_call_is_registered_and_closed_by_hand()
    {
        await using var doors = await DoorsHub.StartAsync("byhand");
        var client = Client(doors.Hub);
        await client.RegisterCallAsync(new() { RegistrationId = "h1", Kind = InquiryKind.Consultation, Text = "几点上班", Phone = "０４２７－２８２３４５６", DirectAnswer = "九点" }, As(doors, "op1"));
        await client.CloseCallAsync(new() { RegistrationId = "h2", Reason = "WrongNumber" }, As(doors, "op1"));
        await client.CloseCallAsync(new() { RegistrationId = "h2", Reason = "WrongNumber" }, As(doors, "op1"));
        var registered = Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        Assert.Equal("+864272823456", doors.Hub.Ring.Unseal<Content>(registered.InquiryId, registered.Content)!.PhoneE164);
        Assert.Equal("op1", registered.DirectAnswer.AnsweredBy);
        Assert.Single(await doors.EventsAsync<ContactRecorded>());
    }

    [Fact]
    public async Task A_second_call_is_added_to_the_open_inquiry_and_refused_once_it_is_closed()
    {
        await using var doors = await DoorsHub.StartAsync("adds");
        var (client, operator1) = (Client(doors.Hub), As(doors, "op1"));
        var first = await client.RegisterCallAsync(new() { RegistrationId = "h1", Kind = InquiryKind.Complaint, Text = "停暖" }, operator1);
        await PushAsync(doors, "newCall", "k2");
        using var desk = client.WatchCalls(new(), operator1);
        var call = (await UntilAsync(desk, c => c.Count == 1))[0];
        await client.TakeCallAsync(new() { ContactId = call.ContactId }, operator1);
        var add = new RegisterCallRequest { RegistrationId = "r2", ContactId = call.ContactId, Text = "还是冷", AboutInquiryId = first.InquiryId };
        Assert.Equal(first.InquiryId, (await client.RegisterCallAsync(add, operator1)).InquiryId);
        Assert.Equal(first.InquiryId, (await client.RegisterCallAsync(add, operator1)).InquiryId);
        var added = Assert.Single(await doors.EventsAsync<ContactAdded>());
        Assert.Equal((first.InquiryId, call.ContactId, 1), (added.InquiryId, added.Contact.ContactId, added.Contact.MatterNo));
        Assert.Equal(("还是冷", false), (doors.Hub.Ring.Unseal<Content>(first.InquiryId, added.Supplement)!.Text, added.Urge));
        // Without a word it can still be pressed for; not for nothing in particular.
        await client.RegisterCallAsync(new() { RegistrationId = "r3", AboutInquiryId = first.InquiryId, Urge = true }, operator1);
        Assert.True((await doors.EventsAsync<ContactAdded>())[1].Urge);
        Assert.Equal("MissingField", await Refused.CodeAsync(client.RegisterCallAsync(new() { RegistrationId = "r4", Kind = InquiryKind.Complaint, Text = "停暖", Urge = true }, operator1)));
        await doors.Hub.Writer("casework").CommandAsync<InquiryClosed>(null, [first.InquiryId], _ => { }, work =>
        {
            var closed = new InquiryClosed { InquiryId = first.InquiryId, Outcome = "Answered" };
            work.Emit(first.InquiryId, closed);
            return closed;
        });
        await doors.Hub.QuietAsync();
        Assert.Equal("InquiryNotOpen", await Refused.CodeAsync(client.RegisterCallAsync(new() { RegistrationId = "h3", Text = "又冷了", AboutInquiryId = first.InquiryId }, operator1)));
    }
}
