using System.Collections.Concurrent;
using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

/// <summary>What a page got: figures, perhaps old ones, and why they are old or missing.</summary>
internal sealed record Shown(Overview? Overview, Refusal? Problem, bool SignedOut = false);

/// <summary>The overview of a question, or, while the services can't answer, the last one they gave: never zeros. Any signed-in person may see these.</summary>
internal sealed class LastGood(HubClient hub)
{
    const int Kept = 200;
    readonly ConcurrentDictionary<Question, Overview> last = new();

    public async Task<Shown> OverviewAsync(Question question, ClaimsPrincipal user, CancellationToken stop)
    {
        try
        {
            var overview = await hub.Statistics.GetOverviewAsync(new() { Filter = question.Filter }, hub.As(user, stop));
            if (last.Count >= Kept) last.Clear();
            last[question] = overview;
            return new(overview, null);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated) { return new(null, null, SignedOut: true); }
        catch (RpcException e) { return new(e.StatusCode == StatusCode.InvalidArgument ? null : last.GetValueOrDefault(question), HubClient.RefusalOf(e)); }
    }
}
