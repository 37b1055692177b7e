using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench.Pipeline;

/// <summary>What must have grown by exactly the contacts sent, and what must be nothing.</summary>
static class Counted
{
    static readonly (string Name, string Query)[] EachOne =
    [
        ("contacts", "select count(*) from channels.contact"),
        ("dispatched by routing", "select count(*) from routing.inquiry where held_since is null"),
        ("assigned", "select count(*) from assignment.inquiry where not waiting"),
        ("load of officers", "select coalesce(sum(value), 0)::bigint from assignment.officer_load"),
        ("case files", "select count(*) from casework.case_file where received_at is not null"),
        ("open tasks of an officer", "select count(*) from casework.task where open and officer_id <> '' and due_at < 'infinity'"),
        ("clocks", "select count(*) from sla.inquiry_clocks where next_due_at is not null"),
        ("facts", "select count(*) from statistics.fact where contacts = 1"),
        ("figures", "select coalesce(sum(value), 0)::bigint from statistics.daily"),
        ("numbers given", "select count(distinct key) from log.outbox where type = 'hub.channels.v1.InquiryRegistered'"),
        ("OfficerAssigned", "select count(*) from log.outbox where type = 'hub.assignment.v1.OfficerAssigned'"),
    ];
    static readonly (string Name, string Query)[] Nothing =
    [
        ("parked", "select count(*) from log.parked"),
        // The relay moves its cursor after the consumers may have read already.
        ("lag", "select coalesce(sum(s.next_seq - c.next_seq), 0)::bigint from log.cursor c join log.shard s on s.service = c.source and s.shard = c.shard where c.service <> 'relay'"),
        ("seqs missing", "select coalesce(sum(n - rows), 0)::bigint from (select service, shard, max(seq) n, count(*) rows from log.outbox group by 1, 2) o"),
    ];

    public static async Task<Dictionary<string, long>> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var counts = new Dictionary<string, long>();
        foreach (var (name, query) in EachOne.Concat(Nothing)) counts[name] = (long)(await new NpgsqlCommand(query, connection).ExecuteScalarAsync(cancel))!;
        return counts;
    }

    /// <exception cref="HubStop">The counts since <paramref name="before"/> are not what they must be.</exception>
    public static async Task CheckAsync(Dictionary<string, long> before, NpgsqlConnection connection, long contacts, CancellationToken cancel)
    {
        var wrong = Wrong(before, await ReadAsync(connection, cancel), contacts);
        if (wrong.Count > 0) throw new HubStop(Exit.Failed, $"数目不符：{string.Join("；", wrong)}", $"The counts are wrong: {string.Join("; ", wrong)}");
    }

    /// <summary>Where the counts since <paramref name="before"/> are not what they must be; empty when all is right.</summary>
    public static IReadOnlyList<string> Wrong(Dictionary<string, long> before, Dictionary<string, long> after, long contacts) =>
    [
        .. EachOne.Where(c => after[c.Name] - before[c.Name] != contacts).Select(c => $"{c.Name}: {after[c.Name] - before[c.Name]:N0} instead of {contacts:N0}"),
        .. Nothing.Where(c => after[c.Name] != 0).Select(c => $"{c.Name}: {after[c.Name]:N0} instead of 0"),
    ];
}
