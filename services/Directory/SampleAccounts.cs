using System.Text.Json;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Directory;

/// <summary>One account as the file shows it to the person who set the hub up.</summary>
internal sealed record SampleAccount(string Account, string Password, IReadOnlyList<string> Roles, string UnitCode, string OfficerId, string DisplayName)
{
    /// <summary>About 7 ms: see <see cref="Passwords"/>.</summary>
    public AccountRow Row() => new(Account, DisplayName, string.Join(',', Roles), UnitCode, OfficerId, "zh-CN", Passwords.HashGenerated(Password));
}

internal static class SampleAccounts
{
    /// <summary>
    /// The accounts in the file, or, when it isn't there, new ones with random passwords, on disk when this returns. Two
    /// processes that start at once get the same ones: the file appears whole or not at all, and only once.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is there but isn't a list of accounts.</exception>
    public static IReadOnlyList<SampleAccount> ReadOrMake(string path, IEnumerable<OfficerPublished> officers)
    {
        if (!File.Exists(path))
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var draft = $"{path}.{Environment.ProcessId}";
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                JsonSerializer.Serialize(file, Make(officers), new JsonSerializerOptions(Json.Options) { WriteIndented = true });
                file.Flush(flushToDisk: true);
            }
            // Lost the race: the other process's file holds.
            try { File.Move(draft, path, overwrite: false); } catch (IOException) when (File.Exists(path)) { File.Delete(draft); }
        }
        try { return Json.Read<List<SampleAccount>>(File.ReadAllText(path)); }
        catch (JsonException e) { throw new InvalidDataException($"{path} is not a list of accounts. Put the right file there, or remove it and set the passwords anew.", e); }
    }

    static IEnumerable<SampleAccount> Make(IEnumerable<OfficerPublished> officers)
    {
        const string hotline = "211100-12345", cityOffice = "211100-zfb";
        yield return New("admin", "系统管理员", Roles.Administrator, hotline);
        yield return New("dispatcher1", "派单员一", Roles.Dispatcher, hotline);
        yield return New("followup1", "回访员一", Roles.FollowUpClerk, hotline);
        yield return New("supervisor1", "督办员一", Roles.Supervisor, cityOffice);
        for (var i = 1; i <= 6; i++) yield return New($"operator{i}", $"话务员{"一二三四五六"[i - 1]}", Roles.Operator, hotline);
        foreach (var o in officers.Where(o => o.Active)) yield return New(o.OfficerId, o.Name, Roles.Officer, o.UnitCode, o.OfficerId);
    }

    static SampleAccount New(string account, string name, string role, string unit, string officer = "") => new(account, Passwords.Generate(), [role], unit, officer, name);
}
