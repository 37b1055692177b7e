using InquiryHub.Contracts.Casework;

namespace InquiryHub.Routing;

/// <summary>合并, which Casework decides: what it means for who places an inquiry.</summary>
static class MergeDecision
{
    /// <summary>
    /// 合并: nobody has to place it, the unit of the other one answers it. What was dispatched or declined in the same moment counts no more: Casework
    /// withdraws the one and passes over the other. May be heard before it was registered here, like a withdrawal.
    /// </summary>
    public static RoutedInquiry Merged(RoutedInquiry? inquiry, InquiryMerged e) => RoutingDecision.Placed(inquiry ?? RoutingDecision.Unheard(e.InquiryId)) with { MergedInto = e.IntoInquiryId, Declined = null, Merges = (inquiry?.Merges ?? 0) + 1 };

    /// <summary>取消合并: a dispatcher has it again; whoever had it before is suggested. One that isn't registered here yet is routed when it is.</summary>
    public static RoutedInquiry Split(RoutedInquiry inquiry, Catalogue catalogue, DateTimeOffset now) => inquiry with
    {
        MergedInto = null, HeldSince = inquiry.Registered && !inquiry.Withdrawn ? now : null, Reason = inquiry.Registered ? "Split" : "",
        Candidates = [.. catalogue.Chain(inquiry.AreaCode).Select(a => a.UnitCode).Prepend(RoutingDecision.Choose(inquiry.CategoryCode, inquiry.AreaCode, catalogue).UnitCode ?? "").Prepend(inquiry.UnitCode).Where(catalogue.IsActive).Distinct().Take(5)],
    };

    /// <summary>Others wait for its answer. Declined in the same moment, a dispatcher has it again: Casework passes over that.</summary>
    public static RoutedInquiry TookIn(RoutedInquiry? inquiry, InquiryTookIn e, DateTimeOffset now)
    {
        var known = inquiry ?? RoutingDecision.Unheard(e.InquiryId);
        return known with { TookIn = [.. known.TookIn ?? [], e.MergedInquiryId], Merges = known.Merges + 1, Declined = null,
            HeldSince = known.Declined is null ? known.HeldSince : now, Reason = known.Declined is null ? known.Reason : "DeclineOvertaken" };
    }

    public static RoutedInquiry LetGo(RoutedInquiry inquiry, InquiryLetGo e) => inquiry with { TookIn = inquiry.TookIn?.Where(i => i != e.MergedInquiryId).ToList() is { Count: > 0 } left ? left : null };

    /// <summary>What was heard of it before its registration, carried over.</summary>
    public static RoutedInquiry Heard(RoutedInquiry registered, RoutedInquiry? before) => before is null ? registered
        : registered with { Withdrawn = before.Withdrawn, MergedInto = before.MergedInto, TookIn = before.TookIn, Merges = before.Merges };
}
