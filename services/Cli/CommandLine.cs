using System.CommandLine;
using System.Runtime.InteropServices;
using Grpc.Core;

namespace InquiryHub.Cli;

/// <summary>How a program of ours runs its commands: refusals end as their two sentences and code; Ctrl-C, `./hub stop` and a closed terminal all end the same way, so that what was started is stopped in order.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly PosixSignalRegistration[] signals;

    public CommandLine() => signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context => { context.Cancel = true; ending.Cancel(); }))];

    /// <summary>Cancelled when the command shall end.</summary>
    public CancellationToken Ending => ending.Token;

    public async Task<int> RunAsync(RootCommand root, string[] args)
    {
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
        catch (RpcException refused) when (!Ending.IsCancellationRequested)
        {
            Console.Error.WriteLine(refused.Status.Detail);
            return Exit.Failed;
        }
        catch (Exception) when (Ending.IsCancellationRequested)
        {
            return Exit.Interrupted;
        }
    }

    public void Dispose()
    {
        foreach (var signal in signals) signal.Dispose();
        ending.Dispose();
    }
}
