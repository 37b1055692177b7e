namespace InquiryHub.Kernel;

/// <summary>Facts kept in the order of their ids, so that the order in which they are heard leaves no trace.</summary>
public static class InOrder
{
    /// <summary>The list with this one instead of the one of its id, or in between.</summary>
    public static IReadOnlyList<T> With<T>(this IReadOnlyList<T> list, T one, Func<T, string> id)
    {
        var (at, key) = (0, id(one));
        while (at < list.Count && string.CompareOrdinal(id(list[at]), key) < 0) at++;
        var known = at < list.Count && id(list[at]) == key ? 1 : 0;
        var all = new T[list.Count + 1 - known];
        for (var i = 0; i < all.Length; i++) all[i] = i < at ? list[i] : i == at ? one : list[i - 1 + known];
        return all;
    }

    /// <summary>The one of that id. Asked for several times a fact: without an enumerator.</summary>
    public static T? Of<T>(this IReadOnlyList<T> list, string key, Func<T, string> id) where T : class
    {
        for (var i = 0; i < list.Count; i++) if (id(list[i]) == key) return list[i];
        return null;
    }
}
