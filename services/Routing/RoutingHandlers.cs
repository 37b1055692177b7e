using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;

namespace InquiryHub.Routing;

/// <summary>What routing hears: a registered inquiry is dispatched or held (a direct answer needs no unit); one that its unit wants to return is held; one that the citizen took back is over; one that was merged is nobody's to place until it is split; one whose answer was not enough is dispatched anew.</summary>
sealed class RoutingHandlers : IFold
{
    public void Want(Message message, Wants wants)
    {
        // Registered, too: that the citizen took it back, or that it was merged, may have been heard before.
        if (message.Event is InquiryRegistered { DirectAnswer: null } or ReturnRequested or ReturnWithdrawn or InquiryClosed { Outcome: WithdrawnByCitizen }
            or InquiryMerged or InquirySplit or InquiryTookIn or InquiryLetGo or InquiryReopened) wants.Add(RoutingStore.Inquiries, message.Key);
    }

    public void Fold(Message message, UnitOfWork work)
    {
        switch (message.Event)
        {
            case InquiryRegistered { DirectAnswer: null } e: Registered(e, work); break;
            // Dispatched here: what is returned is known.
            case ReturnRequested e: work.Put(RoutingStore.Inquiries, RoutingDecision.Returning(work.Get(RoutingStore.Inquiries, e.InquiryId)!, e, work.Reference<Catalogue>())); break;
            case InquiryClosed { Outcome: WithdrawnByCitizen } e: work.Put(RoutingStore.Inquiries, RoutingDecision.TakenBack(work.Get(RoutingStore.Inquiries, e.InquiryId), e.InquiryId)); break;
            case InquiryMerged e: work.Put(RoutingStore.Inquiries, MergeDecision.Merged(work.Get(RoutingStore.Inquiries, e.InquiryId), e)); break;
            case InquirySplit e: Split(work.Get(RoutingStore.Inquiries, e.InquiryId)!, work); break;
            case InquiryTookIn e: TookIn(e, work); break;
            case InquiryLetGo e: work.Put(RoutingStore.Inquiries, MergeDecision.LetGo(work.Get(RoutingStore.Inquiries, e.InquiryId)!, e)); break;
            case InquiryReopened e: Reopened(e, work); break;
            case ReturnWithdrawn e: work.Put(RoutingStore.Inquiries, RoutingDecision.Kept(work.Get(RoutingStore.Inquiries, e.InquiryId)!, e)); break;
        }
    }

    const string WithdrawnByCitizen = "WithdrawnByCitizen";

    static void Registered(InquiryRegistered e, UnitOfWork work)
    {
        using var step = work.Walk(3, "Routing"); // Walk 3: which unit answers
        var inquiry = new RoutedInquiry(e.InquiryId, e.Kind, e.Urgency, e.CategoryCode, e.AreaCode, e.Contact.Channel, e.Contact.ReceivedAt.ToDateTimeOffset());
        if (work.Get(RoutingStore.Inquiries, e.InquiryId) is { } before)
        {
            inquiry = MergeDecision.Heard(inquiry, before);
            if (inquiry.Withdrawn || inquiry.MergedInto is not null) { work.Put(RoutingStore.Inquiries, inquiry with { DecidedAt = work.Now }); return; }
        }
        var catalogue = work.Reference<Catalogue>();
        if (catalogue.Entries.Count == 0) throw new NotKnownYetException("the dispatch catalogue");
        var decided = RoutingDecision.Apply(inquiry, RoutingDecision.Choose(e.CategoryCode, e.AreaCode, catalogue), work.Now);
        work.Put(RoutingStore.Inquiries, decided);
        Publish(decided, work);
    }

    static void Split(RoutedInquiry inquiry, UnitOfWork work) => Hold(MergeDecision.Split(inquiry, work.Reference<Catalogue>(), work.Now), inquiry, work);

    static void Reopened(InquiryReopened e, UnitOfWork work)
    {
        using var step = work.Walk(3, "Routing"); // Walk 3: its unit has it again
        var after = RehandlingDecision.Reopened(work.Get(RoutingStore.Inquiries, e.InquiryId)!, work.Reference<Catalogue>(), work.Now) with { DecidedBy = e.ReopenedBy };
        work.Put(RoutingStore.Inquiries, after);
        Publish(after, work, e.Words);
    }

    static void TookIn(InquiryTookIn e, UnitOfWork work)
    {
        var before = work.Get(RoutingStore.Inquiries, e.InquiryId);
        Hold(MergeDecision.TookIn(before, e, work.Now), before, work);
    }

    // Says that it is held, when that is new.
    static void Hold(RoutedInquiry after, RoutedInquiry? before, UnitOfWork work)
    {
        work.Put(RoutingStore.Inquiries, after);
        if (after.HeldSince is not null && before?.HeldSince is null) Publish(after, work);
    }

    /// <summary>The events of a decision: one dispatch a unit, or held.</summary>
    /// <param name="words">指定承办: why; 重办: what is to be done.</param>
    public static IReadOnlyList<string> Publish(RoutedInquiry i, UnitOfWork work, Sealed? words = null)
    {
        if (i.HeldSince is not null)
        {
            work.Emit(i.InquiryId, new InquiryHeld
            {
                InquiryId = i.InquiryId, Reason = i.Reason, HeldAt = CityTime.Stamp(work.Now), CandidateUnitCodes = { i.Candidates },
                CategoryCode = i.CategoryCode, AreaCode = i.AreaCode, Channel = i.Channel, Kind = i.Kind,
            });
            return [];
        }
        return [.. i.AssistingUnitCodes.Prepend(i.UnitCode).Select((unit, n) => Dispatch(i, unit, n + 1, work, words))];
    }

    /// <summary>会办: one dispatch a unit that was brought in.</summary>
    /// <param name="before">Those that assisted before.</param>
    public static IReadOnlyList<string> PublishJoined(RoutedInquiry i, int before, string account, Sealed words, UnitOfWork work) =>
        [.. i.AssistingUnitCodes.Skip(before).Select((unit, n) => Dispatch(i with { Reason = JointHandling, CatalogueEntry = "", RunnerUpUnitCode = "", DecidedBy = account, Designated = false }, unit, before + n + 2, work, words))];

    const string JointHandling = "JointHandling";

    /// <param name="ordinal">Of the unit in its dispatch; 1 leads.</param>
    static string Dispatch(RoutedInquiry i, string unit, int ordinal, UnitOfWork work, Sealed? words = null)
    {
        var taskId = RoutingDecision.TaskId(i.InquiryId, i.DispatchNo, ordinal);
        work.Emit(i.InquiryId, new InquiryDispatched
        {
            InquiryId = i.InquiryId, TaskId = taskId, DispatchNo = i.DispatchNo, UnitCode = unit, Role = ordinal == 1 ? UnitRole.Lead : UnitRole.Assisting,
            DispatchedAt = CityTime.Stamp(work.Now), Reason = i.Reason, CatalogueEntry = i.CatalogueEntry, RunnerUpUnitCode = i.RunnerUpUnitCode, DispatchedBy = i.DecidedBy,
            Kind = i.Kind, Urgency = i.Urgency, CategoryCode = i.CategoryCode, AreaCode = i.AreaCode, Channel = i.Channel, ReceivedAt = CityTime.Stamp(i.ReceivedAt),
            Designated = i.Designated, Words = words,
        });
        return taskId;
    }
}
