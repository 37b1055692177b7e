using System.Collections.Frozen;
using Google.Protobuf;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Sla;

/// <summary>A limit in working days that holds from a day on, with where it comes from.</summary>
sealed record Limit(int WorkingDays, DateOnly EffectiveFrom, string Source, int Most);

/// <summary>Directory's data as the clocks need it: the calendar and the limits of each clock and kind, newest first.</summary>
sealed record SlaRules(WorkingDays Calendar, FrozenDictionary<(string Clock, string Kind), Limit[]> Limits)
{
    public const string Handling = "Handling", Return = "Return", Extension = "Extension";

    public static SlaRules Of(IReadOnlyList<IMessage> rows) => new(
        WorkingDays.Of(rows.OfType<CalendarPublished>()),
        rows.OfType<LimitPublished>().Where(l => l.WorkingDays >= 0).SelectMany(Read).GroupBy(l => l.Of)
            .ToFrozenDictionary(g => g.Key, g => g.Select(l => l.Limit).OrderByDescending(l => l.EffectiveFrom).ToArray()));

    static IEnumerable<((string Clock, string Kind) Of, Limit Limit)> Read(LimitPublished l)
    {
        if (CityTime.TryDay(l.EffectiveFrom, out var from)) yield return ((l.Clock, l.Kind), new(l.WorkingDays, from, l.Source, l.Most));
    }

    /// <summary>The newest limit that isn't after the start of the clock; an urgent inquiry has the limit "Urgent" whatever its kind, and "Any" is for kinds that have none. Null when there is none.</summary>
    public Limit? LimitOf(string clock, InquiryKind kind, Urgency urgency, DateOnly start) => Newest(clock, urgency == Urgency.Urgent ? "Urgent" : kind.ToString(), start) ?? Newest(clock, "Any", start);

    Limit? Newest(string clock, string kind, DateOnly start) => Limits.GetValueOrDefault((clock, kind), []).FirstOrDefault(l => l.EffectiveFrom <= start);
}
