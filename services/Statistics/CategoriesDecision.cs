using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>Contacts of one category, in the days that are shown and in as many before.</summary>
internal readonly record struct CategorySum(string CategoryCode, long Contacts, long Before);

/// <summary>热点事项: what people come with, week against week, so that each weekday is in both.</summary>
internal static class CategoriesDecision
{
    const int Length = 7;

    /// <summary>The first day of the seven before, and of the seven that end with the day.</summary>
    public static (DateOnly Before, DateOnly From) Days(DateOnly day) => (day.AddDays(1 - 2 * Length), day.AddDays(1 - Length));

    /// <summary>Most contacts first; of as many, what grew most; what nobody put into a category comes last, however much it is.</summary>
    public static Categories Of(DateOnly day, IEnumerable<CategorySum> sums)
    {
        var (before, from) = Days(day);
        var counts = sums.Where(s => s is not { Contacts: 0, Before: 0 })
            .OrderBy(s => s.CategoryCode.Length == 0).ThenByDescending(s => s.Contacts).ThenBy(s => s.Before).ThenBy(s => s.CategoryCode, StringComparer.Ordinal)
            .Select(s => new CategoryCount { CategoryCode = s.CategoryCode.Length == 0 ? Names.None : s.CategoryCode, Contacts = s.Contacts, ContactsBefore = s.Before }).ToList();
        return new()
        {
            From = CityTime.Iso(from), To = CityTime.Iso(day), FromBefore = CityTime.Iso(before), ToBefore = CityTime.Iso(from.AddDays(-1)),
            Counts = { counts }, Total = counts.Sum(t => t.Contacts), TotalBefore = counts.Sum(t => t.ContactsBefore),
        };
    }
}
