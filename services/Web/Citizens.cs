using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>How the citizen's pages read and show.</summary>
internal static class Citizens
{
    public const int MostText = 2000, MostWords = 500;
    public static readonly IReadOnlyList<InquiryKind> Kinds = [InquiryKind.Consultation, InquiryKind.HelpRequest, InquiryKind.Complaint, InquiryKind.Report, InquiryKind.Suggestion, InquiryKind.Praise];
    public static readonly IReadOnlyList<Grade> Grades = [Grade.VerySatisfied, Grade.Satisfied, Grade.FairlySatisfied, Grade.Dissatisfied, Grade.VeryDissatisfied];

    /// <summary>4073 918 265: ten digits as one reads them out; what is typed with blanks is understood.</summary>
    public static string Grouped(string code) => code.Length == 10 ? $"{code[..4]} {code[4..7]} {code[7..]}" : code;

    /// <summary>Browsers send line ends as CR LF.</summary>
    public static string Lines(string? text) => (text ?? "").ReplaceLineEndings("\n").Trim();

    /// <summary>The last day on which an answer is due: a deadline is the end, 24:00, of its day.</summary>
    public static string LastDay(Timestamp due, Texts t) => Day(WorkCalendar.DueDay(due.ToDateTimeOffset()), t);

    public static string Day(DateOnly day, Texts t) => t["progress.day", day.Month, day.Day, t[$"weekday.{(int)day.DayOfWeek}"], Show.MonthName(day.Month, t)];

    /// <summary>Somebody is to answer it yet: it can be pressed for (催一催); Casework decides.</summary>
    public static bool Open(Progress p) => p.State is "Received" or "Handling";

    /// <summary>It can be taken back: nobody has answered it, also not before it was sent back (重办).</summary>
    public static bool Withdrawable(Progress p) => Open(p) && p.Rehandled == 0;

    /// <summary>The four steps: name, when, and whether it is behind (done), now, or ahead. An answer given on the spot has two; taken back, they end where it was.</summary>
    public static IEnumerable<(string Text, string At, string Is)> Steps(Progress p, Texts t)
    {
        var onTheSpot = p.DispatchedAt is null && p.AnsweredAt is not null;
        var steps = new (string Key, Timestamp? At)[] { ("registered", p.ReceivedAt), ("dispatched", p.DispatchedAt), ("handling", p.SignedInAt ?? p.AnsweredAt), ("answered", p.AnsweredAt) }
            .Where(s => !onTheSpot || s.Key is "registered" or "answered").ToList();
        if (p.WithdrawnAt is not null) steps = [.. steps.Where(s => s.At is not null && s.Key != "answered"), ("withdrawn", p.WithdrawnAt)];
        var now = steps.FindLastIndex(s => s.At is not null);
        return steps.Select((s, n) => (t[$"progress.step.{s.Key}"], s.At is null ? "" : Show.Clock(s.At, "M/d HH:mm"), n < now ? "done" : n == now ? "now" : "ahead"));
    }
}
