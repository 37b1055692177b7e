using Google.Protobuf.Reflection;
using InquiryHub.Contracts.Channels;

namespace InquiryHub.Contracts.Tests;

/// <summary>Name, phone, address, mail and free text travel in events only sealed (kernel.md 8). The log keeps events for 400 days and all services read them.</summary>
public sealed class PersonalDataTests
{
    static readonly string[] Words =
        ["name", "phone", "mobile", "email", "mail", "address", "text", "title", "place", "note", "reply", "content", "body", "remark", "comment", "detail", "supplement", "answer", "proof", "citizen", "caller"];

    /// <summary>Fields of events that sound personal and are in clear all the same. A new one needs a reason here.</summary>
    static readonly Dictionary<string, string> Decided = new()
    {
        ["hub.directory.v1.UnitPublished.name"] = "a public office",
        ["hub.directory.v1.OfficerPublished.name"] = "staff, shown to staff; invented in the shipped data",
        ["hub.directory.v1.AreaPublished.name"] = "a district, street or village",
        ["hub.directory.v1.CounterPublished.name"] = "a walk-in counter",
        ["hub.directory.v1.CatalogueEntryPublished.name_zh"] = "an entry of the dispatch catalogue",
        ["hub.directory.v1.CatalogueEntryPublished.name_en"] = "an entry of the dispatch catalogue",
        ["hub.directory.v1.ChannelPublished.name_zh"] = "an intake channel",
        ["hub.directory.v1.ChannelPublished.name_en"] = "an intake channel",
        ["hub.directory.v1.ChannelPublished.bucket_name_zh"] = "a line of the report",
        ["hub.directory.v1.ChannelPublished.bucket_name_en"] = "a line of the report",
        ["hub.channels.v1.AnswerDelivered.proof"] = "the peer's receipt, which Channels cuts down to what names no person",
    };

    static readonly IReadOnlyList<FieldDescriptor> FieldsOfEvents = [.. Topics.All.SelectMany(t => t.Events).SelectMany(e => Descriptors.Reachable(e.Type)).Distinct().SelectMany(m => m.Fields.InFieldNumberOrder())];

    static bool SoundsPersonal(FieldDescriptor f, params string[] words) =>
        (f.FieldType is FieldType.String or FieldType.Bytes || (f.IsMap && f.MessageType.FindFieldByNumber(2).FieldType == FieldType.String)) && f.Name.Split('_').Intersect(words).Any();

    [Fact]
    public void Personal_data_is_in_no_event_outside_of_Sealed() => Guard.Nothing(
        FieldsOfEvents.Where(f => SoundsPersonal(f, Words) && !Decided.ContainsKey(f.FullName)).Select(f => f.FullName),
        "Seal it (hub.common.v1.Sealed), or say in PersonalDataTests.Decided why it may be in clear:");

    [Fact]
    public void What_was_decided_is_still_there() => Guard.Nothing(Decided.Keys.Except(FieldsOfEvents.Select(f => f.FullName)), "Strike it from the list:");

    [Fact]
    public void What_is_sealed_is_in_no_event_in_clear() => Guard.Nothing(
        Topics.All.SelectMany(t => t.Events).Where(e => Descriptors.Reachable(e.Type).Any(m => m == Content.Descriptor || m == Text.Descriptor)).Select(e => e.Type.FullName), "Content and Text travel sealed:");

    /// <summary>Fields of RPCs with somebody's number or address in full. A new one needs a reason here; the name is not held: gRPC also gives names of units and channels.</summary>
    static readonly Dictionary<string, string> InFull = new()
    {
        ["hub.channels.v1.RegisterCallRequest.phone"] = "typed by the operator",
        ["hub.channels.v1.RegisterCallRequest.address"] = "typed by the operator",
        ["hub.channels.v1.RegisterWalkInRequest.phone"] = "typed by the clerk",
        ["hub.channels.v1.AskRequest.phone"] = "typed by the citizen",
        ["hub.casework.v1.ListCasesOfCallerRequest.number"] = "of the call in hand",
        ["hub.channels.v1.CallNow.number"] = "in full only while it rings and for whoever has it in hand: CallView and its test",
        ["hub.casework.v1.RevealPersonReply.phone"] = "with a reason and an entry: RevealDecision and its test",
        ["hub.casework.v1.RevealPersonReply.email"] = "as the phone",
        ["hub.casework.v1.RevealPersonReply.address"] = "as the phone",
        ["hub.channels.v1.QuarantineForm.phone"] = "whoever files an entry reads the raw bytes and sets right what was read of them: a mask would be filed",
        ["hub.channels.v1.QuarantineForm.email"] = "as the phone",
    };

    static readonly IReadOnlyList<string> NumbersAndAddresses = [.. Descriptors.InGrpc.SelectMany(m => m.Fields.InFieldNumberOrder())
        .Where(f => SoundsPersonal(f, "phone", "mobile", "email", "mail", "address", "number") && !f.Name.EndsWith("_masked", StringComparison.Ordinal)).Select(f => f.FullName)];

    // As Casework's GetCase shows them: 138****0000.
    [Fact]
    public void Phone_mail_and_address_reach_a_screen_only_masked() =>
        Guard.Nothing(NumbersAndAddresses.Where(f => !InFull.ContainsKey(f)), "Name it ..._masked and mask it, or say in PersonalDataTests.InFull why it is in full:");

    [Fact]
    public void What_is_shown_in_full_by_decision_is_still_there() => Guard.Nothing(InFull.Keys.Except(NumbersAndAddresses), "Strike it from the list:");
}
