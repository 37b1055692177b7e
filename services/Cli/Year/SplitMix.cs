namespace InquiryHub.Cli.Year;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014). Our own, because System.Random may give other numbers in the next runtime and the
/// year must be the same everywhere, for ever.
/// </summary>
internal struct SplitMix(ulong seed)
{
    private ulong state = seed;

    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);
    public int Below(int n) => (int)((UInt128)Next() * (ulong)n >> 64);
    /// <summary>0 (inclusive) to 1 (exclusive).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1ul << 53));

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>An index, as often as its weight says.</summary>
    public int Pick(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        foreach (var w in weights) sum += w;
        var at = Unit() * sum;
        for (var i = 0; i < weights.Length; i++) if ((at -= weights[i]) < 0) return i;
        return weights.Length - 1;
    }

    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--) { var j = Below(i + 1); (items[i], items[j]) = (items[j], items[i]); }
    }
}
