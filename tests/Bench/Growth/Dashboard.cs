using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Cli.Commands;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Bench.Growth;

/// <summary>People who look at the dashboard again and again: the newest period as the page asks for it, and the year by bucket and month.</summary>
static class Dashboard
{
    const int People = 4;

    /// <summary>Questions answered a second, and the milliseconds of each, sorted.</summary>
    public static async Task<(double Rate, double[] Took)> AskAsync(BenchCity city, TimeSpan time, CancellationToken cancel)
    {
        using var channel = GrpcChannel.ForAddress(city.Grpc);
        var (statistics, who) = (new Contracts.Statistics.Statistics.StatisticsClient(channel), Owner.As(city.City, Roles.Supervisor));
        var year = CityTime.DateOf(DateTimeOffset.UtcNow).Year;
        var filter = new Filter { From = $"{year}-01-01", To = $"{year}-12-31" };
        Func<Task>[] questions =
        [
            () => statistics.GetOverviewAsync(new(), who, cancellationToken: cancel).ResponseAsync,
            () => statistics.GetBreakdownAsync(new() { Filter = filter, Rows = "bucket", Columns = "month" }, who, cancellationToken: cancel).ResponseAsync,
        ];
        foreach (var question in questions) await question();
        var began = Stopwatch.GetTimestamp();
        var took = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => Task.Run(async () =>
        {
            var each = new List<double>();
            for (var n = 0; Stopwatch.GetElapsedTime(began) < time; n++)
            {
                var asked = Stopwatch.GetTimestamp();
                await questions[n % questions.Length]();
                each.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
            return each;
        }, cancel)));
        double[] all = [.. took.SelectMany(t => t).Order()];
        return (all.Length / Stopwatch.GetElapsedTime(began).TotalSeconds, all);
    }
}
