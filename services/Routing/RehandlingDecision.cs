namespace InquiryHub.Routing;

/// <summary>重办, which Casework decides: who has the inquiry then.</summary>
static class RehandlingDecision
{
    /// <summary>
    /// 重办: the unit that leads answers anew, alone, and may not return it. That is who answered, unless somebody placed it elsewhere in the same
    /// moment, which stands. Casework alone knows that it was answered: a decline or a return of the moment before counts no more. A closed unit's
    /// a dispatcher places.
    /// </summary>
    public static RoutedInquiry Reopened(RoutedInquiry inquiry, Catalogue catalogue, DateTimeOffset now)
    {
        var back = RoutingDecision.Placed(inquiry) with { Declined = null, Rehandled = true, CatalogueEntry = "", RunnerUpUnitCode = "", DecidedAt = now };
        return catalogue.IsActive(inquiry.UnitCode)
            ? back with { DispatchNo = inquiry.DispatchNo + 1, AssistingUnitCodes = [], Reason = Rehandled }
            : back with { HeldSince = now, Reason = "UnitClosed", Candidates = [.. catalogue.Chain(inquiry.AreaCode).Select(a => a.UnitCode).Prepend(catalogue.Units.GetValueOrDefault(inquiry.UnitCode)?.ParentUnitCode ?? "").Where(catalogue.IsActive).Distinct().Take(5)] };
    }

    const string Rehandled = "Rehandled";
}
