using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

internal sealed class StatisticsHandlers(LiveFigures live) : IFold
{
    static readonly Fact nothing = new();

    public void Want(Message m, Wants wants) { if (FactDecision.Hears(m.Event)) wants.Add(StatisticsStore.Facts, m.Key); }

    public void Fold(Message m, UnitOfWork work)
    {
        if (m.Event is not { } e || !FactDecision.Hears(e)) return;
        using var step = work.Walk(9, "Statistics"); // Walk 9: the fact, and the figures as its deltas
        var before = work.Get(StatisticsStore.Facts, m.Key)?.Fact ?? nothing;
        var after = FactDecision.After(before, e);
        if (ReferenceEquals(before, after)) return;

        var (old, rows) = (FactDecision.Rows(m.Key, before), FactDecision.Rows(m.Key, after));
        foreach (var row in FactDecision.Changed(old, rows)) work.Put(StatisticsStore.Facts, row);
        foreach (var (c, delta) in FactDecision.Deltas(old, rows))
        {
            work.Add(StatisticsStore.Counters, delta, c.Day, c.Channel, c.UnitCode, c.AreaCode, c.Measure, c.Outcome);
            if (c.Measure != Measures.Inquiry) work.Add(StatisticsStore.Daily, delta, c.Day, c.Channel);
        }
        foreach (var (c, delta) in FactDecision.CategoryDeltas(old, rows)) work.Add(StatisticsStore.Categories, delta, c.Day, c.CategoryCode);
        foreach (var row in QualityDecision.Changed(m.Key, before, after)) work.Put(StatisticsStore.Marks, row);
        work.Put(StatisticsStore.Changes, new(work.Home, work.Now));
        live.Counted(work, rows);
    }
}
