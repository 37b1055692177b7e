using System.Text;

namespace InquiryHub.Channels;

/// <summary>A folder that somebody empties: the printer at a counter, or a person where no server is configured.</summary>
static class Pickup
{
    /// <summary>Writes a whole file or none. The name is the answer's, so a repeat replaces itself.</summary>
    /// <exception cref="IOException">The folder can't be written.</exception>
    public static string Write(string root, string folder, string name, byte[] content)
    {
        var path = Path.Combine(root, folder);
        Directory.CreateDirectory(path);
        var draft = Path.Combine(path, $".{name}.{Environment.ProcessId}");
        File.WriteAllBytes(draft, content);
        File.Move(draft, Path.Combine(path, name), overwrite: true);
        return $"{folder}/{name}";
    }

    public static SendResult Try(string medium, string root, string folder, string name, string content)
    {
        try { return new(Sent.Accepted, medium, Write(root, folder, name, Encoding.UTF8.GetBytes(content))); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return new(Sent.TryLater, medium, "PickupUnavailable"); }
    }

    /// <summary>An id as a file name's part: nothing that leads out of the folder.</summary>
    public static string Safe(string id) => id.Length == 0 ? "none" : new([.. id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
}
