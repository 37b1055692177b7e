using Grpc.Core;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Cli.Year;

/// <summary>After the load: the hub's figures against what the doors acknowledged and against what the city published.</summary>
internal static class YearCheck
{
    private static readonly (string Bucket, int Published)[] Published =
        [("Hotline12345", YearShape.Hotline), ("MinxinWeb", YearShape.Minxin), ("WebPortal", YearShape.Web), ("WalkIn", YearShape.WalkIns), ("Other", YearShape.Other)];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<YearResult> CompareAsync(YearSession city, YearPlan plan, int before, TimeSpan loading, CancellationToken stop)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var report = await SettledAsync(city, stop);
        var mismatches = new List<string>();
        void Expect(string what, long expected, long found) { if (expected != found) mismatches.Add($"{what}: {found:N0}, expected {expected:N0}"); }

        // By channel against the journal, by bucket against the report.
        var channels = await BreakdownAsync(city, "channel", stop);
        var journal = plan.Contacts.Where(c => city.Journal.Has(c.Key)).CountBy(c => c.Channel).ToDictionary();
        journal["WalkIn"] = journal.GetValueOrDefault("WalkIn") + city.Journal.Tallied;
        var doors = await ReceivedAsync(city, stop);
        foreach (var channel in journal.Keys.Union(doors.Keys).Order(StringComparer.Ordinal)) Expect($"{channel} as its door counted", journal.GetValueOrDefault(channel), doors.GetValueOrDefault(channel));
        foreach (var channel in journal.Keys.Union(channels.Keys).Order(StringComparer.Ordinal)) Expect($"{channel} in the journal", journal.GetValueOrDefault(channel), channels.GetValueOrDefault(channel));
        foreach (var (bucket, published) in Published) Expect($"{bucket} as published", published, report.Parts.FirstOrDefault(p => p.Bucket == bucket)?.Value ?? 0);
        Expect("total", city.Journal.Contacts, report.Total);
        Expect("answered on the spot", plan.Contacts.Count(c => c.Direct), report.Direct);
        Expect("tallied", YearShape.Tallied, report.Tallied);
        Expect("dispatched", plan.Contacts.Count(c => !c.Direct), report.Dispatched);
        Expect("open", 0, report.Open);

        var undelivered = await city.Offices.UndeliveredAsync(stop);
        var elapsed = loading + System.Diagnostics.Stopwatch.GetElapsedTime(began);
        var contacts = plan.Contacts.ToList();
        List<(string, string)> lines =
        [
            ("tally sheets", $"{city.Journal.SheetCount:N0} with {city.Journal.Tallied:N0} contacts"),
            ("counters' batches", $"{plan.Days.SelectMany(day => day).Count(send => send.IsBatch):N0} with {contacts.Count(c => c.Way == Way.Batch):N0} contacts"),
            ("one by one", $"{contacts.Count(c => c.Way != Way.Batch):N0} contacts"),
            ("answered on the spot", $"{report.Direct:N0}"),
            ("dispatched", $"{report.Dispatched:N0}, of them placed by hand in this run {city.Offices.Placed:N0}"),
            ("answered by officers", $"{report.AnsweredInTime:N0} in time, {report.AnsweredLate:N0} late, {report.Open:N0} open"),
            ("brought back in this run", $"{city.Offices.CalledBack:N0} called back, {city.Offices.Asked:N0} asked for by citizens"),
            ("followed up in this run", $"{city.Offices.FollowedUp:N0} calls about an answer"),
            ("not delivered", undelivered.Count == 0 ? "0" : string.Join(", ", undelivered.Select(door => $"{door.Key} {door.Value:N0}"))),
            ("figures", mismatches.Count == 0 ? "journal = doors = hub = published" : string.Join("; ", mismatches)),
        ];
        return new YearResult(city.Journal.Contacts, city.Journal.Contacts - before, city.Doors.Requests + city.Offices.Requests, elapsed, lines, mismatches);
    }

    // Statistics hears of the last contact a moment after its door did.
    private static async Task<Report> SettledAsync(YearSession city, CancellationToken stop)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            var report = await city.Offices.CallAsync(headers => city.Statistics.GetReportAsync(new ReportRequest { Year = YearShape.First.Year }, headers, cancellationToken: stop), city.Staff.Supervisor, stop);
            if ((report.Total == city.Journal.Contacts && report.Open == 0) || System.Diagnostics.Stopwatch.GetElapsedTime(began) > Patience) return report;
            await Task.Delay(50, stop);
        }
    }

    private static async Task<Dictionary<string, long>> ReceivedAsync(YearSession city, CancellationToken stop)
    {
        var request = new Contracts.Channels.GetReceivedRequest { From = "2013-01-01", To = "2013-12-31" };
        var received = await city.Offices.CallAsync(headers => city.Channels.GetReceivedAsync(request, headers, cancellationToken: stop), city.Staff.Supervisor, stop);
        return received.Channels.ToDictionary(c => c.Channel, c => c.Contacts);
    }

    private static async Task<Dictionary<string, long>> BreakdownAsync(YearSession city, string rows, CancellationToken stop)
    {
        var request = new BreakdownRequest { Filter = new Filter { From = "2013-01-01", To = "2013-12-31" }, Rows = rows, Columns = "none" };
        var breakdown = await city.Offices.CallAsync(headers => city.Statistics.GetBreakdownAsync(request, headers, cancellationToken: stop), city.Staff.Supervisor, stop);
        return breakdown.Cells.GroupBy(cell => cell.Row).ToDictionary(row => row.Key, row => row.Sum(cell => cell.Value));
    }
}
