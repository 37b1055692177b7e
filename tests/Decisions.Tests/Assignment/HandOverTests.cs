using InquiryHub.Assignment;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Assignment;

/// <summary>转交: within the unit, to who is there, while it is open.</summary>
public sealed class HandOverTests
{
    const string Inquiry = "130506-0300017-4", Task = Inquiry + "/1/1", Roads = "PJ-001", Heat = "PJ-003";
    static readonly DateTimeOffset now = CityTime.At(new(2013, 5, 8), new(10, 0)), before = now.AddDays(-1);
    static readonly Actor li = new("li", [Roles.Officer], Roads, "LO-001"), wang = new("wang", [Roles.Officer], Roads, "LO-002"), stranger = new("zhao", [Roles.Officer], Heat, "LO-009"), supervisor = new("sun", [Roles.Supervisor], "", "");
    static readonly Staff staff = Staff.Of([.. new[] { Roads, Heat }.Select(u => new UnitPublished { UnitCode = u }), Officer("LO-001"), Officer("LO-002"), Officer("LO-003", active: false), Officer("LO-009", Heat)]);

    static OfficerPublished Officer(string id, string unit = Roads, bool active = true) => new() { OfficerId = id, UnitCode = unit, Active = active };
    static AssignedInquiry With(string? officer = "LO-001", bool ended = false) => new(Inquiry, [new(Task, 1, Roads, officer, ended) { HandedOverAt = officer is null ? null : before }]);
    static Outcome<HandOver> Decide(AssignedInquiry? inquiry, string to, Actor by, string task = Task) => HandOverDecision.Decide(inquiry, task, to, by, staff, now);
    static string? Code(Outcome<HandOver> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void It_says_who_has_it_now_and_who_did_it()
    {
        var (after, said) = Decide(With(), "LO-002", li).Value!;
        Assert.Equal((Task, 1, Roads, "LO-002", "HandedOver", "LO-001", 0, now), (said!.TaskId, said.DispatchNo, said.UnitCode, said.OfficerId, said.Reason, said.AssignedBy, said.OpenTasks, said.AssignedAt.ToDateTimeOffset()));
        Assert.Equal(new(Task, 1, Roads, "LO-002", Ended: false) { HandedOverAt = now }, after.Task(Task));
    }

    [Fact]
    public void Any_officer_of_the_unit_takes_over_what_an_absent_colleague_has() =>
        Assert.Equal(("LO-002", "LO-002"), Decide(With(), "LO-002", wang).Value!.Said is { } said ? (said.OfficerId, said.AssignedBy) : default);

    [Fact]
    public void A_task_is_handed_over_only_within_the_unit()
    {
        Assert.Equal("NotYours", Code(Decide(With(), "LO-009", stranger)));
        Assert.Equal("NotYours", Code(Decide(With(), "LO-002", li with { Roles = [Roles.Operator] })));
        Assert.Equal("OfficerNotActive", Code(Decide(With(), "LO-009", li)));
    }

    [Fact]
    public void A_supervisor_hands_over_in_every_unit_and_stands_there_by_the_account() =>
        Assert.Equal(("LO-002", "sun"), Decide(With(), "LO-002", supervisor).Value!.Said is { } said ? (said.OfficerId, said.AssignedBy) : default);

    [Theory]
    [InlineData("LO-003")]
    [InlineData("LO-777")]
    [InlineData("")]
    public void Who_is_not_active_or_unknown_gets_none(string officer) => Assert.Equal("OfficerNotActive", Code(Decide(With(), officer, li)));

    [Fact]
    public void What_is_answered_or_withdrawn_or_unknown_is_not_handed_over()
    {
        Assert.Equal("TaskEnded", Code(Decide(With(ended: true), "LO-002", li)));
        Assert.Equal(("UnknownTask", "UnknownInquiry"), (Code(Decide(With(), "LO-002", li, "x")), Code(Decide(null, "LO-002", li))));
    }

    [Fact]
    public void Who_has_it_already_keeps_it_since_when_it_was_and_nothing_is_said()
    {
        var inquiry = With();
        var (after, said) = Decide(inquiry, "LO-001", wang).Value!;
        Assert.Same(inquiry, after);
        Assert.Null(said);
        Assert.Equal(before, after.Task(Task)!.HandedOverAt);
    }

    [Fact]
    public void A_task_that_waits_for_an_officer_gets_its_first_one_by_hand()
    {
        var inquiry = With(officer: null);
        Assert.True(inquiry.Waiting);
        var (after, said) = Decide(inquiry, "LO-002", wang).Value!;
        Assert.Equal(("LO-002", false), (said!.OfficerId, after.Waiting));
    }

    [Fact]
    public void A_refusal_says_in_both_languages_what_to_do() =>
        Assert.All([Refusals.UnknownTask, AssignmentRefusals.TaskEnded, AssignmentRefusals.OfficerNotActive], r => { Assert.Contains("请", r.Zh); Assert.Contains("lease", r.En); });

    [Fact]
    public void What_was_kept_before_reads_as_ever_and_is_not_written_longer() =>
        Assert.Equal("""{"taskId":"t","dispatchNo":1,"unitCode":"u","officerId":"a","ended":false}""", Json.Write(Json.Read<AssignedTask>("""{"taskId":"t","dispatchNo":1,"unitCode":"u","officerId":"a","ended":false}""")));
}
