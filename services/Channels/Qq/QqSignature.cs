using System.Text;
using NSec.Cryptography;

namespace InquiryHub.Channels;

/// <summary>
/// Signatures of the official QQ webhook: Ed25519 over timestamp + raw body, the key made from the bot's secret repeated to 32
/// bytes (domain.md 5.1, with the platform's own test vectors).
/// </summary>
sealed class QqSignature : IDisposable
{
    readonly Key key;

    public QqSignature(string secret)
    {
        if (secret.Length == 0) throw new InvalidDataException("The secret of the door qq is empty; leave it out to keep the door shut.");
        var bytes = Encoding.UTF8.GetBytes(secret);
        key = Key.Import(SignatureAlgorithm.Ed25519, Enumerable.Range(0, 32).Select(i => bytes[i % bytes.Length]).ToArray(), KeyBlobFormat.RawPrivateKey);
    }

    public bool Verifies(string? timestamp, ReadOnlySpan<byte> body, string? signatureHex)
    {
        if (string.IsNullOrEmpty(timestamp) || timestamp.Length > 20 || signatureHex is not { Length: 128 } || !signatureHex.All(char.IsAsciiHexDigit)) return false;
        var signature = Convert.FromHexString(signatureHex);
        return (signature[63] & 0xE0) == 0 && SignatureAlgorithm.Ed25519.Verify(key.PublicKey, [.. Encoding.UTF8.GetBytes(timestamp), .. body], signature);
    }

    public string Sign(string timestamp, string text) => Convert.ToHexStringLower(SignatureAlgorithm.Ed25519.Sign(key, Encoding.UTF8.GetBytes(timestamp + text)));

    public byte[] PublicKey => key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    public void Dispose() => key.Dispose();
}
