using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Statistics;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Client = InquiryHub.Contracts.Statistics.Statistics.StatisticsClient;

namespace InquiryHub.Services.Tests.Statistics;

/// <summary>The figures on a real PostgreSQL: cells, lists and facts agree, and viewers see what was counted.</summary>
public sealed class StatisticsTests
{
    static readonly Filter June = new() { From = "2013-06-01", To = "2013-06-30" };
    static readonly string[] Channels = ["Hotline12345", "WalkIn", "Fax", "WeChat"]; // the last one is not in the channel table

    internal static async Task<TestHub> Start(string name, string? redis = null, string clock = "real")
    {
        var hub = await TestHub.StartAsync(name, [new Producer("channels"), new Producer("routing"), new Producer("sla"), new Producer("casework"), new Producer("directory"), new StatisticsModule()],
            new Dictionary<string, string?> { ["Redis:Endpoint"] = redis, ["Hub:Clock"] = clock });
        await Say(hub, "directory", "directory", [.. Channels[..3].Select((c, i) => new ChannelPublished { Channel = c, NameZh = c, NameEn = c, Bucket = c == "Fax" ? "Other" : c, BucketNameZh = c, BucketNameEn = c, Order = i })]);
        await hub.QuietAsync();
        return hub;
    }

    internal static Task Say(TestHub hub, string producer, string key, params IMessage[] events) =>
        hub.Writer(producer).RepeatableAsync<ContactRecorded>([key], _ => { }, work => { foreach (var e in events) work.Emit(key, e); return new ContactRecorded(); });

    internal static (Client Client, Metadata As) Connect(TestHub hub)
    {
        var token = hub.Services.GetRequiredService<Tokens>().Mint(new Actor("test", [Roles.Supervisor], "", "")).Token;
        return (new(GrpcChannel.ForAddress(hub.Grpc)), new() { { "authorization", "Bearer " + token } });
    }

    internal static Contact Came(string id, string channel, DateTimeOffset at) => new() { ContactId = id, Channel = channel, MatterNo = 1, ReceivedAt = CityTime.Stamp(at), OccurredAt = CityTime.Stamp(at) };

    // 200 inquiries and 20 sheets; each producer speaks on its own, so Statistics hears them in any order.
    static async Task June2013(TestHub hub)
    {
        var work = new ConcurrentBag<Task>();
        for (var i = 0; i < 200; i++)
        {
            var (n, key, task) = (i, $"i{i}", $"i{i}/1/1");
            var at = CityTime.At(new(2013, 6, 1 + n % 30), new(9, n % 60));
            work.Add(Say(hub, "channels", key, new InquiryRegistered
            { InquiryId = key, Contact = Came($"c{n}", Channels[n % 4], at), AreaCode = n % 5 == 0 ? "" : n % 2 == 0 ? "211102002" : "211122101", ReceivingUnitCode = n % 7 == 0 ? "" : "desk", DirectAnswer = n % 3 == 0 ? new() : null }));
            if (n % 3 == 0) continue;
            work.Add(Say(hub, "routing", key, new InquiryDispatched { InquiryId = key, TaskId = task, DispatchNo = 1, UnitCode = $"u{n % 4}", Role = UnitRole.Lead }));
            if (n % 3 == 1) work.Add(Say(hub, "sla", key, new ClockStopped { InquiryId = key, TaskId = task, Clock = "Handling", Cause = "Answered", InTime = n % 10 != 1 }));
            else if (n % 5 == 0) work.Add(Say(hub, "sla", key, new ClockOverdue { InquiryId = key, TaskId = task, Clock = "Handling" }));
        }
        for (var i = 0; i < 20; i++)
            foreach (var revision in new[] { 1, 2 })
                work.Add(Say(hub, "channels", $"sheet{i}", new ContactsTallied
                {
                    SheetId = $"sheet{i}", Revision = revision, Channel = "WalkIn", UnitCode = "street", AreaCode = "211122101", TalliedOn = $"2013-06-{1 + i:00}", ReceivedAt = CityTime.Stamp(CityTime.At(new(2013, 6, 29), new(17, 0))),
                    Rows = { new TallyRow { CategoryCode = "010101", Count = 10 * revision }, new TallyRow { CategoryCode = $"0{revision}0202", Count = 3 } },
                }));
        await Task.WhenAll(work);
        await hub.QuietAsync();
    }

    [Fact]
    public async Task Every_cell_of_every_breakdown_is_the_sum_of_the_rows_behind_it()
    {
        await using var hub = await Start("cells");
        await June2013(hub);
        var (client, me) = Connect(hub);
        const long contacts = 200 + 20 * 23, inquiries = 200;
        foreach (var counted in new[] { false, true })
            foreach (var (rows, columns) in new[] { ("channel", "day"), ("bucket", "outcome"), ("unit", "none"), ("area", "bucket"), ("month", "area") })
            {
                var filter = June.Clone();
                filter.Inquiries = counted;
                var breakdown = await client.GetBreakdownAsync(new() { Filter = filter, Rows = rows, Columns = columns }, me);
                Assert.Equal(counted ? inquiries : contacts, breakdown.Total);
                Assert.Equal(breakdown.Total, breakdown.Cells.Sum(c => c.Value));
                foreach (var cell in breakdown.Cells.Where((_, i) => columns != "day" || i % 5 == 0))
                {
                    var behind = At(At(filter, rows, cell.Row), columns, cell.Column);
                    var list = await client.ListFactsAsync(new() { Filter = behind, Page = new() { Size = 500 } }, me);
                    Assert.Equal((cell.Value, cell.Value), (list.TotalCount, list.Facts.Sum(f => f.Count)));
                }
            }
    }

    [Fact]
    public async Task Each_units_parts_add_up_to_its_total_and_all_units_with_what_has_none_to_the_citys()
    {
        await using var hub = await Start("units");
        await June2013(hub);
        var (client, me) = Connect(hub);
        // Whole months, and days that no month has.
        foreach (var (from, to) in new[] { ("2013-06-01", "2013-06-30"), ("2013-05-01", "2013-07-31"), ("2013-06-04", "2013-06-19") })
            foreach (var counted in new[] { false, true })
            {
                var filter = new Filter { From = from, To = to, Inquiries = counted };
                var city = await client.GetOverviewAsync(new() { Filter = filter }, me);
                var ranking = await client.GetBreakdownAsync(new() { Filter = filter, Rows = "unit", Columns = "outcome" }, me);
                var units = ranking.Cells.GroupBy(c => c.Row).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));
                Assert.Equal(counted ? ["-", "desk", "u0", "u1", "u2", "u3"] : ["-", "desk", "street", "u0", "u1", "u2", "u3"], units.Keys.Order(StringComparer.Ordinal));
                Assert.Equal(city.Total, units.Values.Sum());
                foreach (var (unit, total) in units)
                {
                    var behind = At(filter, "unit", unit);
                    var own = await client.GetOverviewAsync(new() { Filter = behind }, me);
                    Assert.Equal((total, total, total, 0), (own.Total, own.Parts.Sum(p => p.Value), own.Cells.Sum(c => c.Value), own.ClaimedTotal));
                    var list = await client.ListFactsAsync(new() { Filter = behind, Page = new() { Size = 500 } }, me);
                    Assert.Equal((total, total), (list.TotalCount, list.Facts.Sum(f => f.Count)));
                    if (!counted) Assert.Equal(total, own.Districts.Sum(d => d.Contacts));
                    (behind.Inquiries, behind.Outcome) = (true, "Answered");
                    Assert.Equal(own.Districts.Sum(d => d.AnsweredInTime + d.AnsweredLate), (await client.ListFactsAsync(new() { Filter = behind }, me)).TotalCount);
                }
            }
    }

    static Filter At(Filter filter, string dimension, string value)
    {
        var f = filter.Clone();
        switch (dimension)
        {
            case "channel": f.Channel = value; break;
            case "bucket": f.Bucket = value; break;
            case "unit": f.UnitCode = value; break;
            case "area": f.AreaCode = value; break;
            case "day": (f.From, f.To) = (value, value); break;
            case "outcome": f.Outcome = value; break;
        }
        return f;
    }

    [Fact]
    public async Task Months_and_counties_are_what_the_counters_add_up_to_whoever_counted()
    {
        const string differing = """
            select count(*) from (select left(day, 7) as month, channel, left(area_code, 6) as area_code, measure, outcome, shard, sum(value) as value from statistics.counter group by 1, 2, 3, 4, 5, 6) c
            full join statistics.by_month m using (month, channel, area_code, measure, outcome, shard) where coalesce(c.value, 0) <> coalesce(m.value, 0)
            """;
        await using var hub = await Start("months");
        await June2013(hub);
        Assert.Equal(0, await hub.ScalarAsync<long>(differing));
        // As a program of the version before does, which knows nothing of months.
        await hub.SqlAsync("""
            insert into statistics.counter as c (shard, day, channel, unit_code, area_code, measure, outcome, value) values (0, '2013-06-01', 'Fax', 'u', '211102002', 'both', 'Open', 3), (0, '2013-07-01', 'Fax', 'u', '', 'both', 'Open', 2);
            insert into statistics.counter as c (shard, day, channel, unit_code, area_code, measure, outcome, value) values (0, '2013-06-01', 'Fax', 'u', '211102002', 'both', 'Open', -1), (0, '2013-06-02', 'Fax', 'u', '211102002', 'both', 'Open', 4)
            on conflict (day, channel, unit_code, area_code, measure, outcome, shard) do update set value = c.value + excluded.value
            """);
        Assert.Equal(0, await hub.ScalarAsync<long>(differing));
        Assert.Equal(2, await hub.ScalarAsync<long>("select value from statistics.by_month where month = '2013-07'"));
    }

    [Fact]
    public async Task The_same_question_is_answered_without_reading_the_counters_until_something_is_folded_or_replayed()
    {
        await using var hub = await Start("again");
        var (client, me) = Connect(hub);
        var at = CityTime.At(new(2013, 6, 3), new(10, 0));
        async Task<long> Contacts() => (await client.GetBreakdownAsync(new() { Filter = June, Rows = "channel" }, me)).Total;
        async Task<long> Told(string sql)
        {
            await hub.SqlAsync(sql);
            return await Contacts();
        }
        await Say(hub, "channels", "c1", new ContactRecorded { Contact = Came("c1", "WalkIn", at) });
        await hub.QuietAsync();
        Assert.Equal(1, await Contacts());
        // What nobody does: it shows where an answer came from.
        Assert.Equal(1, await Told("update statistics.by_month set value = 40"));
        await Say(hub, "channels", "c2", new ContactRecorded { Contact = Came("c2", "WalkIn", at) });
        await hub.QuietAsync();
        Assert.Equal(41, await Contacts());
        Assert.Equal(7, await Told("delete from statistics.by_month; insert into statistics.by_month values (0, '2013-06', 'WalkIn', '', 'contact', 'NoInquiry', 7); insert into log.parked (service, source, shard, seq, key, type, body, recorded_at, error) values ('statistics', 'channels', 0, 0, 'k', 't', '', now(), 'e')"));
        Assert.Equal(9, await Told("update statistics.by_month set value = 9; delete from log.parked"));
    }

    [Fact]
    public async Task An_answer_is_kept_for_the_question_and_the_names_that_it_was_made_with()
    {
        await using var hub = await Start("names");
        var (client, me) = Connect(hub);
        var at = CityTime.At(new(2013, 6, 3), new(10, 0));
        await Say(hub, "channels", "c1", new ContactRecorded { Contact = Came("c1", "Fax", at) });
        await hub.QuietAsync();
        async Task<string> By(string rows) => (await client.GetBreakdownAsync(new() { Filter = June, Rows = rows }, me)).Cells.Single(c => c.Value > 0).Row;
        // Both read the same column; each is asked twice.
        foreach (var (rows, row) in new[] { ("channel", "Fax"), ("bucket", "Other"), ("channel", "Fax"), ("bucket", "Other") }) Assert.Equal(row, await By(rows));
        async Task<string> Named() => (await client.GetOverviewAsync(new() { Filter = June }, me)).Channels.Single(c => c.Channel == "Fax").NameZh;
        Assert.Equal("Fax", await Named());
        await Say(hub, "directory", "directory", new ChannelPublished { Channel = "Fax", NameZh = "传真", NameEn = "Fax", Bucket = "Papers", BucketNameZh = "纸", BucketNameEn = "Papers", Order = 9 });
        await hub.QuietAsync();
        // Names are at most a second old.
        await Until.TrueAsync("the new names", async () => await Named() == "传真" && await By("bucket") == "Papers");
        Assert.Equal("Fax", await By("channel"));
    }

    [Fact]
    public async Task Pages_of_a_list_hold_every_row_once()
    {
        await using var hub = await Start("paged");
        await June2013(hub);
        var (client, me) = Connect(hub);
        var (seen, after, total) = (new List<string>(), "", 0L);
        do
        {
            var page = await client.ListFactsAsync(new() { Filter = June, Page = new() { Size = 17, After = after } }, me);
            seen.AddRange(page.Facts.Select(f => f.ContactId));
            (after, total) = (page.Next, page.TotalRows);
        } while (after.Length > 0);
        Assert.Equal(total, seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_viewer_sees_a_contact_soon_after_it_was_counted(bool withRedis)
    {
        await using var hub = await Start("live", withRedis ? TestServers.Redis : null);
        var (client, me) = Connect(hub);
        using var call = client.Watch(new() { Day = "2013-06-03" }, me, deadline: DateTime.UtcNow.AddSeconds(20));
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(0, call.ResponseStream.Current.Total);
        var at = CityTime.At(new(2013, 6, 3), new(10, 0));
        for (var n = 1; n <= 3; n++)
        {
            await Say(hub, "channels", $"c{n}", new ContactRecorded { Contact = Came($"c{n}", "Hotline12345", at.AddMinutes(n)) });
            while (await call.ResponseStream.MoveNext(default) && call.ResponseStream.Current.Total < n) { }
            var channel = Assert.Single(call.ResponseStream.Current.Channels);
            Assert.Equal((n, at.AddMinutes(n)), (channel.Contacts, channel.LastAt.ToDateTimeOffset()));
        }
    }

    [Fact]
    public async Task Who_watches_today_is_led_over_the_citys_midnight_to_the_new_day()
    {
        await using var hub = await Start("midnight", clock: "simulated");
        var (client, me) = Connect(hub);
        await hub.SqlAsync("update log.clock set base = '2013-06-03 23:59+08'");
        await Say(hub, "channels", "c1", new ContactRecorded { Contact = Came("c1", "WalkIn", CityTime.At(new(2013, 6, 3), new(23, 50))) });
        await hub.QuietAsync();
        using var call = client.Watch(new(), me, deadline: DateTime.UtcNow.AddSeconds(20));
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(("2013-06-03", 1), (call.ResponseStream.Current.Day, call.ResponseStream.Current.Total));
        await hub.SqlAsync("update log.clock set base = '2013-06-04 00:00+08'");
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(("2013-06-04", 0), (call.ResponseStream.Current.Day, call.ResponseStream.Current.Total));
    }

    [Fact]
    public async Task A_day_whose_contacts_were_all_moved_to_another_is_no_day_with_figures_whichever_shard_took_them_away()
    {
        await using var hub = await Start("periods");
        var (client, me) = Connect(hub);
        await hub.SqlAsync("insert into statistics.daily (shard, day, channel, value) values (0, '2013-01-01', 'WalkIn', 1), (3, '2013-01-01', 'WalkIn', -1), (1, '2013-02-02', 'WalkIn', 2), (2, '2013-03-03', 'Fax', -2), (5, '2013-03-03', 'Fax', 2)");
        var periods = await client.GetPeriodsAsync(new(), me);
        Assert.Equal(("2013-02-02", "2013-02-02"), (periods.FirstDay, periods.LastDay));
    }

    [Fact]
    public async Task Nobody_reads_figures_without_signing_in()
    {
        await using var hub = await Start("anonymous");
        var (client, _) = Connect(hub);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.GetPeriodsAsync(new()));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }
}
