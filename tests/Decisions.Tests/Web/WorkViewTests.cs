using System.Collections.Frozen;
using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

public sealed class WorkViewTests
{
    const string Me = "LO-001";
    // Wednesday 22 January 2014; Sunday the 26th is worked.
    static readonly DateOnly today = new(2014, 1, 22), makeUp = new(2014, 1, 26);
    static readonly WorkCalendar calendar = new(CityTime.At(today, new(10, 0)), today,
        Enumerable.Range(-60, 120).Select(today.AddDays).ToFrozenDictionary(d => d, d => d == makeUp || d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)));

    static Timestamp End(int day) => CityTime.Stamp(CityTime.EndOf(new(2014, 1, day)));
    static TaskRow Task(string id, int due = 30, string state = "Assigned", string officer = Me, bool late = false) => new() { TaskId = id, InquiryId = id, State = state, OfficerId = officer, DueAt = End(due), Late = late, Title = id };

    static WorkView Read(string view, params TaskRow[] open) { var list = new WorkView(view, Me); list.Read(open, [], calendar); return list; }

    [Fact]
    public void Due_soon_is_after_now_until_the_end_of_the_third_working_day_and_what_is_due_by_now_is_overdue()
    {
        var now = CityTime.Stamp(calendar.Now);
        Assert.Equal(new ListTasksRequest { DueAfter = now, DueBy = End(26) }, Backlog.Request(OpenTasks.Soon, calendar));
        Assert.Equal(new ListTasksRequest { DueBy = now }, Backlog.Request(OpenTasks.Late, calendar));
        Assert.Equal((new ListTasksRequest(), new ListTasksRequest { State = "NotSignedIn" }), (Backlog.Request(OpenTasks.All, null), Backlog.Request(OpenTasks.NotSignedIn, null)));
        Assert.Equal(new ListTasksRequest { State = "Supervised" }, Backlog.Request(OpenTasks.Supervised, null));
        Assert.Equal((null, null), (Backlog.Request(OpenTasks.Soon, null), Backlog.Request(OpenTasks.Late, null)));
    }

    [Theory]
    [InlineData("", "a1|b2|c3")]
    [InlineData("B", "b2")]
    [InlineData("芦苇", "c3")]
    [InlineData("路灯", "a1|b2")]
    [InlineData("没有", "")]
    public void A_filter_keeps_the_rows_whose_number_title_or_officer_has_the_words(string words, string left)
    {
        var names = NameList.None with { Officers = new Dictionary<string, string> { [Me] = "荻雪", ["LO-009"] = "芦苇" }.ToFrozenDictionary() };
        var list = Read("unit", new TaskRow(Task("a1")) { Title = "路灯不亮" }, new TaskRow(Task("b2")) { Title = "路灯歪了" }, new TaskRow(Task("c3", officer: "LO-009")) { Title = "漏水" });
        Assert.Equal(left, string.Join('|', list.Fitting(words, names).Select(r => r.Task.InquiryId)));
    }

    [Theory]
    [InlineData(21, TimeLeft.Late)]
    [InlineData(22, TimeLeft.Today)]
    [InlineData(24, TimeLeft.Soon)]
    [InlineData(26, TimeLeft.Soon)] // the make-up Sunday is the third working day
    [InlineData(27, TimeLeft.Later)]
    public void A_task_stands_in_the_group_of_the_working_days_it_has_left(int day, TimeLeft group) => Assert.Equal(group, calendar.Of(End(day), late: false));

    [Fact]
    public void A_deadline_is_the_end_of_its_day() => Assert.Equal((new DateOnly(2014, 1, 26), 3), (WorkCalendar.DueDay(End(26).ToDateTimeOffset()), calendar.LeftUntil(End(26).ToDateTimeOffset())));

    [Fact]
    public void Beyond_the_days_known_nothing_is_counted() => Assert.Null(calendar.Between(today, today.AddDays(400)));

    [Fact]
    public void A_list_shows_the_most_urgent_first_and_each_view_only_its_own()
    {
        TaskRow[] all = [Task("later", 30), Task("late", 20), Task("today", 22, "SignedIn"), Task("soon", 24), Task("colleague", 20, officer: "LO-002")];
        Assert.Equal(["late", "today", "soon", "later"], Read("mine", all).Rows.Select(r => r.Task.TaskId));
        Assert.Equal(["today", "soon"], Read("soon", all).Rows.Select(r => r.Task.TaskId));
        Assert.Equal(["late", "soon", "later"], Read("tosign", all).Rows.Select(r => r.Task.TaskId));
        Assert.Equal(5, Read("mine", all).Count("unit", calendar));
        Assert.Equal(1, Read("mine", all).Count("late", calendar));
    }

    [Fact]
    public void What_arrives_is_counted_and_comes_when_it_is_asked_for()
    {
        var list = Read("mine", Task("a", 24), Task("b", 30));
        list.Apply(Task("urgent", 22), calendar);
        list.Apply(Task("foreign", 22, officer: "LO-002"), calendar);
        Assert.Equal((1, "a b"), (list.Arrived, string.Join(' ', list.Rows.Select(r => r.Task.TaskId))));
        list.Load([], calendar);
        Assert.Equal((0, "urgent a b"), (list.Arrived, string.Join(' ', list.Rows.Select(r => r.Task.TaskId))));
    }

    [Fact]
    public void What_changes_or_leaves_stays_in_its_place_until_the_list_is_loaded()
    {
        var list = Read("mine", Task("a", 20), Task("b", 30));
        list.Apply(Task("a", 20, "Answered"), calendar);
        Assert.Equal(("Answered", TimeLeft.Late, 1, false), (list.Rows[0].Task.State, list.Rows[0].Group, list.Rows[0].Changes, list.Rows[0].Open));
        Assert.Equal(1, list.Count("mine", calendar));
        list.Load([], calendar);
        Assert.Equal(["b"], list.Rows.Select(r => r.Task.TaskId));
    }

    [Fact]
    public void Read_anew_a_list_keeps_its_rows_and_marks_those_that_are_gone()
    {
        var list = Read("mine", Task("a"), Task("b"));
        list.Read([Task("b"), Task("c")], [], calendar);
        Assert.Equal(["a", "b"], list.Rows.Select(r => r.Task.TaskId));
        Assert.Equal((true, false, 1), (list.Rows[0].Gone, list.Rows[1].Gone, list.Arrived));
    }
}
