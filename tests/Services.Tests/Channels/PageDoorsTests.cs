using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>What the citizen's pages and the counter's page ask of the doors, on a real database.</summary>
public sealed class PageDoorsTests
{
    static Contracts.Channels.Channels.ChannelsClient Client(DoorsHub doors) => new(GrpcChannel.ForAddress(doors.Hub.Grpc));

    static Metadata As(DoorsHub doors, string role, string unit = "U1") =>
        new() { { "authorization", "Bearer " + doors.Hub.Services.GetRequiredService<Tokens>().Mint(new("clerk", [role], unit, "")).Token } };

    static AskRequest Question(string key = "form-1", string text = "路灯不亮") => new() { Key = key, Kind = InquiryKind.Complaint, Text = text, Name = "芦某某", Phone = "13800000000", WantsReply = true, PublishConsent = true };

    static RegisterWalkInRequest Entry(string id, string answer = "已当场答复。", string category = "010203", string counter = "C1") => new() { CounterId = counter, EntryId = id, Kind = InquiryKind.Consultation, CategoryCode = category, Title = "医保", Text = "问报销", DirectAnswer = answer };

    [Fact]
    public async Task A_citizens_form_sent_twice_at_once_or_again_registers_once()
    {
        await using var doors = await DoorsHub.StartAsync("ask");
        var channels = Client(doors);
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => channels.AskAsync(Question()).ResponseAsync));
        var again = await channels.AskAsync(Question());
        Assert.Single(replies.Append(again).Select(r => (r.InquiryId, r.QueryCode, r.ReceivedAt)).Distinct());
        Assert.Equal((1, false), (replies.Count(r => r.IsNew), again.IsNew));
        Assert.Equal(doors.Hub.Ring.QueryCode(again.InquiryId), again.QueryCode);

        var said = Assert.Single(await doors.EventsAsync<InquiryRegistered>());
        Assert.Equal(("WebPortal", "web", true, true, ""), (said.Contact.Channel, said.Contact.Door, said.WantsReply, said.PublishConsent, said.Contact.CounterId));
        Assert.Equal(("路灯不亮", "芦某某"), (doors.Hub.Ring.Unseal<Content>(said.InquiryId, said.Content)!.Text, doors.Hub.Ring.Unseal<Content>(said.InquiryId, said.Content)!.Name));
        Assert.Equal("KeyReused", await Refused.CodeAsync(channels.AskAsync(Question(text: "另一件事"))));
        Assert.Equal("MissingKey", await Refused.CodeAsync(channels.AskAsync(Question(key: ""))));
    }

    [Fact]
    public async Task Who_has_the_query_code_adds_words_and_a_wrong_code_reads_like_a_wrong_number()
    {
        await using var doors = await DoorsHub.StartAsync("words");
        var channels = Client(doors);
        var asked = await channels.AskAsync(Question());
        var words = new AddWordsRequest { Key = "w1", InquiryId = asked.InquiryId, QueryCode = " " + asked.QueryCode, Text = "还有一盏" };
        Assert.Equal(await channels.AddWordsAsync(words), await channels.AddWordsAsync(words));
        var added = Assert.Single(await doors.EventsAsync<ContactAdded>());
        Assert.Equal((asked.InquiryId, "还有一盏", "WebPortal"), (added.InquiryId, doors.Hub.Ring.Unseal<Content>(added.InquiryId, added.Supplement)!.Text, added.Contact.Channel));

        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(channels.AddWordsAsync(new(words) { QueryCode = "0000000000" })));
        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(channels.AddWordsAsync(new(words) { InquiryId = "x" })));
        Assert.Equal("MissingField", await Refused.CodeAsync(channels.AddWordsAsync(new(words) { Key = "w2", Text = "" })));
        var direct = await channels.RegisterWalkInAsync(Entry("e1"), As(doors, Roles.Officer));
        Assert.Equal("InquiryNotOpen", await Refused.CodeAsync(channels.AddWordsAsync(new(words) { Key = "w3", InquiryId = direct.InquiryId, QueryCode = direct.QueryCode })));
    }

    [Fact]
    public async Task Who_has_the_query_code_urges_once_a_day_however_often_it_is_pressed()
    {
        await using var doors = await DoorsHub.StartAsync("urges");
        var channels = Client(doors);
        var asked = await channels.AskAsync(Question());
        var urge = new UrgeInquiryRequest { InquiryId = asked.InquiryId, QueryCode = asked.QueryCode };
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => channels.UrgeInquiryAsync(urge).ResponseAsync));
        Assert.Single(replies, r => !r.Again);
        Assert.Single(replies.Select(r => r.ReceivedAt).Distinct());
        var added = Assert.Single(await doors.EventsAsync<ContactAdded>());
        Assert.Equal((asked.InquiryId, true, "WebPortal", ""), (added.InquiryId, added.Urge, added.Contact.Channel, doors.Hub.Ring.Unseal<Content>(added.InquiryId, added.Supplement)!.Text));
        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(channels.UrgeInquiryAsync(new(urge) { QueryCode = "0000000000" })));
        var direct = await channels.RegisterWalkInAsync(Entry("e1"), As(doors, Roles.Officer));
        Assert.Equal("InquiryNotOpen", await Refused.CodeAsync(channels.UrgeInquiryAsync(new() { InquiryId = direct.InquiryId, QueryCode = direct.QueryCode })));
    }

    [Fact]
    public async Task A_counters_entry_sent_again_registers_once_and_its_list_adds_up()
    {
        await using var doors = await DoorsHub.StartAsync("counter");
        var (channels, clerk) = (Client(doors), As(doors, Roles.Officer));
        var first = await channels.RegisterWalkInAsync(Entry("e1"), clerk);
        Assert.Equal(first.InquiryId, (await channels.RegisterWalkInAsync(Entry("e1"), clerk)).InquiryId);
        var passedOn = await channels.RegisterWalkInAsync(Entry("e2", answer: ""), clerk);
        await channels.RegisterWalkInAsync(Entry("e3", category: ""), clerk);
        // Typed an hour ago, while the network was away; and what the counter's own program sends stands in the same list.
        await channels.RegisterWalkInAsync(new(Entry("e4")) { SecondsAgo = 3600 }, clerk);
        await doors.EntryAsync("http-1");

        var said = await doors.EventsAsync<InquiryRegistered>();
        Assert.Equal((5, "clerk", "U1"), (said.Count, said[0].Contact.TakenBy, said[0].ReceivingUnitCode));
        var today = await channels.ListWalkInTodayAsync(new() { CounterId = "C1" }, clerk);
        // An hour ago may have been yesterday.
        var expected = said.Count(e => CityTime.DateOf(e.Contact.OccurredAt.ToDateTimeOffset()) == CityTime.DateOf(said[^1].Contact.ReceivedAt.ToDateTimeOffset()));
        Assert.Equal((expected, expected), (today.Total, today.Sums.Sum(s => s.Contacts)));
        Assert.Equal(today.Total, today.Rows.Count);
        Assert.Equal(CityTime.Iso(CityTime.DateOf(said[^1].Contact.ReceivedAt.ToDateTimeOffset())), today.Day);
        Assert.Contains(today.Rows, r => r.InquiryId == passedOn.InquiryId && !r.Direct);
        Assert.Equal(2, today.Sums.Single(s => s.CategoryCode == "").Contacts);
        // Other doors leave the counter's columns empty.
        await channels.AskAsync(Question());
        Assert.Equal(5, await doors.CountAsync("contact where counter_id is not null"));
    }

    [Fact]
    public async Task An_officer_enters_at_the_own_units_counters_an_operator_at_any_and_others_nowhere()
    {
        await using var doors = await DoorsHub.StartAsync("clerks");
        var channels = Client(doors);
        Assert.Equal("NotYours", await Refused.CodeAsync(channels.RegisterWalkInAsync(Entry("e1"), As(doors, Roles.Officer, "U2"))));
        Assert.Equal("NotYours", await Refused.CodeAsync(channels.ListWalkInTodayAsync(new() { CounterId = "C1" }, As(doors, Roles.Officer, "U2"))));
        Assert.Equal("UnknownCounter", await Refused.CodeAsync(channels.RegisterWalkInAsync(Entry("e1", counter: "C9"), As(doors, Roles.Officer))));
        Assert.Equal("UnknownCounter", await Refused.CodeAsync(channels.ListWalkInTodayAsync(new() { CounterId = "C9" }, As(doors, Roles.Operator))));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(channels.RegisterWalkInAsync(Entry("e1"), As(doors, Roles.Supervisor))));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(channels.ListWalkInTodayAsync(new() { CounterId = "C1" }, As(doors, Roles.Supervisor))));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(channels.VoidWalkInAsync(new() { CommandId = "v", CounterId = "C1", InquiryId = "x" }, As(doors, Roles.Supervisor))));
        Assert.Equal("Unauthenticated", await Refused.CodeAsync(channels.RegisterWalkInAsync(Entry("e1"))));
        Assert.True((await channels.RegisterWalkInAsync(Entry("e1"), As(doors, Roles.Operator, "211100-12345"))).IsNew);
    }
}
