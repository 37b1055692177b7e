using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A case as people see it: rows of lists, the whole file with masked personal fields, and the little that a citizen is shown.</summary>
static class CaseView
{
    public const int MostFound = 20;

    /// <summary>What a search came to.</summary>
    /// <param name="found">Newest first; more than <see cref="MostFound"/> when there are more than are shown.</param>
    /// <param name="ended">The last case that was looked at; null when all were.</param>
    public static SearchCasesReply Found(IReadOnlyList<CaseState> found, Mark? ended)
    {
        var until = found.Count > MostFound ? Mark.Of(found[MostFound - 1]) : ended;
        return new() { Cases = { found.Take(MostFound).Select(Row) }, Complete = until is null, SearchedFrom = until is null ? "" : CityTime.Iso(CityTime.DateOf(until.At)), Next = until?.Write() ?? "" };
    }

    public static CaseRow Row(CaseState c) => new()
    {
        InquiryId = c.InquiryId, Title = c.Registration?.Title ?? "", Channel = c.Registration?.Channel ?? "", Kind = c.Registration?.Kind ?? default, State = c.State,
        UnitCode = c.UnitCode, OfficerId = c.Lead?.Assigned?.OfficerId ?? "", ReceivedAt = Stamp(c.Registration?.ReceivedAt), DueAt = Stamp(c.Lead?.Clock?.DueAt), Late = c.Lead?.Clock?.Late ?? false, Urges = c.Urges.Count(),
        Outcome = c.Voiding is not null ? CaseProjection.OutcomeVoided : c.Closing?.Outcome ?? "",
    };

    public static TaskRow Row(CaseState c, CaseTask t) => new()
    {
        InquiryId = c.InquiryId, TaskId = t.TaskId, DispatchNo = t.Dispatch!.No, UnitCode = t.UnitCode, OfficerId = t.Assigned?.OfficerId ?? "", State = t.State, Role = t.Dispatch.Role,
        DispatchedAt = Stamp(t.Dispatch.At), AssignedAt = Stamp(t.Assigned?.At), DueAt = Stamp(t.Clock?.DueAt),
        Late = t is { Withdrawal: null, Clock.Late: true }, // what was withdrawn is neither in time nor late
        Title = c.Registration?.Title ?? "", Kind = c.Registration?.Kind ?? default, Urges = c.Urges.Count(),
        ReturnState = t.Returning ? "Requested" : t.Rejection is not null ? "Rejected" : "", ReturnBy = Stamp(t.Clock?.ReturnBy), Designated = t.Designated,
        ExtensionState = t.Extending ? "Requested" : t.Extensions is [.., { Verdict: { } verdict }] ? verdict.Granted ? "Granted" : "Refused" : "",
        ExtensionNo = t.Extensions?[^1].No ?? 0, ExtensionDays = t.Extensions?[^1].WorkingDays ?? 0, ExtensionAskedAt = Stamp(t.Extensions?[^1].At),
        MostExtensionDays = t.Clock?.ExtensionDays ?? 0, ExtensionsLeft = Math.Max(0, t.ExtensionsLeft), FirstDueAt = Stamp(t.Clock?.FirstDueAt),
        SupervisorUrges = t.Urges?.Count ?? 0, SupervisorUrgedAt = Stamp(t.Urges?[^1].At), Supervision = t.Supervisions?[^1].Form ?? "", SupervisedAt = Stamp(t.Supervisions?[^1].At), Rehandled = t.Rehandled,
    };

    public static RevealRow Row(string inquiryId, Reveal r, string words) => new()
    {
        InquiryId = inquiryId, EntryNo = r.No, Account = r.Account, OfficerId = r.OfficerId, UnitCode = r.UnitCode, Reason = r.Reason, Words = words, Fields = { r.Fields }, RevealedAt = Stamp(r.At),
    };

    /// <param name="person">The personal fields, unsealed; null when they were purged.</param>
    /// <param name="unseal">What colleagues wrote beside an entry.</param>
    public static CaseFile File(CaseState c, CaseText? text, IReadOnlyList<AnswerText> answers, Content? person, IReadOnlyDictionary<int, string>? ratingWords = null, Func<byte[]?, string>? unseal = null)
    {
        var registration = c.Registration!;
        var file = new CaseFile
        {
            Row = Row(c), Text = string.Join("\n\n", (text?.Supplements ?? []).Select(s => s.Text).Prepend(text?.Text ?? "")), Place = text?.Place ?? "",
            // 举报人保密: whoever reports is shown to nobody here, not even masked.
            NameMasked = registration.Confidential ? "***" : Mask.Name(person?.Name), PhoneMasked = registration.Confidential ? "***" : PhoneNumber.Masked(person?.Phone), Confidential = registration.Confidential,
            CategoryCode = registration.CategoryCode, AreaCode = registration.AreaCode, Contacts = 1 + c.Added.Count, ReplyUnwanted = !registration.WantsReply, FollowUpDue = FollowUpDecision.Due(c) is not null, CallBackDue = CallBack.Due(c),
        };
        file.Tasks.AddRange(c.Tasks.Where(t => t.Dispatch is not null).OrderBy(t => t.Dispatch!.No).Select(t => Row(c, t)));
        file.Timeline.AddRange(Timeline(c, unseal ?? (_ => "")).OrderBy(e => e.At));
        file.Answers.AddRange(Answers(c, text, answers));
        foreach (var a in file.Answers) (a.Grade, a.RatingWords, a.FollowUp) = (c.RatingOf(a.AnswerNo)?.Grade ?? default, ratingWords?.GetValueOrDefault(a.AnswerNo) ?? "", FollowUpView.Of(c, a.AnswerNo, unseal ?? (_ => "")));
        if (file.Answers.FirstOrDefault(a => a.AnswerNo == c.ShownAnswerNo) is { } shown)
            (file.PublicReply, file.HandlingNote) = (shown.PublicReply, shown.HandlingNote);
        return file;
    }

    /// <summary>What a citizen sees: few states (more are the office's business), when it is due, who has it, and the answer.</summary>
    /// <param name="with">The one that it is merged into and waits for; of it, unit and dates only: it is another citizen's.</param>
    public static Progress Progress(CaseState c, CaseText? text, IReadOnlyList<AnswerText> answers, string unitName = "", CaseState? with = null)
    {
        var reached = c.TakenFrom ?? c.Lead;
        var progress = new Progress
        {
            InquiryId = c.InquiryId, UnitCode = c.UnitCode, UnitName = unitName, ReceivedAt = Stamp(c.Registration?.ReceivedAt), DispatchedAt = Stamp(reached?.Dispatch?.At), SignedInAt = Stamp(reached?.SignIn?.At), DueAt = Stamp(c.Lead?.Clock?.DueAt), Provisional = c.Lead?.Clock?.Provisional ?? false, Late = c.Lead?.Clock?.Late ?? false,
            Urges = c.Urges.Count(), UrgedAt = Stamp(c.Urges.Select(u => (DateTimeOffset?)u.At).Max()), FirstDueAt = Stamp(c.Lead?.Clock?.FirstDueAt),
            State = c.State switch { "Registered" or "Held" when c.Reopenings is null => "Received", "Registered" or "Held" or "Dispatched" or "SignedIn" or "ReturnRequested" or "Merged" or "Reopened" => "Handling", "Closed" => c.TakenBack ? "Withdrawn" : c.Decline is null ? "Closed" : "Declined", _ => "Answered" },
            WithdrawnAt = c.TakenBack ? Stamp(c.Closing!.At) : null, Rehandled = c.Reopenings?.Count ?? 0,
        };
        var said = Answers(c, text, answers).ToList();
        progress.Earlier.AddRange(FollowUpView.Earlier(c, said));
        if (c.Merged is { } merged && !c.TakenBack)
        {
            (progress.Merged, progress.DispatchedAt) = (true, Stamp(merged.At));
            if (with?.Lead is { } lead)
                (progress.UnitCode, progress.SignedInAt, progress.DueAt, progress.Provisional, progress.Late, progress.FirstDueAt) =
                    (lead.UnitCode, Stamp(lead.SignIn is { } s ? s.At > merged.At ? s.At : merged.At : null), Stamp(lead.Clock?.DueAt), lead.Clock?.Provisional ?? false, lead.Clock?.Late ?? false, Stamp(lead.Clock?.FirstDueAt));
        }
        if (said.FirstOrDefault(a => a.AnswerNo == c.ShownAnswerNo) is { } answer)
            (progress.PublicReply, progress.AnsweredAt, progress.AnswerNo, progress.Grade) = (answer.PublicReply, answer.AnsweredAt, answer.AnswerNo, c.RatingOf(answer.AnswerNo)?.Grade ?? default);
        return progress;
    }

    static IEnumerable<CaseAnswer> Answers(CaseState c, CaseText? text, IReadOnlyList<AnswerText> answers)
    {
        if (c.Registration?.Direct is { } direct)
            yield return new() { UnitCode = c.UnitCode, OfficerId = direct.By, Role = UnitRole.Lead, AnsweredAt = Stamp(direct.At), PublicReply = text?.DirectReply ?? "" };
        if (c.Decline is { Answer: var told })
            yield return new() { AnswerNo = told.No, OfficerId = told.OfficerId, Role = UnitRole.Lead, AnsweredAt = Stamp(told.At), PublicReply = answers.FirstOrDefault(a => a.Key == AnswerText.KeyOf(c.InquiryId, told.No))?.PublicReply ?? "" };
        foreach (var m in (c.Merges ?? []).Where(m => m.Answer is not null))
            yield return new() { AnswerNo = m.Answer!.No, UnitCode = m.UnitCode, OfficerId = m.Answer.OfficerId, Role = UnitRole.Lead, AnsweredAt = Stamp(m.Answer.At), PublicReply = answers.FirstOrDefault(a => a.Key == AnswerText.KeyOf(c.InquiryId, m.Answer.No))?.PublicReply ?? "" };
        foreach (var t in c.Tasks.Where(t => t.Answer is not null).OrderBy(t => t.Answer!.No))
        {
            var words = answers.FirstOrDefault(a => a.Key == AnswerText.KeyOf(c.InquiryId, t.Answer!.No));
            yield return new()
            {
                AnswerNo = t.Answer!.No, TaskId = t.TaskId, UnitCode = t.UnitCode, OfficerId = t.Answer.OfficerId, Role = t.Dispatch?.Role ?? default, AnsweredAt = Stamp(t.Answer.At),
                PublicReply = words?.PublicReply ?? "", HandlingNote = words?.HandlingNote ?? "",
            };
        }
    }

    // In the order in which things happen, for those that have the same instant.
    static IEnumerable<CaseEntry> Timeline(CaseState c, Func<byte[]?, string> unseal)
    {
        if (c.Registration is { } r) yield return Entry(r.ReceivedAt, "InquiryRegistered", r.TakenBy, r.ReceivingUnitCode, r.Channel);
        foreach (var a in c.Added) yield return Entry(a.At, a.Urge ? "InquiryUrged" : "ContactAdded", "", "", a.Channel);
        foreach (var h in c.Holds) yield return Entry(h.At, "InquiryHeld", "", "", h.Reason);
        foreach (var t in c.Tasks) if (t.Dispatch is { } d) yield return Entry(d.At, "InquiryDispatched", d.By, d.UnitCode, d.Reason, unseal(d.Words));
        foreach (var t in c.Tasks) foreach (var entry in Had(t)) yield return entry;
        foreach (var t in c.Tasks) if (t.SignIn is { } s) yield return Entry(s.At, "TaskSignedIn", s.OfficerId, t.UnitCode, "");
        foreach (var t in c.Tasks) foreach (var entry in Returned(t, unseal).Concat(Extended(t, unseal))) yield return entry;
        foreach (var t in c.Tasks) if (t.Designation is { } named) yield return Entry(named.At, "UnitDesignated", named.By, t.UnitCode, "", unseal(named.Words));
        foreach (var t in c.Tasks) foreach (var u in t.Urges ?? []) yield return Entry(u.At, "TaskUrged", u.By, t.UnitCode, "");
        foreach (var t in c.Tasks) foreach (var s in t.Supervisions ?? []) yield return Entry(s.At, "TaskSupervised", s.By, t.UnitCode, s.Form, unseal(s.Words));
        foreach (var t in c.Tasks) if (t.Clock?.OverdueAt is { } late) yield return Entry(late, "ClockOverdue", "", t.UnitCode, "");
        foreach (var t in c.Tasks) if (t.Answer is { } a) yield return Entry(a.At, "InquiryAnswered", a.OfficerId, t.UnitCode, t.Assisting ? "Assisting" : "Lead");
        foreach (var t in c.Tasks) if (t.Withdrawal is { } w) yield return Entry(w.At, "TaskWithdrawn", "", t.UnitCode, w.Reason);
        foreach (var entry in Joined(c)) yield return entry;
        if (c.Decline is { } decline) yield return Entry(decline.Answer.At, "InquiryDeclined", decline.Answer.OfficerId, "", decline.Reason);
        foreach (var d in c.Deliveries) yield return Entry(d.At, d.State switch { CaseProjection.Delivered => "AnswerDelivered", CaseProjection.InDoubt => "DeliveryInDoubt", _ => "AnswerUndeliverable" }, "", "", d.Detail);
        foreach (var a in c.Answers) if (a.FetchedAt is { } read) yield return Entry(read, "AnswerFetched", "", "", "");
        foreach (var rated in c.Ratings ?? []) yield return Entry(rated.At, "AnswerRated", "", "", rated.Grade.ToString());
        foreach (var entry in FollowUpView.Timeline(c, unseal)) yield return entry;
        foreach (var look in c.Reveals ?? [])
        {
            var entry = Entry(look.At, "PersonRevealed", look.OfficerId.Length > 0 ? look.OfficerId : look.Account, look.UnitCode, look.Reason, unseal(look.Words));
            entry.EntryNo = look.No;
            yield return entry;
        }
        if (c.Voiding is { } mistake) yield return Entry(mistake.At, "ContactVoided", mistake.By, "", "");
        if (c.Closing is { } closing) yield return c.TakenBack ? Entry(closing.At, "InquiryWithdrawn", "", "", "") : Entry(closing.At, "InquiryClosed", closing.By, "", closing.Outcome);
    }

    // Each officer that had it, and from whom and by whom it was handed over.
    static IEnumerable<CaseEntry> Had(CaseTask t)
    {
        var from = "";
        foreach (var a in (t.Earlier ?? []).Append(t.Assigned).OfType<Assigned>())
        {
            var entry = Entry(a.At, a.By is null ? "OfficerAssigned" : "TaskHandedOver", a.By ?? a.OfficerId, a.UnitCode, a.Why ?? "");
            if (a.By is not null) (entry.FromOfficerId, entry.ToOfficerId) = (from, a.OfficerId);
            yield return entry;
            from = a.OfficerId;
        }
    }

    static IEnumerable<CaseEntry> Joined(CaseState c)
    {
        foreach (var m in c.Merges ?? [])
        {
            yield return With(m.IntoInquiryId, Entry(m.At, "InquiryMerged", m.By, m.UnitCode, ""));
            if (m.SplitAt is { } split) yield return With(m.IntoInquiryId, Entry(split, "InquirySplit", m.SplitBy ?? "", "", m.SplitReason ?? ""));
            if (m.Answer is { } a) yield return With(m.IntoInquiryId, Entry(a.At, "InquiryAnswered", a.OfficerId, m.UnitCode, "Lead"));
        }
        foreach (var t in c.TookIn ?? [])
        {
            yield return With(t.InquiryId, Entry(t.At, "InquiryTookIn", t.By, "", ""));
            if (t.LeftAt is { } left) yield return With(t.InquiryId, Entry(left, "InquiryLetGo", t.LeftBy ?? "", "", t.LeftReason ?? ""));
        }

        static CaseEntry With(string other, CaseEntry entry) { entry.OtherInquiryId = other; return entry; }
    }

    /// <summary>What was merged into a case and is not split again, the first one first.</summary>
    public static IEnumerable<MergedCase> TakenIn(CaseState c, IReadOnlyList<CaseState> others) =>
        from t in c.TookIn ?? [] where t.LeftAt is null
        join o in others on t.InquiryId equals o.InquiryId
        select new MergedCase
        {
            InquiryId = o.InquiryId, Title = o.Registration?.Title ?? "", Channel = o.Registration?.Channel ?? "", ReceivedAt = Stamp(o.Registration?.ReceivedAt), MergedAt = Stamp(t.At),
            Contacts = 1 + o.Added.Count, Urges = o.Urges.Count(), LastContactAt = Stamp(o.Added.Select(a => (DateTimeOffset?)a.At).Max()), State = o.State,
        };

    public static MergedInto? Into(CaseState c, IReadOnlyList<CaseState> others) => c.Merged is { } m && others.FirstOrDefault(o => o.InquiryId == m.IntoInquiryId) is { } into
        ? new() { InquiryId = into.InquiryId, Title = into.Registration?.Title ?? "", UnitCode = into.UnitCode, MergedBy = m.By, MergedAt = Stamp(m.At) } : null;

    static IEnumerable<CaseEntry> Extended(CaseTask t, Func<byte[]?, string> unseal)
    {
        foreach (var e in t.Extensions ?? [])
        {
            var asked = Entry(e.At, "ExtensionRequested", e.OfficerId, t.UnitCode, "", unseal(e.Words));
            asked.WorkingDays = e.WorkingDays;
            yield return asked;
            if (e.Verdict is not { } verdict) continue;
            var decided = Entry(verdict.At, verdict.Granted ? "ExtensionGranted" : "ExtensionRefused", verdict.By, t.UnitCode, "", unseal(verdict.Words));
            decided.WorkingDays = verdict.Granted ? e.WorkingDays : 0;
            yield return decided;
        }
    }

    static IEnumerable<CaseEntry> Returned(CaseTask t, Func<byte[]?, string> unseal)
    {
        foreach (var r in t.Returns ?? [])
        {
            var asked = Entry(r.At, "ReturnRequested", r.OfficerId, t.UnitCode, r.Reason, unseal(r.Words));
            asked.ToUnitCode = r.SuggestedUnitCode;
            yield return asked;
            if (r.WithdrawnAt is { } kept) yield return Entry(kept, "ReturnWithdrawn", r.OfficerId, t.UnitCode, "");
        }
        if (t.Rejection is not { } no) yield break;
        yield return Entry(no.At, "ReturnRejected", no.By, t.UnitCode, "", unseal(no.Words));
    }

    static CaseEntry Entry(DateTimeOffset at, string act, string actor, string unitCode, string detail, string words = "") => new() { At = Stamp(at), Act = act, Actor = actor, UnitCode = unitCode, Detail = detail, Words = words };

    static Timestamp? Stamp(DateTimeOffset? at) => at is { } instant ? CityTime.Stamp(instant) : null;
}

/// <summary>Personal fields as staff see them (domain.md 7.2): enough to recognise, not enough to use.</summary>
static class Mask
{
    /// <summary>The first character and two stars, whatever the length.</summary>
    public static string Name(string? name) => name is null || name.EnumerateRunes().FirstOrDefault() is not { Value: > 0 } first ? "" : $"{first}**";
}
