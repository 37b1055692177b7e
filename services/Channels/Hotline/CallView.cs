using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>A call as an operator sees it.</summary>
static class CallView
{
    /// <param name="number">The caller's, opened; null when the telephone system gave none or it was purged.</param>
    public static CallNow Of(Call c, string? number, string account)
    {
        var mine = c.Hand == account;
        // Whoever may yet answer sees who calls; then only who did.
        var inFull = mine || (c.State == Call.Ringing && c.TakenBy.Length == 0);
        return new()
        {
            ContactId = c.ContactId, State = c.State, Since = CityTime.Stamp(c.LiveSince!.Value), Agent = c.Agent, TakenBy = c.TakenBy, Mine = mine, Matters = c.Matters,
            Number = number is null ? "" : inFull ? PhoneNumber.AtHome(number) : PhoneNumber.Masked(PhoneNumber.AtHome(number)),
        };
    }
}
