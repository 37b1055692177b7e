using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>
/// 撤回: a citizen takes an inquiry back until the lead unit has answered it. Nobody is sent anything: who took it back knows. It can't
/// be undone; what is needed after all is asked anew.
/// </summary>
static class WithdrawDecision
{
    public static Outcome<CaseStep> Withdraw(CaseState? c, DateTimeOffset now)
    {
        if (c?.Registration is null) return Refusals.WrongNumberOrCode;
        // A second press of the same button is no second withdrawal.
        if (c.TakenBack) return (CaseStep)c;
        if (c.Closing is not null) return Closed;
        // 重办: it has been answered, whatever the answer was worth.
        if (c.ShownAnswerNo is not null || c.Reopenings is not null) return Answered;
        return CaseProjection.Close(MergeDecision.WithoutAny(c, now), by: "", CaseProjection.WithdrawnByCitizen, now, CaseProjection.WithdrawnByCitizen);
    }

    /// <summary>合并: whom it concerns beside itself, as long as it is open: what it is merged into, or those that wait for it.</summary>
    public static IEnumerable<string> Reached(CaseState c) => c.Closing is not null ? [] : c.Merged is { Answer: null } merged ? [merged.IntoInquiryId] : c.Waiting;

    /// <summary>What the withdrawal means for one of those: it has one less that waits for it; or nobody will answer it, and it is on its own again.</summary>
    public static CaseStep Beside(CaseState other, string withdrawn, DateTimeOffset now) =>
        other.Merged is { Answer: null } merged && merged.IntoInquiryId == withdrawn ? MergeDecision.Left(other, now) : MergeDecision.LetGo(other, withdrawn, "", CaseProjection.WithdrawnByCitizen, now);

    static readonly Refusal Closed = Refusals.Of("CaseClosed", "这件诉求已经办结，不能撤回；有新的情况，请另提一件。", "This inquiry is closed and can't be withdrawn; if there is something new, please ask again.");
    static readonly Refusal Answered = Refusals.Of("AlreadyAnswered", "这件诉求已有答复，不能撤回，可以评价或补充。", "This inquiry has been answered and can't be withdrawn; you can rate the answer or add something.");
}
