using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace InquiryHub.Contracts.Tests;

/// <summary>A reader of tomorrow must read what is written today, and the other way round (house.md, law 5).</summary>
public sealed class ReleasedTests
{
    static IEnumerable<(Release Release, Golden Golden)> Goldens => Release.All.SelectMany(r => r.Golden.Select(g => (r, g)));

    static IMessage Decode(Golden g) => Descriptors.ByName[g.Type].Parser.ParseFrom(Convert.FromHexString(g.Hex));

    [Fact]
    public void There_is_a_release_and_it_has_an_example_of_everything_that_is_kept()
    {
        Assert.NotEmpty(Release.All);
        Guard.Nothing(Release.All.SelectMany(r => Release.Kept.Select(k => k.FullName).Where(k => r.Lines.Contains($"{k} message")).Except(r.Golden.Select(g => g.Type)).Select(k => $"release {r.Number}: {k}")),
            "Each event of a release has golden bytes:");
    }

    [Fact]
    public void Nothing_released_was_removed_renumbered_renamed_or_retyped()
    {
        var now = Descriptors.Lines();
        Guard.Nothing(Release.All.SelectMany(r => r.Lines.Except(now).Select(gone => $"release {r.Number}: {gone}   (now: {string.Join(" | ", now.Where(l => Same(l, gone)).DefaultIfEmpty("nothing"))})")),
            "Contracts only grow. Put back what was released and add a field beside it:");
    }

    // The line that took its place: same message and number, or same message and name.
    static bool Same(string line, string gone)
    {
        var (a, b) = (line.Split(' '), gone.Split(' '));
        return a[0] == b[0] && a.Length > 2 && b.Length > 2 && (a[1] == b[1] || a[2] == b[2]);
    }

    [Fact]
    public void Golden_bytes_of_every_release_decode_to_the_same_facts() => Guard.Nothing(
        Goldens.Where(x => !JsonNode.DeepEquals(JsonNode.Parse(JsonFormatter.Default.Format(Decode(x.Golden))), x.Golden.Json)).Select(x => $"release {x.Release.Number}: {x.Golden.Type}"),
        "Bytes in the log mean something else now:");

    [Fact]
    public void Golden_facts_of_every_release_encode_to_the_same_bytes() => Guard.Nothing(
        Goldens.Where(x => Convert.ToHexStringLower(Descriptors.ByName[x.Golden.Type].Parser.ParseJson(x.Golden.Json.ToJsonString()).ToByteArray()) != x.Golden.Hex
            || Convert.ToHexStringLower(Decode(x.Golden).ToByteArray()) != x.Golden.Hex).Select(x => $"release {x.Release.Number}: {x.Golden.Type}"),
        "An old reader would read something else now:");

    [Fact]
    public void Golden_examples_leave_no_field_empty() => Guard.Nothing(
        Goldens.SelectMany(x => Empty(Decode(x.Golden), x.Release).Select(f => $"release {x.Release.Number}: {x.Golden.Type}: {f}")),
        "An empty field proves nothing:");

    static IEnumerable<string> Empty(IMessage m, Release r) => m.Descriptor.Fields.InFieldNumberOrder().Where(f => r.Lines.Contains(Descriptors.Line(m.Descriptor, f))).SelectMany(f => f.Accessor.GetValue(m) switch
    {
        null or "" or 0 or 0L or false => [f.FullName],
        ByteString { IsEmpty: true } => [f.FullName],
        System.Collections.ICollection { Count: 0 } => [f.FullName],
        Enum e when Convert.ToInt32(e, null) == 0 => [f.FullName],
        IMessage inner => Empty(inner, r),
        System.Collections.IList list when f.FieldType == FieldType.Message => list.Cast<IMessage>().SelectMany(i => Empty(i, r)),
        _ => Enumerable.Empty<string>(),
    });

    // A service of the last release passes on what it does not know yet: a field of number 9999 and its 3 bytes.
    [Fact]
    public void Fields_of_a_newer_release_survive_a_round_trip()
    {
        byte[] newer = [0xFA, 0xF0, 0x04, 0x03, 1, 2, 3];
        Guard.Nothing(Goldens.Where(x => !Descriptors.ByName[x.Golden.Type].Parser.ParseFrom([.. Convert.FromHexString(x.Golden.Hex), .. newer]).ToByteArray()
            .AsSpan().SequenceEqual([.. Convert.FromHexString(x.Golden.Hex), .. newer])).Select(x => x.Golden.Type), "Lost on the way:");
    }

    [Fact]
    public void A_release_is_written_once_and_in_order()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("released").FullName;
        try
        {
            Release.Write(folder, 1);
            Assert.Equal(Descriptors.Lines(), Release.Load(folder, 1).Lines);
            Assert.Contains("is there", Assert.Throws<InvalidOperationException>(() => Release.Write(folder, 1)).Message);
            Assert.Contains("that is 2", Assert.Throws<InvalidOperationException>(() => Release.Write(folder, 3)).Message);
            Release.Write(folder, 2);
        }
        finally { System.IO.Directory.Delete(folder, recursive: true); }
    }
}
