using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Contracts.Tests;

public sealed class TopicsTests
{
    static readonly IReadOnlyList<(Topic Topic, TopicEvent Event)> Events = [.. Topics.All.SelectMany(t => t.Events.Select(e => (t, e)))];

    // Neither published nor an argument of an RPC: sealed inside events, or a refusal in the status of an RPC.
    static readonly MessageDescriptor[] Elsewhere = [Content.Descriptor, Text.Descriptor, Refusal.Descriptor];

    /// <summary>A message is an event when no RPC takes or gives it and no other message holds it; Directory's lists give its events as they are.</summary>
    static IEnumerable<MessageDescriptor> EventsOfTheProtos()
    {
        var held = Descriptors.Messages.SelectMany(m => Descriptors.Reachable(m).Skip(1)).ToHashSet();
        return Descriptors.Messages.Except(Elsewhere).Where(m => m.Name.EndsWith("Published", StringComparison.Ordinal) || (!Descriptors.InGrpc.Contains(m) && !held.Contains(m)));
    }

    [Fact]
    public void Every_event_is_on_exactly_one_topic_and_nothing_else_is()
    {
        var events = EventsOfTheProtos().ToList();
        Guard.Nothing(events.Union(Events.Select(x => x.Event.Type)).Select(e => (Type: e, Topics: Events.Count(x => x.Event.Type == e)))
            .Where(e => e.Topics != (events.Contains(e.Type) ? 1 : 0)).Select(e => $"{e.Type.FullName} is on {e.Topics}"), "An event has one line in Topics.cs; what is no event has none:");
    }

    [Fact]
    public void A_topic_holds_the_events_of_its_owners_package() => Guard.Nothing(
        Events.Where(x => x.Event.Type.File.Package != $"{x.Topic.Name}.v1").Select(x => $"{x.Event.Type.FullName} on {x.Topic.Name}"), "One owner a topic:");

    [Fact]
    public void Topics_have_different_owners_and_keep_400_days()
    {
        Assert.Distinct(Topics.All.Select(t => t.Name));
        Assert.All(Topics.All, t => Assert.Equal(400, t.Retention.TotalDays));
    }

    [Fact]
    public void A_key_is_a_text_of_the_event_or_a_constant() => Guard.Nothing(
        Events.Where(x => !Regex.IsMatch(x.Event.Key, "^'[a-z]+'$") && !IsText(x.Event.Type, x.Event.Key.Split('.'))).Select(x => $"{x.Event.Type.FullName} {x.Event.Key}"), "No such field:");

    static bool IsText(MessageDescriptor m, ReadOnlySpan<string> path) => m.FindFieldByName(path[0]) switch
    {
        null => false,
        { FieldType: FieldType.Message } f => path.Length > 1 && IsText(f.MessageType, path[1..]),
        var f => path.Length == 1 && f.FieldType == FieldType.String,
    };

    [Fact]
    public void The_Kernel_knows_every_file_of_the_contracts()
    {
        Assert.Equal(Descriptors.Files.Select(f => f.Name), EventTypes.Files().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(Events, x => Assert.NotNull(EventTypes.Decode(x.Event.Type.FullName, [])));
    }

    // Law 4: one writer per fact. Directory's events are also arguments of its RPCs, so that others may fill one in.
    [Fact]
    public void An_event_is_made_in_its_owners_folder_only() => Guard.Nothing(
        from x in Events
        where x.Topic.Owner != "directory"
        from file in Repository.Files("services", ".cs")
        where !file.StartsWith($"services/{x.Topic.Owner}/", StringComparison.OrdinalIgnoreCase) && Regex.IsMatch(Repository.Read(file), $@"\bnew\s+{x.Event.Type.Name}\b")
        select $"{file} makes {x.Event.Type.FullName}", "One writer per fact:");
}
