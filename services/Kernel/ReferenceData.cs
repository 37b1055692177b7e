using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>The service's reference snapshot outside a batch (a door's first look, a page's names); at most a second old.</summary>
public sealed class ReferenceData
{
    readonly HubService service;
    readonly ReferenceCache cache;
    readonly NpgsqlDataSource database;
    readonly SemaphoreSlim gate = new(1);
    object? snapshot;
    long readAt;

    internal ReferenceData(HubService service, ReferenceCache cache, NpgsqlDataSource database) => (this.service, this.cache, this.database) = (service, cache, database);

    public async ValueTask<TSnapshot> GetAsync<TSnapshot>(CancellationToken stop = default) where TSnapshot : class
    {
        if (snapshot is TSnapshot fresh && System.Diagnostics.Stopwatch.GetElapsedTime(readAt) < TimeSpan.FromSeconds(1)) return fresh;
        await gate.WaitAsync(stop);
        try
        {
            await using var connection = await database.OpenConnectionAsync(stop);
            await using var command = new NpgsqlCommand($"select version from {service.Name}.reference_version", connection);
            snapshot = cache.At((long)(await command.ExecuteScalarAsync(stop))!, connection);
            readAt = System.Diagnostics.Stopwatch.GetTimestamp();
            return (TSnapshot)snapshot;
        }
        finally { gate.Release(); }
    }
}
