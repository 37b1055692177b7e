using InquiryHub.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

public class CaseViewTests
{
    static readonly CaseText text = new(Inquiry, "路灯坏了", "兴隆台区", "", []) { Supplements = [new("c2", "还没修")] };

    [Theory]
    [InlineData("芦某某", "芦**"), InlineData("欧阳娜", "欧**"), InlineData("𠮷田", "𠮷**"), InlineData("", ""), InlineData(null, "")]
    public void A_name_shows_its_first_character(string? name, string masked) => Assert.Equal(masked, Mask.Name(name));

    [Theory]
    [InlineData("13800000000", "138****0000"), InlineData("１３８ 0000 0000", "138****0000"), InlineData("0427-2800000", "042****0000"), InlineData("2800012", "****12"), InlineData("110", "****"), InlineData("", "")]
    public void A_phone_number_shows_enough_to_recognise_it(string phone, string masked) => Assert.Equal(masked, PhoneNumber.Masked(phone));

    [Theory]
    [InlineData(3, false, true, "")]
    [InlineData(20, false, true, "")]
    [InlineData(3, true, false, "2013-05-02")] // out of time
    [InlineData(21, false, false, "2013-05-06")] // more than are shown
    [InlineData(21, true, false, "2013-05-06")]
    public void A_search_that_did_not_show_everything_says_back_to_which_day_it_did(int fit, bool stopped, bool complete, string from)
    {
        var found = Enumerable.Repeat(Of(Registered()), fit).ToList();
        var reply = CaseView.Found(found, stopped ? new(CityTime.At(new(2013, 5, 2), new(9, 0)), "k") : null);
        Assert.Equal((Math.Min(fit, 20), complete, from), (reply.Cases.Count, reply.Complete, reply.SearchedFrom));
        Assert.Equal(fit > 20 ? Mark.Of(found[19]).Write() : stopped ? "2013-05-02T01:00:00.0000000Z|k" : "", reply.Next);
    }

    [Fact]
    public void The_file_masks_the_person_and_shows_every_supplement()
    {
        var file = CaseView.File(WithAnOfficer(Added()), text, [], new Content { Name = "芦某某", Phone = "13800000000" });
        Assert.Equal(("芦**", "138****0000", "路灯坏了\n\n还没修", 2), (file.NameMasked, file.PhoneMasked, file.Text, file.Contacts));
        Assert.Equal(["InquiryRegistered", "ContactAdded", "InquiryDispatched", "OfficerAssigned"], file.Timeline.Select(e => e.Act));
    }

    [Fact]
    public void An_urge_is_a_contact_that_rows_count_the_timeline_names_and_the_citizen_sees()
    {
        var urge = Added("c3");
        urge.Urge = true;
        var c = Of(Registered(), Dispatched("T1", 1, Heat), Added(), urge);
        Assert.Equal((1, 1, 3), (CaseView.Row(c).Urges, CaseView.Row(c, c.Task("T1")!).Urges, CaseView.File(c, text, [], null).Contacts));
        Assert.Equal(["ContactAdded", "InquiryUrged"], CaseView.File(c, text, [], null).Timeline.Select(e => e.Act).Where(a => a is "ContactAdded" or "InquiryUrged"));
        var progress = CaseView.Progress(c, text, []);
        Assert.Equal((1, urge.Contact.ReceivedAt), (progress.Urges, progress.UrgedAt));
        Assert.Null(CaseView.Progress(Of(Registered(), Added()), text, []).UrgedAt);
    }

    [Fact]
    public void Who_reports_in_confidence_is_not_shown_even_masked()
    {
        var e = Registered();
        e.Confidential = true;
        var file = CaseView.File(Of(e), text, [], new Content { Name = "芦某某", Phone = "13800000000" });
        Assert.Equal(("***", "***"), (file.NameMasked, file.PhoneMasked));
    }

    [Fact]
    public void A_partial_result_is_in_the_file_but_not_the_citizens_answer()
    {
        var partial = Joint().Answered(Helper, Assistant);
        AnswerText[] words = [new(AnswerText.KeyOf(Inquiry, 1), "部分结果", "内部")];
        Assert.Equal("部分结果", CaseView.File(partial, text, words, null).Answers[0].PublicReply);
        Assert.Equal("", CaseView.File(partial, text, words, null).PublicReply);
        Assert.Equal(("Handling", ""), (CaseView.Progress(partial, text, words).State, CaseView.Progress(partial, text, words).PublicReply));
    }

    [Fact]
    public void A_citizen_sees_four_states_and_the_answer()
    {
        Assert.Equal("Received", CaseView.Progress(Of(Registered(), Held()), text, []).State);
        Assert.Equal("Handling", CaseView.Progress(WithAnOfficer(), text, []).State);
        var answered = CaseView.Progress(WithAnOfficer(Started(Lead)).Answered(), text, [new(AnswerText.KeyOf(Inquiry, 1), "已修复", "内部")]);
        Assert.Equal(("Answered", "已修复", Roads, At(16, 0)), (answered.State, answered.PublicReply, answered.UnitCode, CityTime.Instant(answered.DueAt)));
        Assert.DoesNotContain("内部", answered.ToString());
        var direct = CaseView.Progress(Of(RegisteredDirect()), text with { DirectReply = "当场答复" }, []);
        Assert.Equal(direct, CaseView.Progress(Of(RegisteredDirect(), new ContactVoided { InquiryId = Inquiry, VoidedAt = CityTime.Stamp(Now) }), text with { DirectReply = "当场答复" }, [])); // to the citizen nothing has changed
        Assert.Equal(("Closed", "当场答复", Heat), (direct.State, direct.PublicReply, direct.UnitCode));
    }

    [Fact]
    public void The_search_form_folds_Traditional_width_case_and_blanks() =>
        Assert.Equal("盘锦市民众在线咨询abc 12 路灯 不亮", SearchForm.Of("盤錦市民眾在線諮詢ＡＢＣ　１２", " 路燈\n 不亮"));

    [Fact]
    public void A_page_mark_reads_back_and_a_strange_one_is_refused()
    {
        var mark = new Mark(At(8, 10), Lead);
        Assert.True(Mark.TryRead(mark.Write(), out var read));
        Assert.Equal(mark, read);
        Assert.True(Mark.TryRead(new Mark(DateTimeOffset.MaxValue, Lead).Write(), out var last));
        Assert.Equal(DateTimeOffset.MaxValue, last!.At);
        Assert.False(Mark.TryRead("x", out _));
        Assert.False(Mark.TryRead("2013-05-06T00:00:00.0000000Z|\0", out _));
    }
}
