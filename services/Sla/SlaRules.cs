using System.Collections.Frozen;
using Google.Protobuf;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Sla;

/// <summary>A limit in working days that holds from a day on, with where it comes from.</summary>
sealed record HandlingLimit(int WorkingDays, DateOnly EffectiveFrom, string Source);

/// <summary>Directory's data as the clocks need it: the calendar and the limits, newest first.</summary>
sealed record SlaRules(WorkingDays Calendar, FrozenDictionary<string, HandlingLimit[]> Limits)
{
    public const string Handling = "Handling";

    public static SlaRules Of(IReadOnlyList<IMessage> rows) => new(
        WorkingDays.Of(rows.OfType<CalendarPublished>()),
        rows.OfType<LimitPublished>().Where(l => l.Clock == Handling && l.WorkingDays >= 0).SelectMany(Read).GroupBy(l => l.Kind)
            .ToFrozenDictionary(g => g.Key, g => g.Select(l => l.Limit).OrderByDescending(l => l.EffectiveFrom).ToArray()));

    static IEnumerable<(string Kind, HandlingLimit Limit)> Read(LimitPublished l)
    {
        if (CityTime.TryDay(l.EffectiveFrom, out var from)) yield return (l.Kind, new(l.WorkingDays, from, l.Source));
    }

    /// <summary>The newest limit that isn't after the start of the clock; an urgent inquiry has the limit "Urgent" whatever its kind. Null when there is none.</summary>
    public HandlingLimit? LimitOf(InquiryKind kind, Urgency urgency, DateOnly start) =>
        Limits.GetValueOrDefault(urgency == Urgency.Urgent ? "Urgent" : kind.ToString(), []).FirstOrDefault(l => l.EffectiveFrom <= start);
}
