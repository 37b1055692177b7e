using InquiryHub.Cli;
using Npgsql;

namespace InquiryHub.Bench.Pipeline;

/// <summary>
/// What the tables' own rows cost PostgreSQL alone, copied inside it, one statement a table: no client, no protocol, no reading, no update,
/// the indexes still small. A pipeline that writes them costs at least that; L counts no indexes.
/// </summary>
/// <param name="Bare">Processor microseconds a row, without indexes.</param>
/// <param name="Indexed">The same with the table's own.</param>
sealed record RowsAlone(string Table, double Bare, double Indexed)
{
    const int Most = 60_000, Rounds = 2;

    public static async Task<IReadOnlyList<RowsAlone>> ReadAsync(BenchCity city, IEnumerable<string> tables, CancellationToken cancel)
    {
        await using var connection = await city.OpenAsync(cancel, "-c synchronous_commit=on -c jit=off");
        await RunAsync("create schema if not exists bench");
        var costs = new List<RowsAlone>();
        foreach (var table in tables)
        {
            var leaf = (string)(await new NpgsqlCommand($"select coalesce((select inhrelid::regclass::text from pg_inherits where inhparent = '{table}'::regclass order by pg_relation_size(inhrelid) desc limit 1), '{table}')", connection).ExecuteScalarAsync(cancel))!;
            await RunAsync($"""
                create unlogged table bench.rows as select * from {leaf} limit {Most};
                create table bench.bare (like {leaf} including storage);
                create table bench.indexed (like {leaf} including storage including indexes)
                """);
            var rows = (long)(await new NpgsqlCommand("select count(*) from bench.rows", connection).ExecuteScalarAsync(cancel))!;
            // The first time a file grows; the cheapest counts.
            var (bare, indexed) = (double.MaxValue, double.MaxValue);
            for (var n = 0; n < Rounds; n++)
                (bare, indexed) = (Math.Min(bare, await CopyAsync("bench.bare")), Math.Min(indexed, await CopyAsync("bench.indexed")));
            costs.Add(new(table, bare / rows, indexed / rows));
            await RunAsync("drop table bench.rows, bench.bare, bench.indexed");
        }
        await RunAsync("drop schema bench cascade");
        return costs;

        Task RunAsync(string sql) => new NpgsqlCommand(sql, connection).ExecuteNonQueryAsync(cancel);

        async Task<double> CopyAsync(string to)
        {
            await RunAsync($"truncate {to}");
            var before = Cpu.Seconds(connection.ProcessID);
            await RunAsync($"insert into {to} select * from bench.rows");
            return (Cpu.Seconds(connection.ProcessID) - before) * 1e6;
        }
    }
}
