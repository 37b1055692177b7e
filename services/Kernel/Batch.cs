using System.Diagnostics;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace InquiryHub.Kernel;

/// <summary>A message that waits in <c>log.parked</c> and is tried again.</summary>
internal sealed record ParkedMessage(long Id, Message Message);

internal readonly record struct Position(string Source, int Shard);

internal sealed record BatchResult(IReadOnlyDictionary<Position, Cursor> Cursors, IReadOnlyList<Position> Gaps, int Folded, int Duplicates, int Parked, int Emitted);

/// <summary>
/// One transaction of a service: lock, read, fold, write, commit. The loop and the writer both run through here; there is no
/// other way to publish. Two round trips, one before the fold and one after.
/// </summary>
internal sealed class Batch(HubService service, Shards shards, ReferenceCache reference)
{
    const string Lock = "select shard, next_seq from log.shard where service = $1 and shard = any($2) order by shard for update";

    public BatchResult Run(NpgsqlConnection connection, IReadOnlyList<Message> messages, IReadOnlyList<ParkedMessage> replays, IReadOnlyList<PendingCommand> commands, string? refused = null)
    {
        var wants = new Wants();
        foreach (var m in replays.Select(r => r.Message).Concat(messages)) TryWant(m, wants);
        foreach (var c in commands) c.Want(wants);
        var touched = replays.Select(r => r.Message.Shard).Concat(messages.Select(m => m.Shard))
            .Concat(commands.SelectMany(c => c.Keys).Select(shards.Of)).Distinct().Order().ToArray();

        var read = Read(connection, touched, wants, commands, hears: messages.Count + replays.Count > 0);
        var work = read.Work;
        if (TestSwitches.ExpectedFromMemory) foreach (var p in read.Cursors.Keys.ToList()) if (remembered.TryGetValue((service.Name, p), out var c)) read.Cursors[p] = c;
        var fold = new FoldRun(service, work, read.Cursors, read.Parked, read.Deferred, refused);
        foreach (var r in replays) fold.Replay(r);
        foreach (var m in messages) fold.Next(m);
        foreach (var c in commands) c.Run(work, read.Answers, shards);
        var counters = Write(connection, read, fold, commands);
        work.Committed(counters);
        if (TestSwitches.ExpectedFromMemory) foreach (var p in fold.Moved) remembered[(service.Name, p)] = fold.Cursors[p];
        return new(fold.Cursors, fold.Gaps, fold.Folded, fold.Duplicates, fold.ToPark.Count, work.Outbox.Count);
    }

    static readonly System.Collections.Concurrent.ConcurrentDictionary<(string, Position), Cursor> remembered = new();

    // What must never be done: the writes may have been committed, and are then done twice.
    static void SendAgain(NpgsqlBatch batch)
    {
        using var again = (NpgsqlConnection)((ICloneable)batch.Connection!).Clone();
        again.Open();
        batch.Connection = again;
        batch.BatchCommands.Insert(0, new NpgsqlBatchCommand("begin"));
        batch.ExecuteNonQuery();
    }

    // A message that can't be decoded names no rows; the fold meets the same error and parks it.
    void TryWant(Message message, Wants wants)
    {
        try { service.Fold.Want(message, wants); }
        catch (Exception e) when (e is not NpgsqlException) { _ = e; }
    }

    sealed record ReadResult(UnitOfWork Work, Dictionary<int, long> NextSeq, Dictionary<Position, Cursor> Cursors,
        Dictionary<string, SortedSet<long>> Parked, HashSet<string> Deferred, Dictionary<string, byte[]> Answers, long ReferenceVersion);

    /// <param name="hears">Whether there are messages: commands need neither cursors nor what is parked.</param>
    ReadResult Read(NpgsqlConnection connection, int[] touched, Wants wants, IReadOnlyList<PendingCommand> commands, bool hears)
    {
        var small = touched.Select(s => (short)s).ToArray();
        using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("begin"));
        batch.BatchCommands.Add(Command(Lock, service.Name, small));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select log.city_now(), clock_timestamp(), {(service.Reference is null ? "0::bigint" : $"(select version from {service.Name}.reference_version)")}"));
        if (hears) batch.BatchCommands.Add(Command("select source, shard, next_seq, recorded_at, position from log.cursor where service = $1 and shard = any($2)", service.Name, small));
        if (hears) batch.BatchCommands.Add(Command("select id, key, deferred from log.parked where service = $1 and shard = any($2)", service.Name, small));
        var ids = commands.Where(c => c.Id is not null).Select(c => c.Id!).ToArray();
        if (ids.Length > 0) batch.BatchCommands.Add(Command("select id, answer from log.command where service = $1 and id = any($2)", service.Name, ids));
        var tables = wants.Keys.ToList();
        foreach (var (table, keys) in tables) batch.BatchCommands.Add(table.Load(keys));
        var sums = wants.Sums.ToList();
        foreach (var (table, first) in sums) batch.BatchCommands.Add(table.Load(first));

        var watch = Stopwatch.GetTimestamp();
        using var reader = batch.ExecuteReader();
        var next = new Dictionary<int, long>();
        while (reader.Read()) next[reader.GetInt16(0)] = reader.GetInt64(1);
        Metrics.LockWait.Record(Stopwatch.GetElapsedTime(watch).TotalMilliseconds, new KeyValuePair<string, object?>("service", service.Name));
        reader.NextResult(); reader.Read();
        var (now, recorded, version) = (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2));
        Dictionary<Position, Cursor> cursors = [];
        if (hears) { reader.NextResult(); cursors = Cursor.Read(reader); reader.NextResult(); }
        var (parked, deferred) = (new Dictionary<string, SortedSet<long>>(), new HashSet<string>());
        while (hears && reader.Read())
        {
            if (!parked.TryGetValue(reader.GetString(1), out var queue)) parked[reader.GetString(1)] = queue = [];
            queue.Add(reader.GetInt64(0));
            if (reader.GetBoolean(2)) deferred.Add(reader.GetString(1));
        }
        var answers = new Dictionary<string, byte[]>();
        if (ids.Length > 0) { reader.NextResult(); while (reader.Read()) answers[reader.GetString(0)] = reader.GetFieldValue<byte[]>(1); }
        var loaded = new List<(ITable, string, object)>();
        foreach (var (table, _) in tables)
        {
            reader.NextResult();
            while (reader.Read()) loaded.Add((table, reader.GetString(0), table.Read(reader.GetFieldValue<byte[]>(1))));
        }
        var totals = new List<(CounterTable Table, string[] Dimensions, long Sum)>();
        foreach (var (table, _) in sums)
        {
            reader.NextResult();
            while (reader.Read()) totals.Add((table, [.. Enumerable.Range(0, table.Dimensions).Select(reader.GetString)], reader.GetInt64(table.Dimensions)));
        }
        reader.Close();

        // One more round trip, only when Directory's data changed since this process last looked.
        var snapshot = service.Reference is null ? null : reference.At(version, connection);
        var work = new UnitOfWork(shards, touched, now, recorded, snapshot);
        foreach (var (table, keys) in tables) work.Loaded(table, keys);
        foreach (var (table, key, row) in loaded) work.Loaded(table, key, row);
        foreach (var (table, dimensions, sum) in totals) work.Loaded(table, dimensions, sum);
        return new(work, next, cursors, parked, deferred, answers, version);
    }

    Dictionary<CounterTable, List<CounterValue>> Write(NpgsqlConnection connection, ReadResult read, FoldRun fold, IReadOnlyList<PendingCommand> commands)
    {
        var work = read.Work;
        using var batch = connection.CreateBatch();
        foreach (var (table, rows, allNew) in work.Changed()) batch.BatchCommands.Add(table.Save(rows, allNew));
        var told = new List<CounterTable>();
        foreach (var (table, deltas) in work.Deltas())
        {
            batch.BatchCommands.Add(table.Save(work.Home, deltas));
            if (table.Told) told.Add(table);
        }
        if (fold.ReferenceRows.Count > 0) foreach (var c in ReferenceCache.Save(service.Name, fold.ReferenceRows)) batch.BatchCommands.Add(c);
        if (work.Outbox.Count > 0) AddOutbox(batch, read, work);
        if (fold.Moved.Count > 0) AddCursors(batch, fold);
        if (fold.ToPark.Count > 0) batch.BatchCommands.Add(Park(fold.ToPark, read.ReferenceVersion));
        if (fold.Replayed.Count > 0) batch.BatchCommands.Add(Command("delete from log.parked where id = any($1)", fold.Replayed.Select(r => r.Id).ToArray()));
        if (fold.Freed.ToArray() is { Length: > 0 } freed) batch.BatchCommands.Add(Command("update log.parked set replay = true where service = $1 and key = any($2) and not replay", service.Name, freed));
        foreach (var (key, error, deferred) in fold.FailedReplays)
            batch.BatchCommands.Add(Command("update log.parked set replay = false, tries = tries + 1, error = $3, deferred = $4, reference_version = $5 where service = $1 and key = $2", service.Name, key, error, deferred, read.ReferenceVersion));
        if (commands.Any(c => c.Keep)) AddAnswers(batch, commands.Where(c => c.Keep).ToList(), work);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        // After the commit but in its pipeline: inside the transaction it would serialise all notifying writers.
        if (work.Outbox.Count > 0 && LogSignals.OthersListen(LogSignals.DatabaseOf(connection))) batch.BatchCommands.Add(new NpgsqlBatchCommand($"notify log_{service.Name}"));

        try { return Send(batch, work, told); }
        catch (Exception e) when (TestSwitches.ResendAfterLostCommit && Transient.Is(e)) { SendAgain(batch); throw; }
    }

    Dictionary<CounterTable, List<CounterValue>> Send(NpgsqlBatch batch, UnitOfWork work, List<CounterTable> told)
    {
        var values = new Dictionary<CounterTable, List<CounterValue>>();
        using var reader = batch.ExecuteReader();
        foreach (var table in told)
        {
            var list = values[table] = [];
            while (reader.Read())
                list.Add(new(work.Home, [.. Enumerable.Range(0, table.Dimensions).Select(reader.GetString)], reader.GetInt64(table.Dimensions)));
            reader.NextResult();
        }
        while (reader.NextResult()) { }
        if (work.Outbox.Count > 0 && LogSignals.DatabaseOf(batch.Connection!) is { } database) Tell(database, work);
        return values;
    }

    // Readers in this process get the events as they are, once they are committed.
    void Tell(string database, UnitOfWork work)
    {
        if (LogSignals.Heard(database, service.Name))
            LogSignals.Post(database, service.Name, [.. work.Outbox.Select(r => new Message(service.Name, r.Shard, r.Seq, r.Key, r.Type, r.Trace, r.Body, work.RecordedAt) { Decoded = r.Event })]);
    }

    void AddOutbox(NpgsqlBatch batch, ReadResult read, UnitOfWork work)
    {
        var rows = work.Outbox;
        var next = read.NextSeq;
        foreach (var r in rows) r.Seq = next[r.Shard]++;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "insert into log.outbox (service, shard, seq, key, type, trace, body, recorded_at) select $1, u.*, $8 from (select unnest($2::smallint[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]), unnest($7::bytea[])) u")
        {
            Parameters =
            {
                new() { Value = service.Name }, Arrays.Of(rows, r => (short)r.Shard), Arrays.Of(rows, r => r.Seq),
                Arrays.Of(rows, r => r.Key), Arrays.Of(rows, r => r.Type),
                Arrays.Of(rows, r => r.Trace), Arrays.Of(rows, r => r.Body),
                new() { Value = work.RecordedAt.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        });
        var moved = rows.Select(r => r.Shard).Distinct().ToList();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("update log.shard s set next_seq = u.n from unnest($2::smallint[], $3::bigint[]) u(shard, n) where s.service = $1 and s.shard = u.shard")
        {
            Parameters = { new() { Value = service.Name }, Arrays.Of(moved, s => (short)s), Arrays.Of(moved, s => next[s]) },
        });
    }

    void AddCursors(NpgsqlBatch batch, FoldRun fold)
    {
        var moved = fold.Moved.ToList();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "update log.cursor c set next_seq = u.n, recorded_at = u.r, position = u.p from unnest($2::text[], $3::smallint[], $4::bigint[], $5::timestamptz[], $6::text[]) u(source, shard, n, r, p) where c.service = $1 and c.source = u.source and c.shard = u.shard")
        {
            Parameters =
            {
                new() { Value = service.Name }, Arrays.Of(moved, m => m.Source), Arrays.Of(moved, m => (short)m.Shard),
                Arrays.Of(moved, m => fold.Cursors[m].Next), Arrays.Of(moved, m => fold.Cursors[m].RecordedAt),
                Arrays.Of(moved, m => fold.Cursors[m].Offset?.ToString()),
            },
        });
    }

    NpgsqlBatchCommand Park(List<(Message Message, string Error, bool Deferred)> rows, long referenceVersion) => new(
        "insert into log.parked (service, source, shard, seq, key, type, trace, body, recorded_at, error, deferred, reference_version) select $1, u.*, $12 from unnest($2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::timestamptz[], $10::text[], $11::boolean[]) u")
    {
        Parameters =
        {
            new() { Value = service.Name }, Arrays.Of(rows, r => r.Message.Source), Arrays.Of(rows, r => (short)r.Message.Shard),
            Arrays.Of(rows, r => r.Message.Seq), Arrays.Of(rows, r => r.Message.Key),
            Arrays.Of(rows, r => r.Message.Type), Arrays.Of(rows, r => r.Message.Trace), Arrays.Of(rows, r => r.Message.Body),
            Arrays.Of(rows, r => r.Message.RecordedAt), Arrays.Of(rows, r => r.Error), Arrays.Of(rows, r => r.Deferred), new() { Value = referenceVersion },
        },
    };

    void AddAnswers(NpgsqlBatch batch, List<PendingCommand> kept, UnitOfWork work) => batch.BatchCommands.Add(new NpgsqlBatchCommand(
        "insert into log.command (service, id, at, answer) select $1, u.id, $2, u.answer from unnest($3::text[], $4::bytea[]) u(id, answer)")
    {
        Parameters =
        {
            new() { Value = service.Name }, new() { Value = work.RecordedAt.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            Arrays.Of(kept, c => c.Id), Arrays.Of(kept, c => c.Bytes),
        },
    });

    internal static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var v in values) command.Parameters.Add(new NpgsqlParameter { Value = v });
        return command;
    }
}
