using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>What a case was merged into. <paramref name="UnitCode"/>: the unit that had that one then; once answered, the unit that answered.</summary>
sealed record Merge(string IntoInquiryId, string By, DateTimeOffset At, string UnitCode)
{
    /// <summary>This case's own, with the other one's words.</summary>
    public Answer? Answer { get; init; }
    /// <summary>It is on its own again: since when, by whom (empty: nobody's hand) and why.</summary>
    public DateTimeOffset? SplitAt { get; init; }
    public string? SplitBy { get; init; }
    public string? SplitReason { get; init; }
}

/// <summary>A case that was merged into this one.</summary>
sealed record TakenIn(string InquiryId, string By, DateTimeOffset At)
{
    /// <summary>The answer of this one that became its own.</summary>
    public int? AnswerNo { get; init; }
    /// <summary>It doesn't wait any more, and why.</summary>
    public DateTimeOffset? LeftAt { get; init; }
    public string? LeftBy { get; init; }
    public string? LeftReason { get; init; }

    internal bool Waits => AnswerNo is null && LeftAt is null;
}

/// <summary>
/// 合并: several people ask for the same; one unit handles it once, and each of them gets the answer by the own door. Each case stays one with
/// number, query code and contacts (figures sum contacts). A mistake is undone (取消合并) until the answer is given. Two levels only: a case that
/// others wait for isn't merged itself, so that an answer reaches all by one look. 举报人保密: who reports in confidence is joined to nobody.
/// </summary>
static class MergeDecision
{
    public const string ByHand = "ByHand";

    /// <returns>The merged case and the one that it is merged into.</returns>
    public static Outcome<(CaseStep Merged, CaseStep Into)> Merge(CaseState? c, CaseState? into, string by, DateTimeOffset now)
    {
        if (c?.Registration is null) return Refusals.UnknownInquiry;
        if (into?.Registration is null) return MergeRefusals.UnknownTarget;
        if (c.InquiryId == into.InquiryId) return MergeRefusals.Itself;
        if (c.Merged is { Answer: null } merged && c.Closing is null) return MergeRefusals.Already(merged.IntoInquiryId);
        if (Over(c) is { } over) return over;
        if (c.Waiting.Any()) return MergeRefusals.OthersWait(c.Waiting.Count());
        if (c.Registration.Confidential || into.Registration.Confidential) return MergeRefusals.Confidential;
        if (into.Merged is { Answer: null } further && into.Closing is null) return MergeRefusals.TargetMerged(further.IntoInquiryId);
        if (OverTarget(into) is { } target) return target;
        if (into.Lead is not { } lead) return MergeRefusals.TargetWaits;

        var (withdrawn, said) = CaseProjection.Withdraw(c with { Merges = [.. c.Merges ?? [], new(into.InquiryId, by, now, lead.UnitCode)] }, _ => true, CaseProjection.Merged, now);
        return (
            new CaseStep(withdrawn, [.. said, new InquiryMerged { InquiryId = c.InquiryId, IntoInquiryId = into.InquiryId, MergedBy = by, MergedAt = CityTime.Stamp(now) }]),
            new CaseStep(into with { TookIn = [.. into.TookIn ?? [], new(c.InquiryId, by, now)] },
                [new InquiryTookIn { InquiryId = into.InquiryId, MergedInquiryId = c.InquiryId, MergedBy = by, MergedAt = CityTime.Stamp(now) }]));
    }

    /// <summary>Whether something may be merged into it.</summary>
    public static bool MayTakeIn(CaseState c) => c is { Registration.Confidential: false, Merged: null, Lead: not null } && OverTarget(c) is null;

    /// <summary>取消合并: Routing holds it again.</summary>
    public static Outcome<(CaseStep Merged, CaseStep Into)> Split(CaseState? c, CaseState? into, string by, DateTimeOffset now)
    {
        if (c?.Registration is null) return Refusals.UnknownInquiry;
        if (c.Merged is not { } merged || into is null) return MergeRefusals.NotMerged;
        if (Over(c) is { } over) return over;
        return (Freed(c, merged, by, ByHand, now), LetGo(into, c.InquiryId, by, ByHand, now));
    }

    /// <summary>What waits for a case that its citizen took back is on its own again: nobody would answer it.</summary>
    public static CaseStep Left(CaseState c, DateTimeOffset now) => c.Merged is { } merged ? Freed(c, merged, "", CaseProjection.WithdrawnByCitizen, now) : c;

    /// <summary>A merged case is answered with the other one: the same words, an answer of its own.</summary>
    /// <param name="reply">Sealed for this case.</param>
    /// <param name="by">The officer who answered, for that unit.</param>
    public static CaseStep Answered(CaseState c, string by, string unitCode, Sealed reply, DateTimeOffset now)
    {
        // Asked of those only that wait; one that doesn't any more has its answer.
        if (c is not { Closing: null, Merged: { Answer: null } merged }) return c;
        var answer = new Answer(CaseProjection.NextAnswerNo(c), by, now, null);
        return new(c with { Merges = [.. c.Merges!.SkipLast(1), merged with { UnitCode = unitCode, Answer = answer }] }, [new InquiryAnswered
        {
            InquiryId = c.InquiryId, AnswerNo = answer.No, AnsweredBy = by, AnsweredAt = CityTime.Stamp(now), PublicReply = reply, UnitCode = unitCode, Role = UnitRole.Lead,
        }]);
    }

    /// <summary>The other one has one less that waits for it.</summary>
    public static CaseStep LetGo(CaseState into, string inquiryId, string by, string why, DateTimeOffset now) => into.Waiting.Contains(inquiryId)
        ? new CaseStep(into with { TookIn = [.. into.TookIn!.Select(t => t.Waits && t.InquiryId == inquiryId ? t with { LeftAt = now, LeftBy = by, LeftReason = why } : t)] },
            [new InquiryLetGo { InquiryId = into.InquiryId, MergedInquiryId = inquiryId, Reason = why, LetGoAt = CityTime.Stamp(now) }])
        : into;

    /// <summary>A case that its citizen takes back: nobody waits for it any more. Nothing is said: that it is closed says it.</summary>
    public static CaseState WithoutAny(CaseState c, DateTimeOffset now) => !c.Waiting.Any() ? c
        : c with { TookIn = [.. c.TookIn!.Select(t => t.Waits ? t with { LeftAt = now, LeftReason = CaseProjection.WithdrawnByCitizen } : t)] };

    static CaseStep Freed(CaseState c, Merge merged, string by, string why, DateTimeOffset now) => new(
        c with { Merges = [.. c.Merges!.SkipLast(1), merged with { SplitAt = now, SplitBy = by, SplitReason = why }] },
        [new InquirySplit { InquiryId = c.InquiryId, IntoInquiryId = merged.IntoInquiryId, SplitBy = by, Reason = why, SplitAt = CityTime.Stamp(now) }]);

    static Refusal? Over(CaseState c) => c.TakenBack ? MergeRefusals.Withdrawn : c.Closing is not null ? MergeRefusals.Closed : c.ShownAnswerNo is not null ? MergeRefusals.Answered : null;
    static Refusal? OverTarget(CaseState c) => c.TakenBack ? MergeRefusals.TargetWithdrawn : c.Closing is not null ? MergeRefusals.TargetClosed : c.ShownAnswerNo is not null ? MergeRefusals.TargetAnswered : null;
}

static class MergeRefusals
{
    public static readonly Refusal UnknownTarget = Refusals.Of("UnknownInquiry", "没有要并入的这个编号，请核对编号。", "There is no inquiry with the number to merge into; please check it.");
    public static readonly Refusal Itself = Refusals.Of("InvalidTarget", "不能并入它自己，请填另一件的编号。", "An inquiry can't be merged into itself; please give another number.");
    public static readonly Refusal Withdrawn = Refusals.Of("WithdrawnByCitizen", "诉求人已撤回这件诉求，不用再合并或办理。", "The citizen has taken this inquiry back; there is nothing to merge or split any more.");
    public static readonly Refusal Closed = Refusals.Of("CaseClosed", "这件诉求已办结，不用再合并或取消合并。", "This inquiry is closed; there is nothing to merge or split any more.");
    public static readonly Refusal Answered = Refusals.Of("AlreadyAnswered", "这件诉求已有答复，不能再合并或取消合并；请刷新查看。", "This inquiry has been answered and can't be merged or split any more; please refresh to see the answer.");
    public static readonly Refusal Confidential = Refusals.Of("ReporterConfidential", "两件中有举报人要求保密的，不能合并；请分别派单办理。", "One of the two was reported in confidence and is joined to no other; please place each on its own.");
    public static readonly Refusal TargetWithdrawn = Refusals.Of("TargetOver", "要并入的那件已由诉求人撤回，没有人会答复；请另选一件，或直接派单。", "The citizen has taken the other inquiry back, so nobody will answer it; please choose another one, or place this one.");
    public static readonly Refusal TargetClosed = Refusals.Of("TargetOver", "要并入的那件已办结；请另选一件，或直接派单。", "The other inquiry is closed; please choose another one, or place this one.");
    public static readonly Refusal TargetAnswered = Refusals.Of("TargetOver", "要并入的那件已经答复，不会再答复一次；请另选一件，或直接派单。", "The other inquiry has been answered and will not be again; please choose another one, or place this one.");
    public static readonly Refusal TargetWaits = Refusals.Of("TargetNotDispatched", "要并入的那件还没有派出，没有单位会答复；请先派出那一件。", "The other inquiry isn't dispatched yet, so no unit would answer; please place that one first.");
    public static readonly Refusal NotMerged = Refusals.Of("NothingToSplit", "这件诉求没有并入别的，或已取消合并；请刷新查看。", "This inquiry isn't merged into another one, or not any more; please refresh.");

    public static Refusal Already(string into) => Refusals.Of("AlreadyMerged", $"这件诉求已并入 {into}；要并入别的，先取消合并。", $"This inquiry is merged into {into} already; to merge it into another one, split it first.");
    public static Refusal TargetMerged(string further) => Refusals.Of("TargetMerged", $"要并入的那件已并入 {further}，请直接并入 {further}。", $"The other inquiry is itself merged into {further}; please merge into {further}.");
    public static Refusal OthersWait(int count) => Refusals.Of("OthersMerged", $"有 {count} 件已并入这一件，不能再整串合并；请把那一件并入这一件，或先逐件取消合并。", $"{count} were merged into this one, and merged ones form no chain; merge the other one into this one, or split those first.");
}
