using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;

namespace InquiryHub.Web;

public sealed class CaseWordsTests
{
    static readonly Texts zh = Texts.For(Texts.Chinese);
    static TaskRow Task(string unit, string state, UnitRole role = UnitRole.Lead) => new() { TaskId = unit + state, UnitCode = unit, State = state, Role = role };
    static CaseFile File(params TaskRow[] tasks) { var file = new CaseFile(); file.Tasks.AddRange(tasks); return file; }

    [Fact]
    public void Before_an_answer_is_sent_it_is_said_who_gets_it()
    {
        Assert.Contains("邮件", CaseWords.Reach(UnitRole.Lead, "Email", false, zh));
        Assert.Contains("查询码", CaseWords.Reach(UnitRole.Lead, "MinxinWeb", false, zh));
        Assert.Contains("话务员", CaseWords.Reach(UnitRole.Lead, "Hotline12345", false, zh));
        Assert.Contains("窗口", CaseWords.Reach(UnitRole.Lead, "WalkIn", false, zh));
        Assert.Contains("存档", CaseWords.Reach(UnitRole.Lead, "Email", true, zh));
        Assert.Contains("不发给诉求人", CaseWords.Reach(UnitRole.Assisting, "Email", false, zh));
    }

    [Fact]
    public void An_officer_acts_for_the_own_units_open_task_and_others_see_the_lead_units()
    {
        var file = File(Task("A", "Withdrawn"), Task("A", "Assigned"), Task("B", "SignedIn", UnitRole.Assisting));
        Assert.Equal("AAssigned", CaseShown.TaskOf(file, officer: true, "A")!.TaskId);
        Assert.Equal("BSignedIn", CaseShown.TaskOf(file, officer: true, "B")!.TaskId);
        Assert.Equal("AAssigned", CaseShown.TaskOf(file, officer: false, "")!.TaskId);
        Assert.Equal("BWithdrawn", CaseShown.TaskOf(File(Task("B", "Withdrawn")), officer: true, "B")!.TaskId);
        Assert.Null(CaseShown.TaskOf(File(), officer: true, "A"));
    }

    [Fact]
    public void What_became_of_a_task_is_told_of_the_own_units_not_of_anothers()
    {
        var file = File();
        Assert.Null(CaseWords.Meanwhile(file, "A", NameList.None, zh));
        file.Timeline.Add(new CaseEntry { Act = "TaskWithdrawn", UnitCode = "A", At = Minute(1) });
        file.Timeline.Add(new CaseEntry { Act = "TaskWithdrawn", UnitCode = "B", At = Minute(2) });
        Assert.Contains(":01", CaseWords.Meanwhile(file, "A", NameList.None, zh));
        Assert.Contains(":02", CaseWords.Meanwhile(file, "B", NameList.None, zh));
        file.Answers.Add(new CaseAnswer { TaskId = "b", UnitCode = "B", OfficerId = "LO-7", AnsweredAt = Minute(3) });
        Assert.Contains("LO-7", CaseWords.Meanwhile(file, "B", NameList.None, zh));
        Assert.Contains(":01", CaseWords.Meanwhile(file, "A", NameList.None, zh));
    }

    [Fact]
    public void Who_was_writing_when_the_citizen_took_it_back_is_told_so()
    {
        var file = File();
        file.Timeline.Add(new CaseEntry { Act = "TaskWithdrawn", UnitCode = "A", Detail = "WithdrawnByCitizen", At = Minute(1) });
        file.Timeline.Add(new CaseEntry { Act = "InquiryWithdrawn", At = Minute(1) });
        Assert.Contains("诉求人", CaseWords.Meanwhile(file, "A", NameList.None, zh));
    }

    [Fact]
    public void A_case_that_the_citizen_took_back_says_so_where_others_say_their_state()
    {
        Assert.Equal("诉求人撤回", CaseWords.State(new CaseRow { State = "Closed", Outcome = "WithdrawnByCitizen" }, zh));
        Assert.Equal("已办结", CaseWords.State(new CaseRow { State = "Closed", Outcome = "Answered" }, zh));
    }

    [Fact]
    public void The_steps_of_what_was_taken_back_end_where_it_was()
    {
        Progress p = new() { ReceivedAt = Minute(1), DispatchedAt = Minute(2), WithdrawnAt = Minute(3) };
        Assert.Equal([("已登记", "done"), ("已派单", "done"), ("已撤回", "now")], Citizens.Steps(p, zh).Select(s => (s.Text, s.Is)));
        Assert.Equal([("已登记", "done"), ("已撤回", "now")], Citizens.Steps(new() { ReceivedAt = Minute(1), WithdrawnAt = Minute(3) }, zh).Select(s => (s.Text, s.Is)));
    }

    static Google.Protobuf.WellKnownTypes.Timestamp Minute(int minute) => new() { Seconds = 60 * minute };

    [Fact]
    public void Where_an_answer_is_comes_from_the_newest_thing_that_happened_to_it()
    {
        var file = File();
        Assert.Equal("waiting", CaseWords.Delivery(file).Code);
        file.Timeline.Add(new CaseEntry { Act = "DeliveryInDoubt" });
        file.Timeline.Add(new CaseEntry { Act = "AnswerDelivered", Detail = "Smtp" });
        file.Timeline.Add(new CaseEntry { Act = "InquiryClosed" });
        Assert.Equal("AnswerDelivered", CaseWords.Delivery(file).Code);
    }

    // What the case file can hold has words in both languages: a code on the screen is a bug.
    [Theory]
    [InlineData("officer.state.", "Registered Held Dispatched Waiting Assigned SignedIn Answered Delivered Closed Withdrawn")]
    [InlineData("officer.act.", "InquiryRegistered ContactAdded InquiryUrged InquiryHeld InquiryDispatched OfficerAssigned TaskSignedIn ClockOverdue InquiryAnswered TaskWithdrawn AnswerDelivered AnswerUndeliverable DeliveryInDoubt AnswerFetched InquiryClosed InquiryWithdrawn")]
    [InlineData("officer.kind.", "Unspecified Consultation HelpRequest Complaint Report Suggestion Praise")]
    [InlineData("officer.detail.", "NoCategory UnknownCategory NoArea SeveralUnitsFit UnitClosed Catalogue CatalogueArea PlacedByHand Replaced CaseClosed WithdrawnByCitizen Lead Assisting Smtp QqReply Query CallBack Slip Filed NoAddress NotReached Interrupted Answered AnsweredDirectly Terminated")]
    [InlineData("officer.outcome.", "WithdrawnByCitizen")]
    [InlineData("progress.state.", "Received Handling Answered Closed Declined Withdrawn")]
    [InlineData("outcome.", "Direct AnsweredInTime AnsweredLate Open OpenLate Unanswered Late Answered Terminated Withdrawn Tallied NoInquiry Dispatched")]
    [InlineData("officer.delivery.", "AnswerDelivered AnswerUndeliverable DeliveryInDoubt AnswerFetched")]
    public void Every_code_has_its_words(string area, string codes) => Assert.All(codes.Split(' '), c => Assert.Contains(area + c, zh.Keys));
}
