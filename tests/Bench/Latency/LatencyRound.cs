using System.Diagnostics;

namespace InquiryHub.Bench.Latency;

/// <summary>One rate for one round. Milliseconds from the intended time of each contact, sorted: every single one is kept.</summary>
/// <param name="Accepted">Until the door had acknowledged it.</param>
/// <param name="Listed">Until a watched worklist had its task with an officer.</param>
/// <param name="Shown">Until the watched dashboard's total covered it.</param>
/// <param name="Unseen">Contacts that did not come within the patience; they count as that long.</param>
/// <param name="Refused">Contacts that the door was too busy to take (503, Retry-After): they are in no other figure.</param>
/// <param name="Readings">Times the viewer had to read the list as a whole.</param>
/// <param name="LateBy">Most milliseconds that this process began a request late; they count too.</param>
sealed record LatencyRound(int Rate, double[] Accepted, double[] Listed, double[] Shown, int Unseen, int Refused, int Readings, double LateBy)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends, and waits until everything was seen or the patience is over.</summary>
    public static async Task<LatencyRound> RunAsync(int rate, int aRequest, int seconds, WalkIns counters, int first, Viewer viewer, CancellationToken cancel)
    {
        var (total, readings) = (viewer.Total, viewer.Readings);
        var sent = await OpenLoop.RunAsync(rate / aRequest, seconds, n => counters.TakeAsync(first + n * aRequest, aRequest, cancel), cancel);
        var contacts = sent.Sum(s => s.Inquiries.Count);
        var ended = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((viewer.ShownAt(total + contacts) is null || !sent.All(s => s.Inquiries.All(viewer.HasListed))) && Stopwatch.GetElapsedTime(ended) < Patience)
        {
            await timer.WaitForNextTickAsync(cancel);
            viewer.ThrowIfEnded();
        }

        // Which contacts a total holds isn't said: the n-th is covered by the total that holds n.
        double Since(Sent s, long? at) => at is { } t ? Stopwatch.GetElapsedTime(s.Intended, t).TotalMilliseconds : Patience.TotalMilliseconds;
        var each = sent.SelectMany(s => s.Inquiries.Select(i => (Sent: s, Inquiry: i))).ToList();
        return new(rate, Sorted(each.Select(e => Since(e.Sent, e.Sent.Accepted))), Sorted(each.Select(e => Since(e.Sent, viewer.ListedAt(e.Inquiry)))),
            Sorted(each.Select((e, n) => Since(e.Sent, viewer.ShownAt(total + n + 1)))), each.Count(e => !viewer.HasListed(e.Inquiry)), aRequest * sent.Count(s => s.Inquiries.Count == 0), viewer.Readings - readings,
            sent.Max(s => Stopwatch.GetElapsedTime(s.Intended, s.Begun).TotalMilliseconds));
    }

    static double[] Sorted(IEnumerable<double> values) => [.. values.Order()];

    /// <summary>The least value that so many of all don't exceed.</summary>
    public static double At(double[] sorted, double part) => sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
}
