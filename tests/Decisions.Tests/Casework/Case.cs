using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using InquiryHub.Casework;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>Named situations of one case, built from facts. Days are in May 2013.</summary>
static class Case
{
    public const string Inquiry = "130506-0300017-4", Lead = Inquiry + "/1/1", Helper = Inquiry + "/1/2", Again = Inquiry + "/2/1";
    public const string Roads = "PJ-001", Water = "PJ-002", Heat = "PJ-003";
    public static readonly Actor Officer = new("li", [Roles.Officer], Roads, "LO-001"), Colleague = new("wang", [Roles.Officer], Roads, "LO-002"),
        Stranger = new("zhao", [Roles.Officer], Heat, "LO-009"), Assistant = new("qian", [Roles.Officer], Water, "LO-005"), Supervisor = new("sun", [Roles.Supervisor], "", ""), Clerk = new("followup1", [Roles.FollowUpClerk], "", "");
    public static readonly UnitNames Units = UnitNames.Of([new UnitPublished { UnitCode = Roads }, new UnitPublished { UnitCode = Water }, new UnitPublished { UnitCode = Heat }]);
    public static readonly Sealed Envelope = new() { KeyId = "s1" };
    public static readonly DateTimeOffset Now = At(8, 10);

    public static DateTimeOffset At(int day, int hour) => CityTime.At(new(2013, 5, day), new(hour, 0));
    static Timestamp Stamp(int day, int hour) => CityTime.Stamp(At(day, hour));

    public static InquiryRegistered Registered(bool wantsReply = true) => new()
    {
        InquiryId = Inquiry, Kind = InquiryKind.Complaint, CategoryCode = "010203", AreaCode = "211103", WantsReply = wantsReply, ReceivingUnitCode = Heat,
        Contact = new() { ContactId = "c1", Channel = "Web", ReceivedAt = Stamp(6, 9), Door = "web" },
    };

    public static InquiryRegistered RegisteredDirect() { var e = Registered(); e.DirectAnswer = new() { AnsweredBy = "op1", AnsweredAt = Stamp(6, 9) }; return e; }
    public static ContactAdded Added(string id = "c2") => new() { InquiryId = Inquiry, Contact = new() { ContactId = id, Channel = "Hotline12345", ReceivedAt = Stamp(7, 9) } };
    public static InquiryHeld Held() => new() { InquiryId = Inquiry, Reason = "NoArea", HeldAt = Stamp(6, 9) };

    public static InquiryDispatched Dispatched(string task, int no, string unit, UnitRole role = UnitRole.Lead) =>
        new() { InquiryId = Inquiry, TaskId = task, DispatchNo = no, UnitCode = unit, Role = role, DispatchedAt = Stamp(6 + no, 9), Reason = "Catalogue" };

    public static InquiryDeclined Declined() => new() { InquiryId = Inquiry, Reason = "Litigation", DeclinedBy = "d1", DeclinedAt = Stamp(8, 11), PublicReply = Envelope };
    public static ReturnAccepted ReturnAccepted() => new() { InquiryId = Inquiry, TaskId = Lead, DispatchNo = 1, UnitCode = Roads, AcceptedBy = "d1", AcceptedAt = Stamp(8, 11) };
    public static ReturnRejected ReturnRejected() => new() { InquiryId = Inquiry, TaskId = Lead, DispatchNo = 1, UnitCode = Roads, RejectedBy = "d1", RejectedAt = Stamp(8, 11), Words = Envelope };
    public static UnitDesignated Designated() => new() { InquiryId = Inquiry, TaskId = Lead, DispatchNo = 1, UnitCode = Roads, DesignatedBy = "s1", DesignatedAt = Stamp(8, 11), Words = Envelope };
    public static OfficerAssigned Assigned(string task, string unit, string officer) => new() { InquiryId = Inquiry, TaskId = task, UnitCode = unit, OfficerId = officer, AssignedAt = Stamp(7, 9) };
    public static ClockStarted Started(string task) => new() { InquiryId = Inquiry, TaskId = task, DueAt = Stamp(16, 0), Provisional = false };
    public static ClockOverdue Overdue(string task) => new() { InquiryId = Inquiry, TaskId = task, DueAt = Stamp(16, 0), FoundAt = Stamp(16, 1) };
    public static ClockStopped Stopped(string task, bool inTime) => new() { InquiryId = Inquiry, TaskId = task, InTime = inTime, StoppedAt = Stamp(8, 10) };
    public static AnswerDelivered Delivered(int no) => new() { InquiryId = Inquiry, AnswerNo = no, Medium = "Smtp", DeliveredAt = Stamp(8, 11) };
    public static AnswerUndeliverable Undeliverable(int no) => new() { InquiryId = Inquiry, AnswerNo = no, Reason = "NoAddress", FailedAt = Stamp(8, 11) };

    public static InquiryDispatched Rehandled(int no = 2) => new(Dispatched(Again, no, Roads)) { Reason = "Rehandled", DispatchedBy = "followup1", Words = Envelope };
    /// <summary>Answered by the lead unit, and the answer has arrived.</summary>
    public static CaseState Told() => WithAnOfficer().Answered().Then(Delivered(1));

    /// <summary>The case after a fact, as the handlers fold it.</summary>
    public static CaseStep Fold(CaseState c, IMessage fact) => fact switch
    {
        InquiryRegistered e => CaseProjection.Registered(c, e, "title", Now),
        ContactAdded e => CaseProjection.ContactAdded(c, e),
        ContactVoided e => CaseProjection.Voided(c, e),
        InquiryHeld e => CaseProjection.HeldBack(c, e),
        InquiryDispatched e => CaseProjection.Dispatched(c, e, Now),
        InquiryDeclined e => CaseProjection.DeclinedBy(c, e, Now),
        ReturnAccepted e => CaseProjection.ReturnAccepted(c, e, Now),
        ReturnRejected e => CaseProjection.ReturnRejected(c, e),
        UnitDesignated e => CaseProjection.UnitDesignated(c, e),
        OfficerAssigned e => CaseProjection.OfficerAssigned(c, e, Now),
        ClockStarted e => CaseProjection.ClockStarted(c, e),
        ClockOverdue e => CaseProjection.ClockOverdue(c, e),
        ClockStopped e => CaseProjection.ClockStopped(c, e),
        ClockMoved e => CaseProjection.ClockMoved(c, e),
        AnswerDelivered e => CaseProjection.Delivery(c, new(e.AnswerNo, CaseProjection.Delivered, e.Medium, e.DeliveredAt.ToDateTimeOffset())),
        AnswerUndeliverable e => CaseProjection.Delivery(c, new(e.AnswerNo, CaseProjection.Undeliverable, e.Reason, e.FailedAt.ToDateTimeOffset())),
        _ => throw new ArgumentException(fact.Descriptor.Name),
    };

    public static (CaseState Case, List<IMessage> Said) Run(CaseState c, IEnumerable<IMessage> facts)
    {
        var said = new List<IMessage>();
        foreach (var fact in facts) { var step = Fold(c, fact); c = step.Case; said.AddRange(step.Events); }
        return (c, said);
    }

    public static CaseState Of(params IMessage[] facts) => Run(new(Inquiry), facts).Case;

    /// <summary>Dispatched to one unit, its officer assigned.</summary>
    public static CaseState WithAnOfficer(params IMessage[] more) => Of([Registered(), Dispatched(Lead, 1, Roads), Assigned(Lead, Roads, "LO-001"), .. more]);

    /// <summary>Lead and assisting unit, both assigned.</summary>
    public static CaseState Joint() => WithAnOfficer(Dispatched(Helper, 1, Water, UnitRole.Assisting), Assigned(Helper, Water, "LO-005"));

    public static CaseState Answered(this CaseState c, string task = Lead, Actor? by = null) => CaseworkDecision.Answer(c, task, by ?? Officer, "好的", "", Envelope, Now).Value!.Case;

    public static CaseState Then(this CaseState c, params IMessage[] facts) => Run(c, facts).Case;
}
