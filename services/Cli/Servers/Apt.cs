namespace InquiryHub.Cli.Servers;

/// <summary>Installs what is missing with apt, as root or through `sudo -n`; else says the line to type.</summary>
internal static class Apt
{
    public static async Task InstallAsync(Screen screen, IReadOnlyList<string> packages, CancellationToken cancel)
    {
        if (packages.Count == 0) return;
        // The same script that we would run: it starts no system daemon and makes no main cluster.
        var line = $"sudo bash {Path.Combine(City.Checkout, "services/Cli/Servers/install.sh")} {string.Join(' ', packages)}";
        string[] become = Tool.IsRoot ? [] : ["sudo", "-n"];
        if (Find("apt-get") is null)
            throw new HubStop(Exit.NeedsPackages,
                $"本机没有 apt，请先安装 PostgreSQL 15 以上与 Redis，或用 --postgres、--redis 指向现有服务器。缺少：{string.Join(' ', packages)}",
                $"This machine has no apt. Install {string.Join(", ", packages)} your system's way, or point --postgres and --redis at servers you have.");
        if (!Tool.IsRoot && !await MaySudoAsync(cancel))
            throw new HubStop(Exit.NeedsPackages,
                $"缺少软件包，且当前用户不能使用 sudo。请管理员执行：\n  {line}",
                $"Packages are missing and this user may not use sudo without a password. Ask an administrator to type this line, then run ./hub again:\n  {line}");
        await screen.StepAsync($"Installing {string.Join(", ", packages)}", async step =>
        {
            using var script = new StreamReader(typeof(Apt).Assembly.GetManifestResourceStream("install.sh")!);
            string[] command = [.. become, "env", .. Proxies(), "bash", "-c", await script.ReadToEndAsync(cancel), "install", .. packages];
            var (code, lines) = await Tool.RunAsync(command[0], command[1..], cancel, text => step.Say(Short(text)));
            if (code != 0)
                throw new HubStop(Exit.InstallFailed,
                    $"软件包安装失败（apt 返回 {code}）：\n{Tail(lines)}",
                    $"apt could not install the packages (it ended with {code}); its last words are above. Check the network and the package sources, or type it yourself: {line}");
        });
    }

    public static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/local/bin:/usr/bin:/usr/sbin:/sbin").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);

    private static async Task<bool> MaySudoAsync(CancellationToken cancel) =>
        Find("sudo") is not null && (await Tool.RunAsync("sudo", ["-n", "true"], cancel)).Code == 0;

    // sudo empties the environment; without the proxy apt would hang on a closed network.
    private static IEnumerable<string> Proxies() =>
        from name in new[] { "http_proxy", "https_proxy", "no_proxy" }
        let value = Environment.GetEnvironmentVariable(name)
        where value is not null
        select $"{name}={value}";

    private static string Short(string text) => text.Length > 70 ? text[..70] : text;
    private static string Tail(IReadOnlyList<string> lines) => string.Join('\n', lines.TakeLast(12));
}
