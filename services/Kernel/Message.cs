using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace InquiryHub.Kernel;

/// <summary>One event of one producing service. <paramref name="Seq"/> is dense per (Source, Shard), in commit order.</summary>
/// <param name="Type">Wire name: the proto full name, version included.</param>
/// <param name="Trace">W3C traceparent of the step that emitted it.</param>
public sealed record Message(string Source, int Shard, long Seq, string Key, string Type, string? Trace, byte[] Body, DateTimeOffset RecordedAt)
{
    /// <summary>Where it lies on Kafka; null on the embedded log.</summary>
    internal LogOffset? Offset { get; init; }

    // Handed over in memory it comes decoded. Nobody changes an event once it is emitted.
    internal IMessage? Decoded { private get; init; }
    IMessage? decoded;

    /// <summary>The event; null when this build does not know its type (a newer producer's, nobody here can want it).</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are not of that type.</exception>
    public IMessage? Event => decoded ??= Decoded ?? EventTypes.Decode(Type, Body);
}

/// <summary>Every event of the contracts by its wire name.</summary>
public static class EventTypes
{
    static readonly FrozenDictionary<string, MessageParser> parsers = Files()
        .SelectMany(f => f.MessageTypes).ToFrozenDictionary(d => d.FullName, d => d.Parser);

    public static IEnumerable<FileDescriptor> Files() =>
    [
        Contracts.Common.CommonReflection.Descriptor, Contracts.Channels.EventsReflection.Descriptor, Contracts.Channels.ChannelsReflection.Descriptor,
        Contracts.Routing.RoutingReflection.Descriptor, Contracts.Assignment.AssignmentReflection.Descriptor, Contracts.Sla.SlaReflection.Descriptor,
        Contracts.Casework.CaseworkReflection.Descriptor, Contracts.Statistics.StatisticsReflection.Descriptor, Contracts.Directory.DirectoryReflection.Descriptor,
    ];

    public static IMessage? Decode(string type, byte[] body) => parsers.TryGetValue(type, out var parser) ? parser.ParseFrom(body) : null;
}
