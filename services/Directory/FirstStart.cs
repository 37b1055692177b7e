using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Directory;

/// <summary>
/// What an empty Directory does once: writes the shipped data, then the sample accounts. Every step looks before it acts,
/// so a crash anywhere, and two instances at once, end in the same rows. Not ready before it is done (about 3 s).
/// </summary>
internal sealed partial class FirstStart(DirectoryHandlers handlers, DirectoryStore store, DirectoryOptions options, TimeProvider clock, ILogger<FirstStart> log) : BackgroundService
{
    const int AccountsAtOnce = 50;
    volatile string? reason = "directory: reference data is being written";

    public ReadyCheck Check => new(_ => ValueTask.FromResult(reason));

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (reason is not null)
        {
            try
            {
                if (await handlers.SeedAsync(ShippedData.Load())) Log.Seeded(log);
                if (options.AccountsFile.Length > 0) await AddAccountsAsync(stop);
                reason = null;
            }
            catch (Exception e) when (e is HubUnavailableException or NpgsqlException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stop);
            }
        }
    }

    async Task AddAccountsAsync(CancellationToken stop)
    {
        var there = await store.AccountNamesAsync();
        if (there.Count > 0 && !File.Exists(options.AccountsFile)) { Log.FileMissing(log, options.AccountsFile); return; }
        // The file first: a password whose hash is committed and which is written nowhere is lost.
        var accounts = SampleAccounts.ReadOrMake(options.AccountsFile, await store.ListAsync<OfficerPublished>());
        var missing = accounts.Where(a => !there.Contains(a.Account)).ToList();
        foreach (var chunk in missing.Chunk(AccountsAtOnce))
        {
            reason = $"directory: accounts {there.Count}/{accounts.Count}";
            var rows = await Task.Run(() => chunk.AsParallel().AsOrdered().WithCancellation(stop).Select(a => a.Row()).ToList(), stop);
            await handlers.AddAccountsAsync(rows);
            there.UnionWith(rows.Select(r => r.Account));
        }
        if (missing.Count > 0) Log.Accounts(log, missing.Count, options.AccountsFile);
    }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The shipped reference data was written and published")] public static partial void Seeded(ILogger log);
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} sample accounts were made; their passwords are in {File}")] public static partial void Accounts(ILogger log, int count, string file);
        [LoggerMessage(Level = LogLevel.Warning, Message = "{File} is missing, but accounts exist; the passwords in use can't be read back, set new ones")] public static partial void FileMissing(ILogger log, string file);
    }
}
