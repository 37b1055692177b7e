using Grpc.Core;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>Cases found by words of what was said in them.</summary>
public sealed class SearchTests
{
    static async Task<string> FiledAsync(TestHub hub, int n, string title, string text, string unit = "", string place = "")
    {
        var id = InquiryNumber.Make(new(2013, 5, 6), n % 12, n + 1);
        await CaseworkTests.SayAsync(hub, "channels", id, new InquiryRegistered
        {
            InquiryId = id, Kind = InquiryKind.Complaint, WantsReply = true, Contact = new() { ContactId = $"s{n}", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(CityTime.At(new(2013, 5, 6), new(9, n))), Door = "web" },
            Content = hub.Ring.Seal(id, new Content { Title = title, Text = text, Place = place, Name = "芦某某", Phone = "13800000000" }),
        });
        if (unit.Length > 0) await CaseworkTests.SayAsync(hub, "routing", id, CaseworkTests.Dispatched(id, unit));
        return id;
    }

    static async Task<SearchCasesReply> FindAsync(TestHub hub, string words, Metadata who, string after = "") => await CaseworkTests.Client(hub).SearchCasesAsync(new() { Words = words, After = after }, who);

    [Fact]
    public async Task A_case_is_found_by_all_of_the_words_however_they_are_written_newest_first()
    {
        await using var hub = await CaseworkTests.StartAsync("search");
        var (first, second) = (await FiledAsync(hub, 1, "路灯不亮", "第一中学门口，三天了，100%没人管。"), await FiledAsync(hub, 2, "夜里太黑", "路燈壞了，１００米都看不見", place: "兴隆台区石油大街"));
        await FiledAsync(hub, 3, "水管漏水", "一百米长");
        await hub.QuietAsync();
        var op = CaseworkTests.As(hub, "", "op1", Roles.Operator);
        foreach (var (words, found) in new (string, string[])[]
        {
            ("路灯", [second, first]), ("路燈 第一中學", [first]), ("石油大街", [second]), ("100米", [second]), ("100%", [first]), ("０％", [first]), ("路_", []), ("水管 路灯", []), ("芦某某", []), ("13800000000", []),
        })
        {
            var reply = await FindAsync(hub, words, op);
            Assert.Equal((words, string.Join(' ', found), true, ""), (words, string.Join(' ', reply.Cases.Select(c => c.InquiryId)), reply.Complete, reply.SearchedFrom));
        }
    }

    [Fact]
    public async Task An_officer_finds_what_the_own_unit_has_a_part_in_and_nothing_else()
    {
        await using var hub = await CaseworkTests.StartAsync("searchunit");
        var (ours, _, _) = (await FiledAsync(hub, 1, "路灯不亮", "x", "PJ-001"), await FiledAsync(hub, 2, "路灯太亮", "x", "PJ-002"), await FiledAsync(hub, 3, "路灯歪了", "x"));
        await hub.QuietAsync();
        Assert.Equal([ours], (await FindAsync(hub, "路灯", CaseworkTests.As(hub, "PJ-001", "LO-001"))).Cases.Select(c => c.InquiryId));
        Assert.Empty((await FindAsync(hub, "路灯", CaseworkTests.As(hub, "", "LO-009"))).Cases);
        Assert.Equal(3, (await FindAsync(hub, "路灯", CaseworkTests.As(hub, "", "sun", Roles.Supervisor))).Cases.Count);
    }

    [Fact]
    public async Task More_than_a_list_holds_are_not_left_out_in_silence_and_come_when_asked_for()
    {
        await using var hub = await CaseworkTests.StartAsync("searchmany");
        for (var n = 0; n < 21; n++) await FiledAsync(hub, n, $"路灯 {n}", "x");
        await hub.QuietAsync();
        var op = CaseworkTests.As(hub, "", "op1", Roles.Operator);
        var some = await FindAsync(hub, "路灯", op);
        Assert.Equal((20, false, "2013-05-06"), (some.Cases.Count, some.Complete, some.SearchedFrom));
        Assert.Equal("路灯 20", some.Cases[0].Title);
        var rest = await FindAsync(hub, "路灯", op, some.Next);
        Assert.Equal(("路灯 0", true, ""), (Assert.Single(rest.Cases).Title, rest.Complete, rest.Next));
        Assert.Equal("InvalidPage", await Refused.CodeAsync(() => FindAsync(hub, "路灯", op, "older")));
        Assert.True((await FindAsync(hub, "路灯 2", op)).Complete);
    }

    [Fact]
    public async Task Cases_are_looked_through_in_parts_none_twice_and_none_passed_over()
    {
        await using var hub = await CaseworkTests.StartAsync("searchparts");
        for (var n = 0; n < 7; n++) await FiledAsync(hub, n, n % 3 == 0 ? $"路灯 {n}" : $"水管 {n}", "x");
        await hub.QuietAsync();
        List<string> found = [];
        Mark? after = null;
        var parts = 0;
        do
        {
            var (some, ended) = await CaseworkStore.SearchAsync(hub.Services.GetRequiredKeyedService<Npgsql.NpgsqlDataSource>("casework"), "", ["路灯"], 3, 20, after, default);
            found.AddRange(some.Select(c => c.Registration!.Title));
            (after, parts) = (ended, parts + 1);
        }
        while (after is not null);
        Assert.Equal(["路灯 6", "路灯 3", "路灯 0"], found);
        Assert.Equal(3, parts);
    }

    [Theory]
    [InlineData("灯")]
    [InlineData("")]
    public async Task What_is_too_little_to_look_for_is_refused_with_what_to_do(string words)
    {
        await using var hub = await CaseworkTests.StartAsync("searchlittle");
        Assert.Equal("InvalidSearch", await Refused.CodeAsync(() => FindAsync(hub, words, CaseworkTests.As(hub, "", "op1", Roles.Operator))));
    }
}
