using System.Net.Http.Json;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Channels;
using InquiryHub.Cli.Commands;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.Statistics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>The doors' own count, and what Statistics counts, of the same contacts.</summary>
public sealed class LedgerTests
{
    static Contracts.Channels.Channels.ChannelsClient Client(DoorsHub doors) => new(GrpcChannel.ForAddress(doors.Hub.Grpc));
    static Metadata As(DoorsHub doors, string role) => new() { { "authorization", "Bearer " + Token(doors, role) } };
    static string Token(DoorsHub doors, string role) => doors.Hub.Services.GetRequiredService<Tokens>().Mint(new("op1", [role], "", "")).Token;
    static string Day(int daysBack) => CityTime.Iso(CityTime.DateOf(DateTimeOffset.UtcNow).AddDays(-daysBack));

    static async Task TallyAsync(DoorsHub doors, int revision, int daysBack, params int[] counts) => Assert.InRange((await doors.PostAsync("/doors/walkin/tallies",
        JsonContent.Create(new { sheetId = "S1", revision, counterId = "C1", day = Day(daysBack), rows = counts.Select((count, n) => new { categoryCode = n == 0 ? "010203" : "", count }) }), ("X-Door-Secret", Doors.WalkIn))).Status, 200, 201);

    static async Task RegisterAsync(DoorsHub doors, string callId, string registrationId) => Assert.InRange((await doors.PostAsync("/doors/hotline/registrations",
        JsonContent.Create(new { callId, registrationId, kind = "Complaint", text = "停暖" }), ("Authorization", "Bearer " + Token(doors, Roles.Operator)))).Status, 200, 201);

    static async Task<string> ToldAsync(DoorsHub doors, int daysBack, int until = -1)
    {
        var said = await Client(doors).GetReceivedAsync(new() { From = Day(daysBack), To = Day(until < 0 ? daysBack : until) }, As(doors, Roles.Supervisor));
        return $"{(said.Counted ? "" : "not counted ")}{string.Join(' ', said.Channels.Select(c => $"{c.Channel} {c.Contacts}"))} | {string.Join(' ', said.Doors.Select(d => $"{d.Door} {d.Open}"))}".Trim();
    }

    [Fact]
    public async Task Each_contact_counts_once_with_its_first_matter_and_a_sheet_with_its_newest_revision_and_the_figures_agree()
    {
        await using var doors = await DoorsHub.StartAsync("ledger", null, new Producer("routing"), new Producer("sla"), new StatisticsModule());
        foreach (var entry in new[] { "e1", "e2", "e1" }) await doors.EntryAsync(entry);
        foreach (var registration in new[] { "r1", "r2", "r2" }) await RegisterAsync(doors, "k1", registration); // one call, two matters
        await Client(doors).CloseCallAsync(new() { RegistrationId = "h2", Reason = "WrongNumber" }, As(doors, Roles.Operator));
        var id = (await doors.MailAsync("From: a@b.invalid\nSubject: 停暖\nMessage-ID: <1@b.invalid>\n\n停暖三天了")).Body.GetProperty("inquiryId").GetString()!;
        await doors.MailAsync($"From: a@b.invalid\nMessage-ID: <2@b.invalid>\nIn-Reply-To: <{id}.0@mail.hub.invalid>\n\n还是停暖");
        await doors.MailAsync("no mail at all");
        await TallyAsync(doors, 1, daysBack: 1, 30, 3);
        Assert.Equal("Email 2 Hotline12345 2 WalkIn 2 | email 1", await ToldAsync(doors, 0));
        Assert.Equal("WalkIn 33 |", await ToldAsync(doors, 1));
        await TallyAsync(doors, 2, daysBack: 2, 28, 0); // corrected, and it was the day before
        await TallyAsync(doors, 2, daysBack: 2, 28, 0);
        Assert.Equal(("|", "WalkIn 28 |"), (await ToldAsync(doors, 1), await ToldAsync(doors, 2)));
        Assert.Equal("Email 2 Hotline12345 2 WalkIn 30 | email 1", await ToldAsync(doors, 2, until: 0));
        await doors.Hub.QuietAsync();

        // What ./hub reconcile reads.
        await using var connection = new NpgsqlConnection(doors.Hub.ConnectionString);
        await connection.OpenAsync();
        Task<List<ChannelDay>> ReadAsync(string? from = null, string? to = null) => ReconcileCommand.ReadAsync(connection, from is null ? null : DateOnly.Parse(from), to is null ? null : DateOnly.Parse(to), default);
        List<ChannelDay> all = [new(Day(2), "WalkIn", 28, 28), new(Day(0), "Email", 2, 2), new(Day(0), "Hotline12345", 2, 2), new(Day(0), "WalkIn", 2, 2)];
        Assert.Equal(all, await ReadAsync());
        Assert.Equal(all[1..], await ReadAsync(from: Day(1)));
        Assert.Equal(all[..1], await ReadAsync(to: Day(1)));
        await doors.Hub.SqlAsync("update statistics.daily set value = value - 1 where channel = 'Email'; insert into statistics.daily (shard, day, channel, value) values (1, '2013-01-01', 'Fax', 1)");
        Assert.Equal([new("2013-01-01", "Fax", 0, 1), all[0], all[1] with { Counted = 1 }, .. all[2..]], await ReadAsync());
        await doors.Hub.SqlAsync($"insert into channels.received_from values ('{Day(0)}')");
        Assert.Equal(3, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task Of_a_day_before_the_doors_kept_count_nothing_is_said_and_no_day_is_refused_with_a_sentence()
    {
        await using var doors = await DoorsHub.StartAsync("begins");
        await doors.EntryAsync("e1");
        await doors.Hub.SqlAsync($"insert into channels.received_from values ('{Day(0)}')");
        Assert.Equal(("WalkIn 1 |", "not counted  |"), (await ToldAsync(doors, 0), await ToldAsync(doors, 1)));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Client(doors).GetReceivedAsync(new() { From = Day(0), To = Day(1) }, As(doors, Roles.Supervisor)));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }
}
