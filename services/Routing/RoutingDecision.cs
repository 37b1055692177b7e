using System.Text.Json.Serialization;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Routing;

/// <summary>What routing knows of an inquiry. The registered facts are Channels', the rest is routing's own.</summary>
sealed record RoutedInquiry(string InquiryId, InquiryKind Kind, Urgency Urgency, string CategoryCode, string AreaCode, string Channel, DateTimeOffset ReceivedAt)
{
    public int DispatchNo { get; init; }
    public string UnitCode { get; init; } = "";
    public IReadOnlyList<string> AssistingUnitCodes { get; init; } = [];
    public string Reason { get; init; } = "";
    public string CatalogueEntry { get; init; } = "";
    public string RunnerUpUnitCode { get; init; } = "";
    public IReadOnlyList<string> Candidates { get; init; } = [];
    public DateTimeOffset DecidedAt { get; init; }
    public string DecidedBy { get; init; } = "";
    public DateTimeOffset? HeldSince { get; init; }
    /// <summary>A unit wants to be rid of it: then it is held too. Null, and not written, otherwise.</summary>
    public RequestedReturn? Return { get; init; }
    /// <summary>不予受理, for that reason. Null, and not written, otherwise.</summary>
    public string? Declined { get; init; }
    /// <summary>Casework: the citizen took it back (撤回). Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Withdrawn { get; init; }
    /// <summary>Casework: it is answered together with this one (合并). Null, and not written, otherwise.</summary>
    public string? MergedInto { get; init; }
    /// <summary>Casework: those that wait for its answer. Null, and not written, without any.</summary>
    public IReadOnlyList<string>? TookIn { get; init; }
    /// <summary>Of how many merges of it, into another one or of another one into it, was heard. Written only where there were any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Merges { get; init; }
    /// <summary>How often that was agreed to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Returned { get; init; }
    /// <summary>重办: Casework sent it back to its unit; the citizen has had an answer. Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Rehandled { get; init; }
    /// <summary>指定承办: the unit of the last dispatch may not return it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Designated { get; init; }

    /// <summary>False while only something of it was heard that another service said.</summary>
    internal bool Registered => ReceivedAt != default;
}

/// <summary>Casework: what the unit of the newest dispatch asks for.</summary>
sealed record RequestedReturn(string TaskId, string UnitCode, string Reason, string SuggestedUnitCode, DateTimeOffset At);

/// <summary>Where it goes and why: a unit, or held with the reason and who might fit.</summary>
sealed record RoutingChoice(string? UnitCode, string Reason, string CatalogueEntry, string RunnerUpUnitCode, IReadOnlyList<string> Candidates)
{
    public bool Held => UnitCode is null;
}

/// <summary>
/// The dispatch rules: the catalogue's category decides, and where it leaves it open, the area (Beijing regulation art. 11-13:
/// dispatch by catalogue; area known but unit unclear goes to the area's government). What is not sure is held for a person.
/// </summary>
static class RoutingDecision
{
    public static RoutingChoice Choose(string categoryCode, string areaCode, Catalogue catalogue)
    {
        var local = catalogue.Chain(areaCode).Select(a => a.UnitCode).Where(catalogue.IsActive).ToList();
        if (categoryCode.Length == 0) return Hold("NoCategory", local);

        // A code may name one entry or, cut short, a group of them (2+2+2 digits).
        var entries = catalogue.Entries.TryGetValue(categoryCode, out var exact) ? [exact]
            : categoryCode.Length < 6 ? catalogue.Entries.Values.Where(e => e.EntryCode.StartsWith(categoryCode, StringComparison.Ordinal)).OrderBy(e => e.EntryCode, StringComparer.Ordinal).ToList()
            : [];
        if (entries.Count == 0) return Hold("UnknownCategory", local);

        var fits = entries.Select(e => (Entry: e, Unit: UnitOf(e, areaCode, catalogue))).ToList();
        if (fits.Any(f => f.Unit is null)) return Hold("NoArea", fits.SelectMany(f => f.Unit is null ? f.Entry.UnitCodeByArea.Values.Order(StringComparer.Ordinal) : (IEnumerable<string>)[f.Unit.Code]));
        var units = fits.Select(f => f.Unit!.Code!).Distinct().ToList();
        if (units.Count > 1) return Hold("SeveralUnitsFit", units);
        var unit = units[0];
        if (!catalogue.IsActive(unit))
            return Hold("UnitClosed", catalogue.Units.TryGetValue(unit, out var closed) && catalogue.IsActive(closed.ParentUnitCode) ? [closed.ParentUnitCode] : local);
        var runnerUp = local.FirstOrDefault(u => u != unit) ?? "";
        return new(unit, fits[0].Unit!.ByArea ? "CatalogueArea" : "Catalogue", fits[0].Entry.EntryCode, runnerUp, []);
    }

    sealed record Fit(string Code, bool ByArea);

    static Fit? UnitOf(Contracts.Directory.CatalogueEntryPublished entry, string areaCode, Catalogue catalogue)
    {
        var chain = catalogue.Chain(areaCode).ToList();
        // Area codes below the county have nine digits (street, town) or twelve (village); the nearest one with a unit of its own answers.
        if (entry.ToStreet && chain.FirstOrDefault(a => a.AreaCode.Length > 6 && a.UnitCode.Length > 0) is { } street) return new(street.UnitCode, true);
        if (entry.UnitCode.Length > 0) return new(entry.UnitCode, false);
        return chain.Select(a => entry.UnitCodeByArea.GetValueOrDefault(a.AreaCode)).FirstOrDefault(u => u is not null) is { } unit ? new(unit, true) : null;
    }

    static RoutingChoice Hold(string reason, IEnumerable<string> candidates) => new(null, reason, "", "", [.. candidates.Distinct().Take(5)]);

    public static RoutedInquiry Apply(RoutedInquiry inquiry, RoutingChoice choice, DateTimeOffset now) => choice.Held
        ? inquiry with { Reason = choice.Reason, Candidates = choice.Candidates, HeldSince = now, DecidedAt = now }
        : inquiry with
        {
            DispatchNo = inquiry.DispatchNo + 1, UnitCode = choice.UnitCode!, AssistingUnitCodes = [], Reason = choice.Reason, CatalogueEntry = choice.CatalogueEntry,
            RunnerUpUnitCode = choice.RunnerUpUnitCode, Candidates = [], HeldSince = null, DecidedAt = now, DecidedBy = "",
        };

    /// <summary>A dispatcher places by hand. The number that the dispatcher saw must still be the newest: two people may be at the same case.</summary>
    public static Outcome<RoutedInquiry> Place(RoutedInquiry? inquiry, int expectedDispatchNo, string lead, IReadOnlyList<string> assisting, string dispatcher, Catalogue catalogue, DateTimeOffset now)
    {
        if (inquiry is null) return Refusals.UnknownInquiry;
        if (Over(inquiry) is { } over) return over;
        if (inquiry.DispatchNo != expectedDispatchNo) return Stale;
        foreach (var code in assisting.Prepend(lead))
            if (!catalogue.IsActive(code))
                return UnknownUnit(code);
        if (inquiry.Return is { } r && r.UnitCode == lead)
            return Refusals.Of("ReturnRequested", "该单位正申请退单：不同意的，请写明理由驳回；同意的，请派给别的单位。", "That unit wants to return it: reject the return with a reason, or place it with another unit.");
        if (assisting.Contains(lead) || assisting.Distinct().Count() != assisting.Count)
            return Refusals.Of("InvalidUnits", "主办单位不能同时协办，协办单位不能重复。", "The lead unit can't assist as well, and no unit may assist twice.");
        var returned = inquiry.Returned + (inquiry.Return is null ? 0 : 1);
        return inquiry with
        {
            Return = null, Returned = returned, Designated = catalogue.Designates(returned, now),
            DispatchNo = inquiry.DispatchNo + 1, UnitCode = lead, AssistingUnitCodes = assisting, Reason = "PlacedByHand", CatalogueEntry = "",
            Candidates = [], HeldSince = null, DecidedAt = now, DecidedBy = dispatcher,
        };
    }

    /// <summary>
    /// 指定承办: a supervisor ends a quarrel, or what nobody takes (潍坊 art. 22; Tianjin draft: after it no further return). Another unit gets the
    /// next dispatch, alone, and a return that was asked for is agreed to by that. The unit that leads keeps its dispatch, those that assist it
    /// and its clock, which must not begin anew for having refused; what it asked to return it has to handle. Whether it was answered meanwhile
    /// only Casework knows: it withdraws the new task then, and the answer stands.
    /// </summary>
    public static Outcome<RoutedInquiry> Designate(RoutedInquiry? inquiry, int expectedDispatchNo, string unit, string words, string supervisor, Catalogue catalogue, DateTimeOffset now)
    {
        if (inquiry is null) return Refusals.UnknownInquiry;
        if (Over(inquiry) is { } over) return over;
        if (inquiry.DispatchNo != expectedDispatchNo) return Stale;
        if (unit.Length == 0) return Refusals.Of("InvalidUnits", "请选择由哪个单位承办。", "Please choose which unit is to answer it.");
        if (!catalogue.IsActive(unit)) return UnknownUnit(unit);
        var leads = inquiry.DispatchNo > 0 && inquiry.UnitCode == unit;
        if (leads && inquiry.Designated)
            return Refusals.Of("AlreadyDesignated", "已指定该单位承办，它不能退单；要催的，请催办或督办。", "That unit is designated already and can't return it; to press it, urge it or take it under supervision.");
        if (Wording.Check(words, MaxWords, NoBasis) is { } invalid) return invalid;
        return leads ? Placed(inquiry) with { Designated = true } : inquiry with
        {
            Return = null, Returned = inquiry.Returned + (inquiry.Return is null ? 0 : 1), Designated = true,
            DispatchNo = inquiry.DispatchNo + 1, UnitCode = unit, AssistingUnitCodes = [], Reason = DesignatedByHand, CatalogueEntry = "",
            Candidates = [], HeldSince = null, DecidedAt = now, DecidedBy = supervisor,
        };
    }

    const string DesignatedByHand = "DesignatedByHand";

    /// <summary>
    /// 退单: a dispatcher decides. Who might take it: whom the unit thinks of, the runner-up, and the units of the area. A request about a former
    /// dispatch is over: Casework withdraws that task. So is one of a unit that was designated in the same moment: Casework hears that, and there it is no request any more.
    /// </summary>
    public static RoutedInquiry Returning(RoutedInquiry inquiry, ReturnRequested e, Catalogue catalogue) => e.DispatchNo != inquiry.DispatchNo || inquiry.Designated || inquiry.Declined is not null ? inquiry : inquiry with
    {
        Return = new(e.TaskId, e.UnitCode, e.Reason, e.SuggestedUnitCode, e.RequestedAt.ToDateTimeOffset()), HeldSince = e.RequestedAt.ToDateTimeOffset(),
        Candidates = [.. catalogue.Chain(inquiry.AreaCode).Select(a => a.UnitCode).Prepend(inquiry.RunnerUpUnitCode).Prepend(e.SuggestedUnitCode)
            .Where(u => u != e.UnitCode && catalogue.IsActive(u)).Distinct().Take(5)],
    };

    /// <summary>The unit keeps it after all.</summary>
    public static RoutedInquiry Kept(RoutedInquiry inquiry, ReturnWithdrawn e) => inquiry.Return?.TaskId == e.TaskId ? Placed(inquiry) : inquiry;

    /// <summary>
    /// 撤回: nobody has to place it any more. May be heard before it was registered here: then it is kept and neither dispatched nor held. A dispatch
    /// that was made in the same moment Casework withdraws by itself.
    /// </summary>
    public static RoutedInquiry TakenBack(RoutedInquiry? inquiry, string inquiryId) => Placed(inquiry ?? Unheard(inquiryId)) with { Withdrawn = true };

    /// <summary>One of which something was heard before its registration.</summary>
    internal static RoutedInquiry Unheard(string inquiryId) => new(inquiryId, default, default, "", "", "", default);

    internal static RoutedInquiry Placed(RoutedInquiry inquiry) => inquiry with { Return = null, HeldSince = null, Candidates = [] };

    public const int MaxWords = 500, MaxReply = 5000;

    /// <summary>What this service doesn't take (潍坊 art. 19, Beijing art. 11): the person is told why, and for most of them the right way.</summary>
    public static readonly IReadOnlyList<string> DeclineReasons = ["Litigation", "Discipline", "Reconsideration", "Disclosure", "Petition", "Secret", "Morals", "Concluded"];
    static readonly Refusal NoReply = Refusals.Of("InvalidReply", "请写明答复诉求人的话：为什么不受理，该找谁。", "Please write what the citizen gets: why it is declined, and where to go.");
    static readonly Refusal NoWords = Refusals.Of("ReasonMissing", "请写明驳回理由，承办单位会看到。", "Please write why the return is rejected; the unit reads it.");
    static readonly Refusal NoTask = Refusals.Of("WordsMissing", "请写明请他们办什么，协办单位会看到。", "Please write what they are asked to do; the units read it.");
    static readonly Refusal NoBasis = Refusals.Of("WordsMissing", "请写明指定的理由和依据，承办单位会看到。", "Please write why and on what basis it is designated; the unit reads it.");
    static readonly Refusal Stale = Refusals.Of("StaleDispatch", "该诉求刚刚已由他人派单，请刷新后再决定。", "Somebody dispatched this inquiry just now; look at it again before you decide.");
    static readonly Refusal AlreadyDeclined = Refusals.Of("Declined", "这件诉求已不予受理并答复，不能再派单。", "This inquiry was declined and the citizen told; it can't be placed any more.");

    static readonly Refusal AlreadyWithdrawn = Refusals.Of("WithdrawnByCitizen", "诉求人已撤回这件诉求，不用再派单或办理。", "The citizen has taken this inquiry back; nothing is to be done with it any more.");

    static Refusal? Over(RoutedInquiry inquiry) => inquiry.Withdrawn ? AlreadyWithdrawn : inquiry.Declined is not null ? AlreadyDeclined : inquiry.MergedInto is { } into ? AlreadyMerged(into) : null;

    static Refusal AlreadyMerged(string into) => Refusals.Of("Merged", $"这件诉求已并入 {into}，由那一件的承办单位一并答复；要单独派单或答复的，先取消合并。", $"This inquiry is merged into {into} and answered with it; to place or answer it on its own, split it first.");

    /// <summary>不予受理: only what a dispatcher has in hand, so that no unit works on it unknowing.</summary>
    public static Outcome<RoutedInquiry> Decline(RoutedInquiry? inquiry, int expectedDispatchNo, string reason, string reply, string dispatcher, DateTimeOffset now)
    {
        if (inquiry is null) return Refusals.UnknownInquiry;
        if (Over(inquiry) is { } over) return over;
        if (inquiry.HeldSince is null || inquiry.DispatchNo != expectedDispatchNo)
            return Refusals.Of("NotHeld", "这件诉求已不在待派单（已派出，或已由他人处理），请刷新。", "This inquiry isn't held any more: it was dispatched, or somebody decided; please refresh.");
        if (inquiry.Rehandled)
            return Refusals.Of("Rehandled", "这件诉求已答复过，退回重办，不能再不予受理；请派给能办的单位。", "This inquiry was answered and sent back to be handled anew; it can't be declined any more, please place it with a unit.");
        if (inquiry.TookIn is { Count: var waiting })
            return Refusals.Of("OthersWait", $"有 {waiting} 件已并入这一件，等它的答复；要不予受理的，先逐件取消合并。", $"{waiting} were merged into this one and wait for its answer; to decline it, split those first.");
        if (!DeclineReasons.Contains(reason)) return Refusals.Of("InvalidReason", "请选一个不予受理的原因。", "Please choose why it is declined.");
        if (Wording.Check(reply, MaxReply, NoReply) is { } invalid) return invalid;
        return Placed(inquiry) with { Declined = reason, DecidedBy = dispatcher, DecidedAt = now };
    }

    /// <summary>驳回退单: the unit has to handle it.</summary>
    public static Outcome<RoutedInquiry> Reject(RoutedInquiry? inquiry, int expectedDispatchNo, string words)
    {
        if (inquiry is null) return Refusals.UnknownInquiry;
        if (Over(inquiry) is { } over) return over;
        if (inquiry.Return is null || inquiry.DispatchNo != expectedDispatchNo)
            return Refusals.Of("NoReturn", "这件诉求没有待审核的退单（已撤回，或已由他人处理），请刷新。", "No return of this inquiry waits for a decision: it was taken back, or somebody decided; please refresh.");
        return Wording.Check(words, MaxWords, NoWords) is { } invalid ? invalid : Placed(inquiry);
    }

    /// <summary>
    /// 会办: the lead unit (首接负责: it stays the lead) brings in units that have no part in it yet; each gets a task of the same dispatch. A unit that
    /// handed its part back isn't asked twice.
    /// </summary>
    /// <param name="unit">The unit of who asks; empty for an account without one.</param>
    /// <param name="asked">Which units.</param>
    /// <param name="words">What they are asked to do.</param>
    public static Outcome<RoutedInquiry> Join(RoutedInquiry? inquiry, int expectedDispatchNo, string unit, IReadOnlyList<string> asked, string words, Catalogue catalogue)
    {
        if (inquiry is null) return Refusals.UnknownInquiry;
        if (Over(inquiry) is { } over) return over;
        if (inquiry.DispatchNo != expectedDispatchNo || inquiry.UnitCode != unit || unit.Length == 0)
            return Refusals.Of("NotLeadUnit", "只有现在的主办单位可以请其他单位会办；这件诉求可能已改派，请刷新。", "Only the unit that leads now may bring in others; the inquiry may have gone to another unit, please refresh.");
        if (inquiry.Return is not null)
            return Refusals.Of("ReturnRequested", "本单位正申请退单：要会办的，请先撤回退单。", "Your unit wants to return it: take the return back first, then bring in others.");
        if (asked.Count == 0) return Refusals.Of("InvalidUnits", "请选择协办单位。", "Please choose the units that are to assist.");
        foreach (var code in asked)
        {
            if (!catalogue.IsActive(code)) return UnknownUnit(code);
            if (code == unit || inquiry.AssistingUnitCodes.Contains(code) || asked.Count(a => a == code) > 1)
                return Refusals.Of("InvalidUnits", $"{catalogue.Units[code].Name}已在办理这件诉求（或已退回协办），请去掉。", $"{catalogue.Units[code].Name} has a part in this inquiry already, or handed it back; please leave it out.");
        }
        return Wording.Check(words, MaxWords, NoTask) is { } invalid ? invalid : inquiry with { AssistingUnitCodes = [.. inquiry.AssistingUnitCodes, .. asked] };
    }

    static Refusal UnknownUnit(string code) => Refusals.Of("UnknownUnit", $"没有这个单位或已停用：{code}。", $"There is no active unit with the code {code}.");

    public static string TaskId(string inquiryId, int dispatchNo, int ordinal) => $"{inquiryId}/{dispatchNo}/{ordinal}";
}
