using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Assignment;

/// <summary>An officer is away from a day until a day, both included; null as deputy: nobody is there the whole time.</summary>
sealed record Leave(int No, string OfficerId, DateOnly From, DateOnly Until, string? DeputyId, string SetBy, DateTimeOffset SetAt)
{
    public bool On(DateOnly day) => From <= day && day <= Until;
    public bool Meets(DateOnly from, DateOnly until) => From <= until && from <= Until;

    /// <summary>From then on the officer has nothing but what somebody hands over to the officer by hand.</summary>
    internal DateTimeOffset BeginsAt => CityTime.At(From, TimeOnly.MinValue) is var midnight && midnight > SetAt ? midnight : SetAt;
}

/// <summary>A unit's leaves. Those that are over go with the next change: they decide nothing any more, and the cases say where their tasks went.</summary>
sealed record UnitLeaves(string UnitCode, IReadOnlyList<Leave> Leaves)
{
    public int LastNo { get; init; }
    internal DateOnly? UntilOn => Leaves.Count == 0 ? null : Leaves.Max(l => l.Until);

    public IReadOnlyList<Leave> NotOver(DateOnly today) => [.. Leaves.Where(l => l.Until >= today)];
    public Leave? OfOn(string officerId, DateOnly day) => Leaves.FirstOrDefault(l => l.OfficerId == officerId && l.On(day));
    public bool IsAway(string officerId, DateOnly day) => OfOn(officerId, day) is not null;
}

/// <summary>What is asked for. <paramref name="No"/> is the leave that is changed, 0 a new one; <paramref name="DeputyId"/> may be empty.</summary>
sealed record LeaveWish(int No, string OfficerId, DateOnly From, DateOnly Until, string DeputyId);

/// <summary>A leave as it is from now on, and all of its unit's.</summary>
sealed record LeaveSet(UnitLeaves Unit, Leave Leave);

/// <summary>
/// 请假与代理: people change, work does not fall through. Who goes on leave names somebody of the unit who is there the whole time; where nobody is,
/// the tasks stay and the unit is vacant, which the board shows. Set, changed and ended by who may hand over the unit's tasks.
/// </summary>
static class LeaveDecision
{
    public const string OnLeave = "OnLeave";

    public static Outcome<LeaveSet> Set(UnitLeaves unit, LeaveWish wish, Actor actor, Staff staff, DateTimeOffset now)
    {
        var (today, active) = (CityTime.DateOf(now), staff.ActiveOf(unit.UnitCode));
        var current = unit.NotOver(today);
        var before = current.FirstOrDefault(l => l.No == wish.No && l.OfficerId == wish.OfficerId);
        if (!HandOverDecision.MayFor(actor, unit.UnitCode)) return Refusals.NotYours;
        if (!active.Contains(wish.OfficerId)) return LeaveRefusals.UnknownOfficer;
        if (wish.No != 0 && before is null) return LeaveRefusals.UnknownLeave;
        if (Days(wish, before, today) is { } days) return days;

        var others = current.Where(l => l != before).ToList();
        if (others.FirstOrDefault(l => l.OfficerId == wish.OfficerId && l.Meets(wish.From, wish.Until)) is { } own) return LeaveRefusals.Overlaps(own);
        if (Deputy(wish, others, active, staff) is { } deputy) return deputy;
        if (others.FirstOrDefault(l => l.DeputyId == wish.OfficerId && l.Meets(wish.From, wish.Until) && Free(l.OfficerId, l.From, l.Until, others, active).Any(o => o != wish.OfficerId)) is { } leftAlone)
            return LeaveRefusals.DeputisesFor(staff.Name(leftAlone.OfficerId), leftAlone);

        var begun = before is { } b && b.On(today);
        var leave = new Leave(before?.No ?? unit.LastNo + 1, wish.OfficerId, wish.From, wish.Until, wish.DeputyId.Length > 0 ? wish.DeputyId : null, HandOverDecision.NameOf(actor), begun ? before!.SetAt : now);
        return new LeaveSet(unit with { Leaves = [.. others.Append(leave).OrderBy(l => l.From).ThenBy(l => l.No)], LastNo = Math.Max(unit.LastNo, leave.No) }, leave);
    }

    public static Outcome<UnitLeaves> End(UnitLeaves unit, int no, Actor actor, DateTimeOffset now)
    {
        var current = unit.NotOver(CityTime.DateOf(now));
        if (!HandOverDecision.MayFor(actor, unit.UnitCode)) return Refusals.NotYours;
        if (current.All(l => l.No != no)) return LeaveRefusals.UnknownLeave;
        return unit with { Leaves = [.. current.Where(l => l.No != no)] };
    }

    /// <summary>The deputies who take over now, by whom they take over from: both are the unit's, and the deputy is there.</summary>
    public static IReadOnlyDictionary<string, Leave> Deputised(UnitLeaves unit, Staff staff, DateOnly today) =>
        unit.Leaves.Where(l => l.On(today) && l.DeputyId is { } d && staff.ActiveOf(unit.UnitCode).Contains(d) && !unit.IsAway(d, today)).DistinctBy(l => l.OfficerId).ToDictionary(l => l.OfficerId);

    /// <summary>
    /// An open task of who is on leave goes to the deputy. What was handed over to the officer by hand since stays: somebody wanted it so. Null where nothing is to be done,
    /// so that it may be asked as often as one likes.
    /// </summary>
    public static HandOver? Move(AssignedInquiry? inquiry, string taskId, UnitLeaves? unit, Staff staff, DateTimeOffset now)
    {
        if (inquiry?.Task(taskId) is not { Ended: false, OfficerId: { } officer } task || unit is null || task.UnitCode != unit.UnitCode) return null;
        if (!Deputised(unit, staff, CityTime.DateOf(now)).TryGetValue(officer, out var leave) || task.HandedOverAt >= leave.BeginsAt) return null;
        return new(inquiry.With(task with { OfficerId = leave.DeputyId, HandedOverAt = now }), new()
        {
            InquiryId = inquiry.InquiryId, TaskId = taskId, DispatchNo = task.DispatchNo, UnitCode = task.UnitCode, OfficerId = leave.DeputyId,
            AssignedAt = CityTime.Stamp(now), Reason = OnLeave, AssignedBy = leave.SetBy,
        });
    }

    static Refusal? Days(LeaveWish wish, Leave? before, DateOnly today) =>
        wish.Until < wish.From ? LeaveRefusals.InvalidDays
        : wish.From < today && wish.From != before?.From ? LeaveRefusals.FromPassed
        : wish.Until < today ? LeaveRefusals.UntilPassed
        : wish.Until >= wish.From.AddYears(1) || wish.From > today.AddYears(1) ? LeaveRefusals.TooLong : null;

    static Refusal? Deputy(LeaveWish wish, List<Leave> others, IReadOnlyList<string> active, Staff staff)
    {
        var free = Free(wish.OfficerId, wish.From, wish.Until, others, active);
        if (wish.DeputyId.Length == 0) return free.Count == 0 ? null : LeaveRefusals.DeputyNeeded(string.Join('、', free.Take(3).Select(staff.Name)), string.Join(", ", free.Take(3).Select(staff.Name)));
        if (wish.DeputyId == wish.OfficerId || !active.Contains(wish.DeputyId)) return LeaveRefusals.DeputyNotOfUnit;
        return others.FirstOrDefault(l => l.OfficerId == wish.DeputyId && l.Meets(wish.From, wish.Until)) is { } away ? LeaveRefusals.DeputyAway(staff.Name(wish.DeputyId), away) : null;
    }

    /// <summary>Who of the unit is there all these days, but for the one who is away.</summary>
    static IReadOnlyList<string> Free(string officerId, DateOnly from, DateOnly until, List<Leave> leaves, IReadOnlyList<string> active) =>
        [.. active.Where(o => o != officerId && !leaves.Any(l => l.OfficerId == o && l.Meets(from, until)))];
}

/// <summary>Why a leave can't be, each with what to do.</summary>
static class LeaveRefusals
{
    public static readonly Refusal UnknownOfficer = Refusals.Of("UnknownOfficer", "没有这位在岗的联络员，请从名单中选择。", "There is no such active officer; please choose one from the list.");
    public static readonly Refusal UnknownLeave = Refusals.Of("UnknownLeave", "这次请假已结束或已取消，请刷新查看。", "This leave is over or was cancelled; please refresh to see it.");
    public static readonly Refusal InvalidDays = Refusals.Of("InvalidDays", "起止日期无效：请填写日期，且起始不晚于截止。", "The days are not valid; please give both, the first not after the last.");
    public static readonly Refusal FromPassed = Refusals.Of("FromPassed", "请假不能从过去的日期开始，请从今天或以后选起。", "A leave can't begin on a day that has passed; please choose today or later.");
    public static readonly Refusal UntilPassed = Refusals.Of("UntilPassed", "截止日期已过。人已回来的，请用“结束”。", "The last day has passed. If the officer is back, please end the leave.");
    public static readonly Refusal TooLong = Refusals.Of("TooLong", "一次请假不超过一年，也不早于一年前登记。更久的，请让管理员停用该联络员。", "A leave lasts less than a year and begins within a year. For longer, please have the administrator deactivate the officer.");
    public static readonly Refusal DeputyNotOfUnit = Refusals.Of("DeputyNotOfUnit", "代理人须是本单位另一位在岗联络员，请另选一位。", "The deputy must be another active officer of the unit; please choose one.");

    public static Refusal Overlaps(Leave own) => Refusals.Of("LeaveOverlaps", $"该联络员 {Zh(own)} 已请假，请修改那一次。", $"This officer is on leave {En(own)} already; please change that leave.");
    public static Refusal DeputyNeeded(string zh, string en) => Refusals.Of("DeputyNeeded", $"请选择代理人：{zh}这些天在岗。", $"Please choose a deputy: there those days: {en}.");
    public static Refusal DeputyAway(string name, Leave away) => Refusals.Of("DeputyAway", $"{name} {Zh(away)} 请假，请另选代理人。", $"{name} is on leave {En(away)}; please choose another deputy.");
    public static Refusal DeputisesFor(string name, Leave of) => Refusals.Of("DeputisesFor", $"该联络员在为 {name} 代理（{Zh(of)}），请先给 {name} 另选代理人。", $"This officer deputises for {name} ({En(of)}); please choose another deputy for {name} first.");

    static string Zh(Leave l) => $"{l.From.Month}/{l.From.Day} 至 {l.Until.Month}/{l.Until.Day}";
    static string En(Leave l) => $"{l.From.Month}/{l.From.Day} to {l.Until.Month}/{l.Until.Day}";
}
