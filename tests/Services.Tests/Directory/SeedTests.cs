using InquiryHub.Directory;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Directory;

/// <summary>What a city gets that began with an older version.</summary>
public sealed class SeedTests
{
    [Fact]
    public async Task A_city_that_began_before_returns_and_extensions_or_follow_ups_gets_their_limits_once_and_nothing_else_again()
    {
        await using var hub = await TestHub.StartAsync("seed", [new DirectoryModule()], new Dictionary<string, string?> { ["Directory:AccountsFile"] = "" });
        using var probe = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("the hub is ready", async () => (await probe.GetAsync("/ready")).IsSuccessStatusCode, 60);
        var handlers = hub.Services.GetRequiredService<DirectoryHandlers>();
        string[] early = ["Extension", "Return"], late = ["FollowUp", "Rehandling"];
        foreach (var (gone, back) in new[] { ("'Seed/2', 'Seed/3'", early.Concat(late)), ("'Seed/3'", late) })
        {
            await hub.SqlAsync($"delete from directory.entry where key in ({gone}) or key like 'LimitPublished/Any/%'");
            var published = await hub.ScalarAsync<long>("select count(*) from log.outbox");
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => handlers.SeedAsync(ShippedData.Load()))), Assert.False);
            Assert.Equal(back.Select(clock => $"LimitPublished/Any/{clock}/2004-01-01").Order(StringComparer.Ordinal), await hub.ScalarAsync<string[]>("select array_agg(key order by key) from directory.entry where key like 'LimitPublished/Any/%'"));
            Assert.Equal(published + back.Count(), await hub.ScalarAsync<long>("select count(*) from log.outbox"));
        }
    }
}
