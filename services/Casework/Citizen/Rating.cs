using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>The citizen's grade for an answer; number 0 is the one given on the spot. The words are kept with what was said (<see cref="CaseText"/>).</summary>
sealed record Rating(int AnswerNo, Grade Grade, DateTimeOffset At);

/// <summary>What a citizen wrote beside the grade: a Sealed message with a Text.</summary>
sealed record RatingWords(int AnswerNo, byte[] Words);

/// <summary>
/// 评价: five grades, once an answer (一事一评, 辽宁好差评管理办法 2020). The first stands, so that nobody can be asked to change it; a
/// matter that is handled again gets a new answer, which is rated anew.
/// </summary>
static class RatingDecision
{
    public const int MaxWords = 500;

    /// <param name="firstWords">What was written the first time; null when it isn't rated yet.</param>
    public static Outcome<CaseStep> Rate(CaseState? c, int answerNo, Grade grade, string words, string? firstWords, Sealed? sealedWords, DateTimeOffset now)
    {
        if (c?.Registration is null) return Refusals.WrongNumberOrCode;
        if (grade is < Grade.VerySatisfied or > Grade.VeryDissatisfied) return RatingRefusals.InvalidGrade;
        if (Wording.Check(words, MaxWords) is { } invalid) return invalid;
        if (c.RatingOf(answerNo) is { } first)
            // A second press of the same button is no second rating.
            return first.Grade == grade && words == (firstWords ?? "") ? (CaseStep)c : RatingRefusals.AlreadyRated;
        if (Shown(c) is not { } shown) return RatingRefusals.NoAnswerYet;
        if (shown.No != answerNo) return RatingRefusals.AnswerIsNewer;
        return new CaseStep(c with { Ratings = [.. c.Ratings ?? [], new(answerNo, grade, now)] }, [new AnswerRated
        {
            InquiryId = c.InquiryId, AnswerNo = answerNo, Grade = grade, RatedAt = CityTime.Stamp(now), Words = words.Length == 0 ? null : sealedWords, UnitCode = shown.UnitCode,
        }]);
    }

    /// <summary>The answer that the citizen is shown: the one given on the spot, who declined it, or the lead unit's.</summary>
    static (int No, string UnitCode)? Shown(CaseState c) => c.Registration?.Direct is not null ? (0, c.UnitCode) : c.Decline is { } decline ? (decline.Answer.No, "") : c.Merged is { Answer: { } told } merged ? (told.No, merged.UnitCode) : c is { Reopened: false, Lead: { Answer: { } answer } lead } ? (answer.No, lead.UnitCode) : null;
}

static class RatingRefusals
{
    public static readonly Refusal InvalidGrade = Refusals.Of("InvalidGrade", "请先选一个评价，再提交。", "Please choose a grade first.");
    public static readonly Refusal NoAnswerYet = Refusals.Of("NoAnswerYet", "还没有答复，收到答复后再评价。", "There is no answer yet; please rate it when it is there.");
    public static readonly Refusal AnswerIsNewer = Refusals.Of("AnswerIsNewer", "已有新的答复，请重新查询，看过以后再评价。", "There is a newer answer; please look again and rate that one.");
    public static readonly Refusal AlreadyRated = Refusals.Of("AlreadyRated", "这件事已经评价过，每个答复评价一次。如有新情况，请补充或另提一件。", "This answer was rated already; each is rated once. If there is something new, add it or ask again.");
}
