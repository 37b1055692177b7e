using System.Diagnostics;
using Spectre.Console;

namespace InquiryHub.Cli;

/// <summary>What a step tells while it works; shown beside its name with the seconds so far.</summary>
internal sealed class Step
{
    private volatile string doing = "";
    public string Doing => doing;
    /// <summary>The step ended, but badly; the caller says how.</summary>
    public bool Failed { get; set; }
    public void Say(string text) => doing = text;
}

/// <summary>
/// Names every step at once and keeps talking: a spinner on a terminal, else a plain line every 2.5 seconds, so that
/// neither a person nor a build log sees more than three seconds of silence.
/// </summary>
internal sealed class Screen
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(2.5);
    private readonly bool terminal = AnsiConsole.Profile.Out.IsTerminal && AnsiConsole.Profile.Capabilities.Interactive;
    private readonly List<(string Name, TimeSpan Took)> steps = [];
    private readonly long began = Stopwatch.GetTimestamp();

    public IReadOnlyList<(string Name, TimeSpan Took)> Steps => steps;
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(began);

    /// <summary>True when the person agrees, or has said --yes beforehand.</summary>
    /// <exception cref="HubStop">There is nobody to ask.</exception>
    public async Task<bool> ConfirmAsync(bool yes, string consequence, string question, CancellationToken cancel = default)
    {
        if (yes) return true;
        if (Console.IsInputRedirected) throw new HubStop(Exit.Usage, "没有终端可以确认，请加 --yes。", "There is no terminal to ask at; add --yes.");
        Line(consequence);
        return await AnsiConsole.ConfirmAsync(question, defaultValue: false, cancel);
    }

    public Task StepAsync(string name, Func<Step, Task> work) => StepAsync(name, async step => { await work(step); return true; });

    public async Task<T> StepAsync<T>(string name, Func<Step, Task<T>> work)
    {
        var start = Stopwatch.GetTimestamp();
        var step = new Step();
        T answer;
        if (terminal)
        {
            answer = await AnsiConsole.Status().StartAsync(Markup.Escape(name), async context =>
            {
                var task = work(step);
                while (await Task.WhenAny(task, Task.Delay(250)) != task)
                    context.Status(Markup.Escape($"{name}  {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s  {step.Doing}"));
                return await task;
            });
        }
        else
        {
            Line($"→ {name}");
            var task = work(step);
            while (await Task.WhenAny(task, Task.Delay(PlainEvery)) != task)
                Line($"  … still {Lower(name)}, {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s  {step.Doing}".TrimEnd());
            answer = await task;
        }
        var took = Stopwatch.GetElapsedTime(start);
        steps.Add((name, took));
        Line($"{(step.Failed ? '✗' : '✓')} {name}  {took.TotalSeconds:0.0} s");
        return answer;
    }

    /// <summary>A step with a known end. <paramref name="work"/> reports (done, total, what it is at).</summary>
    public async Task<T> ProgressAsync<T>(string name, string unit, Func<Action<long, long, string>, Task<T>> work)
    {
        if (!terminal)
            return await StepAsync(name, step => work((done, total, what) => step.Say($"{done:N0} of {total:N0} {unit}  {what}")));
        var start = Stopwatch.GetTimestamp();
        var answer = await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask(Markup.Escape(name));
                return work((done, total, what) =>
                {
                    bar.MaxValue = Math.Max(total, 1);
                    bar.Value = done;
                    bar.Description = Markup.Escape($"{name}  {done:N0}/{total:N0}  {what}");
                });
            });
        steps.Add((name, Stopwatch.GetElapsedTime(start)));
        Line($"✓ {name}  {steps[^1].Took.TotalSeconds:0.0} s");
        return answer;
    }

    public void Line(string text = "") => Console.Out.WriteLine(text);

    public void Table(string? title, string[] columns, IReadOnlyList<string[]> rows, params int[] rightAligned)
    {
        if (!terminal) AnsiConsole.Profile.Width = 160;   // a file has no edge to break lines at
        var table = new Table { Border = TableBorder.Rounded };
        if (title is not null) table.Title = new TableTitle(Markup.Escape(title));
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(Markup.Escape(columns[i])) { NoWrap = rows.All(row => row[i].Length <= 24) };
            table.AddColumn(rightAligned.Contains(i) ? column.RightAligned() : column);
        }
        foreach (var row in rows) table.AddRow(row.Select(Markup.Escape).ToArray());
        AnsiConsole.Write(table);
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
