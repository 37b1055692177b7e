using System.CommandLine;
using InquiryHub.Bench.Mock;

var root = new RootCommand("Measurements and faults: `./hub bench`, `./hub chaos`, and the mock cluster they use.");

var mock = new Command("mock", "librdkafka's mock cluster as a process: prints its bootstrap servers, then reads commands from its input");
Option<int> brokers = new("--brokers") { DefaultValueFactory = _ => 3 };
Option<string> topics = new("--topics") { Description = "NAME:PARTITIONS,...", Required = true };
Option<string?> database = new("--database") { Description = "Connection string: what all consumers there have folded is deleted" };
Option<int> keep = new("--keep") { Description = "Without --database: messages kept in a partition", DefaultValueFactory = _ => 3000 };
foreach (var option in new Option[] { brokers, topics, database, keep }) mock.Options.Add(option);
mock.SetAction(parsed => MockHost.Run(parsed.GetValue(brokers), parsed.GetRequiredValue(topics), parsed.GetValue(database), parsed.GetValue(keep)));
root.Subcommands.Add(mock);

return await root.Parse(args).InvokeAsync();
