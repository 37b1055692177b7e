using System.Security.Cryptography;

namespace InquiryHub.Contracts.Tests;

/// <summary>A city's database remembers which migrations it had: one that is changed or gone afterwards leaves it behind, or locked out.</summary>
public sealed class MigrationTests
{
    const string List = "tests/Contracts.Tests/migrations.txt";

    [Fact]
    public void A_migration_that_has_landed_is_never_changed_or_taken_away_and_a_new_one_is_listed()
    {
        var services = Path.Combine(Repository.Root, "services");
        var there = System.IO.Directory.EnumerateDirectories(services).Select(s => Path.Combine(s, "schema")).Where(System.IO.Directory.Exists).SelectMany(s => System.IO.Directory.EnumerateFiles(s, "*.sql"))
            .Select(f => $"{Path.GetRelativePath(services, f)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))}").Order(StringComparer.Ordinal).ToList();
        var landed = File.ReadAllLines(Path.Combine(Repository.Root, List));
        Assert.True(landed.Except(there).ToList() is [], $"Cities have these already; put them back and write a further migration: {string.Join(", ", landed.Except(there))}");
        Assert.True(there.Except(landed).ToList() is [], $"Add to {List}:\n{string.Join('\n', there.Except(landed))}");
    }
}
