using System.CommandLine;
using InquiryHub.Bench;
using InquiryHub.Bench.Chaos;
using InquiryHub.Bench.Desk;
using InquiryHub.Bench.Footprint;
using InquiryHub.Bench.Growth;
using InquiryHub.Bench.Latency;
using InquiryHub.Bench.Mock;
using InquiryHub.Bench.Pipeline;
using InquiryHub.Bench.Recover;
using InquiryHub.Cli;

using var line = new CommandLine();
var screen = new Screen();
var options = new BenchOptions();
var root = new RootCommand("What the hub must show, measured. Each command says what was promised and whether it was met.");

void Add(string name, string description, Func<Screen, BenchRun, CancellationToken, Task<int>> run, params Option[] own)
{
    var command = new Command(name, description);
    options.AddTo(command, own);
    command.SetAction((parsed, _) => run(screen, options.Of(parsed), line.Ending));
    root.Subcommands.Add(command);
}

Add("pipeline", "Inquiries a second through the whole chain, beside what the database and the log could do at most", PipelineBench.RunAsync, options.Contacts, options.WarmUp, options.Rounds, options.Waiting);
Add("latency", "From a contact to the officer's list and to the dashboard, 200 and 2,000 a second", LatencyBench.RunAsync, options.Load, options.Seconds, options.Rounds);
Add("recover", "100,000 contacts that waited for Routing, and how soon the shards of a killed or frozen instance are served again", RecoverBench.RunAsync, options.Backlog, options.Rounds);
Add("footprint", "Memory after the year and a minute of quiet, time until ready, connections held", FootprintBench.RunAsync, options.Load, options.Idle, options.Rounds);
Add("growth", "Intake, pipeline and dashboard with 0, 1 and 5 million contacts there", GrowthBench.RunAsync, options.Millions, options.Contacts, options.Rounds, options.Waiting, options.Seconds);
Add("desk", "What a person at a screen waits for: the caller's card, a colleague's act, the first view of a page", DeskBench.RunAsync, options.Load, options.Screens, options.Seconds, options.Rounds);

var mock = new Command("mock", "librdkafka's mock cluster as a process: prints its bootstrap servers, then reads commands from its input");
Option<int> brokers = new("--brokers") { DefaultValueFactory = _ => 3 };
Option<string> topics = new("--topics") { Description = "NAME:PARTITIONS,...", Required = true };
Option<string?> database = new("--database") { Description = "Connection string: what all consumers there have folded is deleted" };
Option<int> keep = new("--keep") { Description = "Without --database: messages kept in a partition", DefaultValueFactory = _ => 3000 };
foreach (var option in new Option[] { brokers, topics, database, keep }) mock.Options.Add(option);
mock.SetAction(parsed => MockHost.Run(parsed.GetValue(brokers), parsed.GetRequiredValue(topics), parsed.GetValue(database), parsed.GetValue(keep)));
root.Subcommands.Add(mock);
root.Subcommands.Add(ChaosCommand.Make(screen, line.Ending));

return await line.RunAsync(root, args);
