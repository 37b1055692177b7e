using System.CommandLine;

namespace InquiryHub.Bench;

/// <param name="Contacts">Contacts a round.</param>
/// <param name="WarmUp">Contacts before the first round, counted nowhere.</param>
/// <param name="Waiting">Most contacts accepted but not yet through, so that the loop is closed.</param>
/// <param name="Json">Where the measures are written too, null = nowhere.</param>
/// <param name="Keep">Leave the city's folder for a look afterwards.</param>
sealed record BenchRun(int Contacts, int WarmUp, int Rounds, int Waiting, string? Json, bool Keep);

/// <summary>The options that the benches share.</summary>
sealed class BenchOptions
{
    readonly Option<int> contacts = new("--contacts") { Description = "Contacts a round", DefaultValueFactory = _ => 60_000 };
    readonly Option<int> warmUp = new("--warm-up") { Description = "Contacts before the first round, counted nowhere", DefaultValueFactory = _ => 30_000 };
    readonly Option<int> rounds = new("--rounds") { Description = "Rounds; the medians count", DefaultValueFactory = _ => 3 };
    readonly Option<int> waiting = new("--waiting") { Description = "Most contacts accepted but not yet through the chain", DefaultValueFactory = _ => 20_000 };
    readonly Option<string?> json = new("--json") { Description = "Also write what was measured to this file" };
    readonly Option<bool> keep = new("--keep") { Description = "Leave the bench's folder for a look" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { contacts, warmUp, rounds, waiting, json, keep }) command.Options.Add(option);
    }

    public BenchRun Of(ParseResult parsed) => new(parsed.GetValue(contacts), parsed.GetValue(warmUp), Math.Max(1, parsed.GetValue(rounds)), parsed.GetValue(waiting), parsed.GetValue(json), parsed.GetValue(keep));
}
