using Google.Protobuf.Reflection;
using InquiryHub.Contracts.Assignment;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;

namespace InquiryHub.Contracts;

/// <summary>The events of one producing service, in the order of their commits. Partitions are the hub's shards, one for one, so no number stands here.</summary>
/// <param name="Owner">The one service that makes these events; its proto package is <c>hub.OWNER.v1</c>.</param>
public sealed record Topic(string Owner, TimeSpan Retention, IReadOnlyList<TopicEvent> Events)
{
    public string Name => "hub." + Owner;
}

/// <param name="Key">Path of the field whose value is the key, or the constant key itself in quotes. The key decides the shard, and order holds per key.</param>
public sealed record TopicEvent(MessageDescriptor Type, string Key);

/// <summary>Every event that is published, each on one topic. The embedded log uses the same owners and keys.</summary>
public static class Topics
{
    /// <summary>The default: a reporting year and its corrections (kernel.md 2). A bigger city sets less.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(400);

    public static readonly IReadOnlyList<Topic> All =
    [
        new("channels", Retention,
        [
            new(InquiryRegistered.Descriptor, "inquiry_id"),
            new(ContactAdded.Descriptor, "inquiry_id"),
            new(ContactVoided.Descriptor, "inquiry_id"),
            new(ContactRecorded.Descriptor, "contact.contact_id"),
            new(ContactsTallied.Descriptor, "sheet_id"),
            new(AnswerDelivered.Descriptor, "inquiry_id"),
            new(AnswerUndeliverable.Descriptor, "inquiry_id"),
            new(DeliveryInDoubt.Descriptor, "inquiry_id"),
        ]),
        new("routing", Retention,
        [
            new(InquiryDispatched.Descriptor, "inquiry_id"),
            new(InquiryHeld.Descriptor, "inquiry_id"),
            new(InquiryDeclined.Descriptor, "inquiry_id"),
            new(ReturnAccepted.Descriptor, "inquiry_id"),
            new(ReturnRejected.Descriptor, "inquiry_id"),
            new(UnitDesignated.Descriptor, "inquiry_id"),
        ]),
        new("assignment", Retention,
        [
            new(OfficerAssigned.Descriptor, "inquiry_id"),
            new(AssignmentDeferred.Descriptor, "inquiry_id"),
        ]),
        new("sla", Retention,
        [
            new(ClockStarted.Descriptor, "inquiry_id"),
            new(ClockOverdue.Descriptor, "inquiry_id"),
            new(ClockStopped.Descriptor, "inquiry_id"),
            new(ClockMoved.Descriptor, "inquiry_id"),
        ]),
        new("casework", Retention,
        [
            new(TaskSignedIn.Descriptor, "inquiry_id"),
            new(InquiryAnswered.Descriptor, "inquiry_id"),
            new(AnswerFetched.Descriptor, "inquiry_id"),
            new(InquiryClosed.Descriptor, "inquiry_id"),
            new(TaskWithdrawn.Descriptor, "inquiry_id"),
            new(AnswerRated.Descriptor, "inquiry_id"),
            new(PersonRevealed.Descriptor, "inquiry_id"),
            new(ReturnRequested.Descriptor, "inquiry_id"),
            new(ReturnWithdrawn.Descriptor, "inquiry_id"),
            new(ExtensionRequested.Descriptor, "inquiry_id"),
            new(ExtensionGranted.Descriptor, "inquiry_id"),
            new(ExtensionRefused.Descriptor, "inquiry_id"),
            new(TaskUrged.Descriptor, "inquiry_id"),
            new(TaskSupervised.Descriptor, "inquiry_id"),
            new(InquiryMerged.Descriptor, "inquiry_id"),
            new(InquirySplit.Descriptor, "inquiry_id"),
            new(InquiryTookIn.Descriptor, "inquiry_id"),
            new(InquiryLetGo.Descriptor, "inquiry_id"),
            new(InquiryFollowedUp.Descriptor, "inquiry_id"),
            new(InquiryReopened.Descriptor, "inquiry_id"),
        ]),
        // One key for all reference data: an officer must not be read before the unit it belongs to.
        new("directory", Retention,
        [
            new(UnitPublished.Descriptor, "'directory'"),
            new(OfficerPublished.Descriptor, "'directory'"),
            new(CatalogueEntryPublished.Descriptor, "'directory'"),
            new(AreaPublished.Descriptor, "'directory'"),
            new(CounterPublished.Descriptor, "'directory'"),
            new(ChannelPublished.Descriptor, "'directory'"),
            new(CalendarPublished.Descriptor, "'directory'"),
            new(LimitPublished.Descriptor, "'directory'"),
        ]),
    ];
}
