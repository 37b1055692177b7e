using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using StackExchange.Redis;

namespace InquiryHub.Casework;

/// <summary>
/// Who has a case open and who writes in it, so that two don't answer one case. It is in Redis only, ends by itself when nobody says it
/// again (a page asks for its case every ten seconds), and may be lost: then nobody is named.
/// </summary>
sealed class Presence(RedisLink redis)
{
    public static readonly TimeSpan Looks = TimeSpan.FromSeconds(25), Writes = TimeSpan.FromSeconds(30);
    static readonly TimeSpan kept = TimeSpan.FromMinutes(2);

    RedisKey Of(string inquiryId) => redis.Name($"case:{inquiryId}:here");
    RedisKey LooksOf(string inquiryId, RedisValue account) => redis.Name($"case:{inquiryId}:looks:{account}");
    RedisKey WritesOf(string inquiryId, RedisValue account) => redis.Name($"case:{inquiryId}:writes:{account}");

    /// <summary>Says that this person looks; answers who else does. A person's second window is no other.</summary>
    public async Task<IReadOnlyList<Present>> LookAsync(string inquiryId, Actor actor)
    {
        if (!redis.Up) return [];
        try
        {
            var cache = redis.Connection!.GetDatabase();
            // One round trip; a second one only when somebody else was here lately.
            var said = Task.WhenAll(cache.StringSetAsync(LooksOf(inquiryId, actor.Account), actor.OfficerId, Looks), cache.SetAddAsync(Of(inquiryId), actor.Account), cache.KeyExpireAsync(Of(inquiryId), kept));
            var others = (await cache.SetMembersAsync(Of(inquiryId))).Where(account => account != actor.Account).ToArray();
            await said;
            if (others.Length == 0) return [];
            var (looks, writes) = (cache.StringGetAsync([.. others.Select(o => LooksOf(inquiryId, o))]), cache.StringGetAsync([.. others.Select(o => WritesOf(inquiryId, o))]));
            var (here, writing) = (await looks, await writes);
            return [.. others.Index().Where(o => !here[o.Index].IsNull).Select(o => new Present { Account = o.Item.ToString(), OfficerId = here[o.Index].ToString(), Writing = !writing[o.Index].IsNull })
                .OrderByDescending(p => p.Writing).ThenBy(p => p.Account, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is RedisException or TimeoutException) { return []; }
    }

    /// <summary>Says that this person's text of the case was kept just now.</summary>
    public void Wrote(string inquiryId, Actor actor)
    {
        if (!redis.Up) return;
        try { redis.Connection!.GetDatabase().StringSet(WritesOf(inquiryId, actor.Account), "", Writes, When.Always, CommandFlags.FireAndForget); }
        catch (Exception e) when (e is RedisException or TimeoutException) { /* nobody is named */ }
    }
}
