using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Assignment;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using InquiryHub.Routing;
using InquiryHub.Services.Tests.Channels;
using InquiryHub.Sla;
using InquiryHub.Statistics;
using InquiryHub.TestKit;
using Npgsql;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>合并 through all services and real doors, on a real PostgreSQL; only Directory is played.</summary>
public sealed class MergeTests
{
    const string Water = "PJ-002", Roads = "PJ-001";

    static async Task<DoorsHub> StartAsync(string name)
    {
        var doors = await DoorsHub.StartAsync(name, null, new CaseworkModule(), new RoutingModule(), new AssignmentModule(), new SlaModule(), new StatisticsModule());
        await SayAsync(doors.Hub, "directory", "directory", new UnitPublished { UnitCode = Water, Name = "市供水公司", Active = true }, new UnitPublished { UnitCode = Roads, Name = "市城管局", Active = true },
            new OfficerPublished { OfficerId = "LO-002", UnitCode = Water, Active = true }, new OfficerPublished { OfficerId = "LO-001", UnitCode = Roads, Active = true },
            new CalendarPublished { Year = CityTime.DateOf(DateTimeOffset.UtcNow).Year }, new LimitPublished { Kind = "Complaint", Clock = "Handling", WorkingDays = 7, EffectiveFrom = "2004-01-01" });
        await doors.Hub.QuietAsync();
        return doors;
    }

    static int entries;

    /// <summary>A complaint from a counter, whose answer lies there as a slip; held, since no category is given.</summary>
    static async Task<string> HeldAsync(DoorsHub doors, string text = "水管爆裂，石油大街12号门前水流满地")
    {
        var id = (await doors.EntryAsync($"m{Interlocked.Increment(ref entries)}", text)).Body.GetProperty("inquiryId").GetString()!;
        await doors.Hub.QuietAsync();
        return id;
    }

    static async Task<string> FromTheWebAsync(DoorsHub doors)
    {
        var id = (await doors.PostAsync("/public/inquiries", new StringContent("{\"kind\":\"Complaint\",\"text\":\"门口的水管爆了\"}"), ("Idempotency-Key", $"w{Interlocked.Increment(ref entries)}"))).Body.GetProperty("inquiryId").GetString()!;
        await doors.Hub.QuietAsync();
        return id;
    }

    /// <summary>One that the water company has.</summary>
    static async Task<string> HandledAsync(DoorsHub doors, string unit = Water)
    {
        var id = await HeldAsync(doors);
        await PlaceAsync(doors, id, unit);
        return id;
    }

    static async Task PlaceAsync(DoorsHub doors, string id, string unit, int seen = 0)
    {
        await Router(doors).PlaceInquiryAsync(new() { CommandId = $"p{id}{seen}", InquiryId = id, ExpectedDispatchNo = seen, LeadUnitCode = unit }, Dispatcher(doors));
        await doors.Hub.QuietAsync();
    }

    static Contracts.Routing.Routing.RoutingClient Router(DoorsHub doors) => new(GrpcChannel.ForAddress(doors.Hub.Grpc));
    static Metadata Dispatcher(DoorsHub doors) => As(doors.Hub, "", "d1", Roles.Dispatcher);
    static Metadata Supervisor(DoorsHub doors) => As(doors.Hub, "", "s1", Roles.Supervisor);

    static async Task MergeAsync(DoorsHub doors, string id, string into, string? command = null)
    {
        await Client(doors.Hub).MergeInquiryAsync(new() { CommandId = command ?? $"merge {id}", InquiryId = id, IntoInquiryId = into }, Dispatcher(doors));
        await doors.Hub.QuietAsync();
    }

    static Task<AnswerInquiryReply> AnswerAsync(DoorsHub doors, string id, int no = 1) =>
        Client(doors.Hub).AnswerInquiryAsync(new() { CommandId = "answer", InquiryId = id, TaskId = $"{id}/{no}/1", PublicReply = "已于今日抢修完毕。", HandlingNote = "换管两米" }, As(doors.Hub, Water, "LO-002")).ResponseAsync;

    static Task<Progress> ProgressAsync(DoorsHub doors, string id) => Client(doors.Hub).GetProgressAsync(new() { InquiryId = id, QueryCode = doors.Hub.Ring.QueryCode(id) }).ResponseAsync;
    static Task<CaseFile> FileAsync(DoorsHub doors, string id, Metadata? who = null) => Client(doors.Hub).GetCaseAsync(new() { InquiryId = id }, who ?? Supervisor(doors)).ResponseAsync;
    static async Task<string[]> HeldOnesAsync(DoorsHub doors) => [.. (await Router(doors).ListHeldAsync(new(), Dispatcher(doors))).Inquiries.Select(i => i.InquiryId)];
    static Task<string[]> SaidAsync(DoorsHub doors, string key) => doors.Hub.ScalarAsync<string[]>($"select coalesce(array_agg(split_part(type, '.', 4) order by seq), array[]::text[]) from log.outbox where service = 'casework' and key = '{key}'");

    /// <summary>Every figure has each inquiry and contact once; parts and lists add up, and no row lies in another key's shard.</summary>
    static async Task AddUpAsync(DoorsHub doors, params (string Outcome, int Count)[] expected)
    {
        var (figures, me) = (new Contracts.Statistics.Statistics.StatisticsClient(GrpcChannel.ForAddress(doors.Hub.Grpc)), Supervisor(doors));
        var year = CityTime.DateOf(DateTimeOffset.UtcNow).Year;
        var all = new Filter { From = $"{year}-01-01", To = $"{year}-12-31", Inquiries = true };
        var by = await figures.GetBreakdownAsync(new() { Filter = all, Rows = "unit", Columns = "outcome" }, me);
        Assert.Equal(expected.OrderBy(e => e.Outcome, StringComparer.Ordinal), by.Cells.GroupBy(c => c.Column).Select(g => (g.Key, (int)g.Sum(c => c.Value))).Where(c => c.Item2 != 0).OrderBy(c => c.Key, StringComparer.Ordinal));
        foreach (var (outcome, count) in expected) Assert.Equal(count, (await figures.ListFactsAsync(new() { Filter = new(all) { Outcome = outcome } }, me)).TotalCount);
        var report = await figures.GetReportAsync(new() { Year = year }, me);
        Assert.Equal(report.Dispatched, report.AnsweredInTime + report.AnsweredLate + report.Open + report.Terminated + report.Withdrawn + report.Merged);
        Assert.Equal((report.Total, expected.Sum(e => e.Count)), (await doors.Hub.ScalarAsync<long>("select sum(contacts)::bigint from statistics.fact"), (int)report.Dispatched));
        foreach (var (table, key) in new[] { ("casework.case_file", "key"), ("casework.task", "inquiry_id"), ("casework.answer", "split_part(key, '#', 1)"), ("routing.inquiry", "key") })
            Assert.All(await RowsAsync(doors, $"select {key}, shard from {table}"), r => Assert.Equal((table, doors.Hub.Shards.Of(r.Key)), (table, r.Shard)));
        Assert.Equal(0, await doors.Hub.ScalarAsync<long>("select count(*) from log.parked"));
    }

    static async Task<List<(string Key, int Shard)>> RowsAsync(DoorsHub doors, string sql)
    {
        await using var connection = new NpgsqlConnection(doors.Hub.ConnectionString);
        await connection.OpenAsync();
        await using var reader = await new NpgsqlCommand(sql, connection).ExecuteReaderAsync();
        var rows = new List<(string, int)>();
        while (await reader.ReadAsync()) rows.Add((reader.GetString(0), reader.GetInt16(1)));
        return rows;
    }

    [Fact]
    public async Task One_answer_reaches_everybody_who_asked_for_the_same_by_the_own_door_once()
    {
        await using var doors = await StartAsync("merge");
        var (target, slip, web) = (await HandledAsync(doors), await HeldAsync(doors), await FromTheWebAsync(doors));
        Assert.Equal([slip, web], await HeldOnesAsync(doors));
        await MergeAsync(doors, slip, target);
        await MergeAsync(doors, web, target);
        Assert.Empty(await HeldOnesAsync(doors));
        Assert.Equal("Merged", await Refused.CodeAsync(() => PlaceAsync(doors, slip, Roads)));
        await AddUpAsync(doors, ("Merged", 2), ("Open", 1));
        var waiting = await ProgressAsync(doors, web);
        Assert.Equal(("Handling", true, "市供水公司", true), (waiting.State, waiting.Merged, waiting.UnitName, waiting.DueAt is not null));

        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AnswerAsync(doors, target)))).Distinct());
        await doors.Hub.QuietAsync();
        await doors.UntilStateAsync(target, "Delivered");
        await doors.UntilStateAsync(slip, "Delivered");
        await doors.UntilStateAsync(web, "Waiting"); // until it is read
        var read = await ProgressAsync(doors, web);
        Assert.Equal(("Answered", "已于今日抢修完毕。", true), (read.State, read.PublicReply, read.Merged));
        await doors.UntilStateAsync(web, "Delivered");
        await doors.Hub.QuietAsync();

        Assert.Equal(3, await doors.CountAsync("delivery"));
        Assert.Equal(new[] { target, slip, web }.Order(), (await doors.EventsAsync<AnswerDelivered>()).Select(d => d.InquiryId).Order());
        Assert.Equal(new[] { target, slip }.Select(i => $"{i}-1.txt").Order(), System.IO.Directory.GetFiles(Path.Combine(doors.Pickup, "slips", "C1")).Select(f => Path.GetFileName(f)!).Order());
        Assert.Contains("抢修", await File.ReadAllTextAsync(Path.Combine(doors.Pickup, "slips", "C1", $"{slip}-1.txt")));
        foreach (var id in new[] { slip, web }) Assert.Equal(1, (await SaidAsync(doors, id)).Count(e => e == "InquiryAnswered"));
        Assert.Equal("AlreadyAnswered", await Refused.CodeAsync(Client(doors.Hub).SplitInquiryAsync(new() { CommandId = "late", InquiryId = slip }, Dispatcher(doors))));
        await AddUpAsync(doors, ("Merged", 2), ("AnsweredInTime", 1));

        await Client(doors.Hub).CloseInquiryAsync(new() { CommandId = "c", InquiryId = slip }, Supervisor(doors));
        await doors.Hub.QuietAsync();
        Assert.Equal(("Closed", "Answered"), (await FileAsync(doors, slip)).Row is var r ? (r.State, r.Outcome) : default);
        await AddUpAsync(doors, ("Merged", 2), ("AnsweredInTime", 1));
    }

    [Fact]
    public async Task A_mistake_is_undone_and_a_dispatcher_has_it_again()
    {
        await using var doors = await StartAsync("split");
        var (target, other) = (await HandledAsync(doors), await HandledAsync(doors, Roads));
        await MergeAsync(doors, other, target); // one that another unit had in hand
        Assert.Equal(0, (await Client(doors.Hub).ListTasksAsync(new(), As(doors.Hub, Roads, "LO-001"))).Total);
        Assert.Equal(1, await doors.Hub.ScalarAsync<long>("select coalesce(sum(value), 0)::bigint from assignment.officer_load"));
        Assert.Equal(["Withdrawn"], await doors.Hub.ScalarAsync<string[]>("select array_agg(c->'stop'->>'cause') from sla.inquiry_clocks, jsonb_array_elements(body::jsonb->'clocks') c where c->'stop' is not null"));
        await AddUpAsync(doors, ("Merged", 1), ("Open", 1));

        var split = new SplitInquiryRequest { CommandId = "split", InquiryId = other };
        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Client(doors.Hub).SplitInquiryAsync(split, Dispatcher(doors)).ResponseAsync))).Distinct());
        await doors.Hub.QuietAsync();
        Assert.Equal([other], await HeldOnesAsync(doors));
        var state = await Router(doors).GetRoutingAsync(new() { InquiryId = other }, Dispatcher(doors));
        Assert.Equal(("Split", Roads, ""), (state.Reason, state.CandidateUnitCodes[0], state.MergedInto));
        await AddUpAsync(doors, ("Open", 2));
        Assert.Equal("Held", (await FileAsync(doors, other)).Row.State);
        Assert.Empty((await FileAsync(doors, target)).Merged);
        Assert.Equal("NothingToSplit", await Refused.CodeAsync(Client(doors.Hub).SplitInquiryAsync(new(split) { CommandId = "again" }, Dispatcher(doors))));

        // Answered without it; placed anew it has its own unit.
        await AnswerAsync(doors, target);
        await PlaceAsync(doors, other, Roads, seen: 1);
        Assert.DoesNotContain("InquiryAnswered", await SaidAsync(doors, other));
        Assert.Equal(1, (await Client(doors.Hub).ListTasksAsync(new(), As(doors.Hub, Roads, "LO-001"))).Total);
        await AddUpAsync(doors, ("AnsweredInTime", 1), ("Open", 1));
    }

    [Fact]
    public async Task Who_is_merged_while_the_answer_is_on_its_way_gets_it_or_is_refused_but_never_waits_for_nothing()
    {
        await using var doors = await StartAsync("atonce");
        var target = await HandledAsync(doors);
        var many = new List<string>();
        for (var n = 0; n < 6; n++) many.Add(await HeldAsync(doors));
        await MergeAsync(doors, many[0], target);
        var merging = many.Skip(1).Select(async id => { try { await Client(doors.Hub).MergeInquiryAsync(new() { CommandId = id, InquiryId = id, IntoInquiryId = target }, Dispatcher(doors)); return ""; } catch (RpcException e) { return Refused.Code(e); } }).ToList();
        AnswerInquiryReply? answered = null;
        // Pressed again as the sentence says, should all five runs have met somebody who was just merging.
        for (var n = 0; answered is null && n < 10; n++) try { answered = await AnswerAsync(doors, target); } catch (RpcException e) when (Refused.Code(e) == "Busy") { }
        Assert.NotNull(answered);
        var refusals = await Task.WhenAll(merging);
        await doors.Hub.QuietAsync();
        Assert.All(refusals, r => Assert.Contains(r, new[] { "", "TargetOver" }));
        var alone = many.Skip(1).Where((_, n) => refusals[n].Length > 0).ToList();
        Assert.Equal(alone.Order(), (await HeldOnesAsync(doors)).Order());
        foreach (var id in many.Except(alone)) Assert.Equal(1, (await SaidAsync(doors, id)).Count(e => e == "InquiryAnswered"));
        await AddUpAsync(doors, [.. new[] { ("Merged", many.Count - alone.Count), ("Open", alone.Count), ("AnsweredInTime", 1) }.Where(e => e.Item2 > 0)]);
    }

    [Fact]
    public async Task What_waited_for_an_inquiry_that_its_citizen_takes_back_is_held_again()
    {
        await using var doors = await StartAsync("takenback");
        var (target, first, second) = (await HandledAsync(doors), await HeldAsync(doors), await HeldAsync(doors));
        await MergeAsync(doors, first, target);
        await MergeAsync(doors, second, target);
        var withdraw = new WithdrawInquiryRequest { InquiryId = target, QueryCode = doors.Hub.Ring.QueryCode(target) };
        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Client(doors.Hub).WithdrawInquiryAsync(withdraw).ResponseAsync))).Distinct());
        await doors.Hub.QuietAsync();
        Assert.Equal(new[] { first, second }.Order(), (await HeldOnesAsync(doors)).Order());
        Assert.Equal(["InquiryMerged", "InquirySplit"], await SaidAsync(doors, first));
        await AddUpAsync(doors, ("Withdrawn", 1), ("Open", 2));
    }

    [Fact]
    public async Task A_citizen_takes_a_merged_inquiry_back_and_gets_no_answer_of_the_others()
    {
        await using var doors = await StartAsync("leaves");
        var (target, leaver, stayer) = (await HandledAsync(doors), await HeldAsync(doors), await HeldAsync(doors));
        await MergeAsync(doors, leaver, target);
        await MergeAsync(doors, stayer, target);
        await Client(doors.Hub).WithdrawInquiryAsync(new() { InquiryId = leaver, QueryCode = doors.Hub.Ring.QueryCode(leaver) });
        await doors.Hub.QuietAsync();
        Assert.Equal([stayer], (await FileAsync(doors, target)).Merged.Select(m => m.InquiryId));
        await AnswerAsync(doors, target);
        await doors.Hub.QuietAsync();
        await doors.UntilStateAsync(stayer, "Delivered");
        Assert.Equal(["InquiryMerged", "InquiryClosed"], await SaidAsync(doors, leaver));
        Assert.Equal("Withdrawn", (await ProgressAsync(doors, leaver)).State);
        Assert.Equal(2, await doors.CountAsync("delivery"));
        await AddUpAsync(doors, ("Withdrawn", 1), ("Merged", 1), ("AnsweredInTime", 1));
    }

    [Fact]
    public async Task What_a_merged_citizen_adds_is_seen_by_whoever_handles_the_other_one_also_when_that_is_another_unit_by_then()
    {
        await using var doors = await StartAsync("added");
        var (target, merged) = (await HandledAsync(doors), await FromTheWebAsync(doors));
        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(() => FileAsync(doors, merged, As(doors.Hub, Roads, "LO-001"))));
        await MergeAsync(doors, merged, target);
        var channels = new Contracts.Channels.Channels.ChannelsClient(GrpcChannel.ForAddress(doors.Hub.Grpc));
        await channels.AddWordsAsync(new() { Key = "k", InquiryId = merged, QueryCode = doors.Hub.Ring.QueryCode(merged), Text = "水已漫到楼道" });
        await channels.UrgeInquiryAsync(new() { InquiryId = merged, QueryCode = doors.Hub.Ring.QueryCode(merged) });
        await doors.Hub.QuietAsync();
        await PlaceAsync(doors, target, Roads, seen: 1);

        var roads = As(doors.Hub, Roads, "LO-001");
        var row = Assert.Single((await FileAsync(doors, target, roads)).Merged);
        Assert.Equal((merged, 3, 1), (row.InquiryId, row.Contacts, row.Urges)); // the first one, the words, the urge
        var file = await FileAsync(doors, merged, roads);
        Assert.Contains("水已漫到楼道", file.Text);
        Assert.Equal((target, Roads), (file.MergedInto.InquiryId, file.MergedInto.UnitCode));
        Assert.Equal("市城管局", (await ProgressAsync(doors, merged)).UnitName);
        Assert.DoesNotContain(target, (await ProgressAsync(doors, merged)).ToString());
    }

    [Fact]
    public async Task A_dispatcher_who_declines_in_the_same_moment_has_it_again_when_others_wait_and_closes_nothing_that_was_merged()
    {
        await using var doors = await StartAsync("declined");
        var made = new List<string>();
        while (made.Select(doors.Hub.Shards.Of).Distinct().Count() < 4) made.Add(await HeldAsync(doors));
        var four = made.DistinctBy(doors.Hub.Shards.Of).OrderBy(doors.Hub.Shards.Of).Take(4).ToList();
        var (handled, merged, late, target) = (four[0], four[1], four[2], four[3]);
        foreach (var id in made.Except(four).Concat([handled, target])) await PlaceAsync(doors, id, Water);
        // Before a dispatcher, too: its unit wants to return it.
        await Client(doors.Hub).ReturnTaskAsync(new() { CommandId = "r", InquiryId = target, TaskId = $"{target}/1/1", Reason = "WrongDuty", Words = "职责清单第三条" }, As(doors.Hub, Water, "LO-002"));
        await doors.Hub.QuietAsync();
        Task DeclineAsync(string id, int seen, string command) => Router(doors).DeclineInquiryAsync(new() { CommandId = command, InquiryId = id, ExpectedDispatchNo = seen, Reason = "Litigation", PublicReply = "请向法院提出。" }, Dispatcher(doors)).ResponseAsync;
        // What Casework says of a merge is of two shards. While the lower one is held, Routing's loop waits for it and hears nothing; a decline of the other goes through.
        async Task InTheSameMomentAsync(string id, string into, string declined, int seen)
        {
            await using var connection = new NpgsqlConnection(doors.Hub.ConnectionString);
            await connection.OpenAsync();
            var holding = await connection.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand($"select 1 from log.shard where service = 'routing' and shard = {doors.Hub.Shards.Of(declined == id ? into : id)} for update", connection, holding)) await hold.ExecuteNonQueryAsync();
            await Client(doors.Hub).MergeInquiryAsync(new() { CommandId = $"m{id}", InquiryId = id, IntoInquiryId = into }, Dispatcher(doors));
            await DeclineAsync(declined, seen, $"d{declined}");
            await holding.CommitAsync();
            await doors.Hub.QuietAsync();
        }

        await InTheSameMomentAsync(merged, handled, declined: merged, 0);
        Assert.Equal("Merged", (await FileAsync(doors, merged)).Row.State);
        Assert.Equal(new[] { late, target }.Order(), (await HeldOnesAsync(doors)).Order());

        await InTheSameMomentAsync(late, target, declined: target, 1);
        Assert.Equal(("Held", "Merged"), ((await FileAsync(doors, target)).Row.State, (await FileAsync(doors, late)).Row.State));
        Assert.Equal([target], await HeldOnesAsync(doors));
        Assert.Equal("OthersWait", await Refused.CodeAsync(() => DeclineAsync(target, 1, "again")));
        foreach (var id in four) Assert.DoesNotContain("InquiryAnswered", await SaidAsync(doors, id));
        await AddUpAsync(doors, ("Open", made.Count - 2), ("Merged", 2));
    }

    [Fact]
    public async Task The_ones_that_look_alike_and_that_a_unit_has_are_suggested()
    {
        await using var doors = await StartAsync("alike");
        var (target, unlike) = (await HandledAsync(doors), await HeldAsync(doors, "请问退休金怎么领取"));
        await PlaceAsync(doors, unlike, Roads);
        var waiting = await HeldAsync(doors, "石油大街12号水管爆裂两天了");
        Assert.Equal([target], (await Client(doors.Hub).ListAlikeAsync(new() { InquiryId = waiting }, Dispatcher(doors))).Cases.Select(c => c.InquiryId));
        Assert.Equal("PermissionDenied", await Refused.CodeAsync(Client(doors.Hub).ListAlikeAsync(new() { InquiryId = waiting }, As(doors.Hub, Water, "LO-002"))));
        await AnswerAsync(doors, target);
        Assert.Empty((await Client(doors.Hub).ListAlikeAsync(new() { InquiryId = waiting }, Dispatcher(doors))).Cases);
    }
}
