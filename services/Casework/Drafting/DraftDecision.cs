using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>One field's text as it is kept: a Sealed message with a Text, because drafts hold what citizens said. An empty text stays as its version.</summary>
sealed record DraftField(byte[] Text, long Version, DateTimeOffset SavedAt);

/// <summary>What one person writes in one place.</summary>
sealed record DraftSet(string Key)
{
    public IReadOnlyDictionary<string, DraftField> Fields { get; init; } = new Dictionary<string, DraftField>();
    internal DateTimeOffset SavedAt => Fields.Count == 0 ? DateTimeOffset.UnixEpoch : Fields.Values.Max(f => f.SavedAt);

    // No account and no scope holds a line end.
    public static string KeyOf(string account, string scope) => $"{account}\n{scope}";
    public static string About(string key, string field) => $"draft {key}\n{field}";
}

/// <summary>What became of a text: kept (then <paramref name="Drafts"/> is new), there already, or not kept because <paramref name="Other"/> stands there.</summary>
sealed record DraftStep(DraftSet Drafts, DraftField Field, string? Other);

/// <summary>
/// Drafts. The same person may write in two windows: a text that the writer didn't see is never overwritten, it is shown beside the own
/// one and the writer chooses. An empty one has nothing to lose.
/// </summary>
static class DraftDecision
{
    public const int MaxText = 100_000, MaxScope = 100, MaxField = 60, MaxFields = 40;

    /// <param name="stored">The text that stands in the field, unsealed; empty when there is none.</param>
    /// <param name="seen">The version that the writer saw.</param>
    public static Outcome<DraftStep> Save(DraftSet drafts, string field, string text, byte[] sealedText, string stored, long seen, DateTimeOffset now)
    {
        if (field.Length is 0 or > MaxField || field.Any(char.IsControl)) return Refusals.InvalidKey;
        if (text.Length > MaxText && Wording.Length(text) > MaxText) return CaseworkRefusals.DraftTooLong;
        var before = drafts.Fields.GetValueOrDefault(field);
        if (before is null && text.Length == 0) return new DraftStep(drafts, new([], 0, now), null);
        if (before is null && drafts.Fields.Count >= MaxFields) return Refusals.InvalidKey;
        if (stored == text && before is not null) return new DraftStep(drafts, before, null);
        if (stored.Length > 0 && before!.Version > seen) return new DraftStep(drafts, before, stored);
        var after = new DraftField(text.Length == 0 ? [] : sealedText, (before?.Version ?? 0) + 1, now);
        return new DraftStep(With(drafts, field, after), after, null);
    }

    /// <summary>All texts of the scope go; the versions stay, so that an old window's next text is a new one.</summary>
    public static DraftSet Drop(DraftSet drafts, DateTimeOffset now) => drafts.Fields.Values.All(f => f.Text.Length == 0) ? drafts
        : drafts with { Fields = drafts.Fields.ToDictionary(f => f.Key, f => f.Value.Text.Length == 0 ? f.Value : new DraftField([], f.Value.Version + 1, now)) };

    public static Refusal? CheckScope(string scope) => scope.Length is 0 or > MaxScope || scope.Any(char.IsControl) ? Refusals.InvalidKey : null;

    /// <summary>The key whose shard a scope's drafts lie in: a case's own, so that the answer, or the return, drops them in its transaction.</summary>
    public static string ShardKey(string account, string scope) =>
        new[] { OfCase, OfReturn, OfExtension, OfSupervision, OfFollowUp }.FirstOrDefault(of => scope.StartsWith(of, StringComparison.Ordinal)) is { } of && InquiryNumber.TryRead(scope[of.Length..], out var inquiryId) ? inquiryId : account;

    /// <summary>The case in whose answer a scope's drafts stand; null for any other.</summary>
    public static string? CaseOf(string scope) => scope.StartsWith(OfCase, StringComparison.Ordinal) && InquiryNumber.TryRead(scope[OfCase.Length..], out var inquiryId) ? inquiryId : null;

    const string OfCase = "case/", OfReturn = "return/", OfExtension = "extend/", OfSupervision = "supervise/", OfFollowUp = "followup/";
    public static string ScopeOf(string inquiryId) => OfCase + inquiryId;
    public static string ReturnScopeOf(string inquiryId) => OfReturn + inquiryId;
    public static string ExtensionScopeOf(string inquiryId) => OfExtension + inquiryId;
    public static string SupervisionScopeOf(string inquiryId) => OfSupervision + inquiryId;
    public static string FollowUpScopeOf(string inquiryId) => OfFollowUp + inquiryId;

    static DraftSet With(DraftSet drafts, string field, DraftField after) => drafts with { Fields = new Dictionary<string, DraftField>(drafts.Fields) { [field] = after } };
}
