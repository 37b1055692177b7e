using Npgsql;

namespace InquiryHub.Cli.Year;

/// <summary>
/// Moves the city's clock (log.clock, one row). Between two moves it stands still, so that a loader that was killed leaves
/// no time running on. Never backwards.
/// </summary>
internal sealed class CityClock : IAsyncDisposable
{
    private static readonly TimeSpan Zone = TimeSpan.FromHours(8);
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand move;

    private CityClock(NpgsqlConnection connection)
    {
        this.connection = connection;
        move = new NpgsqlCommand("update log.clock set base = greatest(log.city_now(), $1), since = clock_timestamp(), rate = 0 returning base", connection) { Parameters = { new NpgsqlParameter<DateTime>() } };
    }

    /// <summary>The city's time after the last move, +08:00.</summary>
    public DateTimeOffset Now { get; private set; }
    public DateOnly Today => DateOnly.FromDateTime(Now.DateTime);

    public static async Task<CityClock> OpenAsync(string connectionString, CancellationToken stop)
    {
        // Moved some ten thousand times; a move lost in a crash of the server is made again.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "year loader", Options = "-c synchronous_commit=off" }.ConnectionString);
        await connection.OpenAsync(stop);
        var clock = new CityClock(connection);
        await clock.move.PrepareAsync(stop);
        await clock.ToAsync(DateTimeOffset.UnixEpoch, stop);
        return clock;
    }

    public static DateTimeOffset At(DateOnly day, int minute) => new(day.ToDateTime(TimeOnly.MinValue).AddMinutes(minute), Zone);

    /// <exception cref="InvalidOperationException">The city runs on the real clock.</exception>
    public async Task ToAsync(DateTimeOffset instant, CancellationToken stop)
    {
        ((NpgsqlParameter<DateTime>)move.Parameters[0]).TypedValue = instant.UtcDateTime;
        Now = await move.ExecuteScalarAsync(stop) is DateTime at
            ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)).ToOffset(Zone)
            : throw new InvalidOperationException("This city runs on the real clock: log.clock is empty. Start an empty one with Hub__Clock=simulated.");
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
