using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>What somebody looks for, as it is compared with what was said. Pure.</summary>
static class SearchWords
{
    const int AtLeast = 2, MostCharacters = 100, MostWords = 5;

    /// <summary>The words, apart by blanks, each once; null when there is too little or too much to look for.</summary>
    public static IReadOnlyList<string>? Read(string typed)
    {
        if (typed.Length > MostCharacters) return null;
        var words = SearchForm.Of(SearchForm.Storable(typed)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        return words.Sum(Wording.Length) < AtLeast || words.Count > MostWords ? null : words;
    }

    /// <summary>The pattern of a word: what it says itself is no pattern.</summary>
    public static string Like(string word) => $"%{word.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%";
}
