using InquiryHub.Cli;
using InquiryHub.Cli.Servers;
using Npgsql;

namespace InquiryHub.Bench.Chaos;

/// <summary>
/// The outbox's newest month on a disk of its own that can be filled: a tmpfs, which root may mount. Elsewhere a trigger refuses its rows
/// with the same SQLSTATE 53100, which is all that the hub ever sees of a full disk; <see cref="Kind"/> says which it was.
/// </summary>
internal sealed class SmallDisk(string folder, NpgsqlDataSource admin, Unprivileged user)
{
    private const int Megabytes = 4096;
    private const int Slack = 64 * 1024;
    private bool mounted;

    public string Kind => mounted ? "a tmpfs without room" : "a trigger that says 53100, as nothing may be mounted here";

    /// <summary>Undoes what a killed run has left.</summary>
    public static async Task ClearAsync(string folder)
    {
        if (File.ReadLines("/proc/mounts").Any(l => l.Split(' ') is [_, var at, ..] && at == folder)) await Tool.RunAsync("umount", ["-l", folder], CancellationToken.None);
    }

    public async Task MountAsync(CancellationToken cancel)
    {
        System.IO.Directory.CreateDirectory(folder);
        mounted = Tool.IsRoot && (await Tool.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={Megabytes}m,mode=0755", "tmpfs", folder], cancel)).Code == 0;
        var space = Path.Combine(folder, "space");
        await user.MakeFolderAsync(space, cancel);
        if (mounted) await SqlAsync($"create tablespace outbox owner hub location '{space}'");
    }

    /// <summary>Moves this month's and next month's partition there, when the hub has made them.</summary>
    public async Task TakeOutboxAsync()
    {
        if (!mounted)
        {
            await SqlAsync("create function public.disk_full() returns trigger language plpgsql as $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$");
            return;
        }
        await using var command = admin.CreateCommand("select log.add_outbox_month(now()::date), array(select i.inhrelid::regclass::text || coalesce(' ' || x.indexrelid::regclass::text, '') from pg_inherits i left join pg_index x on x.indrelid = i.inhrelid where inhparent = 'log.outbox'::regclass and inhrelid::regclass::text >= 'log.outbox_' || to_char(now(), 'YYYYMM') order by 1 limit 2)");
        string[] months;
        await using (var reader = await command.ExecuteReaderAsync()) { await reader.ReadAsync(); months = reader.GetFieldValue<string[]>(1); }
        foreach (var month in months.Select(m => m.Split(' ')))
        {
            await SqlAsync($"alter table {month[0]} set tablespace outbox");
            await SqlAsync($"alter index {month[1]} set tablespace outbox");
        }
    }

    public async Task FillAsync()
    {
        if (!mounted)
        {
            await SqlAsync("create trigger disk_full before insert on log.outbox for each row execute function public.disk_full()");
            return;
        }
        // It shrinks to what is in it. The hub writes on meanwhile, so that the size may be too small already: then a little more.
        for (var tries = 0; tries < 100; tries++)
        {
            var drive = new DriveInfo(folder);
            if ((await Tool.RunAsync("mount", ["-o", $"remount,size={drive.TotalSize - drive.AvailableFreeSpace + tries * Slack}", folder], CancellationToken.None)).Code == 0) return;
        }
        throw new InvalidOperationException($"{folder} could not be filled.");
    }

    public async Task FreeAsync()
    {
        if (mounted) await Tool.RunAsync("mount", ["-o", $"remount,size={Megabytes}m", folder], CancellationToken.None); else await SqlAsync("drop trigger disk_full on log.outbox");
    }

    private async Task SqlAsync(string sql)
    {
        await using var command = admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
