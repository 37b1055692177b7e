using Google.Protobuf;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>A case after a fact or an act, and what is to be said.</summary>
sealed record CaseStep(CaseState Case, IReadOnlyList<IMessage> Events)
{
    public static implicit operator CaseStep(CaseState unsaid) => new(unsaid, []);
}

/// <summary>
/// The case file: every fact fills the fields of its source. What no longer counts is said, never dropped: a dispatch that
/// replaces another withdraws the former's open tasks, and what arrives for a closed case is withdrawn at once.
/// </summary>
static class CaseProjection
{
    public const string Delivered = "Delivered", Undeliverable = "Undeliverable", InDoubt = "InDoubt";
    public const string Replaced = "Replaced", Returned = "Returned", CaseClosed = "CaseClosed", Declined = "Declined", HandedBack = "HandedBack", OnLeave = "OnLeave",
        AnsweredBefore = "AnsweredBefore", DesignatedByHand = "DesignatedByHand", WithdrawnByCitizen = "WithdrawnByCitizen", Merged = "Merged";
    public const string OutcomeAnswered = "Answered", OutcomeDirect = "AnsweredDirectly", OutcomeVoided = "Voided";

    /// <summary>A direct answer closes the case as it is filed; anything else waits for its unit.</summary>
    public static CaseStep Registered(CaseState c, InquiryRegistered e, string title, DateTimeOffset now)
    {
        var direct = e.DirectAnswer is { } d ? new DirectAnswer(d.AnsweredBy, d.AnsweredAt.ToDateTimeOffset()) : null;
        var filed = c with
        {
            Registration = new(e.Contact.Channel, e.Kind, e.Urgency, title, e.CategoryCode, e.AreaCode, e.Contact.ReceivedAt.ToDateTimeOffset(),
                e.Contact.TakenBy, e.WantsReply, e.Confidential, e.ReceivingUnitCode, direct),
        };
        return direct is null ? filed : Close(filed, direct.By, OutcomeDirect, now);
    }

    /// <summary>What tells that the same person calls again: the number, when it was read as one. 举报人保密: a reporter is not to be found by it.</summary>
    public static string? CallerKey(InquiryRegistered e, Content content) => e.Confidential || content.PhoneE164.Length == 0 ? null : CallerKey(content.PhoneE164);
    public static string CallerKey(string e164) => "phone|" + e164;

    public static CaseStep ContactAdded(CaseState c, ContactAdded e) =>
        c with { Added = [.. c.Added, new(e.Contact.ContactId, e.Contact.Channel, e.Contact.ReceivedAt.ToDateTimeOffset()) { Urge = e.Urge }] };

    /// <summary>It stays in the file, and says so.</summary>
    public static CaseStep Voided(CaseState c, ContactVoided e) => c with { Voiding = new(e.VoidedBy, e.VoidedAt.ToDateTimeOffset()) };

    public static CaseStep Delivery(CaseState c, Delivery delivery) => c with { Deliveries = [.. c.Deliveries, delivery] };

    public static CaseStep HeldBack(CaseState c, InquiryHeld e) => c with { Held = true, Holds = [.. c.Holds, new(e.Reason, e.HeldAt.ToDateTimeOffset())] };

    public static CaseStep Dispatched(CaseState c, InquiryDispatched e, DateTimeOffset now)
    {
        var dispatch = new Dispatch(e.DispatchNo, e.UnitCode, e.Role, e.DispatchedAt.ToDateTimeOffset(), e.Reason, e.DispatchedBy) { Designated = e.Designated, Words = e.Words?.ToByteArray() };
        var next = (c with { Held = false }).With((c.Task(e.TaskId) ?? new(e.TaskId)) with { Dispatch = dispatch });
        var newest = next.Tasks.Max(t => t.Dispatch?.No ?? 0);
        return Late(next) is { } late ? Withdraw(next, t => t.TaskId == e.TaskId, late, now)
            // Routing designates without knowing that it was answered a moment ago: the citizen doesn't get a second answer for it. One that was sent back waits for one.
            : e.Reason == DesignatedByHand && c is { Reopened: false, Lead.Answer: not null } ? Withdraw(next, t => t.TaskId == e.TaskId, AnsweredBefore, now)
            : Withdraw(next, t => t.Dispatch?.No < newest, Replaced, now);
    }

    /// <summary>The unit that has it already was designated: its task and clock go on.</summary>
    public static CaseStep UnitDesignated(CaseState c, UnitDesignated e) =>
        c.With((c.Task(e.TaskId) ?? new(e.TaskId)) with { Designation = new(e.DesignatedBy, e.DesignatedAt.ToDateTimeOffset(), e.Words?.ToByteArray() ?? []) });

    /// <summary>转交, or a leave (请假), says it again: the officer changes, and nothing else does; who signed in did. What was answered or withdrawn meanwhile stays so.</summary>
    public static CaseStep OfficerAssigned(CaseState c, OfficerAssigned e, DateTimeOffset now)
    {
        var task = c.Task(e.TaskId) ?? new(e.TaskId);
        var handed = e.AssignedBy.Length > 0;
        var next = c.With(task with
        {
            Assigned = new(e.OfficerId, e.UnitCode, e.AssignedAt.ToDateTimeOffset()) { By = handed ? e.AssignedBy : null, Why = e.Reason == OnLeave ? OnLeave : null },
            Earlier = handed && task.Assigned is { } had ? [.. task.Earlier ?? [], had] : task.Earlier,
        });
        return Late(next) is { } late ? Withdraw(next, t => t.TaskId == e.TaskId, late, now) : next;
    }

    /// <summary>Why a task that is heard of now is withdrawn at once: nobody waits for it. Null when somebody does.</summary>
    static string? Late(CaseState c) => c.Closing is not null ? CaseClosed : c.Merged is not null ? Merged : null;

    /// <summary>不予受理: what is open in it is withdrawn, the citizen gets the answer, and it is closed. One that was closed or answered meanwhile stays as it is: nobody
    /// gets two answers. So does one that was merged, or that another was merged into, before Routing knew: it stays merged, and Routing has it again.</summary>
    public static CaseStep DeclinedBy(CaseState c, InquiryDeclined e, DateTimeOffset now)
    {
        if (c.Closing is not null || c.ShownAnswer is not null || e.Merges < (c.Merges?.Count ?? 0) + (c.TookIn?.Count ?? 0)) return c;
        var answer = new Answer(NextAnswerNo(c), e.DeclinedBy, e.DeclinedAt.ToDateTimeOffset(), null);
        var (withdrawn, said) = Withdraw(c with { Held = false, Decline = new(e.Reason, answer) }, _ => true, Declined, now);
        var (closed, end) = Close(withdrawn, e.DeclinedBy, Declined, now);
        return new(closed, [.. said, new InquiryAnswered
        {
            InquiryId = c.InquiryId, AnswerNo = answer.No, AnsweredBy = e.DeclinedBy, AnsweredAt = e.DeclinedAt, PublicReply = e.PublicReply, Role = UnitRole.Lead,
        }, .. end]);
    }

    public static int NextAnswerNo(CaseState c) => c.Answers.Select(a => a.No).DefaultIfEmpty().Max() + 1;

    /// <summary>The dispatcher agrees: another unit's dispatch follows.</summary>
    public static CaseStep ReturnAccepted(CaseState c, ReturnAccepted e, DateTimeOffset now) => Withdraw(c, t => t.TaskId == e.TaskId, Returned, now);

    public static CaseStep ReturnRejected(CaseState c, ReturnRejected e) =>
        c.With((c.Task(e.TaskId) ?? new(e.TaskId)) with { Rejection = new(e.RejectedBy, e.RejectedAt.ToDateTimeOffset(), e.Words?.ToByteArray() ?? []) });

    public static CaseStep ClockStarted(CaseState c, ClockStarted e) => Clock(c, e.TaskId, k => k with { DueAt = e.DueAt.ToDateTimeOffset(), Provisional = e.Provisional, ReturnBy = e.ReturnBy?.ToDateTimeOffset(), ExtensionDays = e.ExtensionDays, Extensions = e.Extensions });
    public static CaseStep ClockMoved(CaseState c, ClockMoved e) => Clock(c, e.TaskId, k => k with { DueAt = e.DueAt.ToDateTimeOffset(), FirstDueAt = e.FirstDueAt.ToDateTimeOffset(), Provisional = e.Provisional, OverdueAt = null });
    public static CaseStep ClockOverdue(CaseState c, ClockOverdue e) => Clock(c, e.TaskId, k => k with { OverdueAt = e.FoundAt.ToDateTimeOffset() });
    public static CaseStep ClockStopped(CaseState c, ClockStopped e) => Clock(c, e.TaskId, k => k with { InTime = e.InTime });

    static CaseState Clock(CaseState c, string taskId, Func<DueClock, DueClock> change)
    {
        var task = c.Task(taskId) ?? new(taskId);
        return c.With(task with { Clock = change(task.Clock ?? new(null, false, null, null)) });
    }

    /// <summary>Closes the case; whatever is still open in it is withdrawn first.</summary>
    /// <param name="why">Why its open tasks are withdrawn.</param>
    public static CaseStep Close(CaseState c, string by, string outcome, DateTimeOffset now, string why = CaseClosed)
    {
        var (withdrawn, said) = Withdraw(c with { Closing = new(by, now, outcome) }, _ => true, why, now);
        return new(withdrawn, [.. said, new InquiryClosed { InquiryId = c.InquiryId, ClosedBy = by, ClosedAt = CityTime.Stamp(now), Outcome = outcome }]);
    }

    internal static CaseStep Withdraw(CaseState c, Func<CaseTask, bool> which, string reason, DateTimeOffset now)
    {
        var gone = c.Tasks.Where(t => t.Open && which(t)).ToList();
        return gone.Count == 0 ? c : new CaseStep(gone.Aggregate(c, (all, t) => all.With(t with { Withdrawal = new(reason, now) })), [.. gone.Select(t => new TaskWithdrawn
        {
            InquiryId = c.InquiryId, TaskId = t.TaskId, Reason = reason, WithdrawnAt = CityTime.Stamp(now), UnitCode = t.UnitCode, OfficerId = t.Assigned?.OfficerId ?? "",
        })]);
    }
}
