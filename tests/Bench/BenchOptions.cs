using System.CommandLine;
using System.Globalization;
using InquiryHub.Cli;

namespace InquiryHub.Bench;

/// <summary>Where a bench runs.</summary>
/// <param name="Log">embedded, mock or kafka.</param>
/// <param name="Kafka">host:port of a broker that is there; null = one is started by the program <c>kafka</c> in <paramref name="KafkaHome"/>.</param>
/// <param name="Keep">Leave the city's folder for a look afterwards.</param>
sealed record BenchPlace(string Log, string? Kafka, string? KafkaHome, bool Split, IReadOnlyDictionary<string, int> Instances, bool Keep)
{
    public const string Embedded = "embedded", Mock = "mock", RealKafka = "kafka";
    public string Name => string.Join(' ', new[] { Log, Split ? "split" : "", string.Join(',', Instances.Select(i => $"{i.Key}={i.Value}")) }.Where(word => word.Length > 0));
}

/// <param name="Contacts">Contacts a round.</param>
/// <param name="WarmUp">Contacts before the first round, counted nowhere.</param>
/// <param name="Waiting">Most contacts accepted but not yet through, so that the loop is closed.</param>
/// <param name="Load">Contacts that are there before anything is measured.</param>
/// <param name="Seconds">Length of a round.</param>
/// <param name="Json">Where the measures are written too, null = nowhere.</param>
sealed record BenchRun(BenchPlace Place, int Contacts, int WarmUp, int Rounds, int Waiting, int Load, int Seconds, string? Json)
{
    /// <summary>Screens that are open in a browser.</summary>
    public int Screens { get; init; }
    /// <summary>Seconds in which nobody asks for anything.</summary>
    public int Idle { get; init; }
    /// <summary>Millions of contacts that the tables are grown to, one after the other.</summary>
    public IReadOnlyList<double> Millions { get; init; } = [];
}

/// <summary>The options of the benches; each command has those that it names, and all say where they run.</summary>
sealed class BenchOptions
{
    const int Year = 116_222;
    public readonly Option<int> Contacts = new("--contacts") { Description = "Contacts a round", DefaultValueFactory = _ => 60_000 };
    public readonly Option<int> Backlog = new("--contacts") { Description = "Contacts that wait", DefaultValueFactory = _ => 100_000 };
    public readonly Option<int> WarmUp = new("--warm-up") { Description = "Contacts before the first round, counted nowhere", DefaultValueFactory = _ => 60_000 };
    public readonly Option<int> Rounds = new("--rounds") { Description = "Rounds; the medians count", DefaultValueFactory = _ => 3 };
    public readonly Option<int> Waiting = new("--waiting") { Description = "Most contacts accepted but not yet through the chain", DefaultValueFactory = _ => 20_000 };
    public readonly Option<int> Load = new("--load") { Description = "Contacts that are there before anything is measured", DefaultValueFactory = _ => Year };
    public readonly Option<int> Seconds = new("--seconds") { Description = "Length of a round", DefaultValueFactory = _ => 30 };
    public readonly Option<int> Idle = new("--idle") { Description = "Seconds in which nobody asks for anything", DefaultValueFactory = _ => 60 };
    public readonly Option<int> Screens = new("--screens") { Description = "Screens that are open in a browser", DefaultValueFactory = _ => 100 };
    public readonly Option<string> Millions = new("--millions") { Description = "Millions of contacts that are there, one size after the other", DefaultValueFactory = _ => "0,1,5" };
    readonly Option<string?> json = new("--json") { Description = "Also write what was measured to this file" };
    readonly Option<bool> keep = new("--keep") { Description = "Leave the bench's folder for a look" };
    readonly Option<string> log = new("--log") { Description = "embedded, mock (librdkafka's stand-in, a process of its own) or kafka (a real broker)", DefaultValueFactory = _ => BenchPlace.Embedded };
    readonly Option<string?> kafka = new("--kafka") { Description = "With --log kafka: HOST:PORT of a broker that is there" };
    readonly Option<string?> kafkaHome = new("--kafka-home") { Description = "With --log kafka: a folder with the program `kafka`, which starts and stops a broker: kafka start FOLDER --port P" };
    readonly Option<bool> split = new("--split") { Description = "A process for each service" };
    readonly Option<string?> instances = new("--instances") { Description = "How many processes: routing=2,... with --split, allinone=2 without" };

    public BenchOptions() => log.AcceptOnlyFromAmong(BenchPlace.Embedded, BenchPlace.Mock, BenchPlace.RealKafka);

    public void AddTo(Command command, params Option[] own)
    {
        foreach (var option in own.Concat([log, kafka, kafkaHome, split, instances, json, keep])) command.Options.Add(option);
    }

    /// <exception cref="HubStop">Options that don't fit together.</exception>
    public BenchRun Of(ParseResult p)
    {
        var place = new BenchPlace(p.GetRequiredValue(log), p.GetValue(kafka), p.GetValue(kafkaHome), p.GetValue(split), Deployment.Parse(p.GetValue(instances), p.GetValue(split)), p.GetValue(keep));
        if (place.Log == BenchPlace.RealKafka != (place.Kafka ?? place.KafkaHome) is not null)
            throw new HubStop(Exit.Usage, "--log kafka 需要 --kafka 或 --kafka-home，其他日志则不需要。", "--log kafka needs --kafka HOST:PORT or --kafka-home FOLDER, and only it does.");
        int Value(Option<int> option) => p.GetResult(option) is null ? 0 : p.GetValue(option);
        return new(place, Value(Contacts) + Value(Backlog), Value(WarmUp), Math.Max(1, Value(Rounds)), Value(Waiting), Value(Load), Value(Seconds), p.GetValue(json))
        { Idle = Value(Idle), Screens = Value(Screens), Millions = p.GetResult(Millions) is null ? [] : Sizes(p.GetRequiredValue(Millions)) };
    }

    static IReadOnlyList<double> Sizes(string text)
    {
        var sizes = new List<double>();
        foreach (var part in text.Split(','))
            if (double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var size) && size >= 0 && (sizes.Count == 0 || size > sizes[^1])) sizes.Add(size);
            else throw new HubStop(Exit.Usage, $"--millions 的“{text}”无法理解，应为从小到大的数字，如 0,1,5。", $"\"{text}\" of --millions can't be read: it is numbers that grow, such as 0,1,5.");
        return sizes;
    }
}
