using InquiryHub.Casework;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using static InquiryHub.Decisions.Tests.Casework.Case;

namespace InquiryHub.Decisions.Tests.Casework;

public class RatingTests
{
    static readonly CaseState answered = CaseworkDecision.Answer(WithAnOfficer(), Lead, Officer, "已修复。", "", Envelope, Now).Value!.Case;

    static Outcome<CaseStep> Rate(CaseState? c, Grade grade = Grade.Satisfied, int answerNo = 1, string words = "", string? first = null) => RatingDecision.Rate(c, answerNo, grade, words, first, Envelope, Now);
    static string? Code(Outcome<CaseStep> outcome) => outcome.Refusal?.Code;

    [Theory]
    [InlineData(Grade.VerySatisfied), InlineData(Grade.Satisfied), InlineData(Grade.FairlySatisfied), InlineData(Grade.Dissatisfied), InlineData(Grade.VeryDissatisfied)]
    public void An_answer_is_rated_with_one_of_five_grades(Grade grade)
    {
        var said = Assert.IsType<AnswerRated>(Assert.Single(Rate(answered, grade).Value!.Events));
        Assert.Equal((Inquiry, 1, grade, Roads), (said.InquiryId, said.AnswerNo, said.Grade, said.UnitCode));
    }

    [Fact]
    public void No_grade_and_a_sixth_one_are_refused()
    {
        Assert.Equal("InvalidGrade", Code(Rate(answered, Grade.Unspecified)));
        Assert.Equal("InvalidGrade", Code(Rate(answered, (Grade)6)));
    }

    [Fact]
    public void An_answer_is_rated_once_and_the_first_grade_stands()
    {
        var rated = Rate(answered).Value!.Case;
        Assert.Equal("AlreadyRated", Code(Rate(rated, Grade.VeryDissatisfied)));
        Assert.Equal("AlreadyRated", Code(Rate(rated, words: "后来想到的话", first: "")));
        Assert.Equal(Grade.Satisfied, rated.RatingOf(1)!.Grade);
    }

    [Fact]
    public void The_same_rating_sent_again_changes_and_says_nothing()
    {
        var rated = Rate(answered, words: "谢谢").Value!.Case;
        var again = Rate(rated, words: "谢谢", first: "谢谢").Value!;
        Assert.Empty(again.Events);
        Assert.Same(rated, again.Case);
    }

    [Fact]
    public void Before_the_answer_there_is_nothing_to_rate() => Assert.Equal("NoAnswerYet", Code(Rate(WithAnOfficer())));

    [Fact]
    public void A_case_that_is_not_there_reads_like_a_wrong_code() => Assert.Equal("UnknownInquiry", Code(Rate(null)));

    [Fact]
    public void An_answer_given_on_the_spot_is_rated_as_number_0()
    {
        var direct = Fold(new(Inquiry), RegisteredDirect()).Case;
        Assert.Equal(0, Assert.IsType<AnswerRated>(Assert.Single(Rate(direct, answerNo: 0).Value!.Events)).AnswerNo);
        Assert.Equal("AnswerIsNewer", Code(Rate(direct, answerNo: 1)));
    }

    [Fact]
    public void The_words_travel_sealed_or_not_at_all()
    {
        Assert.Equal(Envelope, Assert.IsType<AnswerRated>(Assert.Single(Rate(answered, words: "谢谢").Value!.Events)).Words);
        Assert.Null(Assert.IsType<AnswerRated>(Assert.Single(Rate(answered).Value!.Events)).Words);
        Assert.Equal("InvalidWords", Code(Rate(answered, words: new('话', RatingDecision.MaxWords + 1))));
        Assert.Equal("InvalidWords", Code(Rate(answered, words: "\0")));
    }

    [Fact]
    public void A_rating_stands_in_the_case_file_with_its_grade()
    {
        var file = CaseView.File(Rate(answered).Value!.Case, null, [], null, new Dictionary<int, string> { [1] = "谢谢" });
        Assert.Equal(("AnswerRated", "Satisfied"), file.Timeline.Select(e => (e.Act, e.Detail)).Last());
        Assert.Equal((Grade.Satisfied, "谢谢"), (file.Answers.Single().Grade, file.Answers.Single().RatingWords));
    }
}
