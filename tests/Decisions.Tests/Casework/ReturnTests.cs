using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>退单: who may ask for it, when, and what it leaves behind.</summary>
public class ReturnTests
{
    static ReturnTaskRequest Asks(string task = Lead, string reason = "WrongDuty", string words = "职责清单第三条", string suggested = Water) => new() { InquiryId = Inquiry, TaskId = task, Reason = reason, Words = words, SuggestedUnitCode = suggested };
    static Outcome<CaseStep> Return(CaseState? c, ReturnTaskRequest? r = null, Actor? by = null, DateTimeOffset? at = null) => ReturnDecision.Return(c, r ?? Asks(), by ?? Officer, Envelope, Units, at ?? Now);
    static CaseState Returning(CaseState? c = null) => Return(c ?? WithAnOfficer()).Value!.Case;
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Fact]
    public void A_request_says_who_why_and_whom_the_unit_thinks_of_and_its_words_only_sealed()
    {
        var step = Return(WithAnOfficer()).Value!;
        var said = Assert.IsType<ReturnRequested>(Assert.Single(step.Events));
        Assert.Equal((Lead, 1, Roads, "LO-001", "WrongDuty", Water, Envelope), (said.TaskId, said.DispatchNo, said.UnitCode, said.OfficerId, said.Reason, said.SuggestedUnitCode, said.Words));
        Assert.DoesNotContain("职责", said.ToString() + Json.Write(step.Case));
        Assert.Equal(("ReturnRequested", "ReturnRequested", "Requested"), (step.Case.State, step.Case.Lead!.State, CaseView.Row(step.Case, step.Case.Lead).ReturnState));
    }

    [Fact]
    public void Only_its_unit_returns_a_task_and_only_while_it_has_something_to_do()
    {
        Assert.Equal("NotYours", Code(Return(WithAnOfficer(), by: Stranger)));
        Assert.Equal("AlreadyAnswered", Code(Return(WithAnOfficer().Answered())));
        Assert.Equal("TaskWithdrawn", Code(Return(WithAnOfficer(Dispatched(Again, 2, Heat)))));
        Assert.Equal("TaskWaiting", Code(Return(Of(Registered(), Dispatched(Lead, 1, Roads)))));
        Assert.Equal("UnknownTask", Code(Return(WithAnOfficer(), Asks("x"))));
    }

    [Fact]
    public void An_assisting_unit_hands_its_part_back_at_once_and_nobody_has_to_decide()
    {
        var step = Return(Joint(), Asks(Helper, suggested: ""), Assistant).Value!;
        Assert.Equal((Helper, "HandedBack"), Assert.IsType<TaskWithdrawn>(Assert.Single(step.Events)) is var said ? (said.TaskId, said.Reason) : default);
        Assert.Equal([("Assigned", Lead), ("Withdrawn", Helper)], step.Case.Tasks.Select(t => (t.State, t.TaskId)));
        Assert.Equal(["ReturnRequested", "TaskWithdrawn"], CaseView.File(step.Case, null, [], null).Timeline.Where(e => e.UnitCode == Water).TakeLast(2).Select(e => e.Act));
        Assert.Equal("TaskWithdrawn", Code(Return(step.Case, Asks(Helper, suggested: ""), Assistant)));
    }

    [Theory, InlineData("", "basis", "InvalidReason"), InlineData("Lazy", "basis", "InvalidReason"), InlineData("WrongArea", "", "BasisMissing"), InlineData("WrongArea", " \n", "BasisMissing"), InlineData("WrongArea", "a\0b", "InvalidWords")]
    public void A_request_needs_a_reason_of_the_list_and_its_basis(string reason, string words, string code) => Assert.Equal(code, Code(Return(WithAnOfficer(), Asks(reason: reason, words: words))));

    [Fact]
    public void The_basis_may_have_500_characters_and_nobody_suggests_the_own_unit()
    {
        Assert.Equal((null, "InvalidWords"), (Code(Return(WithAnOfficer(), Asks(words: new('据', 500)))), Code(Return(WithAnOfficer(), Asks(words: new('据', 501))))));
        Assert.Equal("InvalidUnits", Code(Return(WithAnOfficer(), Asks(suggested: Roads))));
    }

    [Fact]
    public void A_unit_that_is_suggested_must_be_one_and_none_needs_to_be() =>
        Assert.Equal(("UnknownUnit", null), (Code(Return(WithAnOfficer(), Asks(suggested: "PJ-999"))), Code(Return(WithAnOfficer(), Asks(suggested: "")))));

    [Fact]
    public void Later_than_the_limit_means_accepted_and_without_a_limit_there_is_no_end()
    {
        var clock = Started(Lead);
        clock.ReturnBy = CityTime.Stamp(CityTime.EndOf(new(2013, 5, 8)));
        Assert.Null(Code(Return(WithAnOfficer(clock), at: CityTime.EndOf(new(2013, 5, 8)))));
        var late = Return(WithAnOfficer(clock), at: CityTime.EndOf(new(2013, 5, 8)).AddSeconds(1)).Refusal!;
        Assert.Equal("ReturnTooLate", late.Code);
        Assert.Contains("2013-05-08", late.Zh);
        Assert.Null(Code(Return(WithAnOfficer(Started(Lead)), at: At(15, 9))));
    }

    [Fact]
    public void A_designated_unit_has_no_return()
    {
        var dispatched = Dispatched(Lead, 4, Roads);
        dispatched.Designated = true;
        var c = Of(Registered(), dispatched, Assigned(Lead, Roads, "LO-001"));
        Assert.Equal(("Designated", true), (Code(Return(c)), CaseView.Row(c, c.Lead!).Designated));
    }

    [Fact]
    public void It_is_asked_once_and_after_a_rejection_the_unit_handles_it()
    {
        Assert.Equal("ReturnRequested", Code(Return(Returning(), by: Colleague)));
        var rejected = Returning().Then(ReturnRejected());
        Assert.Equal(("ReturnRejected", "Dispatched", "Rejected"), (Code(Return(rejected)), rejected.State, CaseView.Row(rejected, rejected.Lead!).ReturnState));
        Assert.Equal("Answered", rejected.Answered().State);
    }

    [Fact]
    public void An_accepted_return_withdraws_the_task_and_the_next_unit_begins_anew()
    {
        var (next, said) = Run(Returning(), [ReturnAccepted(), Dispatched(Again, 2, Heat), Assigned(Again, Heat, "LO-009")]);
        var withdrawn = Assert.IsType<TaskWithdrawn>(Assert.Single(said));
        Assert.Equal((Lead, "Returned"), (withdrawn.TaskId, withdrawn.Reason));
        Assert.Equal(("Dispatched", Heat, "TaskWithdrawn"), (next.State, next.UnitCode, Code(Return(next))));
        Assert.Null(Code(Return(next, Asks(Again), Stranger)));
    }

    [Fact]
    public void An_answer_that_was_given_meanwhile_stands() => Assert.Empty(Run(WithAnOfficer().Answered(), [ReturnAccepted()]).Said);

    [Fact]
    public void A_unit_takes_its_request_back_and_may_ask_again()
    {
        var kept = ReturnDecision.Withdraw(Returning(), Lead, Colleague, Now).Value!;
        Assert.Equal("LO-002", Assert.IsType<ReturnWithdrawn>(Assert.Single(kept.Events)).OfficerId);
        Assert.Equal(("Dispatched", "NothingToWithdraw", null), (kept.Case.State, Code(ReturnDecision.Withdraw(kept.Case, Lead, Officer, Now)), Code(Return(kept.Case))));
    }

    [Fact]
    public void Who_answers_keeps_it_and_says_so_first()
    {
        var step = CaseworkDecision.Answer(Returning(), Lead, Officer, "好的", "", Envelope, Now).Value!;
        Assert.Equal(["ReturnWithdrawn", "TaskSignedIn", "InquiryAnswered"], step.Events.Select(e => e.Descriptor.Name));
        Assert.Equal("Answered", step.Case.State);
    }

    [Fact]
    public void The_timeline_tells_of_it_with_what_was_written()
    {
        var c = ReturnDecision.Withdraw(Returning(), Lead, Officer, Now).Value!.Case;
        c = Returning(c).Then(ReturnRejected());
        var told = CaseView.File(c, null, [], null, unseal: _ => "据").Timeline.Where(e => e.Act.StartsWith("Return", StringComparison.Ordinal)).ToList();
        Assert.Equal([("ReturnRequested", "WrongDuty", Water, "据"), ("ReturnWithdrawn", "", "", ""), ("ReturnRequested", "WrongDuty", Water, "据"), ("ReturnRejected", "", "", "据")], told.Select(e => (e.Act, e.Detail, e.ToUnitCode, e.Words)));
    }

    [Fact]
    public void A_dispatcher_sees_whom_it_is_from_while_a_return_waits_and_the_citizen_only_that_it_is_handled()
    {
        var (dispatcher, person) = (new Actor("d1", [Roles.Dispatcher], "", ""), new Contracts.Channels.Content { Name = "芦某某" });
        Outcome<CaseStep> Look(CaseState c) => RevealDecision.Reveal(c, dispatcher, "VerifyIdentity", "", person, Envelope, Now);
        Assert.Equal((null, "NotHeld"), (Code(Look(Returning())), Code(Look(WithAnOfficer()))));
        Assert.Equal("Handling", CaseView.Progress(Returning(), null, []).State);
    }
}
