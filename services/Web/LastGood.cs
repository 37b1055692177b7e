using System.Collections.Concurrent;
using System.Security.Claims;
using Grpc.Core;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

/// <summary>What a page got: figures, perhaps old ones, and why they are old or missing.</summary>
internal sealed record Shown<T>(T? Figures, Refusal? Problem, bool SignedOut = false) where T : class;

/// <summary>The figures of a question, or, while the services can't answer, the last ones they gave: never zeros. Any signed-in person may see these.</summary>
internal sealed class LastGood(HubClient hub)
{
    const int Kept = 200;
    readonly ConcurrentDictionary<(Type, Question), object> last = new();

    public Task<Shown<Overview>> OverviewAsync(Question question, ClaimsPrincipal user, CancellationToken stop) =>
        AskAsync(question, async () => await hub.Statistics.GetOverviewAsync(new() { Filter = question.Filter }, hub.As(user, stop)));

    /// <summary>What people came with in the seven days until today; the city's only.</summary>
    public Task<Shown<Categories>> CategoriesAsync(ClaimsPrincipal user, CancellationToken stop) =>
        AskAsync(new(), async () => await hub.Statistics.GetCategoriesAsync(new(), hub.As(user, stop)));

    /// <summary>The units of a period beside the city's overview. Without a period it is the newest one with data.</summary>
    public Task<Shown<Ranking>> RankingAsync(Question question, ClaimsPrincipal user, CancellationToken stop) => AskAsync(question, async () =>
    {
        var city = await hub.Statistics.GetOverviewAsync(new() { Filter = question.Filter }, hub.As(user, stop));
        var asked = question.During(city.From, city.To);
        using var inquiries = ByUnit(asked with { Inquiries = true });
        using var received = asked.Inquiries ? null : ByUnit(asked);
        return Ranking.Of(city, await (received ?? inquiries), await inquiries);

        AsyncUnaryCall<Breakdown> ByUnit(Question q) => hub.Statistics.GetBreakdownAsync(new() { Filter = q.Filter, Rows = "unit", Columns = "outcome" }, hub.As(user, stop));
    });

    /// <summary>How well units worked in a period, beside the city's overview of it. Without a period it is the newest one with data.</summary>
    public Task<Shown<QualityRanking>> QualityAsync(Question question, ClaimsPrincipal user, CancellationToken stop) => AskAsync(question, async () =>
    {
        var city = await hub.Statistics.GetOverviewAsync(new() { Filter = question.Filter }, hub.As(user, stop));
        return new QualityRanking(city, (await hub.Statistics.GetQualityAsync(new() { From = city.From, To = city.To }, hub.As(user, stop))).Units);
    });

    async Task<Shown<T>> AskAsync<T>(Question question, Func<Task<T>> ask) where T : class
    {
        try
        {
            var figures = await ask();
            if (last.Count >= Kept) last.Clear();
            last[(typeof(T), question)] = figures;
            return new(figures, null);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated) { return new(null, null, SignedOut: true); }
        catch (RpcException e) { return new(e.StatusCode == StatusCode.InvalidArgument ? null : (T?)last.GetValueOrDefault((typeof(T), question)), HubClient.RefusalOf(e)); }
    }

    /// <summary>The period nearest to an empty one that has something for the same filter; null when none has. The city's last year while that can't be asked.</summary>
    public async Task<Question?> NearestAsync(Question question, Periods periods, ClaimsPrincipal user, CancellationToken stop)
    {
        if (periods.LastDay.Length == 0) return null;
        try
        {
            var months = await hub.Statistics.GetBreakdownAsync(new() { Filter = question.Months(periods.FirstDay, periods.LastDay).Filter, Rows = "month" }, hub.As(user, stop));
            return question.Nearest(months.Cells.Select(c => c.Row));
        }
        catch (RpcException) { return question.Year(Question.Day(periods.LastDay).Year); }
    }
}
