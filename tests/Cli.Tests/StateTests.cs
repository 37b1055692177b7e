using System.Diagnostics;
using InquiryHub.Cli;
using Xunit;

namespace InquiryHub.Cli.Tests;

public class StateTests
{
    [Fact]
    public void A_process_with_the_same_number_but_another_start_is_not_ours()
    {
        var own = OwnProcess.Of("hub", Environment.ProcessId);
        Assert.True(own.IsAlive);
        Assert.False((own with { StartTicks = own.StartTicks - 1 }).IsAlive);
    }

    [Theory]
    [InlineData(1, 256)]
    [InlineData(4, 500)]
    [InlineData(64, 2048)]
    public void The_database_caches_an_eighth_of_the_memory_within_bounds(long gigabytes, long megabytes) => Assert.Equal(megabytes, Servers.PostgresServer.SharedBuffers(gigabytes * 1_000_000_000));

    [Fact]
    public async Task A_file_with_passwords_is_readable_by_its_owner_only()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hub-secret-{Environment.ProcessId}");
        try
        {
            await SecretFile.WriteAsync(path, "x", CancellationToken.None);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        finally { File.Delete(path); }
    }

    [Fact]
    public async Task A_program_that_leaves_a_child_on_its_pipes_still_ends()
    {
        var began = Stopwatch.GetTimestamp();
        var (code, lines) = await Tool.RunAsync("/bin/sh", ["-c", "sleep 20 & echo done; exit 3"], CancellationToken.None);
        Assert.Equal(3, code);
        Assert.Equal("done", Assert.Single(lines));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10));
    }
}
