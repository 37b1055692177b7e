using System.Security.Cryptography;

namespace InquiryHub.Cli;

/// <summary>Files that hold passwords: mode 0600 from their first byte on, replaced in one move.</summary>
internal static class SecretFile
{
    public static async Task WriteAsync(string path, string text, CancellationToken cancel)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        File.Delete(path + ".new");
        await using (var writer = new StreamWriter(path + ".new", options)) await writer.WriteAsync(text.AsMemory(), cancel);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Letters and digits only, so that it needs no quoting in SQL, a configuration or an address.</summary>
    public static string NewPassword(int length = 32) => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", length);
}
