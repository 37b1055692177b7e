using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>回电: who asked by telephone or fax is told the answer by telephone, and so is who couldn't be reached by the own door. Until then an operator may see the number.</summary>
static class CallBack
{
    /// <summary>The channels whose answers no machine brings; Channels' doors hotline and office.</summary>
    public static readonly IReadOnlyList<string> Channels = ["Hotline12345", "OfficePhone", "OtherHotline", "Fax"];

    /// <summary>Channels: three calls reached nobody, and it is not tried for ever.</summary>
    const string NotReached = "NotReached";

    public static bool Due(CaseState c) =>
        c is { Registration: { WantsReply: true, Confidential: false, Direct: null } registration, ShownAnswer: { } answer, Voiding: null, TakenBack: false }
        && c.DeliveryOf(answer) switch
        {
            null => Channels.Contains(registration.Channel),
            { State: CaseProjection.Delivered } or { Detail: NotReached } => false,
            _ => true,
        };
}
