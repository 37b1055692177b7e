using System.CommandLine;
using InquiryHub.Cli;

namespace InquiryHub.Bench.Chaos;

/// <summary>The options of `./hub chaos`.</summary>
internal static class ChaosCommand
{
    public static Command Make(Screen screen, CancellationToken ending)
    {
        var chaos = new Command("chaos", "Load, faults in seeded order, and the journal of acknowledgements read back against everything; 1 when anything is wrong");
        Option<int> seed = new("--seed") { DefaultValueFactory = _ => 1 };
        Option<string> log = new("--log") { Description = "embedded, mock (librdkafka's mock cluster) or kafka (real brokers)", DefaultValueFactory = _ => "embedded" };
        log.AcceptOnlyFromAmong(ChaosOptions.Logs);
        Option<int?> faults = new("--faults") { Description = "How often each kind of fault strikes (3; --short: 1)" };
        Option<double?> minutes = new("--minutes") { Description = "Goes on for so long" };
        Option<bool> brief = new("--short") { Description = "At most four minutes" };
        Option<bool> split = new("--split") { Description = "A process a service, one instance each" };
        Option<double> share = new("--share") { Description = "The load, as a share of the measured throughput", DefaultValueFactory = _ => 0.5 };
        Option<string?> without = new("--break") { Description = "A safeguard that is switched off. The checks must then find something" };
        without.AcceptOnlyFromAmong(ChaosOptions.Breaks);
        Option<string?> program = new("--kafka-program") { Description = "With --log kafka: the script that runs the brokers" };
        Option<string?> json = new("--json") { Description = "Also write all of it to this file" };
        Option<string?> only = new("--only") { Description = "Only faults whose name has this in it" };
        foreach (var option in new Option[] { seed, log, faults, minutes, brief, split, share, without, program, json, only }) chaos.Options.Add(option);
        chaos.SetAction((parsed, _) =>
        {
            var options = new ChaosOptions(parsed.GetValue(seed), parsed.GetRequiredValue(log), parsed.GetValue(faults) ?? (parsed.GetValue(brief) ? 1 : 3), parsed.GetValue(minutes), parsed.GetValue(brief),
                parsed.GetValue(split), parsed.GetValue(share), parsed.GetValue(without), parsed.GetValue(program), parsed.GetValue(json), parsed.GetValue(only));
            return options is { Log: "kafka", KafkaProgram: null } ? throw new HubStop(Exit.Usage, "--log kafka 需要 --kafka-program。", "--log kafka needs --kafka-program.") : ChaosRun.RunAsync(screen, options, ending);
        });
        return chaos;
    }
}
