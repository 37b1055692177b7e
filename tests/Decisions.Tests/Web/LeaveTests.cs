using System.Collections.Frozen;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Web;

/// <summary>请假 on the pages: who is named as away, who is offered, and which units have nobody.</summary>
public sealed class LeaveTests
{
    static readonly Texts zh = Texts.For(Texts.Chinese), en = Texts.For(Texts.English);
    // Friday 1/24; Saturday off; Sunday 1/26 is a make-up day.
    static readonly WorkCalendar calendar = new(new(2014, 1, 24, 2, 0, 0, TimeSpan.Zero), Day(24), Enumerable.Range(20, 12).ToFrozenDictionary(Day, d => d != 25));
    static readonly OfficerPublished[] staff = [Officer("LO-1", "荻雪", "A"), Officer("LO-2", "芦苇", "A"), Officer("LO-3", "苇杭", "B")];
    static readonly NameList names = NameList.None with
    {
        Units = new[] { "A", "B", "C", "D" }.ToFrozenDictionary(u => u, u => new UnitPublished { UnitCode = u, Name = u, Active = u != "D" }),
        Officers = staff.ToFrozenDictionary(o => o.OfficerId, o => o.Name), Active = staff.GroupBy(o => o.UnitCode).ToFrozenDictionary(g => g.Key, g => g.ToArray()), Staffed = new[] { "A", "B" }.ToFrozenSet(),
    };

    static DateOnly Day(int day) => new(2014, 1, day);
    static OfficerPublished Officer(string id, string name, string unit) => new() { OfficerId = id, Name = name, UnitCode = unit, Active = true };
    static OfficerLeave Away(string officer, int from, int until, string deputy = "", string unit = "A") => new() { OfficerId = officer, UnitCode = unit, FromOn = $"2014-01-{from}", UntilOn = $"2014-01-{until}", DeputyOfficerId = deputy };
    static Leaves On(int day, params OfficerLeave[] all) => new(Day(day), all);

    [Fact]
    public void A_unit_is_vacant_when_all_are_away_today_or_on_the_next_working_day_and_it_says_until_when()
    {
        Assert.Empty(Vacancy.Of(names, On(24, Away("LO-1", 24, 30, "LO-2")), calendar));
        Assert.Equal([new("A", Day(24), Day(25))], Vacancy.Of(names, On(24, Away("LO-1", 20, 30), Away("LO-2", 24, 25)), calendar));
        // Tomorrow is a Saturday: Sunday is worked.
        Assert.Equal([new("B", Day(26), Day(27))], Vacancy.Of(names, On(24, Away("LO-3", 26, 27, unit: "B")), calendar));
        Assert.Empty(Vacancy.Of(names, On(24, Away("LO-3", 27, 28, unit: "B")), calendar));
        Assert.Empty(Vacancy.Of(names, On(24, Away("LO-3", 26, 27, unit: "B")), null));
    }

    [Fact]
    public void A_unit_of_which_no_officer_is_active_is_vacant_and_one_that_never_had_any_or_is_closed_is_not()
    {
        var gone = names with { Active = FrozenDictionary<string, OfficerPublished[]>.Empty, Staffed = new[] { "A", "D" }.ToFrozenSet() };
        Assert.Equal([new("A", Day(24), null)], Vacancy.Of(gone, On(24), calendar));
    }

    [Fact]
    public void Who_is_without_anybody_today_comes_first() =>
        Assert.Equal(["B", "A"], Vacancy.Of(names, On(24, Away("LO-1", 26, 30), Away("LO-2", 26, 30), Away("LO-3", 24, 24, unit: "B")), calendar).Select(v => v.UnitCode));

    [Fact]
    public void A_vacancy_says_its_days_in_both_languages()
    {
        Assert.Equal(("今天至 1/25", "today to 1/25"), (new Vacancy("A", Day(24), Day(25)).Words(Day(24), zh), new Vacancy("A", Day(24), Day(25)).Words(Day(24), en)));
        Assert.Equal(("1/26 至 1/27", "1/26 to 1/27"), (new Vacancy("A", Day(26), Day(27)).Words(Day(24), zh), new Vacancy("A", Day(26), Day(27)).Words(Day(24), en)));
        Assert.Equal("没有在岗联络员", new Vacancy("A", Day(24), null).Words(Day(24), zh));
    }

    [Fact]
    public void Who_is_away_is_named_with_the_last_day_and_a_deputy_who_is_there()
    {
        var leave = Away("LO-1", 24, 30, "LO-2");
        Assert.Equal(("荻雪 请假至 1/30，芦苇 代理", "荻雪 on leave until 1/30, 芦苇 deputises"), (On(24, leave).Words(leave, names, zh), On(24, leave).Words(leave, names, en)));
        Assert.Equal("荻雪 请假至 1/30，无人代理", On(24, leave, Away("LO-2", 24, 25)).Words(leave, names, zh));
        Assert.Equal("荻雪 请假至 1/30，无人代理", On(24, leave).Words(Away("LO-1", 24, 30, "LO-9"), names, zh));
        Assert.Equal("荻雪 请假至 1/30，无人代理", On(24, leave).Words(Away("LO-1", 24, 30), names, zh));
    }

    [Fact]
    public void A_day_of_a_leave_is_its_first_its_last_and_what_is_between()
    {
        var all = Enumerable.Range(23, 4).Select(day => On(day, Away("LO-1", 24, 25, "LO-2"))).ToList();
        Assert.Equal([false, true, true, false], all.Select(l => l.Away("LO-1") is not null));
        Assert.Equal([0, 1, 1, 0], all.Select(l => l.AwayOf("A").Count));
    }

    [Fact]
    public void Whoever_is_on_leave_is_offered_last_and_says_until_when()
    {
        var colleagues = HandOver.Colleagues(names, "A", null, "", leaves: On(24, Away("LO-1", 24, 30, "LO-2")));
        Assert.Equal([("LO-2", "芦苇"), ("LO-1", "荻雪（请假至 1/30）")], colleagues.Select(c => (c.OfficerId, c.Words(c.Name, zh))));
    }

    [Fact]
    public void A_task_that_went_to_a_deputy_says_so_in_the_timeline()
    {
        var entry = new CaseEntry { Act = "TaskHandedOver", Actor = "LO-1", FromOfficerId = "LO-1", ToOfficerId = "LO-2", Detail = "OnLeave" };
        Assert.Equal(("由 荻雪 转交 芦苇 · 请假代理", "from 荻雪 to 芦苇 · on leave"), (CaseWords.Detail(entry, names, zh), CaseWords.Detail(entry, names, en)));
    }
}
