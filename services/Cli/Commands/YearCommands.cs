using System.Text.Json;
using Grpc.Net.Client;
using InquiryHub.Cli.Year;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Cli.Commands;

/// <summary>`demo` and `load`: a year through the doors, then the figures that it must come to.</summary>
internal static class YearCommands
{
    private const int ReferenceYear = 2013;
    /// <summary>The total that the city's annual report for 2013 claims; its five parts come to 116,222.</summary>
    private const long ClaimedTotal = 126_307;
    private const double DemoGoalSeconds = 360, LoadGoalSeconds = 90;

    public static async Task<int> DemoAsync(Screen screen, StartOptions options, bool exit, string? json, CancellationToken cancel)
    {
        var city = new City(City.Demo);
        await using var running = new RunningCity(city, screen, options with { Simulated = true });
        await running.StartAsync(cancel);
        var secrets = await city.SecretsAsync();
        await using var qq = new QqStandIn(city.State.Ports["qq"], secrets["qq"]);
        await qq.StartAsync();

        var result = await LoadAsync(screen, city, ReferenceYear, qq, running.WatchAsync, cancel);
        await PrintFiguresAsync(screen, city, ReferenceYear, cancel);
        screen.Table("Steps", ["step", "seconds"], [.. screen.Steps.Select(step => new[] { step.Name, $"{step.Took.TotalSeconds:0.0}" }), ["total", $"{screen.Elapsed.TotalSeconds:0.0}"]], 1);
        await Measures.WriteAsync(json, [
            .. screen.Steps.Select(step => Measure.One(step.Name, step.Took.TotalSeconds, "s")),
            Measure.One("contacts per second", Rate(result), "contacts/s"),
            Measure.One("total", screen.Elapsed.TotalSeconds, "s", atMost: DemoGoalSeconds)]);
        if (exit) return ExitOf(result);

        await CityCommands.PrintAsync(screen, city, cancel);
        await PrintAccountsAsync(screen, city);
        screen.Line($"""
            Look at
              {city.State.Address}            the dashboard: click any number to see the contacts that add up to it
              {city.State.Address}/ready      readiness and lag
              http://127.0.0.1:{city.PortOf(Deployment.Of(options.Split, null)[0].Name)}/metrics    figures for Prometheus; /about beside it
              {city.Pickup}   the slips and mails that went out
            Live contacts follow; Ctrl-C ends it.  现场来件如下，按 Ctrl-C 停止。
            """);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var trickle = YearLoad.TrickleAsync(Addresses(city, qq), screen.Line, both.Token);
        await running.WatchAsync(cancel);
        await both.CancelAsync();
        await trickle.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return 0;
    }

    public static async Task<int> LoadAsync(Screen screen, int year, string? name, string? json, CancellationToken cancel)
    {
        var city = CityCommands.Running(name);
        if (!city.State.Simulated)
            throw new HubStop(Exit.Usage,
                "该实例使用真实时钟，不能导入往年数据。请以 ./hub up --clock simulated 启动一个空库。",
                "This city runs on the real clock, and a past year moves the clock. Start an empty one with ./hub up --clock simulated, then load.");
        if (year != ReferenceYear)
            throw new HubStop(Exit.Usage, $"只提供 {ReferenceYear} 年。", $"Only {ReferenceYear} is shipped: the published figures of that year are what it is checked against.");
        // The demonstration has its own stand-in for QQ's platform; any other city gets it for the time of the load.
        await using var qq = new QqStandIn(city.Name == City.Demo ? 0 : city.State.Ports["qq"], (await city.SecretsAsync())["qq"]);
        await qq.StartAsync();
        var result = await LoadAsync(screen, city, year, qq, _ => Task.Delay(Timeout.Infinite, cancel), cancel);
        await PrintFiguresAsync(screen, city, year, cancel);
        await Measures.WriteAsync(json, [
            Measure.One("load", result.Elapsed.TotalSeconds, "s", atMost: LoadGoalSeconds),
            Measure.One("contacts per second", Rate(result), "contacts/s"),
            Measure.One("requests per second", result.Requests / Math.Max(result.Elapsed.TotalSeconds, 0.001), "requests/s")]);
        return ExitOf(result);
    }

    /// <summary>Figures that don't agree are a failure of the hub, however fast they came.</summary>
    private static int ExitOf(YearResult result) => result.Mismatches.Count == 0 ? 0 : Exit.Failed;

    private static double Rate(YearResult result) => result.Contacts / Math.Max(result.Elapsed.TotalSeconds, 0.001);

    private static async Task<YearResult> LoadAsync(Screen screen, City city, int year, QqStandIn qq, Func<CancellationToken, Task> watch, CancellationToken cancel)
    {
        var before = Cpu.Seconds(Counted(city));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var result = await screen.ProgressAsync($"The year {year} through the doors", "contacts", async report =>
        {
            var load = YearLoad.RunAsync(Addresses(city, qq), year, at => report(at.Done, at.Total, at.Doing), ended.Token);
            // A program that dies would leave the loader retrying: its last words are the better answer.
            if (await Task.WhenAny(load, watch(ended.Token)) is var first && first != load)
            {
                await ended.CancelAsync();
                await first;
            }
            return await load;
        });
        await ended.CancelAsync();
        var after = Cpu.Seconds(Counted(city));
        var used = after.ToDictionary(part => part.Key, part => part.Value - before.GetValueOrDefault(part.Key));
        var seconds = Math.Max(result.Elapsed.TotalSeconds, 0.001);
        screen.Table($"{year}", ["", ""], [
            ["contacts", $"{result.Contacts:N0} ({result.Added:N0} new in this run)"],
            ["time", $"{result.Elapsed.TotalSeconds:0.0} s, {Rate(result):N0} contacts/s, {result.Requests / seconds:N0} requests/s"],
            .. result.Lines.Select(line => new[] { line.Label, line.Value }),
            .. used.Where(part => part.Value > 0).Select(part => new[] { $"CPU {part.Key}", $"{part.Value:0.0} s, {100 * part.Value / used.Values.Sum():0} %" })]);
        return result;

        IEnumerable<OwnProcess> Counted(City of) =>
            of.State.Processes.Where(process => process.Name != "hub").Append(OwnProcess.Of("loader (this command)", Environment.ProcessId));
    }

    private static CityAddresses Addresses(City city, QqStandIn qq) => new(
        new Uri(city.State.Address!), new Uri(city.State.GatewayGrpc!), city.AccountsFile, city.SecretsFile,
        city.State.ConnectionString!, city.Pickup, QqStandIn.AppId) { QqReply = qq.ReplyTo };

    private static async Task PrintFiguresAsync(Screen screen, City city, int year, CancellationToken cancel)
    {
        using var channel = GrpcChannel.ForAddress(city.State.GatewayGrpc!);
        var report = await new Statistics.StatisticsClient(channel).GetReportAsync(new ReportRequest { Year = year, ClaimedTotal = ClaimedTotal }, Owner.As(city, Roles.Supervisor), cancellationToken: cancel);
        string Share(long value) => report.Total == 0 ? "" : $"{100.0 * value / report.Total:0.0} %";
        screen.Table($"{year} · contacts by channel 按渠道（次）", ["渠道", "channel", "contacts 次", "share"], [
            .. report.Parts.Select(part => new[] { part.NameZh, part.NameEn, $"{part.Value:N0}", Share(part.Value) }),
            ["合计", "total of the parts", $"{report.Total:N0}", Share(report.Total)],
            ["报告所称", "claimed by the report", $"{report.ClaimedTotal:N0}", ""],
            ["未说明", "unexplained", $"{report.Unexplained:N0}", ""]], 2, 3);
        screen.Table(null, ["直接答复 direct", "登记未立件 tallied", "派发 dispatched", "按时 in time", "逾期 late", "办理中 open"],
            [[$"{report.Direct:N0}", $"{report.Tallied:N0}", $"{report.Dispatched:N0}", $"{report.AnsweredInTime:N0}", $"{report.AnsweredLate:N0}", $"{report.Open:N0}"]], 0, 1, 2, 3, 4, 5);
        screen.Line(report.SentenceZh);
        screen.Line(report.SentenceEn);
    }

    private static async Task PrintAccountsAsync(Screen screen, City city)
    {
        // One of each role is enough to look around; the file has them all.
        var shown = (await AccountsAsync(city)).GroupBy(account => account.Roles.FirstOrDefault() ?? "").Select(role => role.First());
        screen.Table($"Accounts, all in {city.AccountsFile}", ["account", "password", "role", "name"],
            [.. shown.Select(account => new[] { account.Name, account.Password, string.Join(", ", account.Roles), account.DisplayName ?? "" })]);
    }

    private sealed record SampleAccount([property: System.Text.Json.Serialization.JsonPropertyName("account")] string Name, string Password, string[] Roles, string? DisplayName);

    private static async Task<SampleAccount[]> AccountsAsync(City city) =>
        JsonSerializer.Deserialize<SampleAccount[]>(await File.ReadAllTextAsync(city.AccountsFile), JsonSerializerOptions.Web) ?? [];
}
