using CsCheck;
using Google.Protobuf;
using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

public class CaseProjectionTests
{
    [Fact]
    public void A_direct_answer_is_filed_and_closed_at_once()
    {
        var (filed, said) = Run(new(Inquiry), [RegisteredDirect()]);
        var closed = Assert.IsType<InquiryClosed>(Assert.Single(said));
        Assert.Equal(("AnsweredDirectly", "op1"), (closed.Outcome, closed.ClosedBy));
        Assert.Equal(("Closed", Heat), (filed.State, filed.UnitCode));
    }

    [Theory]
    [InlineData("+8613800000000", false, "phone|+8613800000000")]
    [InlineData("", false, null)] // given, but no number: 12345, "隔壁小卖部"
    [InlineData("+8613800000000", true, null)]
    public void A_caller_is_known_by_a_number_that_can_be_read_unless_reporting_in_confidence(string e164, bool confidential, string? key) =>
        Assert.Equal(key, CaseProjection.CallerKey(new() { Confidential = confidential }, new() { Phone = "as it came", PhoneE164 = e164 }));

    [Fact]
    public void A_case_goes_from_registered_to_delivered()
    {
        Assert.Equal("Registered", Of(Registered()).State);
        Assert.Equal("Held", Of(Registered(), Held()).State);
        Assert.Equal("Dispatched", Of(Registered(), Held(), Dispatched(Lead, 1, Roads)).State);
        Assert.Equal("Waiting", Of(Registered(), Dispatched(Lead, 1, Roads)).Tasks[0].State);
        Assert.Equal("Assigned", WithAnOfficer().Tasks[0].State);
        Assert.Equal("Answered", WithAnOfficer().Answered().State);
        Assert.Equal("Delivered", WithAnOfficer().Answered().Then(Delivered(1)).State);
    }

    [Fact]
    public void A_new_dispatch_withdraws_the_open_tasks_of_the_former_one()
    {
        var (after, said) = Run(Joint(), [Dispatched(Again, 2, Heat)]);
        Assert.Equal([(Lead, "Replaced", "LO-001"), (Helper, "Replaced", "LO-005")], said.Cast<TaskWithdrawn>().Select(w => (w.TaskId, w.Reason, w.OfficerId)));
        Assert.Equal((Heat, "Dispatched"), (after.UnitCode, after.State));
    }

    [Fact]
    public void A_new_dispatch_leaves_what_was_answered()
    {
        var (after, said) = Run(WithAnOfficer().Answered(), [Dispatched(Again, 2, Heat)]);
        Assert.Empty(said);
        Assert.Equal(["Answered", "Waiting"], after.Tasks.Select(t => t.State));
        Assert.Equal("Dispatched", after.State);
    }

    [Fact]
    public void What_arrives_for_a_closed_case_is_withdrawn_once_and_never_silently()
    {
        var closed = CaseworkDecision.Close(WithAnOfficer().Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case;
        foreach (var facts in new IMessage[][] { [Dispatched(Again, 2, Heat), Assigned(Again, Heat, "LO-009")], [Assigned(Again, Heat, "LO-009"), Dispatched(Again, 2, Heat)] })
        {
            var (after, said) = Run(closed, facts);
            var withdrawn = Assert.IsType<TaskWithdrawn>(Assert.Single(said));
            Assert.Equal((Again, "CaseClosed", Heat), (withdrawn.TaskId, withdrawn.Reason, withdrawn.UnitCode));
            Assert.Equal(("Closed", Roads), (after.State, after.UnitCode));
        }
    }

    [Fact]
    public void Late_is_what_the_clock_said_last()
    {
        Assert.False(WithAnOfficer(Started(Lead)).Lead!.Clock!.Late);
        Assert.True(WithAnOfficer(Started(Lead), Overdue(Lead)).Lead!.Clock!.Late);
        Assert.False(WithAnOfficer(Started(Lead), Overdue(Lead), Stopped(Lead, inTime: true)).Lead!.Clock!.Late);
        Assert.True(WithAnOfficer(Started(Lead), Stopped(Lead, inTime: false)).Lead!.Clock!.Late);
    }

    [Fact]
    public void A_task_is_in_no_worklist_before_its_dispatch_is_heard() => Assert.Null(TaskEntry.Of(Inquiry, Of(Assigned(Lead, Roads, "LO-001"), Started(Lead)).Tasks[0]));

    static readonly IMessage[][] fresh =
    [
        [Registered(), Added(), Added("c3")],
        [Held(), Dispatched(Lead, 1, Roads), Dispatched(Helper, 1, Water, UnitRole.Assisting), Designated(), Dispatched(Again, 2, Heat)],
        [Assigned(Lead, Roads, "LO-001"), Assigned(Helper, Water, "LO-005"), Assigned(Again, Heat, "LO-009")],
        [Started(Lead), Started(Helper), Started(Again), Overdue(Again), Stopped(Helper, true)],
    ];
    static readonly IMessage[][] afterAnAnswer = [[Added(), Undeliverable(1), Delivered(1)], [Dispatched(Again, 2, Heat)], [Assigned(Again, Heat, "LO-009")], [Started(Lead), Stopped(Lead, true), Started(Again)]];
    static readonly IMessage[][] afterClosing = [[Added()], [Dispatched(Again, 2, Heat)], [Assigned(Again, Heat, "LO-009")], [Stopped(Lead, true), Started(Again)]];

    static readonly IMessage[][] declined = [[Registered(), Added()], [Held(), Declined()]];

    static readonly Gen<int[]> order = Gen.Int[0, 1000].Array[20];

    [Fact]
    public void Facts_of_different_services_give_one_case_in_any_order() => order.Sample(o => One(new(Inquiry), fresh, o));

    [Fact]
    public void An_answer_may_be_given_while_others_still_lag() => order.Sample(o => One(WithAnOfficer().Answered(), afterAnAnswer, o));

    [Fact]
    public void A_decline_may_be_heard_before_what_was_declined() => order.Sample(o => One(new(Inquiry), declined, o));

    [Fact]
    public void A_closed_case_hears_the_rest_in_any_order() =>
        order.Sample(o => One(CaseworkDecision.Close(WithAnOfficer(Started(Lead)).Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case, afterClosing, o));

    /// <summary>One state, and the same is said, whatever the order between services; the order within each is kept.</summary>
    static void One(CaseState from, IMessage[][] services, int[] order)
    {
        var (straight, said) = Run(from, services.SelectMany(s => s));
        var (mixed, saidMixed) = Run(from, Interleave(services, order));
        Assert.Equal(Json.Write(straight), Json.Write(mixed));
        Assert.Equal(said.Select(Text).Order(), saidMixed.Select(Text).Order());
    }

    // Which officer had a withdrawn task may not be known yet when it is withdrawn; Assignment knows.
    static string Text(IMessage m) { if (m is TaskWithdrawn w) w.OfficerId = ""; return m.Descriptor.Name + JsonFormatter.Default.Format(m); }

    static IEnumerable<IMessage> Interleave(IMessage[][] services, int[] order)
    {
        var queues = services.Select(s => new Queue<IMessage>(s)).ToList();
        foreach (var pick in order.Concat(Enumerable.Repeat(0, services.Sum(s => s.Length))))
        {
            var left = queues.Where(q => q.Count > 0).ToList();
            if (left.Count == 0) yield break;
            yield return left[pick % left.Count].Dequeue();
        }
    }
}
