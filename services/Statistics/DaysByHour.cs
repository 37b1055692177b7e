using System.Collections.Concurrent;
using System.Diagnostics;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Statistics;

/// <summary>Days by the hour for all screens, each read at most four times a minute: five days of a big city are 300,000 rows.</summary>
internal sealed class DaysByHour(StatisticsStore store, [FromKeyedServices("statistics")] NpgsqlDataSource database)
{
    static readonly TimeSpan fresh = TimeSpan.FromSeconds(15);
    const int Kept = 40;
    readonly ConcurrentDictionary<DateOnly, (DayByHour Answer, long At)> known = new();

    /// <param name="day">Null is the city's today.</param>
    public async Task<DayByHour> GetAsync(DateOnly? day, CancellationToken stop)
    {
        var now = await CityTime.NowAsync(database, stop);
        var asked = day ?? CityTime.DateOf(now);
        if (known.TryGetValue(asked, out var kept) && Stopwatch.GetElapsedTime(kept.At) < fresh) return kept.Answer;
        var answer = DayDecision.Of(asked, now, await store.HoursAsync(DayDecision.Days(asked), CityTime.TimeOf(now), stop));
        if (known.Count >= Kept) known.Clear();
        known[asked] = (answer, Stopwatch.GetTimestamp());
        return answer;
    }
}
