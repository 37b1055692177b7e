using Google.Protobuf;
using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.Statistics;
using InquiryHub.TestKit;
using static InquiryHub.Services.Tests.Statistics.StatisticsTests;

namespace InquiryHub.Services.Tests.Statistics;

/// <summary>What people come with, on a real PostgreSQL: the counts, the lists behind them, and a city that was there before they were kept.</summary>
public sealed class CategoriesTests
{
    static readonly DateOnly today = new(2014, 1, 22);
    const string Differs = "select count(*) from (select day, sum(value) from statistics.category group by day except select day, sum(value) from statistics.daily group by day) d";

    static Task Asks(TestHub hub, string id, DateOnly day, string category, string entry = "")
    {
        var asked = Say(hub, "channels", id, new InquiryRegistered { InquiryId = id, Contact = Came($"c-{id}", "Hotline12345", CityTime.At(day, new(9, 0))), CategoryCode = category });
        return entry.Length == 0 ? asked : Task.WhenAll(asked, Say(hub, "routing", id, new InquiryDispatched { InquiryId = id, TaskId = $"{id}/1/1", DispatchNo = 1, UnitCode = "water", Role = UnitRole.Lead, CatalogueEntry = entry, CategoryCode = category }));
    }

    static Task Tallies(TestHub hub, int revision, params (string Category, int Count)[] rows) => Say(hub, "channels", "sheet", new ContactsTallied
    {
        SheetId = "sheet", Revision = revision, Channel = "WalkIn", TalliedOn = CityTime.Iso(today), ReceivedAt = CityTime.Stamp(CityTime.At(today, new(17, 0))),
        Rows = { rows.Select(r => new TallyRow { CategoryCode = r.Category, Count = r.Count }) },
    });

    static async Task<TestHub> City(string name)
    {
        var hub = await Start(name, clock: "simulated");
        await hub.SqlAsync("update log.clock set base = '2014-01-22 10:24+08'");
        return hub;
    }

    static IEnumerable<(string, long, long)> Shown(Contracts.Statistics.Categories week) => week.Counts.Select(c => (c.CategoryCode, c.Contacts, c.ContactsBefore));

    [Fact]
    public async Task What_people_came_with_this_week_stands_beside_the_week_before_and_each_number_is_its_list()
    {
        await using var hub = await City("hot");
        var (client, me) = Connect(hub);
        for (var n = 0; n < 3; n++) await Asks(hub, $"h{n}", today.AddDays(-n), "heat");
        await Asks(hub, "h-before", today.AddDays(-7), "heat");
        await Asks(hub, "h-long-ago", today.AddDays(-14), "heat");
        await Asks(hub, "w0", today.AddDays(-6), "", entry: "water");
        await Asks(hub, "n0", today.AddDays(-13), "");
        await Tallies(hub, 1, ("water", 9));
        await Tallies(hub, 2, ("water", 4), ("heat", 1));
        await hub.QuietAsync();

        var week = await client.GetCategoriesAsync(new(), me);
        Assert.Equal([("water", 5, 0), ("heat", 4, 1), ("-", 0, 1)], Shown(week));
        foreach (var (from, to, of) in new[] { (week.From, week.To, week.Counts.Select(c => (c.CategoryCode, Contacts: c.Contacts))), (week.FromBefore, week.ToBefore, week.Counts.Select(c => (c.CategoryCode, Contacts: c.ContactsBefore))) })
            foreach (var (category, contacts) in of)
            {
                var list = await client.ListFactsAsync(new() { Filter = new() { From = from, To = to, CategoryCode = category } }, me);
                Assert.Equal((contacts, contacts), (list.TotalCount, list.Facts.Sum(f => f.Count)));
                Assert.All(list.Facts, f => Assert.Equal(category, f.CategoryCode.Length == 0 ? "-" : f.CategoryCode));
            }
        Assert.Equal([("heat", 1, 1), ("-", 1, 0)], Shown(await client.GetCategoriesAsync(new() { Day = CityTime.Iso(today.AddDays(-7)) }, me)));
        Assert.Equal(0L, await hub.ScalarAsync<long>(Differs));
    }

    [Fact]
    public async Task A_city_that_was_there_before_adds_up_as_well_and_goes_on_adding_up()
    {
        await using var hub = await City("older");
        var (client, me) = Connect(hub);
        await Asks(hub, "old", today, "", entry: "");
        await Tallies(hub, 1, ("water", 9));
        await hub.QuietAsync();
        await hub.SqlAsync("drop table statistics.category; alter table statistics.fact drop column category_code");
        using (var migration = new StreamReader(typeof(StatisticsModule).Assembly.GetManifestResourceStream("schema/007-categories.sql")!)) await hub.SqlAsync("set role hub_statistics; set search_path = statistics;" + await migration.ReadToEndAsync());
        Assert.Equal([("water", 9, 0), ("-", 1, 0)], Shown(await client.GetCategoriesAsync(new(), me)));
        Assert.Equal(9, (await client.ListFactsAsync(new() { Filter = new() { From = CityTime.Iso(today), To = CityTime.Iso(today), CategoryCode = "water" } }, me)).TotalCount);

        await Tallies(hub, 2, ("water", 2), ("heat", 3));
        await Asks(hub, "old", today, "", entry: "heat"); // dispatched only now
        await hub.QuietAsync();
        Assert.Equal([("heat", 4, 0), ("water", 2, 0)], Shown(await client.GetCategoriesAsync(new(), me)));
        Assert.Equal(0L, await hub.ScalarAsync<long>(Differs));
    }

    [Fact]
    public async Task Other_figures_than_a_list_are_not_asked_for_by_category_and_an_invalid_day_is_refused()
    {
        await using var hub = await City("refused");
        var (client, me) = Connect(hub);
        var filter = new Contracts.Statistics.Filter { From = "2014-01-01", To = "2014-01-31", CategoryCode = "heat" };
        Assert.Equal("InvalidFilter", await Refused.CodeAsync(async () => await client.GetBreakdownAsync(new() { Filter = filter, Rows = "channel" }, me)));
        Assert.Equal("InvalidFilter", await Refused.CodeAsync(async () => await client.GetOverviewAsync(new() { Filter = filter }, me)));
        Assert.Equal("InvalidPeriod", await Refused.CodeAsync(async () => await client.GetCategoriesAsync(new() { Day = "2014-02-30" }, me)));
    }
}
