using Grpc.Core;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>Who may get a task.</summary>
/// <param name="Open">The officer's open tasks; null when they can't be read now.</param>
public sealed record Colleague(string OfficerId, string Name, long? Open);

/// <summary>What became of one of several tasks; <paramref name="Refusal"/> null: it is handed over.</summary>
internal sealed record HandedOver(string TaskId, string? Refusal);

/// <summary>转交: to whom a unit's tasks may go, and how one or several are handed over.</summary>
internal static class HandOver
{
    public const int Most = 100;

    /// <summary>The unit's active officers, without the one who has it: the reader first, then who has least to do.</summary>
    public static IReadOnlyList<Colleague> Colleagues(NameList names, string unit, UnitLoad? load, string reader, string has = "")
    {
        var open = load?.Officers.ToDictionary(o => o.OfficerId, o => o.OpenTasks);
        return [.. names.ActiveOf(unit).Where(o => o.OfficerId != has).Select(o => new Colleague(o.OfficerId, o.Name, open is null ? null : open.GetValueOrDefault(o.OfficerId)))
            .OrderBy(c => c.OfficerId != reader).ThenBy(c => c.Open).ThenBy(c => c.OfficerId, StringComparer.Ordinal)];
    }

    /// <summary>One task answers as every act; several say how each went, and what could not be handed over holds up none of the others.</summary>
    public static async Task<ActReply> ActAsync(ActCall call, NameList names)
    {
        var (inquiries, tasks, officer) = (call.All("inquiryId"), call.All("taskId"), call["officerId"]);
        if (tasks.Count is 0 or > Most || inquiries.Count != tasks.Count) return new(call.T["officer.handover.most", Most]);
        if (tasks.Count == 1)
        {
            await SendAsync(call, inquiries[0], tasks[0], officer);
            return new(Say: call.User.FindFirst("officer")?.Value == officer ? call.T["officer.handover.taken", inquiries[0]] : call.T["officer.handover.done", inquiries[0], names.Officer(officer)], Again: true);
        }
        var results = await Task.WhenAll(tasks.Zip(inquiries).DistinctBy(t => t.First).Select(t => TryAsync(call, t.Second, t.First, officer)));
        var done = results.Count(r => r.Refusal is null);
        return new(Say: done == results.Length ? call.T["officer.handover.some", done, names.Officer(officer)] : call.T["officer.handover.notall", done, names.Officer(officer), results.Length - done], Done: done, Results: results);
    }

    static async Task<HandedOver> TryAsync(ActCall call, string inquiry, string task, string officer)
    {
        try { await SendAsync(call, inquiry, task, officer); return new(task, null); }
        catch (RpcException e) when (e.StatusCode != StatusCode.Unauthenticated) { return new(task, call.T.Of(HubClient.RefusalOf(e))); }
    }

    // The officer is part of the command: the same form with somebody else chosen is another one.
    static async Task SendAsync(ActCall call, string inquiry, string task, string officer) =>
        await call.Hub.Assignment.HandOverTaskAsync(new() { CommandId = call["commandId"] is { Length: > 0 } id ? $"{id} {task} {officer}" : "", InquiryId = inquiry, TaskId = task, OfficerId = officer }, call.As);
}
