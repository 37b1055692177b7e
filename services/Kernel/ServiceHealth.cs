using System.Diagnostics;

namespace InquiryHub.Kernel;

/// <summary>How one service of this process is doing; read by /ready.</summary>
internal sealed class ServiceHealth(string service)
{
    readonly Lock gate = new();
    readonly Dictionary<Position, long> gaps = [];
    string? failing;
    long workedAt = Stopwatch.GetTimestamp();

    public string Service => service;
    public string Leases { get; set; } = "starting";
    public long FoldedTotal { get; private set; }
    public long DuplicateTotal { get; private set; }

    public void Working() { failing = null; workedAt = Stopwatch.GetTimestamp(); }
    public void Failing(Exception e) => failing = Transient.State(e);
    /// <summary>Events from this seq on are missing. True when that is news.</summary>
    public bool Gap(Position gap, long from) { lock (gate) { var known = gaps.TryGetValue(gap, out var before) && before == from; gaps[gap] = from; return !known; } }

    public void Folded(BatchResult result)
    {
        Working();
        (FoldedTotal, DuplicateTotal) = (FoldedTotal + result.Folded, DuplicateTotal + result.Duplicates);
        lock (gate) if (gaps.Count > 0) foreach (var healed in gaps.Where(g => result.Cursors.TryGetValue(g.Key, out var c) && c.Next > g.Value).Select(g => g.Key).ToList()) gaps.Remove(healed);
    }

    /// <summary>Null when well, else the reason in a word.</summary>
    public string? Reason
    {
        get
        {
            lock (gate)
                return failing is { } state ? $"failing: {state}" : gaps.Count > 0 ? $"gap in {string.Join(", ", gaps.Keys.Select(g => $"{g.Source}/{g.Shard}"))}"
                    : Stopwatch.GetElapsedTime(workedAt) > TimeSpan.FromSeconds(10) ? "loop stands still" : null;
        }
    }
}
