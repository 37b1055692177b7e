using System.Diagnostics;

namespace InquiryHub.Bench;

/// <param name="Intended">When it should have gone out (Stopwatch ticks); every latency counts from here.</param>
/// <param name="Begun">When it did.</param>
/// <param name="Accepted">When the door had answered.</param>
sealed record Sent(long Intended, long Begun, long Accepted, IReadOnlyList<string> Inquiries);

/// <summary>Sends at a fixed rate, whatever becomes of what was sent before: a hub that stalls doesn't make the next one wait, and what waits counts.</summary>
static class OpenLoop
{
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>In the order of the intended times.</summary>
    public static async Task<IReadOnlyList<Sent>> RunAsync(int requestsASecond, int seconds, Func<int, Task<IReadOnlyList<string>>> send, CancellationToken cancel)
    {
        var all = new Task<Sent>[requestsASecond * seconds];
        var (began, next) = (Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10, 0);
        using var timer = new PeriodicTimer(Tick);
        while (next < all.Length)
        {
            await timer.WaitForNextTickAsync(cancel);
            for (long due; next < all.Length && (due = began + next * Stopwatch.Frequency / requestsASecond) <= Stopwatch.GetTimestamp(); next++)
            {
                var (number, intended) = (next, due);
                all[number] = Task.Run(async () =>
                {
                    var begun = Stopwatch.GetTimestamp();
                    var inquiries = await send(number);
                    return new Sent(intended, begun, Stopwatch.GetTimestamp(), inquiries);
                }, cancel);
            }
        }
        return await Task.WhenAll(all);
    }
}
