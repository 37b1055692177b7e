using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>督办催办: once a day, for what is open.</summary>
public class UrgeTests
{
    static Outcome<CaseStep> Urge(CaseState? c, DateTimeOffset? at = null, string task = Lead) => UrgeDecision.Urge(c, task, Supervisor, at ?? Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void It_says_whom_it_is_for_and_stands_in_the_list_and_the_timeline()
    {
        var step = Urge(WithAnOfficer()).Value!;
        Assert.Equal((Lead, Roads, "LO-001", "sun"), Assert.IsType<TaskUrged>(Assert.Single(step.Events)) is var e ? (e.TaskId, e.UnitCode, e.OfficerId, e.UrgedBy) : default);
        var row = CaseView.Row(step.Case, step.Case.Lead!);
        Assert.Equal((1, Now, 0), (row.SupervisorUrges, row.SupervisorUrgedAt.ToDateTimeOffset(), row.Urges));
        Assert.Contains(CaseView.File(step.Case, null, [], null).Timeline, t => t is { Act: "TaskUrged", Actor: "sun", UnitCode: Roads });
    }

    [Fact]
    public void Once_a_day_of_the_city_and_again_on_the_next()
    {
        var urged = Urge(WithAnOfficer(), CityTime.EndOf(new(2013, 5, 8)).AddSeconds(-1)).Value!.Case;
        Assert.Equal("UrgedToday", Code(Urge(urged, At(8, 9))));
        Assert.Equal(2, Urge(urged, CityTime.EndOf(new(2013, 5, 8))).Value!.Case.Lead!.Urges!.Count);
    }

    [Fact]
    public void Only_what_somebody_still_has_to_do()
    {
        Assert.Null(Code(Urge(Of(Registered(), Dispatched(Lead, 1, Roads)))));
        Assert.Equal("AlreadyAnswered", Code(Urge(WithAnOfficer().Answered())));
        Assert.Equal("TaskWithdrawn", Code(Urge(WithAnOfficer(Dispatched(Again, 2, Heat)))));
        Assert.Equal(("UnknownTask", "UnknownInquiry"), (Code(Urge(WithAnOfficer(), task: "x")), Code(Urge(null))));
    }
}
