using System.Text;
using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.TestKit;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>What people are writing, kept by Casework on a real PostgreSQL.</summary>
public sealed class DraftTests
{
    static SaveDraftRequest Text(string text, long version = 0, string scope = "counter", string field = "text") => new() { Scope = scope, Field = field, Text = text, Version = version };

    [Fact]
    public async Task Two_windows_of_a_person_never_overwrite_each_others_text()
    {
        await using var hub = await CaseworkTests.StartAsync("drafts");
        var (casework, me) = (CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"));
        var first = await casework.SaveDraftAsync(Text("甲"), me);
        var other = await casework.SaveDraftAsync(Text("乙", first.Version), me);
        var conflict = await casework.SaveDraftAsync(Text("丙", first.Version), me);
        Assert.Equal((true, "乙", other.Version), (conflict.Conflict, conflict.Other, conflict.Version));
        Assert.Equal("乙", Assert.Single((await casework.ListDraftsAsync(new() { Scope = "counter" }, me)).Drafts).Text);
        // The same text from both is no quarrel, and many at once leave one of them.
        Assert.False((await casework.SaveDraftAsync(Text("乙", 0), me)).Conflict);
        var race = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => casework.SaveDraftAsync(Text($"第{n}份", other.Version), me).ResponseAsync));
        Assert.Equal(7, race.Count(r => r.Conflict));
        var chosen = race.Single(r => !r.Conflict);
        Assert.Equal(chosen.Version, (await casework.ListDraftsAsync(new() { Scope = "counter" }, me)).Drafts[0].Version);
    }

    [Fact]
    public async Task A_persons_drafts_are_nobody_elses_and_lie_sealed()
    {
        await using var hub = await CaseworkTests.StartAsync("ownDrafts");
        var (casework, me) = (CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"));
        await casework.SaveDraftAsync(Text("芦某某说自来水发黄"), me);
        await casework.SaveDraftAsync(Text("另一处", scope: "call/1"), me);
        Assert.Empty((await casework.ListDraftsAsync(new() { Scope = "counter" }, CaseworkTests.As(hub, "PJ-001", "LO-002"))).Drafts);
        Assert.DoesNotContain("自来水", await hub.ScalarAsync<string>("select string_agg(body::text, '') from casework.draft"));
        await casework.DropDraftsAsync(new() { Scope = "counter" }, me);
        Assert.All((await casework.ListDraftsAsync(new() { Scope = "counter" }, me)).Drafts, d => Assert.Equal("", d.Text));
        Assert.Equal("另一处", Assert.Single((await casework.ListDraftsAsync(new() { Scope = "call/1" }, me)).Drafts).Text);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await casework.ListDraftsAsync(new() { Scope = "counter" }))).StatusCode);
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from log.outbox where service = 'casework'"));
    }

    [Fact]
    public async Task A_draft_may_be_long_and_one_that_is_too_long_is_refused_and_leaves_the_former()
    {
        await using var hub = await CaseworkTests.StartAsync("longDraft");
        var (casework, me) = (CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"));
        var longest = new StringBuilder().Insert(0, "字", 99_999).Append('\0').ToString();
        var kept = await casework.SaveDraftAsync(Text(longest), me);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await casework.SaveDraftAsync(Text(new('字', 300_000), kept.Version), me))).StatusCode);
        Assert.Equal(longest, (await casework.ListDraftsAsync(new() { Scope = "counter" }, me)).Drafts[0].Text);
    }

    [Fact]
    public async Task The_answer_drops_the_drafts_of_who_answers_and_a_refused_one_drops_nothing()
    {
        await using var hub = await CaseworkTests.StartAsync("answerDrops");
        var id = await CaseworkTests.AssignedAsync(hub);
        var (casework, me, colleague) = (CaseworkTests.Client(hub), CaseworkTests.As(hub, "PJ-001", "LO-001"), CaseworkTests.As(hub, "PJ-001", "LO-002"));
        foreach (var (who, text) in new[] { (me, "我的"), (colleague, "同事的") })
            foreach (var field in new[] { "reply", "note" }) await casework.SaveDraftAsync(Text(text, scope: $"case/{id}", field: field), who);
        async Task<string> DraftsAsync(Metadata who) => string.Join(',', (await casework.ListDraftsAsync(new() { Scope = $"case/{id}" }, who)).Drafts.Select(d => d.Text));

        await Assert.ThrowsAsync<RpcException>(async () => await casework.AnswerInquiryAsync(new() { CommandId = "empty", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = " " }, me));
        Assert.Equal("我的,我的", await DraftsAsync(me));
        await casework.AnswerInquiryAsync(new() { CommandId = "a", InquiryId = id, TaskId = $"{id}/1/1", PublicReply = "已修复。" }, me);
        Assert.Equal((",", "同事的,同事的"), (await DraftsAsync(me), await DraftsAsync(colleague)));
        // A window that still has the text keeps it as a new draft: nothing is in its way.
        Assert.False((await casework.SaveDraftAsync(Text("我的", 1, $"case/{id}", "reply"), me)).Conflict);
    }
}
