using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Statistics;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>日计数单 of a counter's page: it counts once, with what was saved last, at the door and in the figures.</summary>
public sealed class SheetTests
{
    static Metadata As(DoorsHub doors, string role, string unit = "U1") =>
        new() { { "authorization", "Bearer " + doors.Hub.Services.GetRequiredService<Tokens>().Mint(new("clerk", [role], unit, "")).Token } };

    static SaveTallySheetRequest Filled(string day, int revision, params (string Code, int Count)[] rows) =>
        new() { CounterId = "C1", Day = day, Revision = revision, Rows = { rows.Select(r => new TallyRow { CategoryCode = r.Code, Count = r.Count }) } };

    [Fact]
    public async Task A_sheet_counts_with_what_was_saved_last_and_is_read_back_beside_what_was_entered_one_by_one()
    {
        await using var doors = await DoorsHub.StartAsync("sheet", null, new Producer("routing"), new Producer("sla"), new StatisticsModule());
        var (channels, clerk) = (new Contracts.Channels.Channels.ChannelsClient(GrpcChannel.ForAddress(doors.Hub.Grpc)), As(doors, Roles.Officer));
        var empty = await channels.GetTallySheetAsync(new() { CounterId = "C1" }, clerk);
        Assert.Equal((0, 0, 14, empty.Today), (empty.Revision, empty.Rows.Count, empty.Days.Count, empty.Day));
        var yesterday = empty.Days[1].Day;
        await channels.RegisterWalkInAsync(new() { CounterId = "C1", EntryId = "e1", Kind = InquiryKind.Consultation, CategoryCode = "010203", Title = "医保", DirectAnswer = "已当场答复。" }, clerk);

        // Two windows save the same; then one corrects it, and the other one's numbers are of a sheet that isn't there any more.
        var saved = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => channels.SaveTallySheetAsync(Filled(yesterday, 0, ("010203", 7), ("", 2)), clerk).ResponseAsync));
        Assert.Equal(new SaveTallySheetReply { Revision = 1, Total = 9 }, Assert.Single(saved.Distinct()));
        Assert.Equal(new() { Revision = 2, Total = 6 }, await channels.SaveTallySheetAsync(Filled(yesterday, 1, ("010203", 6)), As(doors, Roles.Operator, "")));
        Assert.Equal("StaleSheet", await Refused.CodeAsync(channels.SaveTallySheetAsync(Filled(yesterday, 1, ("010203", 8)), clerk)));

        var shown = await channels.GetTallySheetAsync(new() { CounterId = "C1", Day = yesterday }, clerk);
        Assert.Equal((2, "clerk", new TallyRow { CategoryCode = "010203", Count = 6 }), (shown.Revision, shown.SavedBy, Assert.Single(shown.Rows)));
        Assert.Equal([(0L, 1L), (6L, 0L), (0L, 0L)], shown.Days.Take(3).Select(d => (d.Tallied, d.Entered)));
        await doors.Hub.QuietAsync();
        Assert.Equal(2, (await doors.EventsAsync<ContactsTallied>()).Count());
        foreach (var counted in new[] { "channels.received", "statistics.daily", "statistics.category" })
            Assert.Equal(6L, await doors.Hub.ScalarAsync<long>($"select sum(value)::bigint from {counted} where day = '{yesterday}'"));

        // Emptied it is taken back.
        Assert.Equal(new() { Revision = 3 }, await channels.SaveTallySheetAsync(Filled(yesterday, 2), clerk));
        await doors.Hub.QuietAsync();
        foreach (var counted in new[] { "channels.received", "statistics.daily", "statistics.category" })
            Assert.Equal(0L, await doors.Hub.ScalarAsync<long>($"select coalesce(sum(value), 0)::bigint from {counted} where day = '{yesterday}'"));
        var taken = await channels.GetTallySheetAsync(new() { CounterId = "C1", Day = yesterday }, clerk);
        Assert.Empty(taken.Rows);
        Assert.Equal([(2, "clerk", 6L), (1, "clerk", 9L)], taken.Earlier.Select(v => (v.Revision, v.SavedBy, v.Total)));
    }

    [Fact]
    public async Task Another_units_counter_an_unknown_topic_and_a_day_to_come_are_refused_and_nothing_is_saved()
    {
        await using var doors = await DoorsHub.StartAsync("sheetrefused");
        var (channels, clerk) = (new Contracts.Channels.Channels.ChannelsClient(GrpcChannel.ForAddress(doors.Hub.Grpc)), As(doors, Roles.Officer));
        var today = (await channels.GetTallySheetAsync(new() { CounterId = "C1" }, clerk)).Today;
        var tomorrow = CityTime.Iso(DateOnly.ParseExact(today, "yyyy-MM-dd").AddDays(1));
        Assert.Equal("NotYours", await Refused.CodeAsync(channels.SaveTallySheetAsync(Filled(today, 0, ("", 1)), As(doors, Roles.Officer, "U2"))));
        Assert.Equal("NotYours", await Refused.CodeAsync(channels.GetTallySheetAsync(new() { CounterId = "C1" }, As(doors, Roles.Officer, "U2"))));
        Assert.Equal("UnknownCategory", await Refused.CodeAsync(channels.SaveTallySheetAsync(Filled(today, 0, ("999999", 1)), clerk)));
        Assert.Equal("InvalidDay", await Refused.CodeAsync(channels.SaveTallySheetAsync(Filled(tomorrow, 0, ("", 1)), clerk)));
        Assert.Equal("EmptySheet", await Refused.CodeAsync(channels.SaveTallySheetAsync(Filled(today, 0, ("", 0)), clerk)));
        Assert.Equal(0, (await channels.GetTallySheetAsync(new() { CounterId = "C1" }, clerk)).Revision);
        Assert.Empty(await doors.EventsAsync<ContactsTallied>());
    }
}
