using System.Text.RegularExpressions;

namespace InquiryHub.Contracts.Tests;

public sealed class GlossaryTests
{
    static readonly IReadOnlyList<string[]> Rows = [.. Repository.Read("contracts/GLOSSARY.md").Split('\n')
        .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal) && !l.StartsWith("| 中文", StringComparison.Ordinal)).Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    static IEnumerable<string> Identifiers => Rows.SelectMany(r => Regex.Matches(r[2], "`([^`]+)`").Select(m => m.Groups[1].Value));

    [Fact]
    public void A_term_has_Chinese_English_an_identifier_and_a_sentence() => Guard.Nothing(
        Rows.Where(r => r.Length != 4 || r.Any(c => c.Length == 0) || !r[2].Contains('`', StringComparison.Ordinal) || !r[3].EndsWith('.')).Select(r => string.Join(" | ", r)), "Four columns:");

    [Fact]
    public void A_term_stands_once_and_occurs_in_the_code()
    {
        var code = string.Concat(Repository.Files("contracts/proto", ".proto").Concat(Repository.Files("contracts", ".cs")).Concat(Repository.Files("services", ".cs")).Select(Repository.Read));
        Assert.Distinct(Identifiers);
        Guard.Nothing(Identifiers.Where(i => !Regex.IsMatch(code, $@"\b{i}\b")), "Not in this release's code:");
    }
}
