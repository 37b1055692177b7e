using System.Diagnostics;

namespace InquiryHub.Kernel;

/// <summary>How one service of this process is doing; read by /ready.</summary>
internal sealed class ServiceHealth(string service)
{
    readonly Lock gate = new();
    readonly HashSet<Position> gaps = [];
    string? failing;
    long workedAt = Stopwatch.GetTimestamp();

    public string Service => service;
    public string Leases { get; set; } = "starting";
    public long FoldedTotal { get; private set; }
    public long DuplicateTotal { get; private set; }

    public void Working() { failing = null; workedAt = Stopwatch.GetTimestamp(); }
    public void Failing(Exception e) => failing = Transient.State(e);
    public void Gap(Position gap) { lock (gate) gaps.Add(gap); }
    public void Folded(BatchResult result, int _) { Working(); FoldedTotal += result.Folded; DuplicateTotal += result.Duplicates; }

    /// <summary>Null when well, else the reason in a word.</summary>
    public string? Reason
    {
        get
        {
            lock (gate)
                return failing is { } state ? $"database {state}" : gaps.Count > 0 ? $"gap in {string.Join(", ", gaps.Select(g => $"{g.Source}/{g.Shard}"))}"
                    : Stopwatch.GetElapsedTime(workedAt) > TimeSpan.FromSeconds(10) ? "loop stands still" : null;
        }
    }
}
