using System.Text;

namespace InquiryHub.Kernel;

/// <summary>Which shard a key belongs to. N is stored when the database is made and never changes after.</summary>
public sealed class Shards(int count)
{
    public int Count { get; } = count;

    /// <summary>An inquiry's number carries its shard; any other key is hashed (FNV-1a, 32 bits, of its UTF-8 bytes).</summary>
    public int Of(string key) =>
        InquiryNumber.TryShard(key, out var shard) ? shard % Count : (int)(Hash(key) % (uint)Count);

    static uint Hash(string key)
    {
        // A hash of our own choosing: string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        Span<byte> bytes = stackalloc byte[256];
        var all = Encoding.UTF8.GetByteCount(key) <= bytes.Length ? bytes[..Encoding.UTF8.GetBytes(key, bytes)] : Encoding.UTF8.GetBytes(key);
        foreach (var b in all) hash = (hash ^ b) * 16777619u;
        return hash;
    }
}
