using System.Runtime.CompilerServices;
using System.Security.Claims;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

internal sealed record WebOptions
{
    /// <summary>Where the services answer gRPC; empty = this process's own address.</summary>
    public string GrpcUrl { get; init; } = "";
    /// <summary>
    /// Directory's own gRPC addresses, separated by commas, where services are processes of their own; empty = GrpcUrl. The
    /// gateway keeps the data keys inside, and would count everybody's sign-in as this process's.
    /// </summary>
    public string DirectoryUrl { get; init; } = "";
    /// <summary>
    /// Channels' and Casework's own, for what citizens do without signing in: the gateway has counted the form that a citizen sent,
    /// and would count every citizen's call behind it as this process's.
    /// </summary>
    public string ChannelsUrl { get; init; } = "";
    public string CaseworkUrl { get; init; } = "";

    /// <summary>A channel to one address, or to several in turn, past those that refuse connections.</summary>
    public static GrpcChannel Channel(string addresses)
    {
        if (addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is not { Length: > 1 } several) return GrpcChannel.ForAddress(addresses);
        var resolver = new StaticResolverFactory(_ => several.Select(a => new Uri(a)).Select(a => new BalancerAddress(a.Host, a.Port)));
        return GrpcChannel.ForAddress("static:///services", new()
        {
            Credentials = ChannelCredentials.Insecure, ServiceProvider = new ServiceCollection().AddSingleton<ResolverFactory>(resolver).BuildServiceProvider(),
            ServiceConfig = new() { LoadBalancingConfigs = { new RoundRobinConfig() } },
        });
    }
}

/// <summary>The services as pages see them: gRPC only, as the person who looks, or as a service for what has no person.</summary>
internal sealed class HubClient(GrpcChannel channel, [FromKeyedServices("directory")] GrpcChannel directory, [FromKeyedServices("channels")] GrpcChannel channels, [FromKeyedServices("casework")] GrpcChannel casework, Tokens tokens, SessionBook sessions, TimeProvider clock)
{
    public const string TokenClaim = "hub_token", NameClaim = "name";

    public Contracts.Statistics.Statistics.StatisticsClient Statistics { get; } = new(channel);
    public Contracts.Casework.Casework.CaseworkClient Casework { get; } = new(channel);
    public Contracts.Routing.Routing.RoutingClient Routing { get; } = new(channel);
    public Contracts.Assignment.Assignment.AssignmentClient Assignment { get; } = new(channel);
    public Contracts.Sla.Sla.SlaClient Sla { get; } = new(channel);
    public Contracts.Directory.Directory.DirectoryClient Directory { get; } = new(directory);
    public Contracts.Channels.Channels.ChannelsClient Channels { get; } = new(channel);
    public Contracts.Channels.Channels.ChannelsClient PublicChannels { get; } = new(channels);
    public Contracts.Casework.Casework.CaseworkClient PublicCasework { get; } = new(casework);

    /// <summary>A call on behalf of the signed-in person, given up after ten seconds.</summary>
    /// <exception cref="RpcException">Unauthenticated: the sign-in has ended. A live part keeps its person as long as its page is open; this is where it hears of it.</exception>
    public CallOptions As(ClaimsPrincipal user, CancellationToken stop = default) =>
        sessions.Of(user).HasEnded ? throw SignedOut() : new(Bearer(user.FindFirstValue(TokenClaim) ?? ""), clock.GetUtcNow().UtcDateTime.AddSeconds(10), stop);

    /// <summary>A stream on behalf of the person, without a deadline, as long as the sign-in holds.</summary>
    /// <exception cref="RpcException">Unauthenticated when it doesn't (any more); else what the service said.</exception>
    public async IAsyncEnumerable<T> FollowAsync<T>(ClaimsPrincipal user, Func<CallOptions, AsyncServerStreamingCall<T>> open, [EnumeratorCancellation] CancellationToken stop)
    {
        var session = sessions.Of(user);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(stop, session.Ended);
        session.Follow(1);
        try
        {
            using var call = open(new(Bearer(user.FindFirstValue(TokenClaim) ?? ""), null, until.Token));
            while (await NextAsync(call.ResponseStream)) yield return call.ResponseStream.Current;
        }
        finally { session.Follow(-1); }

        async Task<bool> NextAsync(IAsyncStreamReader<T> stream)
        {
            try { return await stream.MoveNext(until.Token); }
            catch (Exception e) when (e is RpcException or OperationCanceledException && session.HasEnded) { throw SignedOut(); }
        }
    }

    public CallOptions Anonymous(CancellationToken stop) => new(null, clock.GetUtcNow().UtcDateTime.AddSeconds(10), stop);

    public CallOptions AsService() => new(Bearer(tokens.Mint(new Actor("web", [Roles.Service], "", "")).Token), clock.GetUtcNow().UtcDateTime.AddSeconds(10));

    static RpcException SignedOut() => new(new Status(StatusCode.Unauthenticated, "The sign-in has ended."));

    static Metadata Bearer(string token) => new() { { "authorization", "Bearer " + token } };

    /// <summary>The refusal that a call ended with; what is no refusal reads as "not reachable".</summary>
    public static Refusal RefusalOf(RpcException e) =>
        e.Trailers.Get("refusal-bin") is { } sent ? Refusal.Parser.ParseFrom(sent.ValueBytes)
        : Unreachable;

    public static readonly Refusal Unreachable = Refusals.Of("Unreachable", "暂时读不到数据，请稍候重试。", "The data can't be read at the moment; please try again shortly.");
}
