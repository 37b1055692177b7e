using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>
/// 撤销登记: a clerk takes back an entry made by mistake, so that the day's count is right. Only what was answered on the spot (nobody else has
/// it), only on its own day, which the counter's list shows. Our own rule.
/// </summary>
static class VoidDecision
{
    /// <param name="contact">The entry; null when the counter's list of the day doesn't have it.</param>
    /// <param name="countedOn">The day on which it counts.</param>
    /// <param name="counterUnit">The counter's unit.</param>
    public static Outcome<KnownContact> Void(KnownContact? contact, DateOnly countedOn, string counterUnit, Actor actor, DateTimeOffset now)
    {
        if (!actor.Is(Roles.Operator) && (counterUnit.Length == 0 || actor.UnitCode != counterUnit)) return Refusals.NotYours;
        if (contact is not { VoidedAt: null } || countedOn != CityTime.DateOf(now)) return NotToday;
        return contact.Direct == true ? contact with { VoidedAt = now } : AtAUnit;
    }

    static readonly Refusal NotToday = Refusals.Of("NotToday", "本窗口今天的登记里没有这一条；只能撤销当天的登记。", "This counter's list of today has no such entry; only today's can be undone.");
    static readonly Refusal AtAUnit = Refusals.Of("AtAUnit", "这一条已转单位办理，不能撤销；请诉求人凭查询码撤回。", "This entry went to a unit and can't be undone; the citizen can take it back with the query code.");
}
