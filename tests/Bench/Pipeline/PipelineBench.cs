using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench.Pipeline;

/// <param name="Hops">Messages that services read, an inquiry.</param>
/// <param name="Used">Processor seconds.</param>
sealed record PipelineRound(int Contacts, double Seconds, double Hops, Written Written, Processors Used, DatabaseWork Work, Garbage Made)
{
    /// <summary>Measured before and after, in the mean: other work on this machine comes and goes.</summary>
    public RawLimits Raw { get; init; } = new(0, 0, 0, 0);
    public double Rate => Contacts / Seconds;
    public double RowsAnInquiry => Written.Rows / Contacts;
    /// <summary>What the database and the log could do at most: every row of an inquiry copied in, every message read, and nothing else.</summary>
    public double Limit => 1 / (RowsAnInquiry / Raw.Copy + Hops / Raw.Log);
    public double Ratio => Rate / Limit;
    public double Micros => Used.ByProcess.Values.Sum() * 1e6 / Contacts;
    /// <summary>The same in processor time, which other work on the machine disturbs less.</summary>
    public double LimitMicros => RowsAnInquiry * Raw.CopyMicros + Hops * Raw.LogMicros;
}

/// <summary>
/// Inquiries a second from the door to the officer's list and the figures, with the real handlers, beside the limit L that the same
/// PostgreSQL, or brokers, have for the same rows and messages: L = 1 / (rows / C + hops / T), all counted in the same run; on Kafka K
/// instead of T: messages read a second while each is published once and read by as many as in the hub.
/// </summary>
static class PipelineBench
{
    const double AtLeast = 0.4;

    public static async Task<int> RunAsync(Screen screen, BenchRun run, CancellationToken cancel)
    {
        await using var city = await BenchCity.StartAsync(screen, run.Place, cancel);
        using var counters = new WalkIns(city.Doors, await city.SecretAsync("walkin"), await city.ReferenceAsync(cancel));
        await using var look = await city.OpenAsync(cancel);
        var (next, rounds, bytes) = (0, new List<PipelineRound>(), (Row: 0.0, Message: 0.0));
        var ends = await RawLimits.EndsAsync(look, cancel);

        await screen.StepAsync("Warming up", async step =>
        {
            await using var chain = await Chain.FromHereAsync(city, cancel);
            await ClosedLoop.RunAsync(counters, chain, next, run.WarmUp / WalkIns.BatchSize, run.Waiting, done => step.Say($"{done:N0} inquiries"), cancel);
            next += run.WarmUp / WalkIns.BatchSize;
            bytes = Sizes(await Written.ReadAsync(look, cancel));
            // The bench's own code too: the first round's limit would be a third too low.
            await RawLimits.ReadAsync(city, 300_000, bytes, ends, cancel);
        });
        var raw = await RawAsync();
        for (var n = 1; n <= run.Rounds; n++)
        {
            ends = await RawLimits.EndsAsync(look, cancel);
            var round = await screen.StepAsync($"Round {n} of {run.Rounds}", step => RoundAsync(city, counters, look, next, run, step, cancel));
            (next, bytes) = (next + run.Contacts / WalkIns.BatchSize, Sizes(round.Written));
            var before = raw;
            raw = await RawAsync();
            rounds.Add(round with { Raw = RawLimits.Between(before, raw) });
        }
        Task<RawLimits> RawAsync() => screen.StepAsync("What the database could do at most", _ => RawLimits.ReadAsync(city, 300_000, bytes, ends, cancel));

        static (double, double) Sizes(Written written) => (written.BytesARow, written.Tables["log.outbox"].Bytes);

        var alone = await screen.StepAsync("What the rows cost PostgreSQL alone", _ => RowsAlone.ReadAsync(city, Tables(rounds[^1]), cancel));

        screen.Line($"Log: {run.Place.Name}");
        Print(screen, rounds, city.Brokers is null ? "T messages/s" : "K messages/s");
        PrintAlone(screen, rounds, alone);
        Measure[] measures =
        [
            Of("pipeline", rounds, r => r.Rate, "inquiries/s"), Of("pipeline L", rounds, r => r.Limit, "inquiries/s"), Of("pipeline ratio", rounds, r => r.Ratio, "of L", AtLeast),
            Of("pipeline CPU", rounds, r => r.Micros, "us/inquiry"), Of("pipeline L CPU", rounds, r => r.LimitMicros, "us/inquiry"),
            .. rounds[0].Used.ByProcess.Keys.Select(name => Of($"pipeline CPU {name}", rounds, r => Micros(r, r.Used.ByProcess, name), "us/inquiry")),
        ];
        var ratio = measures[2];
        screen.Line($"{rounds.Select(r => r.Rate).Median():N0} inquiries/s, {ratio.Value:0.00} of L. Promised: at least {AtLeast:0.0} of L: {(ratio.Met == true ? "met" : "NOT met")}.");
        await Measures.WriteAsync(run.Json, measures);
        return ratio.Met == true ? 0 : Exit.Failed;
    }

    // Those that an inquiry writes; not those with a row for two hundred of them.
    static IEnumerable<string> Tables(PipelineRound round) => round.Written.Tables.Where(t => t.Value.Rows * 200 > round.Contacts).Select(t => t.Key);

    static async Task<PipelineRound> RoundAsync(BenchCity city, WalkIns counters, NpgsqlConnection look, int first, BenchRun run, Step step, CancellationToken cancel)
    {
        var batches = run.Contacts / WalkIns.BatchSize;
        var contacts = batches * WalkIns.BatchSize;
        var (counts, written) = (await Counted.ReadAsync(look, cancel), await Written.ReadAsync(look, cancel));
        await using var chain = await Chain.FromHereAsync(city, cancel);
        var (made, work, read, cpu) = (await Garbage.ReadAsync(city, cancel), await DatabaseWork.ReadAsync(look, cancel), await ReadAsync(look, cancel), await Processors.ReadAsync(city, look, cancel));
        var took = await ClosedLoop.RunAsync(counters, chain, first, batches, run.Waiting, done => step.Say($"{done:N0} of {contacts:N0} inquiries"), cancel);
        var (used, hops) = (await Processors.ReadAsync(city, look, cancel) - cpu, (double)(await ReadAsync(look, cancel) - read) / contacts);

        made = await Garbage.ReadAsync(city, cancel) - made;

        step.Say("counting");
        await Counted.CheckAsync(counts, look, contacts, cancel);
        var rows = (await Written.ReadAsync(look, cancel)).Since(written);
        var worked = await DatabaseWork.ReadAsync(look, cancel) - work;
        return new(contacts, took.TotalSeconds, hops, rows, used, worked, made);
    }

    // Messages read by anybody; each cursor counts what its service has taken.
    static async Task<long> ReadAsync(NpgsqlConnection look, CancellationToken cancel) =>
        (long)(await new NpgsqlCommand("select sum(next_seq)::bigint from log.cursor where service <> 'relay'", look).ExecuteScalarAsync(cancel))!;

    static Measure Of(string name, IReadOnlyList<PipelineRound> rounds, Func<PipelineRound, double> value, string unit, double? atLeast = null)
    {
        var values = rounds.Select(value).ToArray();
        return new(name, values.Median(), unit, values.Min(), values.Max(), atLeast, atLeast is null ? null : values.Median() >= atLeast);
    }

    static double Micros(PipelineRound round, IReadOnlyDictionary<string, double> used, string name) => used.GetValueOrDefault(name) * 1e6 / round.Contacts;

    static void Print(Screen screen, List<PipelineRound> rounds, string log)
    {
        screen.Table("The pipeline, contacts through all services", ["round", "inquiries/s", "C rows/s", log, "rows/inq.", "bytes/row", "hops/inq.", "L", "ratio", "CPU us/inq.", "L's CPU us", "other work, cores"],
            [.. rounds.Index().Select(r => new[]
            {
                $"{r.Index + 1}", $"{r.Item.Rate:N0}", $"{r.Item.Raw.Copy:N0}", $"{r.Item.Raw.Log:N0}", $"{r.Item.RowsAnInquiry:0.00}", $"{r.Item.Written.BytesARow:0}", $"{r.Item.Hops:0.00}", $"{r.Item.Limit:N0}", $"{r.Item.Ratio:0.00}",
                $"{r.Item.Micros:N0}", $"{r.Item.LimitMicros:N0}", $"{r.Item.Used.Others / r.Item.Seconds:0.0}",
            })], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        var last = rounds[^1];
        string Each(double of) => $"{of / last.Contacts:0.00}";
        screen.Table("Rows in PostgreSQL, an inquiry (last round)", ["table", "new", "bytes/row", "updates", "of them on their page"],
            [.. last.Written.Tables.Select(t => t.Key).Union(last.Work.Updates.Keys).Select(name => (name, last.Written.Tables.GetValueOrDefault(name).Rows, last.Written.Tables.GetValueOrDefault(name).Bytes, Updates: last.Work.Updates.GetValueOrDefault(name)))
                .Where(t => Math.Max(t.Rows, t.Updates.All) * 200 > last.Contacts).OrderByDescending(t => t.Rows + t.Updates.All)
                .Select(t => new[] { t.name, Each(t.Rows), $"{t.Bytes:0}", Each(t.Updates.All), t.Updates.All == 0 ? "" : $"{100 * t.Updates.OnPage / t.Updates.All:0} %" })], 1, 2, 3, 4);
        screen.Line($"WAL {last.Work.Wal / last.Contacts:N0} bytes an inquiry; {last.Work.Commits / last.Seconds:N0} transactions a second, reads among them. The hub made {last.Made.Bytes / last.Contacts / 1000:0} kB an inquiry; while they were collected its threads stood still for {last.Made.Seconds * 1e6 / last.Contacts:0} us an inquiry.");
        screen.Table("CPU, us an inquiry (medians)", ["process", "us"], Shares(rounds, r => r.Used.ByProcess, 0), 1);
        screen.Table("… inside the processes", ["thread or backend", "us"], Shares(rounds, r => r.Used.Inside, 2), 1);
    }

    // How much of what an inquiry may cost at most, both cores full, is spent before anything is decided.
    static void PrintAlone(Screen screen, List<PipelineRound> rounds, IReadOnlyList<RowsAlone> alone)
    {
        var last = rounds[^1];
        double Of(RowsAlone table) => (double)last.Written.Tables[table.Table].Rows / last.Contacts;
        screen.Table("The same rows by PostgreSQL alone, a statement a table: CPU us", ["table", "rows/inq.", "a row", "with indexes", "an inquiry"],
            [.. alone.OrderByDescending(t => Of(t) * t.Indexed).Select(t => new[] { t.Table, $"{Of(t):0.00}", $"{t.Bare:0.0}", $"{t.Indexed:0.0}", $"{Of(t) * t.Indexed:0.0}" })], 1, 2, 3, 4);
        var (bare, indexed, may) = (alone.Sum(t => Of(t) * t.Bare), alone.Sum(t => Of(t) * t.Indexed), Environment.ProcessorCount * 1e6 / (AtLeast * rounds.Select(r => r.Limit).Median()));
        screen.Line($"{bare:0} us an inquiry, {indexed:0} with the indexes. At {AtLeast:0.0} of L an inquiry may cost {may:0} us of processor, so {may - indexed:0} would be left for reading, updates, the protocol, and all that is decided; it costs {rounds.Select(r => r.Micros).Median():0}.");
    }

    static string[][] Shares(List<PipelineRound> rounds, Func<PipelineRound, IReadOnlyDictionary<string, double>> used, double atLeast) =>
        [.. rounds.SelectMany(r => used(r).Keys).Distinct().Select(name => (name, us: rounds.Select(r => Micros(r, used(r), name)).Median()))
            .Where(share => share.us >= atLeast).OrderByDescending(share => share.us).Select(share => new[] { share.name, $"{share.us:N0}" })];
}
