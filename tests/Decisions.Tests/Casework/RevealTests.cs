using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

public class RevealTests
{
    static readonly Content person = new() { Title = "t", Text = "x", Name = "芦某某", Phone = "13800000000" };
    static readonly Actor operator1 = new("operator1", [Roles.Operator], "", ""), dispatcher = new("dispatcher1", [Roles.Dispatcher], "", ""), administrator = new("admin", [Roles.Administrator], "", "");

    static Outcome<CaseStep> Reveal(CaseState? c, Actor? by = null, string reason = "ContactCitizen", string words = "", Content? of = null) => RevealDecision.Reveal(c, by ?? Officer, reason, words, of ?? person, Envelope, Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;
    static CaseState Confidential() { var e = Registered(); e.Confidential = true; return Of(e, Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001")); }
    static CaseState Closed() => CaseworkDecision.Close(WithAnOfficer().Answered().Then(Delivered(1)), Supervisor, Now).Value!.Case;

    [Fact]
    public void A_look_is_entered_with_who_why_and_which_fields_and_never_what_they_hold()
    {
        var step = Reveal(WithAnOfficer(), words: "回访时间").Value!;
        var said = Assert.IsType<PersonRevealed>(Assert.Single(step.Events));
        Assert.Equal((1, "li", "LO-001", Roads, "ContactCitizen", Envelope), (said.EntryNo, said.Account, said.OfficerId, said.UnitCode, said.Reason, said.Words));
        Assert.Equal(["Name", "Phone"], said.Fields);
        Assert.DoesNotContain("芦", said.ToString() + Json.Write(step.Case));
        Assert.DoesNotContain("13800000000", said.ToString() + Json.Write(step.Case));
        Assert.DoesNotContain("回访", said.ToString());
        Assert.Equal(2, Assert.IsType<PersonRevealed>(Assert.Single(Reveal(step.Case, Colleague).Value!.Events)).EntryNo);
    }

    [Fact]
    public void Everybody_who_sees_the_case_reads_in_it_who_looked_and_why()
    {
        var c = Reveal(Reveal(WithAnOfficer()).Value!.Case, Supervisor, RevealDecision.Other, "群众来电核实").Value!.Case;
        var looks = CaseView.File(c, null, [], null, unseal: words => words is null ? "" : "群众来电核实").Timeline.Where(e => e.Act == "PersonRevealed").ToList();
        Assert.Equal([("LO-001", Roads, "ContactCitizen", 1, ""), ("sun", "", "Other", 2, "群众来电核实")], looks.Select(e => (e.Actor, e.UnitCode, e.Detail, e.EntryNo, e.Words)));
    }

    [Fact]
    public void Officers_of_a_unit_whose_task_counts_may_look_also_when_it_is_answered()
    {
        Assert.Null(Code(Reveal(WithAnOfficer(), Colleague)));
        Assert.Null(Code(Reveal(Joint(), Assistant)));
        Assert.Null(Code(Reveal(WithAnOfficer().Answered().Then(Undeliverable(1)))));
        Assert.Equal("NotYourTask", Code(Reveal(WithAnOfficer(Dispatched(Again, 2, Water)))));
        Assert.Equal("CaseClosed", Code(Reveal(Closed())));
        // Heat took it in at its counter: until it is dispatched it sees the case, but has nothing to do in it.
        Assert.Equal("NotYourTask", Code(Reveal(Of(Registered()), Stranger)));
    }

    [Fact]
    public void Another_units_case_and_one_that_is_not_there_read_the_same()
    {
        Assert.Equal(Refusals.UnknownInquiry, Reveal(WithAnOfficer(), Stranger).Refusal);
        Assert.Equal(Refusals.UnknownInquiry, Reveal(null).Refusal);
        Assert.Equal(Refusals.UnknownInquiry, Reveal(WithAnOfficer(), new("x", [Roles.Officer], "", "")).Refusal);
    }

    [Fact]
    public void Supervisors_may_always_look_and_dispatchers_while_it_is_held()
    {
        Assert.Null(Code(Reveal(Closed(), Supervisor)));
        Assert.Null(Code(Reveal(Of(Registered(), Held()), dispatcher)));
        Assert.Equal("NotHeld", Code(Reveal(WithAnOfficer(), dispatcher)));
    }

    [Fact]
    public void Administrators_never_look_and_operators_only_at_whom_they_are_to_call_back()
    {
        foreach (var c in new[] { Of(Registered(), Held()), WithAnOfficer(), Closed() })
            Assert.Equal(["NoCallBack", "NotYourRole"], new[] { operator1, administrator }.Select(a => Code(Reveal(c, a))));
        Assert.Null(Code(Reveal(CallBackTests.Asked("Hotline12345").Answered(), operator1)));
        Assert.Equal("NotYourRole", Code(Reveal(CallBackTests.Asked("Hotline12345").Answered(), administrator)));
    }

    [Fact]
    public void Who_reports_in_confidence_is_shown_to_nobody_for_no_reason()
    {
        foreach (var actor in new[] { Officer, Colleague, Supervisor })
            foreach (var reason in new[] { "ContactCitizen", RevealDecision.Other })
                Assert.Equal("ReporterConfidential", Code(Reveal(Confidential(), actor, reason, "非常重要")));
    }

    [Theory]
    [InlineData("", "", "InvalidReason"), InlineData("Curiosity", "就想看看", "InvalidReason"), InlineData("Other", "", "InvalidReason"), InlineData("Other", "投诉人要求回电", null),
     InlineData("VerifyIdentity", "", null), InlineData("PrepareVisit", "", null), InlineData("Other", "a\0b", "InvalidWords")]
    public void A_look_has_one_of_three_usual_reasons_or_its_own_in_words(string reason, string words, string? code) => Assert.Equal(code, Code(Reveal(WithAnOfficer(), reason: reason, words: words)));

    [Theory]
    [InlineData(200, null), InlineData(201, "InvalidWords")]
    public void Words_have_at_most_200_characters_as_people_count_them(int length, string? code) =>
        Assert.Equal(code, Code(Reveal(WithAnOfficer(), reason: RevealDecision.Other, words: string.Concat(Enumerable.Repeat("𠮷", length)))));

    [Fact]
    public void Where_nobody_is_named_nothing_is_entered()
    {
        Assert.Equal("PersonUnknown", Code(Reveal(WithAnOfficer(), of: new() { Title = "t", Text = "x", Name = "  " })));
        Assert.Equal("PersonUnknown", Code(RevealDecision.Reveal(WithAnOfficer(), Officer, "ContactCitizen", "", null, Envelope, Now)));
    }

    [Fact]
    public void An_entry_shows_to_whoever_made_it_and_for_sixty_seconds()
    {
        var entry = Reveal(WithAnOfficer()).Value!.Case.Reveals!.Single();
        Assert.Null(RevealDecision.Over(entry, Officer, Now, Now.AddSeconds(59)));
        Assert.Equal("RevealOver", RevealDecision.Over(entry, Officer, Now, Now.AddSeconds(60))?.Code);
        Assert.Equal("RevealOver", RevealDecision.Over(entry, Colleague, Now, Now)?.Code);
        Assert.Equal("RevealOver", RevealDecision.Over(entry, Officer, Now.AddMinutes(-1), Now)?.Code);
        Assert.Equal("RevealOver", RevealDecision.Over(null, Officer, Now, Now)?.Code);
    }
}
