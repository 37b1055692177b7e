using System.Globalization;
using Google.Protobuf.Reflection;
using InquiryHub.Contracts.Common;

namespace InquiryHub.Contracts.Tests;

/// <summary>The contracts of this build, and the same as text: one line a message, field, enum value and RPC.</summary>
static class Descriptors
{
    public static IReadOnlyList<FileDescriptor> Files { get; } = [.. typeof(Sealed).Assembly.GetTypes()
        .Where(t => t.IsAbstract && t.IsSealed && t.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(t => t.GetProperty("Descriptor")?.GetValue(null)).OfType<FileDescriptor>().OrderBy(f => f.Name, StringComparer.Ordinal)];

    public static IReadOnlyList<MessageDescriptor> Messages { get; } = [.. Files.SelectMany(f => f.MessageTypes).SelectMany(WithNested)];

    public static IReadOnlyDictionary<string, MessageDescriptor> ByName { get; } = Messages.ToDictionary(m => m.FullName);

    /// <summary>Every message that an RPC takes or gives, with all that is inside it.</summary>
    public static IReadOnlySet<MessageDescriptor> InGrpc { get; } = Files.SelectMany(f => f.Services).SelectMany(s => s.Methods)
        .SelectMany(m => new[] { m.InputType, m.OutputType }).SelectMany(Reachable).ToHashSet();

    static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor m) =>
        m.NestedTypes.Where(n => !n.IsMapEntry).SelectMany(WithNested).Prepend(m);

    /// <summary>The message and all messages that its fields hold in clear, at any depth.</summary>
    public static IReadOnlyList<MessageDescriptor> Reachable(MessageDescriptor from)
    {
        var seen = new List<MessageDescriptor>();
        Visit(from);
        return seen;

        void Visit(MessageDescriptor m)
        {
            if (seen.Contains(m)) return;
            seen.Add(m);
            foreach (var f in m.Fields.InFieldNumberOrder().Where(f => f.FieldType == FieldType.Message)) Visit(f.MessageType);
        }
    }

    public static IReadOnlyList<string> Lines() =>
    [
        .. Messages.OrderBy(m => m.FullName, StringComparer.Ordinal).SelectMany(m => m.Fields.InFieldNumberOrder().Select(f => Line(m, f)).Prepend($"{m.FullName} message")),
        .. Files.SelectMany(f => f.EnumTypes).Concat(Messages.SelectMany(m => m.EnumTypes)).OrderBy(e => e.FullName, StringComparer.Ordinal)
            .SelectMany(e => e.Values.OrderBy(v => v.Number).Select(v => $"{e.FullName} {v.Number} {v.Name}")),
        .. Files.SelectMany(f => f.Services).OrderBy(s => s.FullName, StringComparer.Ordinal)
            .SelectMany(s => s.Methods.OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{s.FullName} {m.Name} {Stream(m.IsClientStreaming)}{m.InputType.FullName} -> {Stream(m.IsServerStreaming)}{m.OutputType.FullName}")),
    ];

    public static string Line(MessageDescriptor m, FieldDescriptor f) => string.Create(CultureInfo.InvariantCulture, $"{m.FullName} {f.FieldNumber} {f.Name} {TypeOf(f)}");

    static string TypeOf(FieldDescriptor f) =>
        f.IsMap ? $"map<{Single(f.MessageType.Fields.InFieldNumberOrder()[0])}, {Single(f.MessageType.Fields.InFieldNumberOrder()[1])}>"
        : f.IsRepeated ? "repeated " + Single(f)
        : f.RealContainingOneof is { } one ? $"{Single(f)} of {one.Name}"
        : f.HasPresence && f.FieldType != FieldType.Message ? "optional " + Single(f)
        : Single(f);

    static string Single(FieldDescriptor f) => f.FieldType switch
    {
        FieldType.Message => f.MessageType.FullName,
        FieldType.Enum => f.EnumType.FullName,
        var scalar => scalar.ToString().ToLowerInvariant(),
    };

    static string Stream(bool streaming) => streaming ? "stream " : "";
}
