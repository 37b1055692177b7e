using System.Text;
using System.Threading.Channels;

namespace InquiryHub.Bench.Chaos;

/// <summary>One acknowledgement: the door, its own key of the contact, and the inquiry's number.</summary>
internal sealed record Ack(string Door, string Key, string InquiryId);

/// <summary>
/// What the doors acknowledged, on disk (fsync) before it counts: the truth that everything is compared with. Lines that come together
/// share one fsync, else the journal would be the slowest part of the run.
/// </summary>
internal sealed class AckJournal : IAsyncDisposable
{
    private readonly Channel<(Ack Ack, TaskCompletionSource Written)> queue = Channel.CreateUnbounded<(Ack, TaskCompletionSource)>(new() { SingleReader = true });
    private readonly string path;
    private readonly Task writing;
    private long count;

    public AckJournal(string path)
    {
        this.path = path;
        writing = Task.Run(WriteAsync);
    }

    public long Count => Interlocked.Read(ref count);

    /// <summary>Returns when the line is on disk.</summary>
    public Task KeepAsync(Ack ack)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Writer.TryWrite((ack, written));
        return written.Task;
    }

    private async Task WriteAsync()
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        var waiting = new List<TaskCompletionSource>();
        while (await queue.Reader.WaitToReadAsync())
        {
            waiting.Clear();
            while (queue.Reader.TryRead(out var next))
            {
                file.Write(Encoding.UTF8.GetBytes($"{next.Ack.Door} {next.Ack.Key} {next.Ack.InquiryId}\n"));
                waiting.Add(next.Written);
            }
            file.Flush(flushToDisk: true);
            Interlocked.Add(ref count, waiting.Count);
            foreach (var written in waiting) written.SetResult();
        }
    }

    /// <summary>All lines, read back from the disk.</summary>
    public async Task<IReadOnlyList<Ack>> CloseAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        return [.. File.ReadLines(path).Select(l => l.Split(' ')).Select(l => new Ack(l[0], l[1], l[2]))];
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
    }
}
