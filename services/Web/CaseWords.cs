using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>A case in words: days, states, what is due and who will get what.</summary>
internal static class CaseWords
{
    /// <summary>1/26 09:05.</summary>
    public static string At(Timestamp? at, Texts t) => at is null ? t["officer.none"] : Show.Clock(at, "M/d HH:mm");

    /// <summary>1/26 周日, 1/26 周日·调休上班.</summary>
    public static string Day(DateOnly day, WorkCalendar? calendar, Texts t) =>
        $"{day.Month}/{day.Day} {t[$"weekday.{(int)day.DayOfWeek}"]}" + (calendar?.IsMakeUp(day) == true ? t["officer.makeup"] : "");

    public static string Kind(InquiryKind kind, Texts t) => t[$"officer.kind.{kind}"];
    public static string State(string state, Texts t) => t.Or($"officer.state.{state}", state);

    /// <summary>A case's state; of one that the citizen took back that it was so, as nobody answered it.</summary>
    public static string State(CaseRow row, Texts t) => Undone(row) ? t[$"officer.outcome.{row.Outcome}"] : State(row.State, t);

    /// <summary>Closed without an answer that anybody waits for: taken back by the citizen, or a mistake of a counter.</summary>
    public static bool Undone(CaseRow row) => row.Outcome is "WithdrawnByCitizen" or "Voided";

    /// <summary>剩 3 个工作日 / 今日到期 / 超期 2 个工作日.</summary>
    public static string Left(Timestamp? due, bool late, WorkCalendar? calendar, Texts t)
    {
        if (due is null) return t["officer.due.none"];
        var (left, days) = (WorkCalendar.Left(calendar, due, late), calendar?.LeftUntil(due.ToDateTimeOffset()));
        return left switch
        {
            TimeLeft.Late when days is < 0 => t["officer.due.lateby", -days.Value],
            TimeLeft.Late => t["officer.due.late"],
            TimeLeft.Today => t["officer.due.today"],
            _ when days is { } n => t["officer.due.left", n],
            _ => t["officer.due.open"],
        };
    }

    /// <summary>The day on which a task would be due with so many working days more; empty where the calendar doesn't reach.</summary>
    public static string Extended(TaskRow task, int days, WorkCalendar? calendar, Texts t) =>
        task.DueAt is not null && calendar?.After(WorkCalendar.DueDay(task.DueAt.ToDateTimeOffset()), days) is { } day ? Day(day, calendar, t) : "";

    /// <summary>The one sentence on the due date.</summary>
    public static string Due(TaskRow task, WorkCalendar? calendar, Texts t)
    {
        if (task.DueAt is null) return t["officer.due.none"];
        var day = Day(WorkCalendar.DueDay(task.DueAt.ToDateTimeOffset()), calendar, t);
        return task.State switch
        {
            "Answered" => t[task.Late ? "officer.due.answeredlate" : "officer.due.answered", day],
            "Withdrawn" => t["officer.due.withdrawn"],
            _ => t["officer.due.sentence", Left(task.DueAt, task.Late, calendar, t), day],
        };
    }

    /// <summary>Who gets the answer, and how, said before it is sent.</summary>
    public static string Reach(UnitRole role, string channel, bool replyUnwanted, Texts t) =>
        role == UnitRole.Assisting ? t["officer.reach.assisting"] : replyUnwanted ? t["officer.reach.unwanted"] : t[$"officer.reach.{Door(channel)}"];

    /// <summary>How a channel's answers leave (services/Channels).</summary>
    public static string Door(string channel) => channel switch
    { "MinxinWeb" or "WebPortal" => "query", "Email" => "email", "QQ" => "qq", "WalkIn" => "slip", _ => "call" };

    public static string DoorIcon(string channel) => Door(channel) switch { "query" => "globe", "email" => "mail", "qq" => "chat", "slip" => "printer", _ => "phone" };

    /// <summary>What became of a unit's task while somebody wrote in it; null when nothing did.</summary>
    public static string? Meanwhile(CaseFile file, string unit, NameList names, Texts t)
    {
        if (file.Answers.LastOrDefault(a => a.TaskId.Length > 0 && a.UnitCode == unit && a.FollowUp is not { Rehandled: true }) is { } answer) return t["officer.meanwhile.answered", names.Officer(answer.OfficerId), At(answer.AnsweredAt, t)];
        return file.Timeline.LastOrDefault(e => e.Act is "InquiryClosed" or "InquiryWithdrawn" or "InquiryMerged" || (e.Act == "TaskWithdrawn" && e.UnitCode == unit)) is { } end ? t[$"officer.meanwhile.{end.Act}", At(end.At, t)] : null;
    }

    /// <summary>Where the answer is now, from the acts since it was given: a code of officer.delivery.</summary>
    public static (string Code, CaseEntry? Entry) Delivery(CaseFile file)
    {
        // 重办: what became of the answer before is no word about the new one.
        var since = file.Timeline.ToList().FindLastIndex(e => e.Act == "InquiryReopened") + 1;
        var last = file.Timeline.Skip(since).LastOrDefault(e => e.Act is "AnswerDelivered" or "AnswerUndeliverable" or "DeliveryInDoubt" or "AnswerFetched");
        return last is null ? ("waiting", null) : (last.Act, last);
    }

    public static string Icon(string act) => act switch
    {
        "InquiryRegistered" => "phone", "ContactAdded" => "chat", "InquiryUrged" or "TaskUrged" or "TaskSupervised" => "alert", "UnitDesignated" => "pin", "InquiryHeld" => "pause", "InquiryDispatched" => "split", "OfficerAssigned" => "user", "TaskHandedOver" => "users", "TaskSignedIn" => "check", "ClockOverdue" or "ExtensionRequested" or "ExtensionGranted" => "clock",
        "InquiryAnswered" or "InquiryDeclined" => "send", "TaskWithdrawn" or "InquiryWithdrawn" or "ContactVoided" or "ReturnRequested" or "ReturnWithdrawn" => "undo", "AnswerDelivered" or "AnswerFetched" => "check", "AnswerUndeliverable" or "DeliveryInDoubt" or "ReturnRejected" or "ExtensionRefused" => "alert", "AnswerRated" => "heart", "InquiryFollowedUp" => "phone", "InquiryReopened" => "undo", "PersonRevealed" => "eye", "InquiryClosed" => "lock", "InquiryMerged" or "InquiryTookIn" => "users", "InquirySplit" or "InquiryLetGo" => "split", _ => "dots",
    };

    public static string Tone(string act) => act switch
    { "ClockOverdue" or "AnswerUndeliverable" => "late", "DeliveryInDoubt" or "InquiryHeld" or "ContactAdded" or "InquiryUrged" or "TaskUrged" or "TaskSupervised" or "UnitDesignated" or "TaskWithdrawn" or "InquiryWithdrawn" or "ContactVoided" or "ReturnRequested" or "ReturnRejected" or "ExtensionRequested" or "ExtensionRefused" or "InquiryMerged" or "InquiryTookIn" or "InquirySplit" or "InquiryReopened" => "warn", "InquiryAnswered" or "AnswerDelivered" or "ExtensionGranted" => "ok", _ => "" };

    /// <summary>What stands beside the act's name: who, which unit, why.</summary>
    public static string Detail(CaseEntry e, NameList names, Texts t)
    {
        var parts = new[]
        {
            e.UnitCode.Length > 0 ? names.Unit(e.UnitCode) : "",
            e.Act == "TaskHandedOver" ? HandedOver(e, names, t) : e.Actor.Length > 0 ? names.Officer(e.Actor) : "",
            e.OtherInquiryId,
            e.EntryNo > 0 ? t["officer.reveal.no", e.EntryNo] : "",
            e.Detail.Length == 0 ? "" : e.Act is "InquiryRegistered" or "ContactAdded" or "InquiryUrged" ? names.Channel(e.Detail, t) : t.Or($"officer.detail.{e.Detail}", e.Detail),
            e.Grade == Grade.Unspecified ? "" : t[$"officer.detail.{e.Grade}"],
            e.WorkingDays > 0 ? t["officer.extend.by", e.WorkingDays] : "",
            e.ToUnitCode.Length > 0 ? t["officer.return.to", names.Unit(e.ToUnitCode)] : "",
            e.Words,
        };
        return string.Join(t["officer.dot"], parts.Where(p => p.Length > 0));
    }

    /// <summary>由 A 转交 B; B 接手, when it was B who did it; and who did it, when it was neither.</summary>
    static string HandedOver(CaseEntry e, NameList names, Texts t)
    {
        var (from, to) = (names.Officer(e.FromOfficerId), names.Officer(e.ToOfficerId));
        if (e.Actor == e.ToOfficerId) return from.Length > 0 ? t["officer.handover.took", to, from] : t["officer.handover.first", to];
        var moved = from.Length > 0 ? t["officer.handover.from", from, to] : t["officer.handover.given", to];
        return e.Actor == e.FromOfficerId ? moved : moved + t["officer.dot"] + t["officer.handover.by", names.Officer(e.Actor)];
    }
}
