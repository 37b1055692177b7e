using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Cli.Commands;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Bench.Growth;

/// <summary>A contact that the hub itself took, dispatched, had answered and delivered: what grown ones are copies of.</summary>
/// <param name="ContactKey">Door and hash of the door's key; its shard is the inquiry's.</param>
sealed record Original(string Inquiry, int Shard, string ContactKey, string ContactId);

/// <summary>Makes the originals. Each is answered, as most of many years are: what is open would be a worklist that no city has.</summary>
static class Originals
{
    public const int Count = 3_000;
    const string Finished = """
        select c.body->>'inquiryId', c.shard, c.key, c.body->>'contactId' from channels.contact c join sla.inquiry_clocks s on s.key = c.body->>'inquiryId'
        where s.next_due_at is null and exists (select from casework.task t where t.inquiry_id = s.key and not t.open) and length(s.key) = 16
        and exists (select from channels.delivery d where d.inquiry_id = s.key and d.state = 'Delivered') order by 1
        """;

    public static async Task<IReadOnlyList<Original>> MakeAsync(BenchCity city, WalkIns counters, NpgsqlConnection look, CancellationToken cancel)
    {
        await using (var chain = await Chain.FromHereAsync(city, cancel)) await ClosedLoop.RunAsync(counters, chain, 0, Count / WalkIns.BatchSize, Count, _ => { }, cancel);
        await AnswerAsync(city, cancel);
        IReadOnlyList<Original> made;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while ((made = await ReadAsync(look, cancel)).Count < Count) await timer.WaitForNextTickAsync(cancel);
        return made;
    }

    static async Task AnswerAsync(BenchCity city, CancellationToken cancel)
    {
        using var channel = GrpcChannel.ForAddress(city.Grpc);
        var casework = new Contracts.Casework.Casework.CaseworkClient(channel);
        var tokens = new Tokens(KeyRing.Open(city.City.KeyRing), TimeProvider.System);
        Metadata Officer(TaskRow task) => new() { { "authorization", $"Bearer {tokens.Mint(new("bench", [Roles.Officer], task.UnitCode, task.OfficerId)).Token}" } };
        while (await casework.ListTasksAsync(new() { State = "Assigned", Page = new() { Size = 200 } }, Owner.As(city.City, Roles.Supervisor), cancellationToken: cancel) is { Tasks.Count: > 0 } page)
            await Parallel.ForEachAsync(page.Tasks, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (task, stop) =>
                await casework.AnswerInquiryAsync(new() { CommandId = $"answer {task.TaskId}", InquiryId = task.InquiryId, TaskId = task.TaskId, PublicReply = "已办理，结果已当面告知来访人。", HandlingNote = "" }, Officer(task), cancellationToken: stop));
    }

    static async Task<IReadOnlyList<Original>> ReadAsync(NpgsqlConnection look, CancellationToken cancel)
    {
        var originals = new List<Original>();
        await using var reader = await new NpgsqlCommand(Finished, look).ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) originals.Add(new(reader.GetString(0), reader.GetInt16(1), reader.GetString(2), reader.GetString(3)));
        return originals;
    }
}
