using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Directory;

namespace InquiryHub.Web;

public sealed class TriageTests
{
    static readonly DateTimeOffset at = new(2014, 1, 22, 9, 0, 0, TimeSpan.FromHours(8));
    static HeldRow Row(string id, string title = "t", string gone = "") => new(id, title, "WalkIn", "NoCategory", at, gone);
    static IReadOnlyList<HeldRow> Rows(string ids) => [.. ids.Select(c => Row(c.ToString()))];

    [Fact]
    public void What_is_gone_keeps_its_place_and_what_arrives_comes_last()
    {
        var merged = Triage.Merge(Rows("abc"), Rows("acd"), id => "gone " + id);
        Assert.Equal(["a", "b", "c", "d"], merged.Select(r => r.Id));
        Assert.Equal(["", "gone b", "", ""], merged.Select(r => r.Gone));
        // It stays as it is until another case is opened.
        Assert.Equal("gone b", Triage.Merge(merged, Rows("d"), _ => "other")[1].Gone);
    }

    [Fact]
    public void A_title_that_was_known_is_not_lost_while_it_cant_be_read() => Assert.Equal("t", Triage.Merge([Row("a")], [Row("a", "")], _ => "")[0].Title);

    [Theory]
    [InlineData("b", 1, "", "", "c")]
    [InlineData("c", 1, "", "", "a")]
    [InlineData("b", -1, "", "", "a")]
    [InlineData("a", -1, "", "", "c")]
    [InlineData("", 1, "", "", "a")]
    [InlineData("", -1, "", "", "c")]
    [InlineData("a", 1, "b", "", "c")] // put aside
    [InlineData("a", 1, "bc", "", "b")] // nothing else is left
    [InlineData("a", 1, "", "bc", "")] // on their way out
    [InlineData("x", 1, "", "", "a")] // the open one isn't in the queue
    public void The_next_one_is_the_neighbour_past_what_is_aside_or_leaving(string open, int step, string aside, string leaving, string next) =>
        Assert.Equal(next, Triage.Neighbour(Rows("abc"), open, step, [.. aside.Select(c => c.ToString())], [.. leaving.Select(c => c.ToString())]));

    [Fact]
    public void What_a_colleague_took_is_passed_over() => Assert.Equal("c", Triage.Neighbour([Row("a"), Row("b", gone: "x"), Row("c")], "a", 1, [], []));

    [Fact]
    public void The_entry_that_speaks_for_a_unit_is_in_the_inquirys_own_category()
    {
        CatalogueEntryPublished[] catalogue =
        [
            new() { EntryCode = "010101", NameZh = "a", UnitCode = "U1", Active = true }, new() { EntryCode = "010102", NameZh = "b", UnitCode = "U2", Active = true },
            new() { EntryCode = "010103", NameZh = "c", UnitCodeByArea = { ["211102"] = "U3" }, Active = true }, new() { EntryCode = "010104", NameZh = "d", UnitCode = "U4" },
        ];
        string Of(string unit, string category) => Triage.EntryFor(unit, category, catalogue)?.EntryCode ?? "";
        Assert.Equal(("010102", "010103", "", "", ""), (Of("U2", "0101"), Of("U3", "0101"), Of("U4", "0101"), Of("U2", "010101"), Of("U2", "")));
    }

    [Fact]
    public void Suggested_are_the_candidates_and_for_a_dispatched_one_its_runner_up_but_never_where_it_is()
    {
        Assert.Equal(["a", "b"], Triage.Suggested(new() { Held = true, CandidateUnitCodes = { "a", "b", "a" } }));
        Assert.Equal(["r"], Triage.Suggested(new() { UnitCode = "u", RunnerUpUnitCode = "r", CandidateUnitCodes = { "u" } }));
        Assert.Empty(Triage.Suggested(new() { UnitCode = "u" }));
    }

    [Theory]
    [InlineData(0, "刚到")]
    [InlineData(12, "12 分")]
    [InlineData(62, "1 时 02 分")]
    [InlineData(3061, "2 天 3 时")]
    public void A_wait_is_said_in_the_largest_two_units(int minutes, string words) => Assert.Equal(words, Triage.Wait(TimeSpan.FromMinutes(minutes), Texts.For(Texts.Chinese)));

    [Theory]
    [InlineData("市教育局", "sjyj")]
    [InlineData("兴隆台区住房和城乡建设局", "xltqzfhcxjsj")]
    [InlineData("惠宾街道办事处", "hbjdbsc")]
    [InlineData("12345 热线", "12345rx")]
    [InlineData("㐀", "")]
    public void A_names_first_letters_are_found_in_the_standards_order(string name, string letters) => Assert.Equal(letters, Pinyin.Initials(name));

    [Fact]
    public void Every_shipped_unit_is_found_by_a_letter_for_each_character() =>
        Assert.All(ShippedData.Load().Units, u => Assert.Equal((u.Name, u.Name.Count(c => c is > '\u3400' and < '\uA000' || char.IsAsciiLetterOrDigit(c))), (u.Name, Pinyin.Initials(u.Name).Length)));
}
