using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using static InquiryHub.Services.Tests.Statistics.StatisticsTests;

namespace InquiryHub.Services.Tests.Statistics;

/// <summary>A day by the hour, and a city's day beside another's on the same Redis.</summary>
public sealed class DayTests
{
    static readonly DateOnly today = new(2014, 1, 22);

    [Fact]
    public async Task Two_cities_on_one_Redis_watch_each_their_own_figures()
    {
        await using var one = await Start("one", TestServers.Redis);
        await using var other = await Start("other", TestServers.Redis);
        var (client, me) = Connect(other);
        using var call = client.Watch(new() { Day = "2014-01-22" }, me, deadline: DateTime.UtcNow.AddSeconds(30));
        Assert.True(await call.ResponseStream.MoveNext(default));
        Task Comes(TestHub hub, string id) => Say(hub, "channels", id, new ContactRecorded { Contact = Came(id, "WalkIn", CityTime.At(today, new(8, 0))) });
        for (var n = 0; n < 5; n++) await Comes(one, $"c{n}");
        await one.QuietAsync();
        // Redis tells in order: whoever hears its own news has heard the other's by then, if it hears that at all.
        await Comes(other, "c1");
        while (call.ResponseStream.Current.Total == 0) Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(1, call.ResponseStream.Current.Total);
    }

    [Fact]
    public async Task A_day_by_the_hour_is_the_citys_and_its_hours_and_what_has_none_add_up_to_its_total()
    {
        await using var hub = await Start("day", clock: "simulated");
        var (client, me) = Connect(hub);
        await hub.SqlAsync("update log.clock set base = '2014-01-22 10:24+08'");
        var sent = 0;
        Task Comes(DateOnly day, int hour, int minute, DateOnly? registered = null)
        {
            var contact = Came($"c{++sent}", "WalkIn", CityTime.At(day, new(hour, minute)));
            if (registered is { } late) contact.ReceivedAt = CityTime.Stamp(CityTime.At(late, new(9, 0)));
            return Say(hub, "channels", contact.ContactId, new ContactRecorded { Contact = contact });
        }
        // 00:10 in the city is the day before by UTC.
        foreach (var (hour, minute) in new[] { (0, 10), (8, 0), (8, 59), (10, 20) }) await Comes(today, hour, minute);
        foreach (var (hour, minute) in new[] { (8, 30), (10, 23), (10, 24), (23, 50) }) await Comes(today.AddDays(-7), hour, minute);
        await Comes(today.AddDays(-1), 23, 30, registered: today); // told a day later: counted on its day, at no hour
        await Say(hub, "channels", "sheet", new ContactsTallied { SheetId = "sheet", Revision = 1, Channel = "WalkIn", TalliedOn = "2014-01-22", ReceivedAt = CityTime.Stamp(CityTime.At(today, new(9, 30))), Rows = { new TallyRow { CategoryCode = "010101", Count = 7 } } });
        await hub.QuietAsync();

        var day = await client.GetDayAsync(new(), me);
        Assert.Equal(("2014-01-22", 10 * 60 + 24), (day.Day, day.Minutes));
        Assert.Equal([(0, 1), (8, 2), (10, 1)], day.Hours.Select((n, hour) => (hour, (int)n)).Where(h => h.Item2 > 0));
        Assert.Equal((7, 1, 2), (day.WithoutHour, day.Weeks, day.UsualByNow));
        Assert.Equal([(8, 1), (10, 2), (23, 1)], day.Usual.Select((n, hour) => (hour, (int)n)).Where(h => h.Item2 > 0));
        var total = await client.GetBreakdownAsync(new() { Filter = new() { From = day.Day, To = day.Day }, Rows = "channel" }, me);
        Assert.Equal(total.Total, day.Hours.Sum() + day.WithoutHour);

        var before = await client.GetDayAsync(new() { Day = "2014-01-21" }, me);
        Assert.Equal((1440, 0, 1), (before.Minutes, before.Hours.Sum(), before.WithoutHour));
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await client.GetDayAsync(new() { Day = "22.1.2014" }, me))).StatusCode);
    }
}
