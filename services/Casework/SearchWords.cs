namespace InquiryHub.Casework;

/// <summary>What somebody looks for, as it is compared with what was said. Pure.</summary>
static class SearchWords
{
    public const int AtLeast = 2, MostWords = 5;

    /// <summary>The words, apart by blanks, each once; null when there are fewer than two characters to look for, or too many words.</summary>
    public static IReadOnlyList<string>? Read(string typed)
    {
        var words = SearchForm.Of(SearchForm.Storable(typed)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        return words.Sum(w => w.EnumerateRunes().Count()) < AtLeast || words.Count > MostWords ? null : words;
    }

    /// <summary>The pattern of a word: what it says itself is no pattern.</summary>
    public static string Like(string word) => $"%{word.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%";
}
