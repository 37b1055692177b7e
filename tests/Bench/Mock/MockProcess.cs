using System.Diagnostics;
using InquiryHub.Cli;

namespace InquiryHub.Bench.Mock;

/// <summary>The mock cluster as another process, seen from the one that commands it.</summary>
internal sealed class MockProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly SemaphoreSlim one = new(1);

    private MockProcess(Process process, string bootstrapServers) => (this.process, BootstrapServers) = (process, bootstrapServers);

    public string BootstrapServers { get; }
    public int Pid => process.Id;

    /// <param name="database">Connection string: what all its consumers have folded is deleted.</param>
    public static async Task<MockProcess> StartAsync(int brokers, IEnumerable<string> topics, int partitions, string database)
    {
        string[] arguments = [typeof(MockProcess).Assembly.Location, "mock", "--brokers", $"{brokers}", "--topics", string.Join(',', topics.Select(t => $"{t}:{partitions}")), "--database", database];
        var process = Tool.Start(Programs.Dotnet, arguments, null, null, null);
        _ = process.StandardError.ReadToEndAsync();
        return new(process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The mock cluster did not start."));
    }

    /// <summary>Does one command of <see cref="MockHost"/>.</summary>
    public async Task DoAsync(string command)
    {
        await one.WaitAsync();
        try
        {
            await process.StandardInput.WriteLineAsync(command);
            await process.StandardInput.FlushAsync();
            if (await process.StandardOutput.ReadLineAsync() is not "ok" and var answer) throw new InvalidOperationException($"mock `{command}`: {answer}");
        }
        finally { one.Release(); }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        one.Dispose();
    }
}
