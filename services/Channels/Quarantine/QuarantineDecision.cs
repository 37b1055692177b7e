using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>What a person made of a quarantine entry: its inquiries by matter, or why there is none. The note is sealed about the entry.</summary>
sealed record Resolution(string QuarantineId, string State, string By, DateTimeOffset At)
{
    public const string Open = "Open", Filed = "Filed", Rejected = "Rejected", Kept = "Kept";

    public IReadOnlyList<string> InquiryIds { get; init; } = [];
    public string Reason { get; init; } = "";
    public string? Note { get; init; }
}

/// <summary>
/// Who comes second finds it done. An entry is filed once, or rejected; what was filed may be split: each further matter has the
/// next number, so that two people who split at once don't file the same one twice.
/// </summary>
static class QuarantineDecision
{
    public const int MostMatters = 9;
    public const string HasAttachments = "HasAttachments";
    public static readonly IReadOnlyList<string> Reasons = ["Spam", "Duplicate", "NotForUs", "Unreadable", "Other"];

    static readonly Refusal kept = Refusals.Of("AlreadyFiled", "该邮件已自动登记，这里只留存其附件，不必处理。", "This mail was registered by itself; only its attachments are kept here. There is nothing to do.");
    static readonly Refusal rejected = Refusals.Of("AlreadyRejected", "该件已退回不登记，不能再补登。", "This entry was rejected; it can't be filed any more.");
    static readonly Refusal stale = Refusals.Of("StaleQuarantine", "该件刚刚已由他人处理，请刷新后再决定。", "Somebody resolved this entry just now; look at it again before you decide.");
    static readonly Refusal tooMany = Refusals.Of("TooManyMatters", $"一件最多拆成 {MostMatters} 项。", $"An entry can be split into at most {MostMatters} matters.");
    static readonly Refusal reason = Refusals.Of("InvalidReason", "请选择退回原因：垃圾信息、重复、非本市事项、无法辨认、其他。", "Choose a reason: Spam, Duplicate, NotForUs, Unreadable or Other.");
    static readonly Refusal noNote = Refusals.Of("MissingNote", "原因为其他时，请写一句说明。", "With the reason Other, please say why in a sentence.");

    public static Refusal MatterFiled(int matterNo, string inquiryId) =>
        Refusals.Of("MatterFiled", $"第 {matterNo} 项已登记为 {inquiryId}；另一件事请用拆分。", $"Matter {matterNo} is filed as {inquiryId}; for another matter use split.");

    /// <summary>The state as lists show it. A mail kept for its attachments was filed by its door.</summary>
    public static string StateOf(string reason, Resolution? resolution) => resolution?.State ?? (reason == HasAttachments ? Resolution.Kept : Resolution.Open);

    /// <summary>Why this matter can't be filed now; null when it can, or was: then intake tells whether it is the same.</summary>
    public static Refusal? MayFile(string entryReason, Resolution? before, int matterNo) => before switch
    {
        _ when StateOf(entryReason, before) == Resolution.Kept => kept,
        { State: Resolution.Rejected } => rejected,
        _ when matterNo < 1 || matterNo > (before?.InquiryIds.Count ?? 0) + 1 => stale,
        _ when matterNo > MostMatters => tooMany,
        _ => null,
    };

    /// <summary>The row with this matter; the row itself when it is there already.</summary>
    public static Resolution Filed(Resolution? before, string quarantineId, int matterNo, string inquiryId, string by, DateTimeOffset now) =>
        before is not null && matterNo <= before.InquiryIds.Count ? before
        : (before ?? new(quarantineId, Resolution.Filed, by, now)) with { By = by, At = now, InquiryIds = [.. before?.InquiryIds ?? [], inquiryId] };

    public static Outcome<Resolution> Reject(string entryReason, Resolution? before, string quarantineId, string why, string note, string? sealedNote, string by, DateTimeOffset now) =>
        StateOf(entryReason, before) == Resolution.Kept ? kept
        : before is not null ? stale
        : !Reasons.Contains(why) ? reason
        : why == "Other" && note.Trim().Length == 0 ? noNote
        : note.Length > Fields.ShortText ? DoorRefusals.TextTooLong("note", Fields.ShortText)
        : !Fields.CanBeKept(note) ? DoorRefusals.InvalidText("note")
        : new Resolution(quarantineId, Resolution.Rejected, by, now) { Reason = why, Note = sealedNote };
}
