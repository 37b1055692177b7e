using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace InquiryHub.Directory;

/// <summary>Passwords: the framework's hasher (PBKDF2, HMAC-SHA512, salt and count in the hash) and generated ones.</summary>
internal static class Passwords
{
    // Without 0 O 1 l I: people copy these from a screen.
    const string Upper = "ABCDEFGHJKLMNPQRSTUVWXYZ", Lower = "abcdefghijkmnopqrstuvwxyz", Digits = "23456789";
    public const int GeneratedLength = 20;

    static readonly PasswordHasher<string> Chosen = new();

    // 20 random characters are 116 bits, which no count of iterations makes safer: 7 ms each instead of 72 lets the
    // 411 sample accounts be ready in seconds. A password that a person chose gets the framework's full count.
    static readonly PasswordHasher<string> Random = new(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 }));

    static readonly Lazy<string> OfNobody = new(() => Chosen.HashPassword("", Generate()));

    public static string Hash(string password) => Chosen.HashPassword("", password);

    public static string HashGenerated(string password) => Random.HashPassword("", password);

    /// <summary>Whether the password fits. A null hash (no such account) costs as much as a real one and never fits.</summary>
    public static bool Matches(string? hash, string password) =>
        password.Length <= DirectoryDecision.MaxLength
        && Chosen.VerifyHashedPassword("", hash ?? OfNobody.Value, password) != PasswordVerificationResult.Failed
        && hash is not null;

    /// <summary>20 random characters of three classes.</summary>
    public static string Generate()
    {
        while (true)
        {
            var password = RandomNumberGenerator.GetString(Upper + Lower + Digits, GeneratedLength);
            if (DirectoryDecision.Password("\0", password) is null) return password;
        }
    }
}
