using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Statistics;

/// <summary>Something that says how a unit did with an inquiry. <paramref name="About"/>: the task or the number of the answer; a mark is set once for it.</summary>
internal sealed record Mark(string Word, string UnitCode, string About);

/// <summary>What a filter may ask for, and what is counted by it.</summary>
internal static class Marks
{
    public const string MovedOn = "MovedOn", Returned = "Returned", Satisfied = "Satisfied", Dissatisfied = "Dissatisfied", Solved = "Solved", Unsolved = "Unsolved", Unreachable = "Unreachable",
        Effective = "Effective", Rehandled = "Rehandled", Supervised = "Supervised";

    /// <summary>The marks that a filter's word stands for; empty when the word is unknown.</summary>
    public static string[] Of(string word) => word switch
    {
        "Rated" => [Satisfied, Dissatisfied],
        "Reached" => [Solved, Unsolved],
        "FollowedUp" => [Solved, Unsolved, Unreachable],
        MovedOn or Returned or Satisfied or Dissatisfied or Solved or Unsolved or Unreachable or Effective or Rehandled or Supervised => [word],
        _ => [],
    };
}

/// <summary>How many marks of a kind an inquiry has for a unit. Zero where one was taken back.</summary>
internal sealed record MarkRow
{
    [JsonIgnore] public string FactKey { get; init; } = "";
    [JsonIgnore] public string Word { get; init; } = "";
    [JsonIgnore] public string UnitCode { get; init; } = "";
    [JsonIgnore] public string? Day { get; init; }
    [JsonIgnore] public long Count { get; init; }
    [JsonIgnore] public string Key => $"{FactKey}#{Word}#{UnitCode}";
}

/// <summary>
/// 办理质量: how well units work (domain 2.6). A return, a grade, a follow-up is the unit's that it is about, wherever the inquiry is since; it
/// counts in the period in which the inquiry was received, as all figures do.
/// </summary>
internal static class QualityDecision
{
    public static bool Hears(IMessage? e) => e is ReturnRequested or ReturnWithdrawn or AnswerRated or TaskSupervised or InquiryFollowedUp or InquiryReopened;

    /// <summary>The fact after what Casework said; the same object when the event changes nothing.</summary>
    public static Fact After(Fact before, IMessage e) => e switch
    {
        ReturnRequested r => With(before, new(Marks.Returned, r.UnitCode, r.TaskId)),
        // Taken back, or answered after all.
        ReturnWithdrawn r => Without(before, r.TaskId, Marks.Returned),
        AnswerRated r => Graded(before, r.Grade, r.UnitCode, r.AnswerNo),
        TaskSupervised s => With(before, new(Marks.Supervised, s.UnitCode, s.TaskId)),
        InquiryFollowedUp { Result: FollowUpResult.Reached } f => Reached(before, f),
        InquiryFollowedUp { Result: FollowUpResult.Unreachable } f => With(before, new(Marks.Unreachable, f.UnitCode, $"{f.AnswerNo}")),
        InquiryReopened r => With(before, new(Marks.Rehandled, r.UnitCode, $"{r.AnswerNo}")),
        _ => before,
    };

    /// <summary>Before a further dispatch: the one that counted till now was that unit's too.</summary>
    public static Fact MovedOn(Fact before) => before.Lead is { } lead ? With(before, new(Marks.MovedOn, lead.UnitCode, lead.TaskId)) : before;

    static Fact Reached(Fact before, InquiryFollowedUp f)
    {
        var after = With(before, new(f.Solved ? Marks.Solved : Marks.Unsolved, f.UnitCode, $"{f.AnswerNo}"));
        return f.Grade == Grade.Unspecified ? after : With(Graded(after, f.Grade, f.UnitCode, f.AnswerNo), new(Marks.Effective, f.UnitCode, $"{f.AnswerNo}"));
    }

    // 基本满意 and better (domain 2.7). The last word about an answer stands, whoever wrote it down.
    static Fact Graded(Fact before, Grade grade, string unit, int answerNo) =>
        With(Without(before, $"{answerNo}", Marks.Satisfied, Marks.Dissatisfied), new(grade <= Grade.FairlySatisfied ? Marks.Satisfied : Marks.Dissatisfied, unit, $"{answerNo}"));

    static Fact With(Fact before, Mark mark) => before.Marks?.Contains(mark) == true ? before : before with { Marks = (before.Marks ?? []).Add(mark) };

    static Fact Without(Fact before, string about, params string[] words)
    {
        if (before.Marks is not { } marks || marks.RemoveAll(m => m.About == about && words.Contains(m.Word)) is var left && left.Count == marks.Count) return before;
        return before with { Marks = left.IsEmpty ? null : left };
    }

    /// <summary>The rows of marks to write: those that differ, and those that are gone, at zero.</summary>
    public static IEnumerable<MarkRow> Changed(string key, Fact before, Fact after)
    {
        if (before.Marks is null && after.Marks is null) return [];
        var (old, rows) = (Rows(key, before), Rows(key, after));
        return rows.Except(old).Concat(old.ExceptBy(rows.Select(r => r.Key), r => r.Key).Select(r => r with { Count = 0 }));
    }

    /// <summary>What was registered by mistake says nothing of a unit.</summary>
    public static IReadOnlyList<MarkRow> Rows(string key, Fact f) => f.Marks is not { } marks || f.Voided ? [] :
        [.. marks.GroupBy(m => (m.Word, m.UnitCode)).Select(g => new MarkRow { FactKey = key, Word = g.Key.Word, UnitCode = g.Key.UnitCode, Day = f.Contact?.Day, Count = g.Count() })];

    /// <summary>From sums by unit and word; the word ToAnswer is the counters'.</summary>
    public static Quality Of(IEnumerable<Sum> sums) => new()
    {
        Units =
        {
            sums.GroupBy(s => s.Row).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
            {
                var by = g.ToDictionary(s => s.Column, s => s.Value);
                long N(string word) => by.GetValueOrDefault(word);
                return new UnitQuality
                {
                    UnitCode = g.Key.Length == 0 ? Names.None : g.Key, ToAnswer = N(ToAnswer), MovedOn = N(Marks.MovedOn), Returned = N(Marks.Returned), Satisfied = N(Marks.Satisfied), Dissatisfied = N(Marks.Dissatisfied),
                    Solved = N(Marks.Solved), Unsolved = N(Marks.Unsolved), Unreachable = N(Marks.Unreachable), Effective = N(Marks.Effective), Rehandled = N(Marks.Rehandled), Supervised = N(Marks.Supervised),
                };
            }),
        },
    };

    public const string ToAnswer = "ToAnswer";
}
