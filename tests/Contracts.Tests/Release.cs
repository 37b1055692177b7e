using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using InquiryHub.Contracts.Channels;

namespace InquiryHub.Contracts.Tests;

/// <summary>One example: wire name, bytes in hex, and what they decode to (protobuf's JSON).</summary>
sealed record Golden(string Type, string Hex, JsonNode Json);

/// <summary>What a release promised: contracts/released/NUMBER/ with descriptors.txt and golden.json.</summary>
sealed record Release(int Number, IReadOnlyList<string> Lines, IReadOnlyList<Golden> Golden)
{
    static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public static string Folder { get; } = Path.Combine(Repository.Root, "contracts", "released");

    public static IReadOnlyList<Release> All { get; } = [.. Numbers(Folder).Select(n => Load(Folder, n))];

    /// <summary>What is kept as bytes for years: every event, and what events hold sealed.</summary>
    public static IEnumerable<MessageDescriptor> Kept => Topics.All.SelectMany(t => t.Events).Select(e => e.Type).Append(Content.Descriptor).Append(Text.Descriptor);

    static IEnumerable<int> Numbers(string folder) => System.IO.Directory.Exists(folder)
        ? System.IO.Directory.EnumerateDirectories(folder).Select(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture)).Order() : [];

    static string FolderOf(string folder, int number) => Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture));

    public static Release Load(string folder, int number) => new(number,
        File.ReadAllLines(Path.Combine(FolderOf(folder, number), "descriptors.txt")),
        JsonSerializer.Deserialize<Golden[]>(File.ReadAllText(Path.Combine(FolderOf(folder, number), "golden.json")), Readable)!);

    /// <exception cref="InvalidOperationException">The release is there, or is not the next one.</exception>
    public static void Write(string folder, int number)
    {
        if (Numbers(folder).Contains(number)) throw new InvalidOperationException($"Release {number} is there. What was released never changes; take the next number.");
        if (number != Numbers(folder).Append(0).Max() + 1) throw new InvalidOperationException($"Release {number} is not the next one; that is {Numbers(folder).Append(0).Max() + 1}.");
        var golden = Kept.Select(Filled.Example).Select(m => new Golden(m.Descriptor.FullName, Convert.ToHexStringLower(m.ToByteArray()), JsonNode.Parse(JsonFormatter.Default.Format(m))!));
        var made = System.IO.Directory.CreateDirectory(FolderOf(folder, number));
        File.WriteAllText(Path.Combine(made.FullName, "descriptors.txt"), string.Concat(Descriptors.Lines().Select(l => l + "\n")));
        File.WriteAllText(Path.Combine(made.FullName, "golden.json"), JsonSerializer.Serialize(golden, Readable) + "\n");
    }

    /// <summary><c>dotnet run --project tests/Contracts.Tests -- NUMBER</c> writes the baseline of that release.</summary>
    public static int Run(string[] args)
    {
        if (args is not [var text] || !int.TryParse(text, CultureInfo.InvariantCulture, out var number))
        {
            Console.Error.WriteLine("Say which release: dotnet run --project tests/Contracts.Tests -- NUMBER");
            return 2;
        }
        try { Write(Folder, number); }
        catch (InvalidOperationException refused) { Console.Error.WriteLine(refused.Message); return 1; }
        Console.WriteLine($"contracts/released/{number}/ written. Read it, then commit it with its line in contracts/CHANGELOG.md.");
        return 0;
    }
}
