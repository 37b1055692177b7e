using System.Collections.Frozen;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Web;

/// <summary>转交 on the pages: who is offered, what the list shows, how the timeline says it.</summary>
public sealed class HandOverTests
{
    static readonly Texts zh = Texts.For(Texts.Chinese), en = Texts.For(Texts.English);
    static readonly NameList names = NameList.None with
    {
        Officers = new Dictionary<string, string> { ["LO-1"] = "荻雪", ["LO-2"] = "芦苇", ["LO-3"] = "苇杭" }.ToFrozenDictionary(),
        Active = new Dictionary<string, OfficerPublished[]> { ["A"] = [.. new[] { ("LO-1", "荻雪"), ("LO-2", "芦苇"), ("LO-3", "苇杭") }.Select(o => new OfficerPublished { OfficerId = o.Item1, Name = o.Item2, UnitCode = "A", Active = true })] }.ToFrozenDictionary(),
    };

    static UnitLoad Load(params (string Officer, long Open)[] all) => new() { Officers = { all.Select(o => new OfficerLoad { OfficerId = o.Officer, OpenTasks = o.Open }) } };
    static TaskRow Task(string officer) => new() { TaskId = "t", InquiryId = "i", State = "Assigned", OfficerId = officer };

    [Fact]
    public void Who_looks_at_anothers_task_comes_first_then_who_has_least_to_do_and_never_who_has_it()
    {
        Assert.Equal([("LO-2", 5L), ("LO-3", 0)], HandOver.Colleagues(names, "A", Load(("LO-1", 1), ("LO-2", 5)), "LO-2", "LO-1").Select(c => (c.OfficerId, c.Open!.Value)));
        Assert.Equal(["LO-3", "LO-2"], HandOver.Colleagues(names, "A", Load(("LO-2", 5)), "LO-1", "LO-1").Select(c => c.OfficerId));
        Assert.Equal([("LO-1", null), ("LO-2", null), ("LO-3", (long?)null)], HandOver.Colleagues(names, "A", null, "LO-1").Select(c => (c.OfficerId, c.Open)));
        Assert.Empty(HandOver.Colleagues(names, "B", Load(), "LO-1"));
    }

    [Fact]
    public void A_row_that_went_to_a_colleague_stays_in_its_place_as_no_longer_ones_own_until_it_comes_back()
    {
        var list = new WorkView("mine", "LO-1");
        list.Read([Task("LO-1")], [], null);
        list.Apply(Task("LO-2"), null);
        Assert.Equal((true, false, 0), (list.Rows[0].Away, list.Rows[0].Open, list.Count("mine", null)));
        list.Apply(Task("LO-1"), null);
        Assert.Equal((false, true, 1), (list.Rows[0].Away, list.Rows[0].Open, list.Count("mine", null)));
        var unit = new WorkView("unit", "LO-1");
        unit.Read([Task("LO-1")], [], null);
        unit.Apply(Task("LO-2"), null);
        Assert.True(unit.Rows[0] is { Open: true, Away: false });
    }

    [Fact]
    public void What_a_colleague_gets_is_counted_as_arrived()
    {
        var list = new WorkView("mine", "LO-2");
        list.Read([Task("LO-1")], [], null);
        Assert.Empty(list.Rows);
        list.Apply(Task("LO-2"), null);
        Assert.Equal(1, list.Arrived);
    }

    [Theory]
    [InlineData("LO-1", "LO-2", "LO-1", "由 荻雪 转交 芦苇", "from 荻雪 to 芦苇")]
    [InlineData("LO-1", "LO-2", "LO-2", "芦苇 接手（原由 荻雪 办理）", "芦苇 took it over from 荻雪")]
    [InlineData("LO-1", "LO-2", "sun", "由 荻雪 转交 芦苇 · sun 操作", "from 荻雪 to 芦苇 · by sun")]
    [InlineData("", "LO-2", "sun", "交给 芦苇 · sun 操作", "given to 芦苇 · by sun")]
    [InlineData("", "LO-2", "LO-2", "芦苇 接手", "芦苇 took it")]
    public void The_timeline_says_from_whom_to_whom_and_by_whom_it_went(string from, string to, string by, string said, string inEnglish)
    {
        var entry = new CaseEntry { Act = "TaskHandedOver", Actor = by, FromOfficerId = from, ToOfficerId = to };
        Assert.Equal((said, inEnglish), (CaseWords.Detail(entry, names, zh), CaseWords.Detail(entry, names, en)));
        Assert.All([zh, en], t => Assert.Contains("officer.act.TaskHandedOver", t.Keys));
    }
}
