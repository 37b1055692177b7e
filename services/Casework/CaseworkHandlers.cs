using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using Google.Protobuf;

namespace InquiryHub.Casework;

/// <summary>The case file from what the other services say. A case may begin with any of their facts.</summary>
sealed class CaseworkHandlers(KeyRing ring, LiveTasks live) : IFold
{
    const int TitleLength = 30;

    public void Want(Message message, Wants wants)
    {
        if (!IsOfACase(message)) return;
        wants.Add(CaseworkStore.Cases, message.Key);
        if (message.Event is ContactAdded) wants.Add(CaseworkStore.Texts, message.Key);
    }

    static bool IsOfACase(Message message) => message.Event is InquiryRegistered or ContactAdded or ContactVoided or AnswerDelivered or AnswerUndeliverable or DeliveryInDoubt
        or InquiryDispatched or InquiryHeld or InquiryDeclined or ReturnAccepted or ReturnRejected or UnitDesignated or OfficerAssigned or ClockStarted or ClockOverdue or ClockStopped or ClockMoved;

    public void Fold(Message message, UnitOfWork work)
    {
        if (!IsOfACase(message)) return;
        var before = work.Get(CaseworkStore.Cases, message.Key);
        var c = before ?? new CaseState(message.Key);
        // Walk 5: the officer's task is in the case file. A hand-over is a person's act with a trace of its own: the inquiry's goes on.
        using var step = message.Event is OfficerAssigned { AssignedBy: "" } ? work.Walk(5, "Casework") : null;
        var after = message.Event switch
        {
            InquiryRegistered e => CaseProjection.Registered(c, e, File(e, work), work.Now),
            ContactAdded e => CaseProjection.ContactAdded(c, Supplement(e, work)),
            ContactVoided e => CaseProjection.Voided(c, e),
            AnswerDelivered e => CaseProjection.Delivery(c, new(e.AnswerNo, CaseProjection.Delivered, e.Medium, e.DeliveredAt.ToDateTimeOffset())),
            AnswerUndeliverable e => CaseProjection.Delivery(c, new(e.AnswerNo, CaseProjection.Undeliverable, e.Reason, e.FailedAt.ToDateTimeOffset())),
            DeliveryInDoubt e => CaseProjection.Delivery(c, new(e.AnswerNo, CaseProjection.InDoubt, e.Door, e.AttemptedAt.ToDateTimeOffset())),
            InquiryHeld e => CaseProjection.HeldBack(c, e),
            InquiryDispatched e => CaseProjection.Dispatched(c, e, work.Now),
            InquiryDeclined e => Declined(c, e, work),
            ReturnAccepted e => CaseProjection.ReturnAccepted(c, e, work.Now),
            ReturnRejected e => CaseProjection.ReturnRejected(c, e),
            UnitDesignated e => CaseProjection.UnitDesignated(c, e),
            OfficerAssigned { AssignedBy.Length: > 0 } e => CaseProjection.OfficerAssigned(c, e, work.Now),
            OfficerAssigned e => CaseProjection.OfficerAssigned(c with { Trace = step?.Id ?? message.Trace }, e, work.Now),
            ClockStarted e => CaseProjection.ClockStarted(c, e),
            ClockOverdue e => CaseProjection.ClockOverdue(c, e),
            ClockStopped e => CaseProjection.ClockStopped(c, e),
            ClockMoved e => CaseProjection.ClockMoved(c, e),
            _ => throw new InvalidOperationException($"{message.Type} is said to be of a case but isn't filed."),
        };
        Save(before, after, work, live);
    }

    /// <summary>The case, the worklist entries that changed, what is said, and who watches them.</summary>
    public static void Save(CaseState? before, CaseStep after, UnitOfWork work, LiveTasks live)
    {
        work.Put(CaseworkStore.Cases, after.Case);
        foreach (var task in after.Case.Tasks)
        {
            var was = before?.Task(task.TaskId) is { } known ? TaskEntry.Of(before, known) : null;
            if (TaskEntry.Of(after.Case, task) is not { } entry) continue;
            if (was is null) work.PutNew(CaseworkStore.Tasks, entry); else if (was != entry) work.Put(CaseworkStore.Tasks, entry);
            if (was != entry || Shown(before!, task.TaskId) != Shown(after.Case, task.TaskId)) live.Changed(work, was, entry);
        }
        foreach (var e in after.Events) work.Emit(after.Case.InquiryId, e);
    }

    /// <summary>What a row shows beside its entry: the title, whether it is late, how often it was urged, under what supervision it is, and whether it was designated.</summary>
    static (Registration?, DueClock?, int, int?, int?, bool) Shown(CaseState c, string taskId) =>
        c.Task(taskId) is { } t ? (c.Registration, t.Clock, c.Urges.Count(), t.Urges?.Count, t.Supervisions?.Count, t.Designated) : default;

    CaseStep Declined(CaseState c, InquiryDeclined e, UnitOfWork work)
    {
        var step = CaseProjection.DeclinedBy(c, e, work.Now);
        // Null when the key was destroyed (purged).
        if (step.Case.Decline is { } decline && step.Events.Count > 0)
            work.Put(CaseworkStore.Answers, new AnswerText(AnswerText.KeyOf(e.InquiryId, decline.Answer.No), SearchForm.Storable(ring.Unseal<Text>(e.InquiryId, e.PublicReply)?.Text_ ?? ""), ""));
        return step;
    }

    /// <summary>Keeps the words in clear for search and gives the title; without one, a counter's entry is known by how its text begins.</summary>
    string File(InquiryRegistered e, UnitOfWork work)
    {
        // Null when the key was destroyed (purged): then the case is filed without its words.
        var content = ring.Unseal<Content>(e.InquiryId, e.Content) ?? new();
        var direct = ring.Unseal<Text>(e.InquiryId, e.DirectAnswer?.Answer)?.Text_ ?? "";
        var (title, text, place) = (SearchForm.Storable(content.Title), SearchForm.Storable(content.Text), SearchForm.Storable(content.Place));
        work.PutNew(CaseworkStore.Texts, new CaseText(e.InquiryId, text, place, direct, e.Content?.ToByteArray() ?? [])
        { SearchForm = SearchForm.Of(title, text, place), CallerHash = CaseProjection.CallerKey(e, content) is { } caller ? ring.Lookup(caller) : null });
        return title.Length > 0 ? title : string.Concat(text.EnumerateRunes().Take(TitleLength));
    }

    ContactAdded Supplement(ContactAdded e, UnitOfWork work)
    {
        if (work.Get(CaseworkStore.Texts, e.InquiryId) is { } known && ring.Unseal<Content>(e.InquiryId, e.Supplement)?.Text is { Length: > 0 } said)
        {
            var text = SearchForm.Storable(said);
            work.Put(CaseworkStore.Texts, known with { Supplements = [.. known.Supplements, new(e.Contact.ContactId, text)], SearchForm = SearchForm.Of(known.SearchForm, text) });
        }
        return e;
    }
}
