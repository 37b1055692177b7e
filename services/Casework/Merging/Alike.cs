namespace InquiryHub.Casework;

/// <summary>
/// Which open cases say the same as one that waits: by the pairs of characters that their words share, rare ones weighing more (everybody writes
/// 请 and 问题; few name one street). No index: what units have in hand is some hundreds, the newest of them are compared.
/// </summary>
static class Alike
{
    public const int Among = 1000, Most = 5;
    // Some more than are shown: one in confidence or merged itself is left out afterwards.
    const int Kept = 10;
    const double Enough = 0.15;

    /// <param name="own">The search form of the one that waits.</param>
    /// <param name="open">Those of the open ones, newest first.</param>
    /// <returns>Numbers, most alike first.</returns>
    public static IReadOnlyList<string> Of(string own, IEnumerable<(string InquiryId, string SearchForm)> open)
    {
        var (mine, others) = (Pairs(own), open.Select(o => (o.InquiryId, Pairs: Pairs(o.SearchForm))).ToList());
        if (mine.Count == 0 || others.Count == 0) return [];
        var weight = mine.ToDictionary(p => p, p => 1.0 / (1 + others.Count(o => o.Pairs.Contains(p))));
        double Weigh(IEnumerable<int> pairs) => pairs.Sum(p => weight.GetValueOrDefault(p));
        var all = others.Select(o => (o.InquiryId, Shared: mine.Count(o.Pairs.Contains) / (double)Math.Min(mine.Count, Math.Max(1, o.Pairs.Count)), Weight: Weigh(o.Pairs)));
        // A sort that keeps the order of equals: the newest first.
        return [.. all.Where(a => a.Shared >= Enough).OrderByDescending(a => a.Weight).Take(Kept).Select(a => a.InquiryId)];
    }

    // A pair as a number: a thousand texts have some hundred thousand of them.
    static HashSet<int> Pairs(string form)
    {
        var (pairs, last) = (new HashSet<int>(), '\0');
        foreach (var c in form)
        {
            if (!char.IsLetterOrDigit(c)) continue;
            if (last != '\0') pairs.Add(last << 16 | c);
            last = c;
        }
        return pairs;
    }
}
