namespace InquiryHub.Cli.Year;

/// <summary>Where a running city is reached, and what only the demonstration's doors and officers know.</summary>
/// <param name="Gateway">HTTP: doors and pages.</param>
/// <param name="GatewayGrpc">Cleartext HTTP/2: gRPC.</param>
/// <param name="AccountsFile">JSON: [{account,password,roles,unitCode,officerId,displayName}].</param>
/// <param name="SecretsFile">JSON: door -> secret.</param>
/// <param name="ConnectionString">The owner's database, for moving log.clock.</param>
/// <param name="Pickup">Folder of the slips and mails that went out.</param>
/// <param name="QqAppId">The bot's application id, empty when this city has no QQ door.</param>
public sealed record CityAddresses(Uri Gateway, Uri GatewayGrpc, string AccountsFile, string SecretsFile, string ConnectionString, string Pickup, string QqAppId);

/// <param name="Done">Contacts acknowledged so far.</param>
/// <param name="Doing">The day of the city clock, or what it waits for.</param>
public sealed record YearProgress(long Done, long Total, string Doing);

/// <param name="Contacts">Contacts of the year, as acknowledged to their doors.</param>
/// <param name="Added">Of them new in this run; 0 when the year was there already.</param>
/// <param name="Lines">What the loader has to say: sheets, batches, requests, late ones. Label and value.</param>
public sealed record YearResult(long Contacts, long Added, long Requests, TimeSpan Elapsed, IReadOnlyList<(string Label, string Value)> Lines);

/// <summary>Sends a year of contacts through the doors.</summary>
public static class YearLoad
{
    public static Task<YearResult> RunAsync(CityAddresses city, int year, Action<YearProgress> progress, CancellationToken cancel) =>
        Task.FromResult(new YearResult(0, 0, 0, TimeSpan.Zero, []));

    /// <summary>Live contacts, a few a minute, until cancelled. <paramref name="say"/> gets one line a contact.</summary>
    public static Task TrickleAsync(CityAddresses city, Action<string> say, CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);
}
