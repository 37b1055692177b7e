using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>The city's calendar: +08:00 the year round. A day is a <see cref="DateOnly"/>, an instant a UTC <see cref="DateTimeOffset"/>.</summary>
public static class CityTime
{
    static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    public static TimeOnly TimeOf(DateTimeOffset instant) => TimeOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>The end of a day, 24:00 in the city, as an instant (民法典 art. 203: the last day ends at 24:00).</summary>
    public static DateTimeOffset EndOf(DateOnly day) => At(day.AddDays(1), TimeOnly.MinValue);

    /// <summary>The day that ends with this instant, the other way round.</summary>
    public static DateOnly LastDayOf(DateTimeOffset end) => DateOf(end.AddTicks(-1));

    public static DateTimeOffset At(DateOnly day, TimeOnly time) => new DateTimeOffset(day.ToDateTime(time), Offset).ToUniversalTime();

    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static bool TryDay(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    public static Timestamp Stamp(DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant);

    /// <summary>A registration made later still belongs to the day it happened, but not by more than this; beyond it the door's clock is not believed.</summary>
    public static readonly TimeSpan Backdating = TimeSpan.FromDays(31);

    /// <summary>The city's day on which a contact counts: in figures as in a counter's list.</summary>
    public static DateOnly CountsOn(DateTimeOffset? occurredAt, DateTimeOffset receivedAt) =>
        DateOf(occurredAt is { } o && o <= receivedAt && receivedAt - o <= Backdating ? o : receivedAt);

    /// <summary>The city's clock, which a simulated city moves.</summary>
    public static async Task<DateTimeOffset> NowAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var command = database.CreateCommand("select log.city_now()");
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }

    /// <summary>Null for an absent timestamp.</summary>
    public static DateTimeOffset? Instant(Timestamp? stamp) => stamp?.ToDateTimeOffset();
}
