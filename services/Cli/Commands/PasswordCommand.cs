using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Spectre.Console;

namespace InquiryHub.Cli.Commands;

/// <summary>`password`: whoever may read the key ring owns the hub, so no old password is asked.</summary>
internal static class PasswordCommand
{
    public static async Task<int> RunAsync(Screen screen, string account, string? name, CancellationToken cancel)
    {
        var city = CityCommands.Running(name);
        var password = Console.IsInputRedirected
            ? (await Console.In.ReadLineAsync(cancel))?.Trim() ?? ""
            : await AnsiConsole.PromptAsync(new TextPrompt<string>($"New password for {account}:").Secret(), cancel);
        if (password.Length == 0) throw new HubStop(Exit.Usage, "密码不能为空。", "The password may not be empty.");
        using var channel = GrpcChannel.ForAddress(city.State.GatewayGrpc!);
        await new Contracts.Directory.Directory.DirectoryClient(channel).SetPasswordAsync(
            new SetPasswordRequest { Account = account, NewPassword = password }, Owner.As(city, Roles.Administrator), cancellationToken: cancel);
        screen.Line($"已更改 {account} 的密码。 The password of {account} is changed; the sample accounts file still shows the old one.");
        return 0;
    }
}

/// <summary>The caller of a gRPC method who may read the key ring, and so acts in any role.</summary>
internal static class Owner
{
    public static Metadata As(City city, string role)
    {
        // Opening a ring that is not there would make a new one.
        if (!File.Exists(city.KeyRing))
            throw new HubStop(Exit.DataDamaged, $"找不到密钥文件 {city.KeyRing}，请从备份恢复。", $"The key ring {city.KeyRing} is missing. Put the backed-up one there.");
        var (token, _) = new Tokens(KeyRing.Open(city.KeyRing), TimeProvider.System).Mint(new Actor("hub", [role], "", ""));
        return new Metadata { { "authorization", $"Bearer {token}" } };
    }
}
