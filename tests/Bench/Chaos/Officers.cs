using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Bench.Chaos;

/// <summary>All officers: they list what is open through the gateway and answer it, one command id a task however often it is sent.</summary>
internal sealed class Officers : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(30);
    private readonly GrpcChannel channel;
    private readonly Contracts.Casework.Casework.CaseworkClient casework;
    private readonly Tokens tokens;

    public Officers(ChaosCity city)
    {
        channel = GrpcChannel.ForAddress(city.Gateway.Grpc);
        casework = new(channel);
        tokens = new(Kernel.KeyRing.Open(city.KeyRing), TimeProvider.System);
    }

    public GrpcChannel Channel => channel;
    public Metadata As(string role, string unit = "", string officer = "") => new() { { "authorization", $"Bearer {tokens.Mint(new("chaos-" + role + officer, [role], unit, officer)).Token}" } };

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var page = await casework.ListTasksAsync(new() { State = "Assigned", Page = new() { Size = 200 } }, As(Roles.Supervisor), DateTime.UtcNow + Patience, CancellationToken.None);
                if (page.Tasks.Count < 20) await Task.Delay(Pause, CancellationToken.None);
                await Parallel.ForEachAsync(page.Tasks, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (task, _) => await AnswerAsync(task));
            }
            catch (RpcException) { await Task.Delay(Pause, CancellationToken.None); }
        }
    }

    // What fails is seen again in the next list, and sent under the same id.
    private async Task AnswerAsync(TaskRow task)
    {
        try
        {
            await casework.AnswerInquiryAsync(new() { CommandId = $"answer {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, PublicReply = "已办理", HandlingNote = "" },
                As(Roles.Officer, task.UnitCode, task.OfficerId), DateTime.UtcNow + Patience, CancellationToken.None);
        }
        catch (RpcException) { }
    }

    public void Dispose() => channel.Dispose();
}
