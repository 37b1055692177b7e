using Grpc.Core;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using InquiryHub.TestKit;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>Who a case is from: entered once, then shown; a refusal leaves nothing.</summary>
public sealed class RevealTests
{
    static RevealPersonRequest Ask(string id, string command = "r1", string reason = "ContactCitizen", string words = "") => new() { CommandId = command, InquiryId = id, Reason = reason, Words = words };

    static Task<long> EntriesAsync(TestHub hub) => hub.ScalarAsync<long>("select (select count(*) from casework.reveal) + (select count(*) from log.outbox where type = 'hub.casework.v1.PersonRevealed')");

    [Fact]
    public async Task A_look_sent_again_is_one_entry_that_stands_in_the_case_and_in_the_list()
    {
        await using var hub = await CaseworkTests.StartAsync("reveal");
        var (id, casework, own, supervisor) = (await CaseworkTests.AssignedAsync(hub), CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"), CaseworkTests.As(hub, "", "sun", Roles.Supervisor));
        var shown = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => casework.RevealPersonAsync(Ask(id, reason: "Other", words: "约定上门时间"), own).ResponseAsync));
        Assert.All(shown, r => Assert.Equal((1, "芦某某", "13800000000", ""), (r.EntryNo, r.Name, r.Phone, r.Address)));
        Assert.All(shown, r => Assert.InRange(r.SecondsLeft, 1, 60));
        Assert.Single(shown.Select(r => r.ShownUntil).Distinct());
        Assert.Equal(2, await EntriesAsync(hub));

        var look = Assert.Single((await casework.GetCaseAsync(new() { InquiryId = id }, CaseworkTests.As(hub, "PJ-001", "LO-002"))).Timeline, e => e.Act == "PersonRevealed");
        Assert.Equal(("LO-001", "PJ-001", "Other", 1, "约定上门时间"), (look.Actor, look.UnitCode, look.Detail, look.EntryNo, look.Words));
        var row = Assert.Single((await casework.ListRevealsAsync(new(), supervisor)).Reveals);
        Assert.Equal((id, 1, "LO-001", "Other", "约定上门时间"), (row.InquiryId, row.EntryNo, row.OfficerId, row.Reason, row.Words));
        Assert.Equal(["Name", "Phone"], row.Fields);

        // Neither the person nor the words lie in clear anywhere: not in what is said, not in what a command keeps, not in the tables.
        foreach (var secret in new[] { "13800000000", "芦某某", "约定上门" })
            Assert.Equal(0, await hub.ScalarAsync<long>($"""
                select (select count(*) from log.outbox where position(convert_to('{secret}', 'UTF8') in body) > 0) + (select count(*) from log.command where position(convert_to('{secret}', 'UTF8') in answer) > 0)
                    + (select count(*) from casework.case_file where body::text like '%{secret}%') + (select count(*) from casework.case_text where body::text like '%{secret}%') + (select count(*) from casework.reveal where body::text like '%{secret}%')
                """));
    }

    [Fact]
    public async Task A_spent_command_shows_nothing_to_another_person_and_nothing_after_its_minute()
    {
        await using var hub = await CaseworkTests.StartAsync("spent");
        var (id, casework, own) = (await CaseworkTests.AssignedAsync(hub), CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"));
        await casework.RevealPersonAsync(Ask(id), own);
        Assert.Equal("RevealOver", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(id), CaseworkTests.As(hub, "PJ-001", "LO-002"))));
        // A minute later, by the city's clock.
        await hub.SqlAsync("insert into log.clock (base, since, rate) values (now() + interval '61 seconds', now(), 1)");
        Assert.Equal("RevealOver", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(id), own)));
        Assert.Equal(2, (await casework.RevealPersonAsync(Ask(id, "r2"), own)).EntryNo);
        Assert.Equal(4, await EntriesAsync(hub));
    }

    [Fact]
    public async Task A_refused_look_leaves_nothing_and_who_reports_in_confidence_is_never_shown()
    {
        await using var hub = await CaseworkTests.StartAsync("noreveal");
        var (id, casework) = (await CaseworkTests.AssignedAsync(hub), CaseworkTests.Client(hub));
        var secret = InquiryNumber.Make(new(2013, 5, 6), 5, 9);
        await hub.Writer("channels").CommandAsync<InquiryRegistered>(null, [secret], _ => { }, work =>
        {
            var e = new InquiryRegistered
            {
                InquiryId = secret, Kind = InquiryKind.Report, Confidential = true, Contact = new() { ContactId = "c9", Channel = "WebPortal", ReceivedAt = CityTime.Stamp(work.Now), Door = "web" },
                Content = hub.Ring.Seal(secret, new Content { Title = "举报", Text = "x", Name = "芦某某", Phone = "13800000000" }),
            };
            work.Emit(secret, e);
            return e;
        });
        await hub.Writer("routing").CommandAsync<InquiryHeld>(null, [secret], _ => { }, work => { var e = new InquiryHeld { InquiryId = secret, Reason = "NoArea", HeldAt = CityTime.Stamp(work.Now) }; work.Emit(secret, e); return e; });
        await hub.QuietAsync();
        var (own, supervisor, dispatcher) = (CaseworkTests.As(hub, "PJ-001", "LO-001"), CaseworkTests.As(hub, "", "sun", Roles.Supervisor), CaseworkTests.As(hub, "", "d1", Roles.Dispatcher));
        Assert.Equal("ReporterConfidential", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(secret), supervisor)));
        Assert.Equal("ReporterConfidential", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(secret), dispatcher)));
        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(secret), own)));
        Assert.Equal("UnknownInquiry", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(id), CaseworkTests.As(hub, "PJ-002", "LO-009"))));
        Assert.Equal("NoCallBack", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(id), CaseworkTests.As(hub, "", "op1", Roles.Operator))));
        Assert.Equal("InvalidReason", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(id, reason: ""), own)));
        Assert.Equal("InvalidCommandId", await Refused.CodeAsync(casework.RevealPersonAsync(Ask(id, command: ""), own)));
        Assert.Equal(0, await EntriesAsync(hub));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.command where service = 'casework'"));
    }

    [Fact]
    public async Task Supervisors_page_through_the_entries_of_some_days_newest_first()
    {
        await using var hub = await CaseworkTests.StartAsync("reveals");
        var (casework, own, supervisor) = (CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"), CaseworkTests.As(hub, "", "sun", Roles.Supervisor));
        await hub.SqlAsync("insert into log.clock (base, since, rate) values ('2014-01-22 10:00+08', now(), 0)");
        var ids = new[] { await CaseworkTests.AssignedAsync(hub, 1), await CaseworkTests.AssignedAsync(hub, 2) };
        // Three at the same instant: then the key decides, and no page loses one.
        foreach (var (n, id) in new[] { (1, ids[0]), (2, ids[1]), (3, ids[0]) }) await casework.RevealPersonAsync(Ask(id, $"a{n}"), own);
        await hub.SqlAsync("update log.clock set base = '2014-01-23 00:00+08'");
        await casework.RevealPersonAsync(Ask(ids[1], "b1", "PrepareVisit"), own);

        async Task<List<string>> PagesAsync(string from, string to)
        {
            var (all, after) = (new List<string>(), "");
            do
            {
                var page = await casework.ListRevealsAsync(new() { From = from, To = to, Page = new() { Size = 2, After = after } }, supervisor);
                all.AddRange(page.Reveals.Select(r => $"{r.InquiryId}#{r.EntryNo} {r.Reason}"));
                after = page.Next;
            } while (after.Length > 0);
            return all;
        }
        var day = new[] { $"{ids[0]}#1", $"{ids[0]}#2", $"{ids[1]}#1" }.OrderDescending(StringComparer.Ordinal).Select(k => $"{k} ContactCitizen").ToList();
        Assert.Equal([$"{ids[1]}#2 PrepareVisit", .. day], await PagesAsync("", ""));
        Assert.Equal(day, await PagesAsync("2014-01-22", "2014-01-22"));
        Assert.Equal([$"{ids[1]}#2 PrepareVisit"], await PagesAsync("2014-01-23", ""));
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => casework.ListRevealsAsync(new(), own).ResponseAsync)).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => casework.ListRevealsAsync(new() { From = "gestern" }, supervisor).ResponseAsync)).StatusCode);
    }
}
