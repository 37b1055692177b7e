using System.Collections.Frozen;
using System.Text.RegularExpressions;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

public partial class WebTests
{
    [Fact]
    public void Both_languages_have_the_same_words_and_name_a_value_where_the_other_does()
    {
        var (zh, en) = (Texts.For(Texts.Chinese), Texts.For(Texts.English));
        Assert.Equal(zh.Keys.Order(), en.Keys.Order());
        Assert.All(zh.Keys, k => Assert.Equal((k, Places(zh[k]).Count > 0), (k, Places(en[k]).Count > 0)));
        Assert.DoesNotContain(en.Keys, k => k != "language.other" && en[k].Any(c => c is >= '\u4e00' and <= '\u9fff'));
    }

    static HashSet<string> Places(string text) => [.. Placeholder().Matches(text).Select(m => m.Value)];
    [GeneratedRegex(@"\{\d\}")] private static partial Regex Placeholder();

    [Theory]
    [InlineData("2013-06", "2013-06-01", "2013-06-30")]
    [InlineData("2013-01", "2013-01-15", "2013-01-31")] // a period that begins in the month
    [InlineData("2013-12", "2013-12-01", "2013-12-20")]
    [InlineData("2013-06-03", "2013-06-03", "2013-06-03")]
    [InlineData("2013", "2013-01-15", "2013-12-20")]
    public void A_column_opens_the_days_it_counts_and_no_more(string step, string from, string to) =>
        Assert.Equal((from, to), new Question("2013-01-15", "2013-12-20").At(step) is var q ? (q.From, q.To) : default);

    [Fact]
    public void A_period_has_a_column_for_every_step_also_for_those_without_a_contact()
    {
        Assert.Equal(12, Question.Steps("2013-01-01", "2013-12-31", "month").Count);
        Assert.Equal(["2013-12-31", "2014-01-01"], Question.Steps("2013-12-31", "2014-01-01", "day"));
        Assert.Equal(["2013", "2014", "2015"], Question.Steps("2013-05-01", "2015-01-01", "year"));
    }

    [Theory]
    [InlineData("/facts?from=2013-01-01", "/facts?from=2013-01-01")]
    [InlineData("//evil.invalid/", "/dashboard")]
    [InlineData("/\\evil.invalid", "/dashboard")]
    [InlineData("https://evil.invalid/", "/dashboard")]
    [InlineData("/a\r\nSet-Cookie: x", "/dashboard")]
    [InlineData(null, "/dashboard")]
    public void A_sign_in_leads_back_to_this_site_only(string? back, string to) => Assert.Equal(to, WebModule.Local(back));

    [Theory]
    [InlineData("", "")]
    [InlineData("211102", "211102")]
    [InlineData("盘锦市 双台子区 211102", "211102")]
    [InlineData("双台子区", "211102")] // its streets bear its name too
    [InlineData("胜利", "211102002")]
    [InlineData("街道", null)]
    [InlineData("沈阳", null)]
    public void What_is_typed_into_a_list_is_one_of_its_entries_or_none(string typed, string? code)
    {
        Contracts.Directory.AreaPublished Area(string code, string name, string parent) => new() { AreaCode = code, Name = name, ParentAreaCode = parent };
        var names = NameList.None with { Areas = new[] { Area("211100", "盘锦市", ""), Area("211102", "双台子区", "211100"), Area("211102002", "胜利街道", "211102"), Area("211102003", "建设街道", "211102") }.ToFrozenDictionary(a => a.AreaCode) };
        Assert.Equal(code, CallActs.CodeOf(typed, CallActs.Areas(names)));
    }

    [Fact]
    public void The_axis_ends_at_a_round_number_of_four_even_steps() =>
        Assert.All(Enumerable.Range(0, 200_000).Where(i => i % 37 == 0 || i < 100), i => { var top = Show.AxisTop(i); Assert.True(top >= i && top % 4 == 0 && (i < 5 || top <= 2 * i), $"{i} {top}"); });

    [Fact]
    public void An_address_holds_the_filter_and_nothing_empty()
    {
        var q = new Question("2013-01-01", "2013-12-31", Inquiries: true, Area: "-", Outcome: "Open");
        Assert.Equal("/facts?from=2013-01-01&to=2013-12-31&count=inquiries&area=-&outcome=Open", q.Href("/facts"));
        Assert.Equal(new Filter { From = "2013-01-01", To = "2013-12-31", Inquiries = true, AreaCode = "-", Outcome = "Open" }, q.Filter);
    }
}
