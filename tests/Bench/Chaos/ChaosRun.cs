using System.Diagnostics;
using System.Text.Json;
using InquiryHub.Cli;

namespace InquiryHub.Bench.Chaos;

/// <param name="At">Seconds since the load began.</param>
internal sealed record Struck(string Fault, double At, Bite Bite);

/// <summary>`./hub chaos`: load, faults one after the other, quiet, and then the truth. 1 when anything is wrong or a fault did not bite.</summary>
internal static class ChaosRun
{
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(6);
    private const string Name = "outage longer than the retention";
    private const int Settle = 240; // seconds: what a killed instance had begun to deliver comes back after two minutes
    private const int Hopeless = 20;

    public static async Task<int> RunAsync(Screen screen, ChaosOptions options, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        screen.Line($"chaos, seed {options.Seed}, log {options.Log}{(options.Split ? ", a process a service" : ", two instances")}{(options.Break is null ? "" : $", safeguard off: {options.Break}")}");
        await using var city = await screen.StepAsync("Starting a city to break", _ => ChaosCity.StartAsync(options, cancel));
        await using var journal = new AckJournal(city.Journal);
        using var citizens = new Citizens(city.Gateway.Http, city.Secrets, journal);
        using var officers = new Officers(city);
        using CancellationTokenSource closing = new(), enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var witness = new Witness(city);
        var answering = officers.RunAsync(closing.Token);

        var throughput = await screen.StepAsync("Measuring the throughput", _ => MeasureAsync(citizens, journal, witness));
        var rate = throughput * options.Share;
        screen.Line($"  {throughput:0} contacts/s were taken, dispatched, assigned, answered and delivered; the load is {rate:0}/s");

        var (loadBegan, before) = (Stopwatch.GetTimestamp(), journal.Count);
        var load = citizens.RunAsync(rate, enough.Token);
        var struck = new List<Struck>();
        var broken = new List<Finding>();
        foreach (var fault in Order(new Faults(city, witness, citizens, new Random(options.Seed)), options, loadBegan))
        {
            if (cancel.IsCancellationRequested) return Exit.Interrupted;
            var at = Stopwatch.GetElapsedTime(loadBegan);
            try
            {
                var bite = await fault.Strike();
                struck.Add(new(fault.Name, at.TotalSeconds, bite));
                screen.Line($"  {at.TotalSeconds,6:0.0} s  {fault.Name}: {(bite.Bit ? "" : "DID NOT BITE, ")}{bite.Proof}; served again after {bite.Served.TotalSeconds:0.00} s");
            }
            catch (TimeoutException e)
            {
                // What was waited for never came: that is a finding, and what follows would be about something else.
                broken.Add(new(fault.Name, 1, e.Message));
                screen.Line($"  {at.TotalSeconds,6:0.0} s  {fault.Name}: {e.Message}");
                break;
            }
        }
        await enough.CancelAsync();
        await load;
        var (took, sent) = (Stopwatch.GetElapsedTime(loadBegan), journal.Count - before);

        var acks = await journal.CloseAsync();
        var waited = await screen.StepAsync("Waiting until everything is quiet", step => QuietAsync(witness, acks, broken.Count == 0 ? Settle : Hopeless, step));
        await closing.CancelAsync();
        await answering;
        var findings = await screen.StepAsync("Reading the journal back", _ => new Truth(city, officers, acks).ReadAsync());
        broken.AddRange(findings);
        if (!waited) broken.Add(new("quiet", 1, "something is not read, answered or delivered"));
        broken.AddRange(struck.Where(s => !s.Bite.Bit).Select(s => new Finding($"{s.Fault} at {s.At:0} s", 1, "did not bite")));
        if (options.Log == "embedded" && options.Break is null && Name.Contains(options.Only ?? "", StringComparison.OrdinalIgnoreCase))
            for (var n = 0; n < (options.Short ? 1 : options.Each); n++)
            {
                var (at, scratch) = (Stopwatch.GetElapsedTime(loadBegan), new Forgotten(city, n));
                try { struck.Add(new(Name, at.TotalSeconds, await screen.StepAsync($"An {Name}, on a database of its own", _ => scratch.StrikeAsync()))); }
                catch (TimeoutException e) { broken.Add(new(Name, 1, e.Message)); }
                broken.AddRange(scratch.Findings);
            }
        Report(screen, struck, broken, acks.Count, sent / took.TotalSeconds, rate, Stopwatch.GetElapsedTime(began));
        if (options.Json is not null) await WriteAsync(options, throughput, sent / took.TotalSeconds, acks.Count, struck, broken);
        return broken.Any(f => f.Wrong != 0) ? Exit.Failed : 0;
    }

    private static IEnumerable<Fault> Order(Faults faults, ChaosOptions options, long began)
    {
        do
            foreach (var fault in faults.Draw(options))
            {
                if (options.Minutes is { } minutes && Stopwatch.GetElapsedTime(began).TotalMinutes > minutes) yield break;
                yield return fault;
            }
        while (options.Minutes is not null);
    }

    /// <summary>Contacts a second through everything: as many as the doors take for a while, and the time until all of them are through.</summary>
    private static async Task<double> MeasureAsync(Citizens citizens, AckJournal journal, Witness witness)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await citizens.RunAsync(0, enough.Token); // warm
        await Witness.UntilAsync("all is read", async () => await witness.UnreadAsync() == 0, 60);
        var (began, before) = (Stopwatch.GetTimestamp(), journal.Count);
        using var measured = new CancellationTokenSource(Measuring);
        await citizens.RunAsync(0, measured.Token);
        await Witness.UntilAsync("all is answered and read", async () => await witness.OneAsync<long>("select count(*) from casework.task where open") == 0 && await witness.UnreadAsync() == 0, 120);
        return (journal.Count - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<bool> QuietAsync(Witness witness, IReadOnlyList<Ack> acks, int seconds, Step step)
    {
        var answers = acks.LongCount(a => a.Door is Citizens.Slip or Citizens.Form);
        try
        {
            await Witness.UntilAsync("all is read, answered and delivered", async () =>
            {
                var (delivered, sending, unread) = (await witness.OneAsync<long>("select count(distinct key) from log.outbox where type = 'hub.channels.v1.AnswerDelivered'"),
                    await witness.OneAsync<long>("select count(*) from channels.delivery where state = 'Sending'"), await witness.UnreadAsync());
                step.Say($"{answers - delivered:N0} answers to deliver, {sending} being sent, {unread} messages to read");
                return delivered >= answers && sending == 0 && unread == 0;
            }, seconds);
            return true;
        }
        catch (TimeoutException) { return false; }
    }

    private static void Report(Screen screen, List<Struck> struck, List<Finding> findings, int contacts, double load, double asked, TimeSpan took)
    {
        screen.Table("Faults", ["fault", "times", "bit", "served again, median s", "worst s"],
            [.. struck.GroupBy(s => s.Fault).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new[] { g.Key, $"{g.Count()}", $"{g.Count(s => s.Bite.Bit)}", $"{Median(g.Select(s => s.Bite.Served.TotalSeconds)):0.00}", $"{g.Max(s => s.Bite.Served.TotalSeconds):0.00}" })], 1, 2, 3, 4);
        foreach (var f in findings.Where(f => f.Wrong != 0)) screen.Line($"WRONG {f.What}: {f.Wrong} ({f.Detail})");
        screen.Line($"{struck.Count} faults, {contacts:N0} contacts acknowledged, {load:0}/s of {asked:0}/s asked; {findings.Count} checks, {findings.Count(f => f.Wrong != 0)} wrong; {took.TotalSeconds:0} s");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static Task WriteAsync(ChaosOptions options, double throughput, double load, int contacts, List<Struck> struck, List<Finding> findings) => File.WriteAllTextAsync(options.Json!, JsonSerializer.Serialize(new
    {
        options.Seed, options.Log, options.Split, options.Break, throughput, load, contacts,
        faults = struck.Select(s => new { s.Fault, s.At, s.Bite.Bit, s.Bite.Proof, servedAfter = s.Bite.Served.TotalSeconds }), checks = findings,
    }, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }));
}
