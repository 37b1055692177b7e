using System.Collections.Concurrent;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Cli.Year;

/// <summary>The demonstration's accounts. Each signs in once, an officer when the first task comes.</summary>
internal sealed class Staff
{
    private sealed record SampleAccount(string Account, string Password, string[] Roles, string? UnitCode, string? OfficerId);

    private readonly Contracts.Directory.Directory.DirectoryClient directory;
    private readonly Dictionary<string, SampleAccount> officers;
    private readonly ConcurrentDictionary<string, Lazy<Task<Metadata>>> signedIn = new();

    private Staff(GrpcChannel channel, IReadOnlyList<SampleAccount> accounts)
    {
        directory = new(channel);
        officers = accounts.Where(a => a.OfficerId is { Length: > 0 }).ToDictionary(a => a.OfficerId!);
        HotlineUnit = accounts.First(a => a.Roles.Contains("operator")).UnitCode ?? "";
    }

    public Metadata Supervisor { get; private set; } = [];
    public Metadata Dispatcher { get; private set; } = [];
    public Metadata Operator { get; private set; } = [];
    /// <summary>In a city whose accounts are older than follow-up, its supervisor.</summary>
    public Metadata FollowUpClerk { get; private set; } = [];
    public IReadOnlyList<(string Account, string Token)> Operators { get; private set; } = [];
    public string HotlineUnit { get; }

    public static async Task<Staff> SignInAsync(GrpcChannel channel, string accountsFile, CancellationToken stop)
    {
        var accounts = JsonSerializer.Deserialize<SampleAccount[]>(await File.ReadAllTextAsync(accountsFile, stop), JsonSerializerOptions.Web) ?? [];
        var staff = new Staff(channel, accounts);
        async Task<string> Token(SampleAccount account) => await staff.TokenAsync(account, stop);
        SampleAccount First(string role) => accounts.FirstOrDefault(a => a.Roles.Contains(role)) ?? throw new InvalidDataException($"{accountsFile} names no account with the role {role}.");
        staff.Supervisor = Bearer(await Token(First("supervisor")));
        staff.Dispatcher = Bearer(await Token(First("dispatcher")));
        staff.FollowUpClerk = accounts.FirstOrDefault(a => a.Roles.Contains("followupclerk")) is { } clerk ? Bearer(await Token(clerk)) : staff.Supervisor;
        var operators = new List<(string, string)>();
        foreach (var account in accounts.Where(a => a.Roles.Contains("operator"))) operators.Add((account.Account, await Token(account)));
        (staff.Operators, staff.Operator) = (operators, Bearer(operators[0].Item2));
        return staff;
    }

    public Task<Metadata> OfficerAsync(string officerId, CancellationToken stop) =>
        signedIn.GetOrAdd(officerId, id => new(async () => Bearer(await TokenAsync(officers[id], stop)))).Value;

    private static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    private async Task<string> TokenAsync(SampleAccount account, CancellationToken stop)
    {
        for (var left = 100; ; left--)
            try { return (await directory.SignInAsync(new SignInRequest { Account = account.Account, Password = account.Password }, cancellationToken: stop)).Token; }
            catch (RpcException busy) when (busy.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted && left > 0) { await Task.Delay(1000, stop); }
    }
}
