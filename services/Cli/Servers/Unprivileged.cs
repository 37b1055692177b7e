using System.Diagnostics;

namespace InquiryHub.Cli.Servers;

/// <summary>
/// Who runs PostgreSQL and Redis. PostgreSQL refuses to run as root, so root hands both to a system user, whose data then
/// cannot lie under /root; an ordinary user runs them itself.
/// </summary>
internal sealed class Unprivileged
{
    private readonly string? user;

    public Unprivileged()
    {
        if (!Tool.IsRoot) return;
        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        user = new[] { "postgres", "redis", "nobody" }.First(known.Contains);
    }

    public string[] Wrap(string file, params IEnumerable<string> arguments) =>
        user is null ? [file, .. arguments] : ["setpriv", $"--reuid={user}", $"--regid={Group}", "--clear-groups", file, .. arguments];

    public async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(string folder, CancellationToken cancel, string file, params IEnumerable<string> arguments)
    {
        var command = Wrap(file, arguments);
        return await Tool.RunAsync(command[0], command[1..], cancel, environment: Environment(folder), folder: folder);
    }

    /// <summary>Starts a server in a session of its own, so that Ctrl-C at the terminal reaches us and not it.</summary>
    public Process StartDetached(string folder, string log, string file, params IEnumerable<string> arguments) =>
        Tool.Start("setsid", Wrap(file, arguments), Environment(folder), folder, log);

    /// <summary>Makes a folder that only the servers' user may enter.</summary>
    public async Task MakeFolderAsync(string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (user is not null) await Tool.RunAsync("chown", ["-R", $"{user}:{Group}", folder], cancel);
    }

    private string Group => user == "nobody" ? "nogroup" : user!;

    private static (string, string?)[] Environment(string folder) => [("HOME", folder), ("LC_ALL", "C.UTF-8"), ("PGDATA", null), ("PGPORT", null), ("PGHOST", null)];
}
