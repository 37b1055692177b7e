using System.Text.Json.Serialization;

namespace InquiryHub.Casework;

/// <summary>A task as worklists find it.</summary>
sealed record TaskEntry(string TaskId, string InquiryId, string UnitCode, string OfficerId, string State, bool Open, bool Extending, DateTimeOffset DueAt, DateTimeOffset DispatchedAt)
{
    /// <summary>Open and under supervision (督办). Written only where it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Supervised { get; init; }

    /// <summary>回访: since when somebody has to call about its answer: the answer, or the last try, which lets the others go first. Null, and not written, when nobody has to.</summary>
    public DateTimeOffset? FollowUpAt { get; init; }
    /// <summary>The citizen has rated it badly: called first. Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Dissatisfied { get; init; }

    /// <summary>Of a task in its case, with what has to be asked about its answer.</summary>
    public static TaskEntry? Of(CaseState c, CaseTask t) => t.Answer is { } answer && FollowUpDecision.Due(c)?.TaskId == t.TaskId
        ? Of(c.InquiryId, t)! with { FollowUpAt = c.FollowUpsOf(answer.No).LastOrDefault()?.At ?? answer.At, Dissatisfied = c.RatingOf(answer.No) is not null } : Of(c.InquiryId, t);

    /// <summary>Null until its dispatch is heard.</summary>
    public static TaskEntry? Of(string inquiryId, CaseTask t) => t.Dispatch is not { } d ? null
        : new(t.TaskId, inquiryId, d.UnitCode, t.Assigned?.OfficerId ?? "", t.State, t.Open, t.Extending, t.Clock?.DueAt ?? DateTimeOffset.MaxValue, d.At) { Supervised = t.Supervised };
}
