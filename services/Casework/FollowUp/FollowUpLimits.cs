using Google.Protobuf;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>What holds on a day: within so many working days after the answer, at most so many tries, at most so many rehandlings. 0 sets no limit.</summary>
sealed record FollowUpLimit(int WorkingDays, int Tries, int Rehandlings);

/// <summary>Directory's limits of follow-up (回访) and rehandling (重办), newest first. A city that has set none has none.</summary>
sealed record FollowUpLimits(IReadOnlyList<LimitPublished> FollowUps, IReadOnlyList<LimitPublished> Rehandlings)
{
    public static readonly FollowUpLimits None = new([], []);

    public static FollowUpLimits Of(IReadOnlyList<IMessage> rows) => new(Newest(rows, "FollowUp"), Newest(rows, "Rehandling"));

    // Days as yyyy-MM-dd sort as they are.
    static List<LimitPublished> Newest(IReadOnlyList<IMessage> rows, string clock) =>
        [.. rows.OfType<LimitPublished>().Where(l => l.Clock == clock && CityTime.TryDay(l.EffectiveFrom, out _)).OrderByDescending(l => l.EffectiveFrom, StringComparer.Ordinal)];

    /// <summary>The newest that isn't after the day of the answer; as with the clocks, an urgent inquiry has "Urgent" whatever its kind, and "Any" is for kinds that have none.</summary>
    public FollowUpLimit On(Registration of, DateTimeOffset answered)
    {
        var (day, kind) = (CityTime.Iso(CityTime.DateOf(answered)), of.Urgency == Urgency.Urgent ? "Urgent" : of.Kind.ToString());
        LimitPublished? Newest(IReadOnlyList<LimitPublished> all, string of) => all.FirstOrDefault(l => l.Kind == of && string.CompareOrdinal(l.EffectiveFrom, day) <= 0);
        var (call, back) = (Newest(FollowUps, kind) ?? Newest(FollowUps, "Any"), Newest(Rehandlings, kind) ?? Newest(Rehandlings, "Any"));
        return new(call?.WorkingDays ?? 0, call?.Most ?? 0, back?.Most ?? 0);
    }
}

/// <summary>Directory's data as casework needs it.</summary>
sealed record CityData(UnitNames Units, FollowUpLimits FollowUps)
{
    public static CityData Of(IReadOnlyList<IMessage> rows) => new(UnitNames.Of(rows), FollowUpLimits.Of(rows));
}
