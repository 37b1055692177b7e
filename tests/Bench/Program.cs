using System.CommandLine;
using System.Runtime.InteropServices;
using InquiryHub.Bench;
using InquiryHub.Bench.Pipeline;
using InquiryHub.Cli;

using var ending = new CancellationTokenSource();
void End(PosixSignalContext context)
{
    context.Cancel = true;
    ending.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

var screen = new Screen();
var options = new BenchOptions();
var root = new RootCommand("What the hub must show, measured. Each command says what was promised and whether it was met.");

void Add(string name, string description, Func<ParseResult, Task<int>> run)
{
    var command = new Command(name, description);
    options.AddTo(command);
    command.SetAction((parsed, _) => run(parsed));
    root.Subcommands.Add(command);
}

Add("pipeline", "Inquiries a second through the whole chain, beside what the database and the log could do at most", parsed => PipelineBench.RunAsync(screen, options.Of(parsed), ending.Token));

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await parsed.InvokeAsync();
    return Exit.Usage;
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (HubStop stop)
{
    Console.Error.WriteLine(stop.Chinese);
    Console.Error.WriteLine(stop.English);
    return stop.Code;
}
catch (Exception) when (ending.IsCancellationRequested)
{
    return Exit.Interrupted;
}
