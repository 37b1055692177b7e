using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using InquiryHub.Contracts.Common;

namespace InquiryHub.Kernel;

/// <summary>
/// The keys that all processes share, from one file (0600). A lost ring is lost data; a destroyed key makes what it sealed
/// unreadable, which is how a purge works. Sealing is AES-GCM with the key of the inquiry as associated data.
/// </summary>
public sealed class KeyRing
{
    sealed record Ring(string Current, Dictionary<string, byte[]> Seal, string CurrentLookup, Dictionary<string, byte[]> Lookup, byte[] Token, byte[] Query);

    readonly Ring ring;
    // To make one costs more than to seal with it, and none serves two threads at once.
    readonly ThreadLocal<Dictionary<string, AesGcm>> ciphers = new(() => []);
    KeyRing(Ring ring) => this.ring = ring;

    AesGcm Cipher(string keyId) => ciphers.Value!.TryGetValue(keyId, out var made) ? made : ciphers.Value[keyId] = new(ring.Seal[keyId], 16);

    /// <summary>Reads the ring, or makes it when the file isn't there. Two processes that start at once get the same one.</summary>
    /// <exception cref="InvalidDataException">The file is there but is no key ring.</exception>
    public static KeyRing Open(string path)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            byte[] Key() => RandomNumberGenerator.GetBytes(32);
            var made = new Ring("s1", new() { ["s1"] = Key() }, "l1", new() { ["l1"] = Key() }, Key(), Key());
            var draft = $"{path}.{Environment.ProcessId}";
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                JsonSerializer.Serialize(file, made);
            try { File.Move(draft, path, overwrite: false); } catch (IOException) { File.Delete(draft); }
        }
        using var stream = File.OpenRead(path);
        try { return new(JsonSerializer.Deserialize<Ring>(stream) ?? throw new JsonException()); }
        catch (JsonException e) { throw new InvalidDataException($"{path} is not a key ring. Put the backed-up ring there; without it sealed data can't be read.", e); }
    }

    public Sealed Seal(string about, IMessage content)
    {
        var plain = content.ToByteArray();
        var sealedBytes = new byte[plain.Length + 16];
        var nonce = RandomNumberGenerator.GetBytes(12);
        Cipher(ring.Current).Encrypt(nonce, plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), Encoding.UTF8.GetBytes(about));
        return new Sealed { KeyId = ring.Current, Nonce = UnsafeByteOperations.UnsafeWrap(nonce), Ciphertext = UnsafeByteOperations.UnsafeWrap(sealedBytes) };
    }

    /// <summary>What was sealed; null when its key was destroyed (purged) or nothing was sealed.</summary>
    /// <exception cref="CryptographicException">The bytes were changed, or were sealed about something else.</exception>
    public T? Unseal<T>(string about, Sealed? box) where T : class, IMessage<T>, new()
    {
        if (box is null || box.KeyId.Length == 0 || !ring.Seal.ContainsKey(box.KeyId)) return null;
        var all = box.Ciphertext.Span;
        var plain = new byte[all.Length - 16];
        Cipher(box.KeyId).Decrypt(box.Nonce.Span, all[..^16], all[^16..], plain, Encoding.UTF8.GetBytes(about));
        var content = new T();
        content.MergeFrom(plain);
        return content;
    }

    /// <summary>A keyed hash for exact look-ups of a phone or mail address, its key's version in front.</summary>
    public string Lookup(string value) => $"{ring.CurrentLookup}:{Convert.ToHexStringLower(HMACSHA256.HashData(ring.Lookup[ring.CurrentLookup], Encoding.UTF8.GetBytes(value)).AsSpan(0, 16))}";

    /// <summary>The ten digits that, with the number, let a citizen see the progress. Derived, so a repeated contact gets the same one and nothing needs keeping.</summary>
    public string QueryCode(string inquiryId) =>
        (BitConverter.ToUInt64(HMACSHA256.HashData(ring.Query, Encoding.UTF8.GetBytes(inquiryId)).AsSpan(0, 8)) % 10_000_000_000).ToString("0000000000", System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="typed">As a person typed it: blanks and full-width digits are forgiven.</param>
    public bool IsQueryCode(string inquiryId, string? typed) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(QueryCode(inquiryId)),
        Encoding.UTF8.GetBytes(string.Concat((typed ?? "").Select(Width.Narrow).Where(c => !char.IsWhiteSpace(c)))));

    internal byte[] TokenKey => ring.Token;
}
