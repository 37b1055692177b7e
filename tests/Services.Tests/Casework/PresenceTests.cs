using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using static InquiryHub.Services.Tests.Casework.CaseworkTests;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>Who else has a case open, with a real Redis and without one.</summary>
public sealed class PresenceTests
{
    static async Task<IReadOnlyList<Present>> LookAsync(TestHub hub, string id, string officer, bool looking = true) =>
        (await Client(hub).GetCaseAsync(new() { InquiryId = id, Looking = looking }, As(hub, "PJ-001", officer))).Others;

    static Present Named(string officer, bool writing = false) => new() { Account = officer, OfficerId = officer, Writing = writing };

    [Fact]
    public async Task Who_has_a_case_open_or_writes_in_it_is_named_to_others_who_look_until_it_is_not_said_again()
    {
        await using var hub = await StartAsync("present", TestServers.Redis);
        var id = await AssignedAsync(hub, number: 4711);
        Assert.Empty(await LookAsync(hub, id, "LO-001"));
        Assert.Empty(await LookAsync(hub, id, "LO-002", looking: false)); // a program that reads it isn't there
        Assert.Empty(await LookAsync(hub, id, "LO-001")); // nor is one's own second window another
        Assert.Equal([Named("LO-001")], await LookAsync(hub, id, "LO-003"));

        var own = As(hub, "PJ-001", "LO-001");
        await Client(hub).SaveDraftAsync(new() { Scope = $"return/{id}", Field = "basis", Text = "职责" }, own);
        Assert.Equal([Named("LO-001")], await LookAsync(hub, id, "LO-003"));
        await Client(hub).SaveDraftAsync(new() { Scope = $"case/{id}", Field = "reply", Text = "已修复" }, own);
        await Until.TrueAsync("Redis has it", async () => (await LookAsync(hub, id, "LO-003")).SequenceEqual([Named("LO-001", writing: true)]));
        await LookAsync(hub, id, "LO-000");
        Assert.Equal([Named("LO-001", writing: true), Named("LO-000")], await LookAsync(hub, id, "LO-003")); // who writes first

        await using var redis = await ConnectionMultiplexer.ConnectAsync(TestServers.Redis);
        foreach (var (name, least) in new[] { ($"case:{id}:looks:LO-001", Presence.Looks), ($"case:{id}:writes:LO-001", Presence.Writes) })
        {
            var key = hub.Services.GetRequiredService<RedisLink>().Name(name);
            Assert.InRange((await redis.GetDatabase().KeyTimeToLiveAsync(key))!.Value, least / 2, least);
            await redis.GetDatabase().KeyDeleteAsync(key); // as if that time had passed
        }
        Assert.Equal([Named("LO-000")], await LookAsync(hub, id, "LO-003"));
    }

    [Fact]
    public async Task Two_cities_on_one_Redis_name_each_others_people_at_no_case()
    {
        await using var one = await StartAsync("present1", TestServers.Redis);
        await using var other = await StartAsync("present2", TestServers.Redis);
        var id = await AssignedAsync(one);
        Assert.Equal(id, await AssignedAsync(other));
        Assert.Empty(await LookAsync(one, id, "LO-001"));
        Assert.Empty(await LookAsync(other, id, "LO-002"));
        Assert.Equal([Named("LO-001")], await LookAsync(one, id, "LO-002"));
    }

    [Fact]
    public async Task Without_Redis_nobody_is_named_and_the_case_is_read()
    {
        await using var hub = await StartAsync("alone");
        var id = await AssignedAsync(hub, number: 4712);
        foreach (var officer in new[] { "LO-001", "LO-002" }) Assert.Empty(await LookAsync(hub, id, officer));
        await Client(hub).SaveDraftAsync(new() { Scope = $"case/{id}", Field = "reply", Text = "已修复" }, As(hub, "PJ-001", "LO-001"));
    }
}
