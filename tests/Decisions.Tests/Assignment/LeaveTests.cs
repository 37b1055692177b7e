using InquiryHub.Assignment;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Assignment;

/// <summary>请假与代理: who may be away when, who is there instead, and what goes where.</summary>
public sealed class LeaveTests
{
    const string Roads = "PJ-001", Heat = "PJ-003", Alone = "PJ-005", Li = "LO-001", Wang = "LO-002", Zhang = "LO-003", Stranger = "LO-009", Only = "LO-010", Inquiry = "140120-0300017-4", Task = Inquiry + "/1/1";
    static readonly DateOnly today = new(2014, 1, 22);
    static readonly DateTimeOffset now = CityTime.At(today, new(10, 0));
    static readonly Actor li = new("li", [Roles.Officer], Roads, Li), wang = new("wang", [Roles.Officer], Roads, Wang), stranger = new("zhao", [Roles.Officer], Heat, Stranger), supervisor = new("sun", [Roles.Supervisor], "", "");
    static readonly Staff staff = Staff.Of([.. new[] { Roads, Heat, Alone }.Select(u => new UnitPublished { UnitCode = u }), Officer(Li, "李某"), Officer(Wang, "王某"), Officer(Zhang, "张某"), Officer("LO-004", "走某", active: false), Officer(Stranger, "赵某", Heat), Officer(Only, "独某", Alone)]);
    static readonly UnitLeaves none = new(Roads, []);

    static OfficerPublished Officer(string id, string name, string unit = Roads, bool active = true) => new() { OfficerId = id, Name = name, UnitCode = unit, Active = active };
    static DateOnly Day(int day) => new(2014, 1, day);
    static Leave Away(string officer, int from, int until, string? deputy, int no = 1) => new(no, officer, Day(from), Day(until), deputy, "LO-001", CityTime.At(Day(10), new(9, 0)));
    static UnitLeaves With(params Leave[] leaves) => new(Roads, leaves) { LastNo = leaves.Max(l => l.No) };
    static Outcome<LeaveSet> Set(UnitLeaves unit, string officer, DateOnly from, DateOnly until, string deputy = Wang, Actor? by = null, int no = 0) => LeaveDecision.Set(unit, new(no, officer, from, until, deputy), by ?? li, staff, now);
    static string? Code<T>(Outcome<T> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void A_leave_has_its_days_its_deputy_and_who_set_it()
    {
        var (unit, leave) = Set(none, Li, Day(23), Day(30)).Value!;
        Assert.Equal(new Leave(1, Li, Day(23), Day(30), Wang, Li, now), leave);
        Assert.Equal([leave], unit.Leaves);
        Assert.Equal((1, Day(30)), (unit.LastNo, unit.UntilOn!.Value));
    }

    [Fact]
    public void It_is_set_by_the_officer_by_a_colleague_or_by_a_supervisor_and_by_nobody_else()
    {
        Assert.Equal([Li, Wang, "sun"], new[] { li, wang, supervisor }.Select(by => Set(none, Li, today, today, by: by).Value!.Leave.SetBy));
        Assert.Equal("NotYours", Code(Set(none, Li, today, today, by: stranger)));
        Assert.Equal("NotYours", Code(Set(none, Li, today, today, by: li with { Roles = [Roles.Operator] })));
    }

    [Fact]
    public void It_begins_today_or_later_ends_no_earlier_than_it_begins_and_lasts_less_than_a_year()
    {
        Assert.Equal("FromPassed", Code(Set(none, Li, Day(21), Day(30))));
        Assert.Equal("InvalidDays", Code(Set(none, Li, Day(24), Day(23))));
        Assert.Equal("TooLong", Code(Set(none, Li, Day(23), new(2015, 1, 23))));
        Assert.Null(Code(Set(none, Li, Day(23), new(2015, 1, 22))));
        Assert.Equal("TooLong", Code(Set(none, Li, new(2015, 1, 23), new(2015, 1, 24))));
    }

    [Theory]
    [InlineData(Stranger)]
    [InlineData("LO-004")]
    [InlineData("LO-777")]
    [InlineData(Li)]
    public void The_deputy_is_another_active_officer_of_the_unit(string deputy) => Assert.Equal("DeputyNotOfUnit", Code(Set(none, Li, today, Day(30), deputy)));

    [Fact]
    public void The_deputy_is_there_all_these_days()
    {
        var unit = With(Away(Wang, 28, 31, Zhang));
        var refused = Set(unit, Li, Day(23), Day(28)).Refusal!;
        Assert.Equal(("DeputyAway", "王某 1/28 至 1/31 请假，请另选代理人。"), (refused.Code, refused.Zh));
        Assert.Null(Code(Set(unit, Li, Day(23), Day(27))));
    }

    [Fact]
    public void Without_a_deputy_only_where_nobody_of_the_unit_is_there_the_whole_time()
    {
        var needed = Set(none, Li, today, Day(30), deputy: "").Refusal!;
        Assert.Equal(("DeputyNeeded", "请选择代理人：王某、张某这些天在岗。"), (needed.Code, needed.Zh));
        Assert.Null(Set(With(Away(Wang, 25, 26, Zhang), Away(Zhang, 30, 31, null, 2)), Li, today, Day(30), deputy: "").Value!.Leave.DeputyId);
        Assert.Null(LeaveDecision.Set(new(Alone, []), new(0, Only, today, Day(30), ""), supervisor, staff, now).Value!.Leave.DeputyId);
    }

    [Fact]
    public void Somebodys_deputy_goes_on_leave_only_when_that_colleague_has_another_one_and_is_told_whose()
    {
        var unit = With(Away(Li, 23, 30, Wang));
        var refused = Set(unit, Wang, Day(30), Day(31), Zhang, wang).Refusal!;
        Assert.Equal(("DeputisesFor", "该联络员在为 李某 代理（1/23 至 1/30），请先给 李某 另选代理人。"), (refused.Code, refused.Zh));
        Assert.Null(Code(Set(unit, Wang, Day(31), Day(31), Zhang, wang)));
        Assert.Null(Code(Set(With(Away(Li, 23, 30, Zhang)), Wang, Day(30), Day(31), Zhang, wang)));
    }

    [Fact]
    public void Where_nobody_else_could_deputise_a_deputy_may_be_ill_and_the_unit_is_vacant()
    {
        var unit = With(Away(Li, 20, 30, Wang), Away(Zhang, 20, 31, null, 2));
        var (after, leave) = Set(unit, Wang, Day(22), Day(23), "", wang).Value!;
        Assert.Null(leave.DeputyId);
        Assert.Empty(LeaveDecision.Deputised(after, staff, Day(22)));
        Assert.Equal([(Li, Wang)], LeaveDecision.Deputised(after, staff, Day(24)).Values.Select(l => (l.OfficerId, l.DeputyId)));
    }

    [Fact]
    public void One_officer_is_not_on_leave_twice_at_once()
    {
        var refused = Set(With(Away(Li, 23, 30, Wang)), Li, Day(30), Day(31)).Refusal!;
        Assert.Equal(("LeaveOverlaps", "该联络员 1/23 至 1/30 已请假，请修改那一次。"), (refused.Code, refused.Zh));
        Assert.Equal(2, Set(With(Away(Li, 23, 30, Wang)), Li, Day(31), Day(31)).Value!.Leave.No);
    }

    [Fact]
    public void A_leave_that_runs_is_changed_from_today_on_and_keeps_when_it_began()
    {
        var unit = With(Away(Li, 20, 30, Wang));
        var leave = Set(unit, Li, Day(20), Day(24), Zhang, wang, no: 1).Value!.Leave;
        Assert.Equal((1, Zhang, Wang, Day(24), unit.Leaves[0].SetAt), (leave.No, leave.DeputyId, leave.SetBy, leave.Until, leave.SetAt));
        Assert.Equal("UntilPassed", Code(Set(unit, Li, Day(20), Day(21), no: 1)));
        Assert.Equal("FromPassed", Code(Set(unit, Li, Day(19), Day(24), no: 1)));
        Assert.Equal("UnknownLeave", Code(Set(unit, Li, Day(23), Day(24), no: 2)));
        Assert.Equal("UnknownLeave", Code(Set(unit, Zhang, Day(23), Day(24), no: 1)));
    }

    [Fact]
    public void An_ended_leave_is_gone_and_ends_once_and_its_number_is_not_given_again()
    {
        var unit = With(Away(Li, 20, 30, Wang), Away(Zhang, 1, 5, Wang, 2));
        var after = LeaveDecision.End(unit, 1, wang, now).Value!;
        Assert.Empty(after.Leaves);
        Assert.Equal("UnknownLeave", Code(LeaveDecision.End(after, 1, wang, now)));
        Assert.Equal("UnknownLeave", Code(LeaveDecision.End(unit, 2, wang, now))); // over
        Assert.Equal("NotYours", Code(LeaveDecision.End(unit, 1, stranger, now)));
        Assert.Equal(3, Set(after, Li, Day(25), Day(26)).Value!.Leave.No);
    }

    static AssignedInquiry Had(string? officer = Li, bool ended = false, DateTimeOffset? byHand = null, string unit = Roads) => new(Inquiry, [new(Task, 1, unit, officer, ended) { HandedOverAt = byHand }]);
    static HandOver? Move(AssignedInquiry? inquiry, UnitLeaves? unit, DateTimeOffset? at = null) => LeaveDecision.Move(inquiry, Task, unit, staff, at ?? now);

    [Fact]
    public void When_a_leave_begins_the_open_tasks_are_the_deputys_and_it_says_who_set_it()
    {
        var unit = With(Away(Li, 22, 30, Wang) with { SetBy = "sun" });
        Assert.Null(Move(Had(), unit, CityTime.At(Day(21), new(23, 59))));
        var (after, said) = Move(Had(), unit, CityTime.At(Day(22), TimeOnly.MinValue))!;
        Assert.Equal((Task, Roads, Wang, "OnLeave", "sun", 0), (said!.TaskId, said.UnitCode, said.OfficerId, said.Reason, said.AssignedBy, said.OpenTasks));
        Assert.Equal(Wang, after.Task(Task)!.OfficerId);
        Assert.Null(Move(after, unit)); // asked again
        Assert.Null(Move(Had(), unit, CityTime.At(Day(31), TimeOnly.MinValue)));
    }

    [Fact]
    public void What_is_ended_or_another_units_or_nobodys_stays_where_it_is()
    {
        var unit = With(Away(Li, 22, 30, Wang));
        Assert.All([Had(ended: true), Had(officer: null), Had(officer: Zhang), Had(unit: Heat), null], i => Assert.Null(Move(i, unit)));
        Assert.Null(Move(Had(), null));
    }

    [Fact]
    public void Without_a_deputy_who_is_there_the_tasks_stay_with_the_officer()
    {
        Assert.Null(Move(Had(), With(Away(Li, 22, 30, null))));
        Assert.Null(Move(Had(), With(Away(Li, 22, 30, "LO-004"))));
        Assert.Null(Move(Had(), With(Away(Li, 22, 30, Wang), Away(Wang, 22, 23, null, 2))));
    }

    [Fact]
    public void What_was_handed_over_by_hand_after_the_leave_began_stays_and_what_was_before_does_not()
    {
        var unit = With(Away(Li, 22, 30, Wang));
        Assert.NotNull(Move(Had(byHand: CityTime.At(Day(21), new(17, 0))), unit));
        Assert.Null(Move(Had(byHand: CityTime.At(Day(22), new(9, 0))), unit));
        var fromToday = With(Away(Li, 22, 30, Wang) with { SetAt = CityTime.At(Day(22), new(9, 30)) });
        Assert.NotNull(Move(Had(byHand: CityTime.At(Day(22), new(9, 0))), fromToday));
    }

    [Fact]
    public void A_refusal_says_in_both_languages_what_to_do()
    {
        var leave = Away(Li, 22, 30, Wang);
        Refusal[] all = [LeaveRefusals.UnknownOfficer, LeaveRefusals.UnknownLeave, LeaveRefusals.InvalidDays, LeaveRefusals.FromPassed, LeaveRefusals.UntilPassed, LeaveRefusals.TooLong, LeaveRefusals.DeputyNotOfUnit,
            LeaveRefusals.Overlaps(leave), LeaveRefusals.DeputyNeeded("王某", "王某"), LeaveRefusals.DeputyAway("王某", leave), LeaveRefusals.DeputisesFor("王某", leave)];
        Assert.All(all, r => { Assert.Contains("请", r.Zh); Assert.Contains("lease", r.En); });
    }

    [Fact]
    public void An_inquiry_is_found_by_whose_open_tasks_it_has()
    {
        var task = new AssignedTask("t", 1, Roads, Li, Ended: false);
        Assert.Equal([Li, "*", Li, null], new[] { new AssignedInquiry("i", [task]), new("i", [task, task with { OfficerId = Wang }]), new("i", [task, task with { OfficerId = Wang, Ended = true }]), new("i", [task with { OfficerId = null }]) }.Select(i => i.Officer));
        Assert.Equal("""{"inquiryId":"i","tasks":[],"waiting":false}""", Json.Write(new AssignedInquiry("i", []))); // as ever
    }

    [Fact]
    public void A_units_leaves_are_kept_as_they_are_read() =>
        Assert.Equal(With(Away(Li, 22, 30, null)).Leaves, Json.Read<UnitLeaves>(Json.Write(With(Away(Li, 22, 30, null)))).Leaves);
}
