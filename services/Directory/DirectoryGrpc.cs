using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Directory;

[Authorize]
internal sealed partial class DirectoryGrpc(DirectoryStore store, DirectoryHandlers handlers, Sessions sessions, Tokens tokens, KeyRing ring, TimeProvider clock, ILogger<DirectoryGrpc> log)
    : Contracts.Directory.Directory.DirectoryBase
{
    // Every refused sign-in takes this long: how long a hash took would tell which accounts exist.
    static readonly TimeSpan RefusedAfter = TimeSpan.FromMilliseconds(400);

    [AllowAnonymous]
    public override async Task<SignInReply> SignIn(SignInRequest request, ServerCallContext context)
    {
        var started = clock.GetTimestamp();
        var session = sessions.New(request.UserAgent);
        var (result, account) = await handlers.SignInAsync(request.Account.Trim().ToLowerInvariant(), request.Password, session);
        if (result is SignInResult.SignedIn)
        {
            var (token, expiresAt) = tokens.Mint(account!.ToActor(), session.Id);
            Log.SignedIn(log, account.Account);
            return new SignInReply { Token = token, ExpiresAt = CityTime.Stamp(expiresAt), Account = Show(account), SessionId = session.Id };
        }
        // The account as stored, never as typed: people type passwords into the wrong field.
        Log.Refused(log, account?.Account ?? "(unknown)", result);
        var wait = RefusedAfter - clock.GetElapsedTime(started);
        if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, context.CancellationToken);
        throw Answers.Refused(DirectoryDecision.SignInRefused);
    }

    public override async Task<Account> WhoAmI(WhoAmIRequest request, ServerCallContext context)
    {
        var actor = Caller(context);
        return await store.AccountAsync(actor.Account) is { } account ? Show(account)
            : new Account { Account_ = actor.Account, DisplayName = actor.Account, Roles = { actor.Roles }, UnitCode = actor.UnitCode, OfficerId = actor.OfficerId };
    }

    public override async Task<SetPasswordReply> SetPassword(SetPasswordRequest request, ServerCallContext context)
    {
        var caller = Caller(context);
        var account = request.Account.Trim().ToLowerInvariant();
        // A wrong old password counts like a wrong sign-in, or a stolen token could try them all.
        var oldMatches = caller.Account == account && (await handlers.SignInAsync(account, request.OldPassword)).Result is SignInResult.SignedIn;
        var refusal = DirectoryDecision.MaySetPassword(caller, account, oldMatches) ?? DirectoryDecision.Password(account, request.NewPassword);
        return refusal is null ? (await handlers.SetPasswordAsync(account, request.NewPassword, caller.Account == account ? Own(context) : "")).OrRefuse() : throw Answers.Refused(refusal);
    }

    public override async Task<ListSessionsReply> ListSessions(ListSessionsRequest request, ServerCallContext context) =>
        OrSignedOut(await sessions.ListAsync(Caller(context).Account, Own(context)));

    public override async Task<EndSessionReply> EndSession(EndSessionRequest request, ServerCallContext context) =>
        OrSignedOut(await sessions.EndAsync(request.CommandId, Caller(context).Account, Own(context), request.SessionId));

    public override async Task<EndOtherSessionsReply> EndOtherSessions(EndOtherSessionsRequest request, ServerCallContext context) =>
        OrSignedOut(await sessions.EndOthersAsync(request.CommandId, Caller(context).Account, Own(context)));

    [Authorize(Roles = Roles.Service)]
    public override Task<CheckSessionsReply> CheckSessions(CheckSessionsRequest request, ServerCallContext context) => sessions.CheckAsync(request.Sessions);

    [Authorize(Roles = Roles.Administrator)]
    public override async Task<PublishOfficerReply> PublishOfficer(PublishOfficerRequest request, ServerCallContext context) =>
        (await handlers.PublishOfficerAsync(request.CommandId, request.Officer ?? new())).OrRefuse();

    public override async Task<ListUnitsReply> ListUnits(ListUnitsRequest request, ServerCallContext context) =>
        new() { Units = { await store.ListAsync<UnitPublished>() } };

    public override async Task<ListOfficersReply> ListOfficers(ListOfficersRequest request, ServerCallContext context) =>
        new() { Officers = { (await store.ListAsync<OfficerPublished>()).Where(o => request.UnitCode == "" || o.UnitCode == request.UnitCode) } };

    public override async Task<ListChannelsReply> ListChannels(ListChannelsRequest request, ServerCallContext context) =>
        new() { Channels = { (await store.ListAsync<ChannelPublished>()).OrderBy(c => c.Order) } };

    public override async Task<ListCatalogueReply> ListCatalogue(ListCatalogueRequest request, ServerCallContext context) =>
        new() { Entries = { await store.ListAsync<CatalogueEntryPublished>() } };

    public override async Task<ListCountersReply> ListCounters(ListCountersRequest request, ServerCallContext context) =>
        new() { Counters = { await store.ListAsync<CounterPublished>() } };

    public override async Task<ListAreasReply> ListAreas(ListAreasRequest request, ServerCallContext context) =>
        new() { Areas = { await store.ListAsync<AreaPublished>() } };

    [Authorize(Roles = Roles.Service)]
    public override async Task<ListDataKeysReply> ListDataKeys(ListDataKeysRequest request, ServerCallContext context) =>
        new() { Keys = { (await store.DataKeysAsync()).Select(k => ring.Unseal<StringValue>(About(k.Name), Sealed.Parser.ParseFrom(k.Sealed))).OfType<StringValue>().Select(v => v.Value) } };

    [Authorize(Roles = Roles.Service)]
    public override async Task<AddDataKeyReply> AddDataKey(AddDataKeyRequest request, ServerCallContext context) =>
        (await handlers.AddDataKeyAsync(new(request.Name, ring.Seal(About(request.Name), new StringValue { Value = request.Key }).ToByteArray()))).OrRefuse();

    static string About(string dataKey) => "data-key:" + dataKey;

    static Actor Caller(ServerCallContext context) => Actor.Of(context.GetHttpContext().User);

    /// <summary>The sign-in that made the caller's token; empty when none did.</summary>
    static string Own(ServerCallContext context) => context.GetHttpContext().User.FindFirst(Tokens.SessionClaim)?.Value ?? "";

    // As if the token had run out.
    static T OrSignedOut<T>(Outcome<T> outcome) => outcome.Refusal == SessionDecision.SignedOut
        ? throw new RpcException(new Status(StatusCode.Unauthenticated, $"{outcome.Refusal.Zh} / {outcome.Refusal.En}")) : outcome.OrRefuse();

    static Account Show(AccountRow a) => new()
    { Account_ = a.Account, DisplayName = a.DisplayName, Roles = { a.Roles.Split(',') }, UnitCode = a.UnitCode, OfficerId = a.OfficerId, Language = a.Language };

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Account} signed in")] public static partial void SignedIn(ILogger log, string account);
        [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in refused for {Account}: {Result}")] public static partial void Refused(ILogger log, string account, SignInResult result);
    }
}
