using System.Globalization;
using System.Net.Http.Json;
using Grpc.Net.Client;
using InquiryHub.Cli;
using InquiryHub.Cli.Commands;
using InquiryHub.Kernel;
using Microsoft.Playwright;

namespace InquiryHub.Bench.Desk;

/// <summary>
/// What a person at a screen waits for, in a real browser, while a hundred screens are open and fifty calls a minute ring: from the
/// ring to the caller's card painted, from a colleague's act to its row changed on another screen, the first view of every page; and
/// what an open screen takes up in the hub.
/// </summary>
static class DeskBench
{
    const int CallsAMinute = 50;
    // Of rings and of acts: code that runs for the first time is compiled then, once a start of the hub.
    const int First = 3;
    const double RingAtMost = 300, ActAtMost = 300, FirstViewAtMost = 1_000;
    static readonly (string Account, string Path)[] Pages =
    [
        ("supervisor1", "/dashboard"), ("supervisor1", "/dashboard/units"), ("supervisor1", "/dashboard/quality"), ("supervisor1", "/facts"), ("supervisor1", "/cases"), ("supervisor1", "/supervision"), ("supervisor1", "/extensions"),
        ("supervisor1", "/reveals"), ("supervisor1", "/leave"), ("followup1", "/follow-ups"), ("dispatcher1", "/triage"), ("dispatcher1", "/quarantine"), ("operator1", "/calls"), ("operator1", "/call-backs"), ("operator2", "/counter"), ("operator2", "/counter/sheet"), ("operator2", "/account"), ("operator2", "/ask"), ("operator2", "/progress"),
    ];

    public static async Task<int> RunAsync(Screen screen, BenchRun run, CancellationToken cancel)
    {
        await using var city = await BenchCity.StartAsync(screen, run.Place, cancel);
        using (var counters = new WalkIns(city.Doors, await city.SecretAsync("walkin"), await city.ReferenceAsync(cancel))) await city.LoadAsync(screen, counters, run.Load, cancel);
        await using var screens = await DeskScreens.StartAsync(city, cancel);
        var (officer, waiting) = await BusiestAsync(city, screens, cancel);
        (string Account, string Path)[] pages = [.. Pages, (officer, "/cases"), (officer, $"/case/{waiting[^1].Split('/')[0]}")];

        var views = new List<(string Path, double Median, double Most)>();
        await screen.StepAsync("The first view of every page", async step =>
        {
            foreach (var (account, path) in pages)
            {
                step.Say(path);
                List<double> each = [];
                for (var n = 0; n < run.Rounds; n++) each.Add(await screens.FirstViewAsync(account, path));
                views.Add((path.StartsWith("/case/", StringComparison.Ordinal) ? "/case/…" : account == officer ? "/cases (officer)" : path, each.Median(), each.Max()));
            }
        });

        var before = Memory(city);
        var desk = await screens.OpenAsync("operator1", "/calls");
        var (acting, watching) = (await screens.OpenAsync(officer, "/cases", "acting"), await screens.OpenAsync(officer, "/cases", "watching"));
        await screen.StepAsync($"Opening {run.Screens} screens", async step =>
        {
            var others = screens.Officers.Take(12).Select(o => (o.Account, "/cases")).Concat([("supervisor1", "/dashboard"), ("dispatcher1", "/triage"), ("operator2", "/cases"), ("operator3", "/dashboard")]).ToArray();
            for (var n = 3; n < run.Screens; n++)
            {
                step.Say($"{n}");
                await screens.OpenAsync(others[n % others.Length].Item1, others[n % others.Length].Item2);
            }
        });
        var after = Memory(city);

        var (rings, acts) = (new List<Ring>(), new List<Act>());
        var idle = await screens.SpentAsync();
        await screen.StepAsync($"{CallsAMinute} calls a minute for {run.Seconds} s", async step =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            stop.CancelAfter(TimeSpan.FromSeconds(run.Seconds));
            await Task.WhenAll(RingAsync(city, desk, rings, stop.Token), ActAsync(acting, watching, waiting, acts, stop.Token));
        });
        // The desk is left out: it is loaded anew for each call, and its counts begin anew.
        var spent = idle.Zip(await screens.SpentAsync(), (a, b) => new Spent(a.What, b.Tasks - a.Tasks, b.Script - a.Script, b.Layout - a.Layout)).Where(s => s.What != "/calls").ToLookup(s => s.What);

        var cold = (Ring: rings.Take(First).Select(r => r.Card).DefaultIfEmpty(double.NaN).Max(), Act: acts.Take(First).Select(a => a.Seen).DefaultIfEmpty(double.NaN).Max());
        rings.RemoveRange(0, Math.Min(First, rings.Count));
        acts.RemoveRange(0, Math.Min(First, acts.Count));
        screen.Table($"First view of a page, ms until its first paint; {run.Place.Name}, after {run.Load:N0} contacts", ["page", "median", "most"], [.. views.Select(v => new[] { v.Path, $"{v.Median:0}", $"{v.Most:0}" })], 1, 2);
        screen.Table($"Milliseconds with {run.Screens} screens open and {CallsAMinute} calls a minute", ["from what to what", "times", "p50", "p99", "most"],
            [
                Row("ring to its door's answer", rings.ConvertAll(r => r.Answered)),
                Row("... to the desk turning to it", rings.ConvertAll(r => r.Turned)),
                Row("... to the caller's card in the document", rings.ConvertAll(r => r.Drawn)),
                Row("ring to the caller's card painted", rings.ConvertAll(r => r.Card)),
                Row("act to its answer", acts.ConvertAll(a => a.Answered)),
                Row("... to its row in another screen's document", acts.ConvertAll(a => a.Drawn)),
                Row("act to its row changed on another screen", acts.ConvertAll(a => a.Seen)),
            ], 1, 2, 3, 4);
        screen.Line($"The first {First} after the hub's start are not among them: at most {cold.Ring:0} ms to the card, {cold.Act:0} ms to the other screen.");
        screen.Table($"What a screen's main thread did in those {run.Seconds} s, seconds a screen", ["screen", "screens", "all", "script", "style and layout"],
            [.. spent.OrderByDescending(s => s.Average(x => x.Tasks)).Select(s => new[] { s.Key, $"{s.Count()}", $"{s.Average(x => x.Tasks):0.00}", $"{s.Average(x => x.Script):0.00}", $"{s.Average(x => x.Layout):0.00}" })], 1, 2, 3, 4);
        Measure[] measures =
        [
            Of("ring to card p99", rings.ConvertAll(r => r.Card), RingAtMost), Of("act to other screen p99", acts.ConvertAll(a => a.Seen), ActAtMost),
            new("desk first view", views.Max(v => v.Median), "ms", views.Min(v => v.Median), views.Max(v => v.Most), FirstViewAtMost, views.Max(v => v.Median) <= FirstViewAtMost),
            Measure.One("desk memory a screen", (after - before) / run.Screens, "MB"),
        ];
        screen.Line($"An open screen takes {(after - before) / run.Screens:0.00} MB of the hub and the gateway.");
        screen.Line($"Promised: p99 at most {RingAtMost:0} ms and {ActAtMost:0} ms, every page's first view within {FirstViewAtMost:0} ms: {(measures.All(m => m.Met != false) ? "met" : "NOT met")}.");
        await Measures.WriteAsync(run.Json, measures);
        return measures.Any(m => m.Met == false) ? Exit.Failed : 0;
    }

    static Measure Of(string name, List<double> each, double atMost)
    {
        var p99 = At(each, 0.99);
        return new($"desk {name}", p99, "ms", each.DefaultIfEmpty(double.NaN).Min(), each.DefaultIfEmpty(double.NaN).Max(), atMost, p99 <= atMost);
    }

    static string[] Row(string what, List<double> each) => [what, $"{each.Count}", $"{At(each, 0.5):0}", $"{At(each, 0.99):0}", $"{At(each, 1):0}"];

    // Nothing measured is no success: NaN meets nothing.
    static double At(List<double> each, double part) => each.Count == 0 ? double.NaN : each.Order().ElementAt(Math.Min(each.Count - 1, (int)Math.Ceiling(part * each.Count) - 1));

    static double Memory(BenchCity city) => city.Processes.Where(p => p.Name is not ("postgresql" or "redis" or "loader" or "kafka" or "mock"))
        .Sum(p => double.Parse(File.ReadLines($"/proc/{p.Pid}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) * 1024 / 1e6;

    /// <summary>The officer with most to sign in, and those tasks.</summary>
    static async Task<(string Account, IReadOnlyList<string> Waiting)> BusiestAsync(BenchCity city, DeskScreens screens, CancellationToken cancel)
    {
        using var channel = GrpcChannel.ForAddress(city.Grpc);
        var (casework, who) = (new Contracts.Casework.Casework.CaseworkClient(channel), Owner.As(city.City, Roles.Supervisor));
        (string Account, IReadOnlyList<string> Waiting) best = ("", []);
        foreach (var (account, officerId) in screens.Officers.Take(60))
        {
            var tasks = (await casework.ListTasksAsync(new() { OfficerId = officerId, State = "Assigned", Page = new() { Size = 200 } }, who, cancellationToken: cancel)).Tasks;
            if (tasks.Count > best.Waiting.Count) best = (account, [.. tasks.Select(t => t.TaskId)]);
            if (tasks.Count >= 100) break;
        }
        return best;
    }

    /// <summary>Milliseconds from the ring until the door has answered, the desk turns, the card stands in the document, and is painted.</summary>
    sealed record Ring(double Answered, double Turned, double Drawn, double Card);

    static async Task RingAsync(BenchCity city, IPage desk, List<Ring> rings, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = city.Gateway };
        var secret = await city.SecretAsync("hotline");
        http.DefaultRequestHeaders.Add("X-Door-Secret", secret);
        using var pace = new PeriodicTimer(TimeSpan.FromMinutes(1.0 / CallsAMinute));
        try
        {
            for (var n = 0; await pace.WaitForNextTickAsync(stop); n++)
            {
                var call = $"desk-{n}";
                var began = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;
                await http.PostAsJsonAsync("/doors/hotline/events", new { @event = "newCall", direction = "in", from = $"138{n:00000000}", to = "12345", callId = call }, stop);
                var answered = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;
                var seen = await desk.EvaluateAsync<double[]>("() => window.card").WaitAsync(TimeSpan.FromSeconds(10), stop);
                rings.Add(new(answered - began, seen[0] - began, seen[1] - began, seen[2] - began));
                await http.PostAsJsonAsync("/doors/hotline/events", new { @event = "hangup", direction = "in", callId = call, cause = "cancel", from = $"138{n:00000000}", to = "12345" }, stop);
                await desk.GotoAsync("/calls");
            }
        }
        catch (OperationCanceledException) { }
    }

    // On one screen the receipt's button, on the other the same row, until it says something else.
    const string Changed = """
        id => new Promise(done => { const now = () => performance.timeOrigin + performance.now(), state = () => document.getElementById(id)?.querySelector('.st')?.textContent, was = state();
            const o = new MutationObserver(() => { if (state() !== was) { o.disconnect(); const drawn = now(); requestAnimationFrame(() => requestAnimationFrame(() => done([drawn, now()]))); } });
            o.observe(document.body, { childList: true, subtree: true, characterData: true }); })
        """;
    // The answer is heard of by its request: the row may have been drawn anew before it comes.
    const string Press = """
        id => new Promise(done => { const now = () => performance.timeOrigin + performance.now(), began = now(), real = window.fetch;
            window.fetch = async (...all) => { const answer = await real(...all); if (String(all[0]).includes('/acts/')) { window.fetch = real; done([began, now()]); } return answer; };
            document.getElementById(id).querySelector('form button').click(); })
        """;

    /// <summary>Milliseconds from the key until the answer is at the screen that acted, until another screen's document has it, and until that is painted.</summary>
    sealed record Act(double Answered, double Drawn, double Seen);

    static async Task ActAsync(IPage acting, IPage watching, IReadOnlyList<string> waiting, List<Act> acts, CancellationToken stop)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(2));
        try
        {
            foreach (var task in waiting)
            {
                await pace.WaitForNextTickAsync(stop);
                var id = "t-" + task.Replace('/', '-');
                if (await acting.Locator($"[id='{id}'] form button").CountAsync() == 0 || await watching.Locator($"[id='{id}']").CountAsync() == 0) continue;
                var changed = watching.EvaluateAsync<double[]>(Changed, id);
                var pressed = await acting.EvaluateAsync<double[]>(Press, id);
                var seen = await changed.WaitAsync(TimeSpan.FromSeconds(10), stop);
                acts.Add(new(pressed[1] - pressed[0], seen[0] - pressed[0], seen[1] - pressed[0]));
            }
        }
        catch (OperationCanceledException) { }
    }
}
