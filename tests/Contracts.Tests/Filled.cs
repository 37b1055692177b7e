using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace InquiryHub.Contracts.Tests;

/// <summary>An example of a message with every field set, the same each time. Nobody in it exists.</summary>
static class Filled
{
    // 2013-05-22T01:00:00Z, 09:00 in the city.
    const long Morning = 1369184400;
    static readonly string Number = Kernel.InquiryNumber.Make(new DateOnly(2013, 5, 22), shard: 3, ordinal: 41);

    public static IMessage Example(MessageDescriptor type)
    {
        var message = type.Parser.ParseFrom([]);
        foreach (var f in type.Fields.InFieldNumberOrder())
        {
            if (f.IsMap) ((IDictionary)f.Accessor.GetValue(message)).Add(Value(f.MessageType.Fields.InFieldNumberOrder()[0], 1), Value(f.MessageType.Fields.InFieldNumberOrder()[1], 1));
            else if (f.IsRepeated) foreach (var n in new[] { 1, 2 }) ((IList)f.Accessor.GetValue(message)).Add(Value(f, n));
            else f.Accessor.SetValue(message, Value(f, 1));
        }
        return message;
    }

    // Numbers need two bytes as varints, a text holds a character outside the basic plane: what a careless codec breaks.
    static object Value(FieldDescriptor f, int n) => f.FieldType switch
    {
        FieldType.String => Sentence(f.Name, n),
        FieldType.Bool => true,
        FieldType.Int32 => 200 + f.FieldNumber + n,
        FieldType.Int64 => 5_000_000_000 + f.FieldNumber + n,
        FieldType.Bytes => ByteString.CopyFrom([.. Enumerable.Range(0, 12).Select(i => (byte)(17 * i + f.FieldNumber + n))]),
        FieldType.Enum => System.Enum.ToObject(f.EnumType.ClrType, f.EnumType.Values[^1].Number),
        FieldType.Message when f.MessageType == Timestamp.Descriptor => new Timestamp { Seconds = Morning + 60 * f.FieldNumber, Nanos = 123_456_000 },
        FieldType.Message => Example(f.MessageType),
        var other => throw new NotSupportedException($"{f.FullName}: say here what an example of {other} is."),
    };

    static string Sentence(string name, int n) => name switch
    {
        "inquiry_id" => Number,
        "task_id" => Number + "/1/1",
        "text" => "井盖𠮷破损",
        "phone" => "13800000000",
        "email" => "zhang@example.invalid",
        "channel" => "Hotline12345",
        _ when name.EndsWith("_on", StringComparison.Ordinal) || name is "off" or "worked" or "effective_from" or "valid_from" or "valid_to" => string.Create(CultureInfo.InvariantCulture, $"2013-05-{21 + n}"),
        _ when name.EndsWith("_code", StringComparison.Ordinal) || name.EndsWith("_codes", StringComparison.Ordinal) => string.Create(CultureInfo.InvariantCulture, $"21110{n}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{name} 例{n}"),
    };
}
