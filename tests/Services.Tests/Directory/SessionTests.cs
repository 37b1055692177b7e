using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Directory;
using InquiryHub.Directory;
using InquiryHub.Kernel;
using InquiryHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Services.Tests.Directory;

/// <summary>Where accounts are signed in, kept by Directory on a real PostgreSQL.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    readonly string accounts = Path.Combine(Path.GetTempPath(), $"session-accounts-{Environment.ProcessId}-{Environment.TickCount64}.json");
    TestHub hub = null!;
    GrpcChannel channel = null!;
    Contracts.Directory.Directory.DirectoryClient directory = null!;
    sealed record Account(string account, string password, string officerId);

    public async Task InitializeAsync()
    {
        hub = await TestHub.StartAsync("sessions", [new DirectoryModule()], new Dictionary<string, string?> { ["Directory:AccountsFile"] = accounts });
        using var probe = new HttpClient { BaseAddress = hub.Http };
        await Until.TrueAsync("the hub is ready", async () => (await probe.GetAsync("/ready")).IsSuccessStatusCode, 60);
        directory = new(channel = GrpcChannel.ForAddress(hub.Grpc));
    }

    public async Task DisposeAsync() { channel.Dispose(); await hub.DisposeAsync(); File.Delete(accounts); }

    List<Account> All() => Json.Read<List<Account>>(File.ReadAllText(accounts));
    static Metadata Bearer(string token) => new() { { "authorization", "Bearer " + token } };
    Metadata As(string role) => Bearer(new Tokens(hub.Ring, TimeProvider.System).Mint(new Actor("t", [role], "", "")).Token);

    async Task<(string Id, Metadata Token)> SignInAsync(string account, string userAgent = Chrome, string? password = null)
    {
        var reply = await directory.SignInAsync(new() { Account = account, Password = password ?? All().Single(a => a.account == account).password, UserAgent = userAgent });
        return (reply.SessionId, Bearer(reply.Token));
    }

    async Task<string> ListAsync(Metadata token) => string.Join(", ", (await directory.ListSessionsAsync(new(), token)).Sessions.Select(s => $"{s.Browser} {s.System}{(s.Current ? " here" : "")}"));
    async Task<int> EndedAsync(string account, params string[] ids) => (await directory.CheckSessionsAsync(new() { Sessions = { ids.Select(i => new SessionOf { Account = account, SessionId = i }) } }, As(Roles.Service))).Ended.Count;
    static async Task<StatusCode> RefusedAsync<T>(AsyncUnaryCall<T> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode;

    [Fact]
    public async Task Of_two_sign_ins_one_sees_both_and_ends_the_other_also_when_it_asks_again()
    {
        var (here, there) = (await SignInAsync("operator1"), await SignInAsync("operator1", Firefox));
        Assert.Equal("Chrome Windows here, Firefox Linux", await ListAsync(here.Token));
        Assert.Equal("Firefox Linux here, Chrome Windows", await ListAsync(there.Token));
        Assert.Equal(0, await EndedAsync("operator1", here.Id, there.Id));

        for (var n = 0; n < 2; n++) await directory.EndSessionAsync(new() { CommandId = "end there", SessionId = there.Id }, here.Token);
        Assert.Equal("Chrome Windows here", await ListAsync(here.Token));
        Assert.Equal(1, await EndedAsync("operator1", here.Id, there.Id));
        // Whoever was signed out signs nobody out and sees nothing any more.
        Assert.Equal(StatusCode.Unauthenticated, await RefusedAsync(directory.ListSessionsAsync(new(), there.Token)));
        Assert.Equal(StatusCode.Unauthenticated, await RefusedAsync(directory.EndOtherSessionsAsync(new() { CommandId = "revenge" }, there.Token)));
        Assert.Equal(0, await EndedAsync("operator1", here.Id));

        await directory.EndSessionAsync(new() { CommandId = "out", SessionId = here.Id }, here.Token);
        Assert.Equal(2, await EndedAsync("operator1", here.Id, there.Id));
        var kept = await hub.ScalarAsync<string>("select body::text from directory.session where key = 'operator1'");
        Assert.Contains("\"SignedOut\"", kept);
        Assert.Contains("\"EndedByOwner\"", kept);
        Assert.DoesNotContain("537.36", kept);
        Assert.DoesNotContain("eyJ", kept);
    }

    [Fact]
    public async Task Anothers_sign_in_reads_like_none_and_stays()
    {
        var (mine, theirs) = (await SignInAsync("operator1"), await SignInAsync("operator2"));
        async Task<(StatusCode, string)> EndAsync(string id) =>
            await Assert.ThrowsAsync<RpcException>(async () => await directory.EndSessionAsync(new() { CommandId = id, SessionId = id }, mine.Token)) is var e ? (e.StatusCode, e.Status.Detail) : default;
        Assert.Equal(await EndAsync("00000000000000000000000000000000"), await EndAsync(theirs.Id));
        Assert.Equal((0, 1), (await EndedAsync("operator2", theirs.Id), await EndedAsync("operator1", theirs.Id)));
        Assert.Equal("Chrome Windows here", await ListAsync(mine.Token));
        // Only services ask about others.
        Assert.Equal(StatusCode.PermissionDenied, await RefusedAsync(directory.CheckSessionsAsync(new(), mine.Token)));
    }

    [Fact]
    public async Task All_others_end_at_once_and_asked_again_it_is_the_same_answer()
    {
        var here = await SignInAsync("operator1");
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SignInAsync("operator1")));
        Assert.Equal(4, (await directory.EndOtherSessionsAsync(new() { CommandId = "others" }, here.Token)).Ended);
        var later = await SignInAsync("operator1");
        Assert.Equal(4, (await directory.EndOtherSessionsAsync(new() { CommandId = "others" }, here.Token)).Ended);
        Assert.Equal(0, await EndedAsync("operator1", here.Id, later.Id));
        Assert.Equal(4, await EndedAsync("operator1", [.. others.Select(o => o.Id)]));
        Assert.Equal(StatusCode.InvalidArgument, await RefusedAsync(directory.EndOtherSessionsAsync(new(), here.Token)));
    }

    [Fact]
    public async Task A_new_password_ends_the_others_also_those_that_begin_with_the_old_one_meanwhile()
    {
        const string next = "Reeds-by-the-river-2";
        var old = All().Single(a => a.account == "operator1").password;
        var (here, there) = (await SignInAsync("operator1"), await SignInAsync("operator1", Firefox));
        Assert.Equal(StatusCode.PermissionDenied, await RefusedAsync(directory.SetPasswordAsync(new() { Account = "operator1", OldPassword = "not the old one", NewPassword = next }, here.Token)));
        Assert.Equal("Chrome Windows here, Firefox Linux", await ListAsync(here.Token));

        var racing = Enumerable.Range(0, 4).Select(async _ => { try { return (await SignInAsync("operator1", Firefox, old)).Id; } catch (RpcException) { return null; } }).ToList();
        var reply = await directory.SetPasswordAsync(new() { Account = "operator1", OldPassword = old, NewPassword = next }, here.Token);
        var began = (await Task.WhenAll(racing)).OfType<string>().Append(there.Id).ToArray();
        Assert.Equal(began.Length, reply.EndedSessions);
        Assert.Equal(began.Length, await EndedAsync("operator1", began));
        Assert.Equal("Chrome Windows here", await ListAsync(here.Token));

        // An administrator who sets it for somebody ends them all, and stays signed in.
        Assert.Equal(1, (await directory.SetPasswordAsync(new() { Account = "operator1", NewPassword = next + "3" }, (await SignInAsync("admin")).Token)).EndedSessions);
        Assert.Equal(1, await EndedAsync("operator1", here.Id));
    }

    [Fact]
    public async Task A_closed_account_is_signed_out_and_what_has_run_out_is_swept()
    {
        var officer = All().First(a => a.officerId.Length > 0);
        var (left, stays) = (await SignInAsync(officer.account), await SignInAsync("operator1"));
        var published = (await directory.ListOfficersAsync(new(), stays.Token)).Officers.Single(o => o.OfficerId == officer.officerId);
        await directory.PublishOfficerAsync(new() { CommandId = "leave", Officer = new(published) { Active = false } }, As(Roles.Administrator));
        Assert.Equal((1, 0), (await EndedAsync(officer.account, left.Id), await EndedAsync("operator1", stays.Id)));

        var store = hub.Services.GetRequiredService<DirectoryStore>();
        await store.SweepSessionsAsync(DateTimeOffset.UtcNow, default);
        Assert.Equal(2, await hub.ScalarAsync<long>("select count(*) from directory.session"));
        await store.SweepSessionsAsync(DateTimeOffset.UtcNow + Tokens.Life + TimeSpan.FromMinutes(1), default);
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from directory.session"));
        Assert.Equal(1, await EndedAsync("operator1", stays.Id));
    }
}
