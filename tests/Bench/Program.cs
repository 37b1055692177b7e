using System.CommandLine;
using System.Runtime.InteropServices;
using InquiryHub.Bench.Chaos;
using InquiryHub.Bench.Mock;
using InquiryHub.Cli;

using var ending = new CancellationTokenSource();
void End(PosixSignalContext context)
{
    context.Cancel = true;
    ending.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

var root = new RootCommand("Measurements and faults: `./hub bench`, `./hub chaos`, and the mock cluster they use.");

var mock = new Command("mock", "librdkafka's mock cluster as a process: prints its bootstrap servers, then reads commands from its input");
Option<int> brokers = new("--brokers") { DefaultValueFactory = _ => 3 };
Option<string> topics = new("--topics") { Description = "NAME:PARTITIONS,...", Required = true };
Option<string?> database = new("--database") { Description = "Connection string: what all consumers there have folded is deleted" };
Option<int> keep = new("--keep") { Description = "Without --database: messages kept in a partition", DefaultValueFactory = _ => 3000 };
foreach (var option in new Option[] { brokers, topics, database, keep }) mock.Options.Add(option);
mock.SetAction(parsed => MockHost.Run(parsed.GetValue(brokers), parsed.GetRequiredValue(topics), parsed.GetValue(database), parsed.GetValue(keep)));
root.Subcommands.Add(mock);

var chaos = new Command("chaos", "Load, faults in seeded order, and the journal of acknowledgements read back against everything; 1 when anything is wrong");
Option<int> seed = new("--seed") { DefaultValueFactory = _ => 1 };
Option<string> log = new("--log") { Description = "embedded, mock (librdkafka's mock cluster) or kafka (real brokers)", DefaultValueFactory = _ => "embedded" };
log.AcceptOnlyFromAmong(ChaosOptions.Logs);
Option<int?> faults = new("--faults") { Description = "How often each kind of fault strikes (3)" };
Option<double?> minutes = new("--minutes") { Description = "Goes on for so long" };
Option<bool> brief = new("--short") { Description = "At most four minutes" };
Option<bool> split = new("--split") { Description = "A process a service, one instance each" };
Option<double> share = new("--share") { Description = "The load, as a share of the measured throughput", DefaultValueFactory = _ => 0.5 };
Option<string?> without = new("--break") { Description = "A safeguard that is switched off: expected, resend, norepublish. The checks must then find something" };
without.AcceptOnlyFromAmong(ChaosOptions.Breaks);
Option<string?> program = new("--kafka-program") { Description = "With --log kafka: the script that runs the brokers" };
Option<string?> json = new("--json") { Description = "Also write all of it to this file" };
foreach (var option in new Option[] { seed, log, faults, minutes, brief, split, share, without, program, json }) chaos.Options.Add(option);
chaos.SetAction(async (parsed, _) =>
{
    var options = new ChaosOptions(parsed.GetValue(seed), parsed.GetRequiredValue(log), parsed.GetValue(faults) ?? (parsed.GetValue(brief) ? 1 : 3), parsed.GetValue(minutes), parsed.GetValue(brief),
        parsed.GetValue(split), parsed.GetValue(share), parsed.GetValue(without), parsed.GetValue(program), parsed.GetValue(json));
    if (options is { Log: "kafka", KafkaProgram: null }) { Console.Error.WriteLine("--log kafka 需要 --kafka-program。 / --log kafka needs --kafka-program."); return Exit.Usage; }
    try { return await ChaosRun.RunAsync(new Screen(), options, ending.Token); }
    catch (HubStop stop) { Console.Error.WriteLine(stop.Chinese); Console.Error.WriteLine(stop.English); return stop.Code; }
    catch (OperationCanceledException) when (ending.IsCancellationRequested) { return Exit.Interrupted; }
});
root.Subcommands.Add(chaos);

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
