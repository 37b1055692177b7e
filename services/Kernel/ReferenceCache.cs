using Google.Protobuf;
using InquiryHub.Contracts.Directory;
using Npgsql;

namespace InquiryHub.Kernel;

/// <summary>
/// Directory's data as one service keeps it: rows in <c>{service}.reference</c> with a version, written by the member that
/// holds the shard, read again by any batch that finds a newer version.
/// </summary>
internal sealed class ReferenceCache(HubService service)
{
    long version = -1;
    object? snapshot;
    readonly Lock gate = new();

    public static string Schema(string name) => $"""
        create table if not exists {name}.reference (type text not null, id text not null, body bytea not null, primary key (type, id));
        create table if not exists {name}.reference_version (only_row boolean primary key default true check (only_row), version bigint not null);
        insert into {name}.reference_version (version) values (0) on conflict do nothing;
        """;

    public object At(long wanted, NpgsqlConnection connection)
    {
        lock (gate)
        {
            if (snapshot is not null && version == wanted) return snapshot;
            using var command = new NpgsqlCommand($"select type, body from {service.Name}.reference order by type, id", connection);
            using var reader = command.ExecuteReader();
            var rows = new List<IMessage>();
            while (reader.Read())
                if (EventTypes.Decode(reader.GetString(0), reader.GetFieldValue<byte[]>(1)) is { } row) rows.Add(row);
            snapshot = service.Reference!(rows);
            version = wanted;
            return snapshot;
        }
    }

    public static IEnumerable<NpgsqlBatchCommand> Save(string service, List<IMessage> published)
    {
        // The last of each id in this batch: one statement may not touch a row twice.
        var rows = published.Select(p => (Type: p.Descriptor.FullName, Id: IdOf(p), Body: p.ToByteArray())).Where(r => r.Id is not null)
            .GroupBy(r => (r.Type, r.Id)).Select(g => g.Last()).ToList();
        if (rows.Count == 0) yield break;
        yield return new NpgsqlBatchCommand(
            $"insert into {service}.reference (type, id, body) select * from unnest($1::text[], $2::text[], $3::bytea[]) on conflict (type, id) do update set body = excluded.body")
        {
            Parameters = { Arrays.Of(rows, r => r.Type), Arrays.Of(rows, r => r.Id), Arrays.Of(rows, r => r.Body) },
        };
        yield return new NpgsqlBatchCommand($"update {service}.reference_version set version = version + 1");
    }

    static string? IdOf(IMessage published) => published switch
    {
        UnitPublished u => u.UnitCode,
        OfficerPublished o => o.OfficerId,
        CatalogueEntryPublished c => c.EntryCode,
        AreaPublished a => a.AreaCode,
        CounterPublished c => c.CounterId,
        ChannelPublished c => c.Channel,
        CalendarPublished c => c.Year.ToString(System.Globalization.CultureInfo.InvariantCulture),
        LimitPublished l => $"{l.Kind}/{l.Clock}/{l.EffectiveFrom}",
        _ => null,
    };
}
