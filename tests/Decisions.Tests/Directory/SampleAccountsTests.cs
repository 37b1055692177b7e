using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Directory;

public sealed class SampleAccountsTests : IDisposable
{
    static readonly IReadOnlyList<OfficerPublished> Officers = ShippedData.Load().Officers;
    readonly string folder = System.IO.Directory.CreateTempSubdirectory("accounts").FullName;
    string File => Path.Combine(folder, "new", "accounts.json");

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public void There_is_an_account_for_every_officer_and_for_ten_people_of_the_hotline_and_the_city_office()
    {
        var accounts = SampleAccounts.ReadOrMake(File, Officers);
        Assert.Equal(411, accounts.Select(a => a.Account).Distinct().Count());
        Assert.Equal(411, accounts.Select(a => a.Password).Distinct().Count());
        Assert.Equal(["administrator 1", "dispatcher 1", "followupclerk 1", "officer 401", "operator 6", "supervisor 1"],
            accounts.CountBy(a => a.Roles.Single()).Select(r => $"{r.Key} {r.Value}").Order(StringComparer.Ordinal));
        Assert.All(accounts, a => Assert.True(DirectoryDecision.IsAccountName(a.Account) && DirectoryDecision.Password(a.Account, a.Password) is null, a.Account));
        Assert.All(accounts.Where(a => a.Roles.Contains(Roles.Officer)), a => Assert.Equal(a.Account, a.OfficerId));
    }

    [Fact]
    public void Only_the_owner_reads_the_file()
    {
        SampleAccounts.ReadOrMake(File, Officers);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void A_second_start_reads_the_same_passwords() =>
        Assert.Equal(SampleAccounts.ReadOrMake(File, Officers).Select(a => a.Password), SampleAccounts.ReadOrMake(File, Officers).Select(a => a.Password));

    [Fact]
    public void A_file_that_is_no_list_of_accounts_stops_the_start_with_a_sentence()
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, "[{");
        Assert.Contains("is not a list of accounts", Assert.Throws<InvalidDataException>(() => SampleAccounts.ReadOrMake(File, Officers)).Message);
    }
}
