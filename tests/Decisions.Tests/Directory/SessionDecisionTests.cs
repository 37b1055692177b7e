using CsCheck;

namespace InquiryHub.Directory;

public class SessionDecisionTests
{
    static readonly DateTimeOffset Morning = new(2013, 6, 7, 1, 0, 0, TimeSpan.Zero), Evening = Morning.AddHours(12);

    static SessionSet Set(params string[] ids) =>
        ids.Aggregate(new SessionSet("lly001"), (set, id) => SessionDecision.Begin(set, new(id, Morning, Evening, "Chrome", "Windows"), Morning));

    static IEnumerable<string> Holding(SessionSet set, DateTimeOffset? at = null) => set.At(at ?? Morning).Select(s => s.Id);

    [Fact]
    public void A_sign_in_holds_until_its_end_and_leaves_with_the_next_one_after_it()
    {
        var set = Set("home");
        Assert.True(SessionDecision.Holds(set, "home", Evening.AddTicks(-1)));
        Assert.False(SessionDecision.Holds(set, "home", Evening));
        Assert.Equal(["office"], SessionDecision.Begin(set, new("office", Evening, Evening.AddHours(12), "", ""), Evening).Sessions.Select(s => s.Id));
    }

    [Fact]
    public void An_unknown_sign_in_holds_never() => Assert.False(SessionDecision.Holds(Set("home"), "office", Morning) || SessionDecision.Holds(null, "home", Morning));

    [Fact]
    public void A_person_ends_the_own_sign_in_by_signing_out_and_another_one_as_its_owner()
    {
        var left = SessionDecision.End(Set("home", "office"), own: "home", "home", Morning).Value!;
        Assert.Equal((SessionEnd?)SessionEnd.SignedOut, left.Sessions[0].Why);
        var ended = SessionDecision.End(Set("home", "office"), own: "home", "office", Morning).Value!;
        Assert.Equal(((SessionEnd?)SessionEnd.EndedByOwner, (DateTimeOffset?)Morning), (ended.Sessions[1].Why, ended.Sessions[1].EndedAt));
        Assert.Equal(["home"], Holding(ended));
    }

    [Fact]
    public void One_that_has_ended_keeps_its_first_reason()
    {
        var ended = SessionDecision.End(Set("home", "office"), "home", "office", Morning).Value!;
        Assert.Same(ended, SessionDecision.End(ended, "home", "office", Morning.AddHours(1)).Value);
        Assert.Equal((ended, 0), SessionDecision.EndOthers(ended, "home", SessionEnd.PasswordChanged, Morning.AddHours(1)));
    }

    [Fact]
    public void What_is_not_in_the_own_list_reads_like_none() => Assert.Equal("UnknownSession", SessionDecision.End(Set("home"), "home", "somebody else's", Morning).Refusal?.Code);

    [Fact]
    public void Whoever_was_signed_out_signs_nobody_else_out()
    {
        var ended = SessionDecision.End(Set("home", "office"), "home", "office", Morning).Value!;
        Assert.Same(SessionDecision.SignedOut, SessionDecision.End(ended, own: "office", "home", Morning).Refusal);
        Assert.Same(SessionDecision.SignedOut, SessionDecision.MayAct(ended, "office", Morning));
        Assert.Null(SessionDecision.MayAct(ended, "home", Morning));
    }

    [Fact]
    public void All_others_end_and_are_counted_but_those_that_had_ended()
    {
        var two = SessionDecision.End(Set("home", "office", "counter", "hall"), "home", "hall", Morning).Value!;
        var (set, ended) = SessionDecision.EndOthers(two, "home", SessionEnd.PasswordChanged, Morning);
        Assert.Equal((2, "home"), (ended, Assert.Single(Holding(set))));
        Assert.Equal([null, SessionEnd.PasswordChanged, SessionEnd.PasswordChanged, SessionEnd.EndedByOwner], set.Sessions.Select(s => s.Why));
    }

    [Fact]
    public void Whoever_comes_without_a_sign_in_as_an_administrator_for_another_ends_all() =>
        Assert.Equal(2, SessionDecision.EndOthers(Set("home", "office"), "", SessionEnd.PasswordChanged, Morning).Ended);

    [Fact]
    public void The_same_sign_in_written_again_is_one_and_of_more_than_a_hundred_the_oldest_go()
    {
        Assert.Single(Set("home", "home").Sessions);
        var many = Set([.. Enumerable.Range(0, 250).Select(n => $"{n}")]);
        Assert.Equal((SessionDecision.Most, "150", "249"), (many.Sessions.Count, many.Sessions[0].Id, many.Sessions[^1].Id));
    }

    [Fact]
    public void Whatever_is_ended_in_whatever_order_the_own_one_holds_until_it_is_itself_ended() =>
        Gen.Int[0, 5].Array[0, 20].Sample(acts =>
        {
            var set = Set("0", "1", "2", "3", "4");
            foreach (var act in acts)
            {
                var mine = Holding(set).Contains("0");
                set = act == 5 ? mine ? SessionDecision.EndOthers(set, "0", SessionEnd.EndedByOwner, Morning).Set : set : SessionDecision.End(set, "0", $"{act}", Morning).Value ?? set;
                Assert.Equal(mine && act != 0, Holding(set).Contains("0"));
                if (mine && act != 0) Assert.DoesNotContain($"{act}", Holding(set));
            }
        });

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Chrome", "Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge", "Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/63.0.3239.26 Safari/537.36 Core/1.63 QQBrowser/11.0", "QQBrowser", "Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0 Safari/537.36 SE 2.X MetaSr 1.0", "Sogou", "Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "IE", "Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15", "Safari", "macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0", "WeChat", "iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome", "Android")]
    [InlineData("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1 Mobile", "Chrome", "HarmonyOS")]
    [InlineData("grpc-dotnet/2.71.0 (.NET 10.0.0)", "", "")]
    [InlineData("", "", "")]
    public void A_browser_is_known_by_two_words(string userAgent, string browser, string system) => Assert.Equal((browser, system), UserAgent.Read(userAgent));
}
