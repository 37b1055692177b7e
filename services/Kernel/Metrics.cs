using System.Diagnostics.Metrics;

namespace InquiryHub.Kernel;

/// <summary>What the Kernel measures of every service; tags are names of services and sources, never anything of a citizen.</summary>
public static class Metrics
{
    public static readonly Meter Meter = new("InquiryHub");
    internal static readonly Histogram<double> LockWait = Meter.CreateHistogram<double>("hub.batch.read", "ms", "Time to lock and read a batch");
    static readonly Histogram<double> batchTime = Meter.CreateHistogram<double>("hub.batch.time", "ms");
    static readonly Histogram<int> batchSize = Meter.CreateHistogram<int>("hub.batch.size", "{message}");
    static readonly Counter<long> folded = Meter.CreateCounter<long>("hub.messages.folded");
    static readonly Counter<long> duplicates = Meter.CreateCounter<long>("hub.messages.duplicate");
    static readonly Counter<long> parked = Meter.CreateCounter<long>("hub.messages.parked");
    static readonly Counter<long> emitted = Meter.CreateCounter<long>("hub.messages.emitted");

    /// <summary>Per door: what came in, and what was refused and why (a code).</summary>
    public static readonly Counter<long> Intake = Meter.CreateCounter<long>("hub.intake");
    public static readonly Counter<long> IntakeRefused = Meter.CreateCounter<long>("hub.intake.refused");

    internal static void Batch(string service, BatchResult result, int size, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("service", service);
        batchTime.Record(took.TotalMilliseconds, tag);
        batchSize.Record(size, tag);
        folded.Add(result.Folded, tag);
        if (result.Duplicates > 0) duplicates.Add(result.Duplicates, tag);
        if (result.Parked > 0) parked.Add(result.Parked, tag);
        if (result.Emitted > 0) emitted.Add(result.Emitted, tag);
    }
}
