using System.CommandLine;
using InquiryHub.Cli;
using InquiryHub.Cli.Commands;

using var line = new CommandLine();
var screen = new Screen();
Option<int?> port = new("--port") { Description = "The public port; without it 8080 (demo: 8090) or the next free one" };
Option<string?> json = new("--json") { Description = "Also write what was measured to this file" };
Option<string?> which = new("--city") { Description = "demo or city, when both are running" };
which.AcceptOnlyFromAmong(City.Demo, City.Real);
Option<bool> yes = new("--yes") { Description = "Do not ask" };

Command Add(Command parent, string name, string description, Symbol[] symbols, Func<ParseResult, Task<int>> run)
{
    var command = new Command(name, description);
    foreach (var symbol in symbols)
        if (symbol is Option option) command.Options.Add(option); else command.Arguments.Add((Argument)symbol);
    command.SetAction((parsed, _) => run(parsed));
    parent.Subcommands.Add(command);
    return command;
}

var root = new RootCommand("InquiryHub: every contact of a city, from any door to exact figures. 城市诉求统一受理平台。");

Option<string?> kafka = new("--kafka") { Description = "HOST:PORT[,HOST:PORT...]: events go through Kafka; other settings as variables Kafka__setting_name" };
Option<bool> split = new("--split") { Description = "A process for each service, each with its own database role" };
Option<string?> instances = new("--instances") { Description = "How many processes: routing=2,casework=2,... with --split, allinone=2 without" };
StartOptions How(ParseResult parsed) => new(parsed.GetValue(port), Kafka: parsed.GetValue(kafka), Split: parsed.GetValue(split), Instances: Deployment.Parse(parsed.GetValue(instances), parsed.GetValue(split)));

Option<bool> exit = new("--exit") { Description = "Stop after printing the figures" };
Add(root, "demo", "A demonstration city of its own: the year 2013 through the doors, then live contacts", [exit, port, json, kafka, split, instances],
    parsed => YearCommands.DemoAsync(screen, How(parsed), parsed.GetValue(exit), parsed.GetValue(json), line.Ending));

Option<string?> postgres = new("--postgres") { Description = "Connection string of an existing PostgreSQL database (15 or newer)" };
Option<string?> redis = new("--redis") { Description = "host:port of an existing Redis; its password in the variable Redis__Password" };
Option<string?> tls = new("--tls") { Description = "Certificate (PFX; its password in the variable Gateway__TlsPassword): the public port then speaks https" };
Option<string> listen = new("--listen") { Description = "Address of the public port; 0.0.0.0 = reachable from outside", DefaultValueFactory = _ => "127.0.0.1" };
Option<string> clock = new("--clock") { Description = "real, or simulated: the clock stands where a loader put it", DefaultValueFactory = _ => "real" };
clock.AcceptOnlyFromAmong("real", "simulated");
Add(root, "up", "The hub, empty, on the real clock; stays in the foreground", [port, postgres, redis, tls, listen, clock, kafka, split, instances],
    parsed => CityCommands.UpAsync(screen, How(parsed) with { Postgres = parsed.GetValue(postgres), Redis = parsed.GetValue(redis), Tls = parsed.GetValue(tls), Listen = parsed.GetRequiredValue(listen), Simulated = parsed.GetValue(clock) == "simulated" }, line.Ending));

Add(root, "stop", "Stop what runs from this checkout", [which], parsed => CityCommands.StopAsync(screen, parsed.GetValue(which)));
Add(root, "status", "Processes, ports, versions, data, readiness and lag", [], _ => CityCommands.StatusAsync(screen, line.Ending));

Argument<string?> resetCity = new("city") { Arity = ArgumentArity.ZeroOrOne, Description = "demo or city" };
resetCity.AcceptOnlyFromAmong(City.Demo, City.Real);
Add(root, "reset", "Remove a city's data, after asking", [resetCity, yes], parsed => CityCommands.ResetAsync(screen, parsed.GetValue(resetCity), parsed.GetValue(yes)));

Option<int> year = new("--year") { Description = "The year", Required = true };
Add(root, "load", "Send a year through the doors of a running hub (--clock simulated)", [year, which, json],
    parsed => YearCommands.LoadAsync(screen, parsed.GetValue(year), parsed.GetValue(which), parsed.GetValue(json), line.Ending));

Argument<string> account = new("account") { Description = "The account's name" };
Add(root, "password", "A new password for an account (asks, or reads a line from its input)", [account, which],
    parsed => PasswordCommand.RunAsync(screen, parsed.GetRequiredValue(account), parsed.GetValue(which), line.Ending));

var parked = new Command("parked", "Messages that a service could not digest; later ones of the same key wait behind them");
Argument<string?> key = new("key") { Arity = ArgumentArity.ZeroOrOne, Description = "The key (inquiry id) to try again; without it all" };
Add(parked, "list", "Show them", [which], parsed => LogCommands.ListParkedAsync(screen, parsed.GetValue(which), line.Ending));
Add(parked, "replay", "Send them through the service again, in order", [key, which], parsed => LogCommands.ReplayAsync(screen, parsed.GetValue(key), parsed.GetValue(which), line.Ending));
root.Subcommands.Add(parked);

var consumers = new Command("consumers", "Who reads whose events, and how far behind");
Argument<string> service = new("service") { Description = "A service that is gone for good" };
Add(consumers, "list", "Show them", [which], parsed => LogCommands.ListConsumersAsync(screen, parsed.GetValue(which), line.Ending));
Add(consumers, "forget", "Stop keeping events for a service that is gone", [service, yes, which],
    parsed => LogCommands.ForgetAsync(screen, parsed.GetRequiredValue(service), parsed.GetValue(yes), parsed.GetValue(which), line.Ending));
Add(consumers, "skip", "Let a service go on without events that are not kept any more", [service, yes, which],
    parsed => LogCommands.SkipAsync(screen, parsed.GetRequiredValue(service), parsed.GetValue(yes), parsed.GetValue(which), line.Ending));
root.Subcommands.Add(consumers);

Add(root, "republish", "After a lost Kafka: publish again what a consumer may still need (harmless at any time)", [which],
    parsed => LogCommands.RepublishAsync(screen, parsed.GetValue(which), line.Ending));

Option<DateOnly?> first = new("--from") { Description = "The first day, yyyy-MM-dd" }, last = new("--to") { Description = "The last day" };
Add(root, "reconcile", "What the doors acknowledged against what the figures count, day by day; 1 when they differ", [first, last, which],
    parsed => ReconcileCommand.RunAsync(screen, parsed.GetValue(first), parsed.GetValue(last), parsed.GetValue(which), line.Ending));

Argument<string[]> projects = new("project") { Arity = ArgumentArity.ZeroOrMore, Description = "Only these test projects, e.g. Decisions.Tests; the count is then not compared" };
Option<string?> filter = new("--filter") { Description = "A filter of dotnet test" };
Add(root, "test", "Every test; installs what it needs", [projects, filter],
    parsed => TestCommand.RunAsync(screen, parsed.GetValue(projects) ?? [], parsed.GetValue(filter), line.Ending));

foreach (var (name, description) in new[] { ("bench", "What the hub must show, measured: pipeline, latency, recover, footprint, growth (./hub bench NAME --help)"), ("chaos", "Load and faults: nothing lost, doubled or reordered") })
    Add(root, name, description, [], parsed => BenchCommand.RunAsync(screen, name == "chaos" ? [name, .. parsed.UnmatchedTokens] : parsed.UnmatchedTokens, line.Ending)).TreatUnmatchedTokensAsErrors = false;

Add(root, "servers", "Start and stop PostgreSQL and Redis, and print their versions", [], _ => CityCommands.ServersAsync(screen, line.Ending)).Hidden = true;

return await line.RunAsync(root, args);
