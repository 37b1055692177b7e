using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Statistics;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>撤销登记: an entry made by mistake counts no more, at the door and in the figures, and its case says so.</summary>
public sealed class VoidTests
{
    static Metadata As(DoorsHub doors, string role, string unit = "U1") =>
        new() { { "authorization", "Bearer " + doors.Hub.Services.GetRequiredService<Tokens>().Mint(new("clerk", [role], unit, "")).Token } };

    static RegisterWalkInRequest Entry(string id, string answer = "已当场答复。") => new() { CounterId = "C1", EntryId = id, Kind = InquiryKind.Consultation, CategoryCode = "010203", Title = "医保", Text = "问报销", DirectAnswer = answer };
    static VoidWalkInRequest Void(Registered entry, string commandId) => new() { CommandId = commandId, CounterId = "C1", InquiryId = entry.InquiryId };

    [Fact]
    public async Task An_entry_that_was_a_mistake_counts_no_more_and_the_door_and_the_figures_agree()
    {
        await using var doors = await DoorsHub.StartAsync("void", null, new Producer("routing"), new Producer("sla"), new Producer("assignment"), new CaseworkModule(), new StatisticsModule());
        var channel = GrpcChannel.ForAddress(doors.Hub.Grpc);
        var (channels, clerk) = (new Contracts.Channels.Channels.ChannelsClient(channel), As(doors, Roles.Officer));
        var (kept, wrong, passedOn) = (await channels.RegisterWalkInAsync(Entry("e1"), clerk), await channels.RegisterWalkInAsync(Entry("e2"), clerk), await channels.RegisterWalkInAsync(Entry("e3", answer: ""), clerk));

        Assert.Equal("NotYours", await Refused.CodeAsync(channels.VoidWalkInAsync(Void(wrong, "v0"), As(doors, Roles.Officer, "U2"))));
        Assert.Equal("AtAUnit", await Refused.CodeAsync(channels.VoidWalkInAsync(Void(passedOn, "v0"), clerk)));
        Assert.Equal("NotToday", await Refused.CodeAsync(channels.VoidWalkInAsync(new() { CommandId = "v0", CounterId = "C1", InquiryId = InquiryNumber.Make(new(2013, 5, 6), 3, 17) }, clerk)));
        var voided = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => channels.VoidWalkInAsync(Void(wrong, "v1"), clerk).ResponseAsync));
        Assert.Single(voided.Append(await channels.VoidWalkInAsync(Void(wrong, "v1"), clerk)).Distinct());
        Assert.Equal("NotToday", await Refused.CodeAsync(channels.VoidWalkInAsync(Void(wrong, "v2"), clerk)));
        // The counter's program sends it again, because it heard no answer: it is known, and stays taken back.
        Assert.Equal((wrong.InquiryId, false), (await channels.RegisterWalkInAsync(Entry("e2"), clerk)) is var again ? (again.InquiryId, again.IsNew) : default);

        var said = Assert.Single(await doors.EventsAsync<ContactVoided>());
        Assert.Equal((wrong.InquiryId, "clerk"), (said.InquiryId, said.VoidedBy));
        var today = await channels.ListWalkInTodayAsync(new() { CounterId = "C1" }, clerk);
        Assert.Equal([passedOn.InquiryId, kept.InquiryId], today.Rows.Select(r => r.InquiryId));
        Assert.Equal((2, 2), (today.Total, today.Sums.Sum(s => s.Contacts)));
        await doors.Hub.QuietAsync();
        foreach (var counted in new[] { "sum(value) from channels.received", "sum(value) from statistics.daily", "sum(contacts) from statistics.fact", "sum(inquiries) from statistics.fact", "sum(value) from statistics.category" })
            Assert.Equal(2L, await doors.Hub.ScalarAsync<long>($"select ({counted.Replace("sum(", "select sum(", StringComparison.Ordinal)})::bigint"));

        var file = await new Contracts.Casework.Casework.CaseworkClient(channel).GetCaseAsync(new() { InquiryId = wrong.InquiryId }, As(doors, Roles.Supervisor));
        Assert.Equal(("Closed", "Voided", "clerk"), (file.Row.State, file.Row.Outcome, file.Timeline.Single(e => e.Act == "ContactVoided").Actor));
    }
}
