using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Cli.Year;

/// <summary>Where a running city is reached, and what only the demonstration's doors and officers know.</summary>
/// <param name="Gateway">HTTP: doors and pages.</param>
/// <param name="GatewayGrpc">Cleartext HTTP/2: gRPC.</param>
/// <param name="AccountsFile">JSON: [{account,password,roles,unitCode,officerId,displayName}].</param>
/// <param name="SecretsFile">JSON: door -> secret.</param>
/// <param name="ConnectionString">The owner's database, for moving log.clock.</param>
/// <param name="Pickup">Folder of the slips and mails that went out.</param>
/// <param name="QqAppId">The bot's application id, empty when this city has no QQ door.</param>
public sealed record CityAddresses(Uri Gateway, Uri GatewayGrpc, string AccountsFile, string SecretsFile, string ConnectionString, string Pickup, string QqAppId)
{
    /// <summary>What was acknowledged; beside the accounts when not given.</summary>
    public string Journal { get; init; } = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(AccountsFile))!, "year-2013.journal");
    /// <summary>The last text that QQ's platform was given for a message id (a citizen's screen); null when nobody can see it.</summary>
    public Func<string, string?> QqReply { get; init; } = _ => null;
}

/// <param name="Done">Contacts acknowledged so far.</param>
/// <param name="Doing">The day of the city clock, or what it waits for.</param>
public sealed record YearProgress(long Done, long Total, string Doing);

/// <param name="Contacts">Contacts of the year, as acknowledged to their doors.</param>
/// <param name="Added">Of them new in this run; 0 when the year was there already.</param>
/// <param name="Lines">What the loader has to say: sheets, batches, requests, late ones. Label and value.</param>
/// <param name="Mismatches">Where the hub's figures differ from the journal or the published ones; empty when all is right.</param>
public sealed record YearResult(long Contacts, long Added, long Requests, TimeSpan Elapsed, IReadOnlyList<(string Label, string Value)> Lines, IReadOnlyList<string> Mismatches);

/// <summary>Sends a year of contacts through the doors and does the offices' work, day by day on the city's clock.</summary>
public static class YearLoad
{
    internal const int InFlight = 48;
    private const int StepMinutes = 30, PlacingMinute = 9 * 60, OfficeMinute = 14 * 60, EveningMinute = 17 * 60, QqReplyMinutes = 40;
    private static readonly TimeSpan QqPatience = TimeSpan.FromSeconds(10);
    /// <summary>By then every answer of 2013 is in; what isn't is named.</summary>
    private static readonly DateOnly End = new(2014, 1, 21);

    public static async Task<YearResult> RunAsync(CityAddresses addresses, int year, Action<YearProgress> progress, CancellationToken cancel)
    {
        if (year != YearShape.First.Year) throw new ArgumentOutOfRangeException(nameof(year), year, "Only 2013 is shipped.");
        await using var session = await YearSession.OpenAsync(addresses, cancel);
        return await RunAsync(session, progress, cancel);
    }

    /// <summary>Live contacts, about one a second and city minute, until cancelled. <paramref name="say"/> gets one line a contact.</summary>
    public static async Task TrickleAsync(CityAddresses addresses, Action<string> say, CancellationToken cancel)
    {
        await using var session = await YearSession.OpenAsync(addresses, cancel);
        await Trickle.RunAsync(session, say, cancel);
    }

    private static async Task<YearResult> RunAsync(YearSession city, Action<YearProgress> progress, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        progress(new YearProgress(0, YearShape.Contacts, "planning"));
        var plan = YearPlan.Make(city.Reference);
        var before = city.Journal.Contacts;
        city.Offices.Resume(plan.Contacts.Where(c => city.Journal.Has(c.Key)));
        for (var day = city.Journal.LastDay?.AddDays(1) ?? YearShape.First; day <= End && (day <= YearShape.Last || city.Offices.Open + city.Offices.Unfetched > 0 || (await city.Offices.UndeliveredAsync(cancel)).Count > 0); day = day.AddDays(1))
        {
            progress(new YearProgress(city.Journal.Contacts, YearShape.Contacts, $"{day:yyyy-MM-dd}"));
            await DayAsync(city, day, day <= YearShape.Last ? plan.Days[day.DayOfYear - 1] : [], () => progress(new YearProgress(city.Journal.Contacts, YearShape.Contacts, $"{day:yyyy-MM-dd}")), cancel);
        }
        progress(new YearProgress(city.Journal.Contacts, YearShape.Contacts, "comparing the figures"));
        return await YearCheck.CompareAsync(city, plan, before, Stopwatch.GetElapsedTime(began), cancel);
    }

    /// <summary>
    /// Inside the day nobody waits for anybody: the clock goes on while up to <see cref="InFlight"/> contacts are under way. Offices
    /// work beside the afternoon's contacts. At the day's end everything is acknowledged, so a day's figure is the plan's.
    /// </summary>
    private static async Task DayAsync(YearSession city, DateOnly day, IReadOnlyList<Send> sends, Action tick, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var lane = Channel.CreateBounded<Send>(new BoundedChannelOptions(InFlight) { SingleWriter = true });
        var workers = Enumerable.Range(0, InFlight).Select(_ => Guard(WorkerAsync())).ToList();
        Task placing = Task.CompletedTask, offices = Task.CompletedTask;
        var works = YearShape.IsWorkingDay(day);
        var qq = new List<(int Minute, Task Sent, Task Replied)>();
        try
        {
            var next = 0;
            for (var minute = StepMinutes; minute <= 24 * 60; minute += StepMinutes)
            {
                var first = next;
                while (next < sends.Count && sends[next].Minute < minute) next++;
                var (places, answers) = (works && minute - StepMinutes == PlacingMinute, works && minute - StepMinutes == OfficeMinute);
                if (first == next && !places && !answers) continue;
                // Nobody signs in at night. QQ refuses what was signed five minutes ago and replies only within the hour.
                if (minute > EveningMinute) await offices;
                foreach (var message in qq) await (minute > message.Minute + QqReplyMinutes ? message.Replied : message.Sent);
                // To the end of the step, so that nothing happened later than it is received; never over midnight.
                await city.Clock.ToAsync(CityClock.At(day, Math.Min(minute, 24 * 60 - 1)), stop.Token);
                if (places) placing = Guard(city.Offices.PlaceAsync(day, stop.Token));
                if (answers) offices = Guard(AnswerAsync(placing));
                for (var i = first; i < next; i++)
                    if (sends[i].Contacts is [{ Way: Way.Qq } message])
                    {
                        var sent = city.Journal.Has(message.Key) ? Task.CompletedTask : city.Doors.SendAsync(message, city.Clock.Now, stop.Token);
                        qq.Add((minute, Guard(sent), Guard(ReplyAsync(city, message, sent, stop.Token))));
                    }
                    else await lane.Writer.WriteAsync(sends[i], stop.Token);
            }
            lane.Writer.Complete();
            await Task.WhenAll([.. workers, .. qq.Select(message => message.Replied), offices]);
            city.Journal.Done(day);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // One of them failed and called the others off: its reason is the one to tell.
            await Task.WhenAll([.. workers, .. qq.Select(message => message.Replied), offices]);
            throw;
        }

        async Task AnswerAsync(Task placed)
        {
            await placed;
            await city.Offices.WorkAsync(day, stop.Token);
        }

        async Task WorkerAsync()
        {
            await foreach (var send in lane.Reader.ReadAllAsync(stop.Token)) { await SendAsync(city, send, stop.Token); tick(); }
        }

        async Task Guard(Task work)
        {
            try { await work; }
            catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancel.IsCancellationRequested) { }
            catch { await stop.CancelAsync(); throw; }
        }
    }

    /// <summary>The citizen's screen: number and query code come as a reply. Without one the answer is never asked for.</summary>
    private static async Task ReplyAsync(YearSession city, Contact contact, Task sent, CancellationToken stop)
    {
        if (city.Journal.Has(contact.Key)) return;
        await sent;
        var since = Stopwatch.GetTimestamp();
        while (city.QqReply(contact.Key) is null && Stopwatch.GetElapsedTime(since) < QqPatience) await Task.Delay(5, stop);
        city.Acknowledge(contact, QqScreen.Read(city.QqReply(contact.Key)));
    }

    private static async Task SendAsync(YearSession city, Send send, CancellationToken stop)
    {
        if (send.Sheet is { } sheet)
        {
            var id = sheet.IdAt(city.Reference.Counters[sheet.Counter].CounterId);
            if (city.Journal.Has(id)) return;
            await city.Doors.SendSheetAsync(sheet, stop);
            city.Journal.Taken(id, sheet.Total);
        }
        else if (send.IsBatch)
        {
            if (send.Contacts.All(c => city.Journal.Has(c.Key))) return;
            var acks = await city.Doors.SendBatchAsync(send.Contacts, stop);
            for (var i = 0; i < acks.Length; i++) city.Acknowledge(send.Contacts[i], acks[i]);
        }
        else if (!city.Journal.Has(send.Contacts[0].Key))
        {
            city.Acknowledge(send.Contacts[0], await city.Doors.SendAsync(send.Contacts[0], city.Clock.Now, stop));
        }
    }
}

/// <summary>Everything that a load or the trickle holds open: clock, doors, staff, journal.</summary>
internal sealed class YearSession : IAsyncDisposable
{
    private readonly GrpcChannel channel;

    private YearSession(GrpcChannel channel) => this.channel = channel;

    public required CityClock Clock { get; init; }
    public required Doors Doors { get; init; }
    public required Staff Staff { get; init; }
    public required Offices Offices { get; init; }
    public required Journal Journal { get; init; }
    public required YearReference Reference { get; init; }
    public required Func<string, string?> QqReply { get; init; }
    public Statistics.StatisticsClient Statistics => new(channel);
    public Contracts.Channels.Channels.ChannelsClient Channels => new(channel);

    public static async Task<YearSession> OpenAsync(CityAddresses addresses, CancellationToken stop)
    {
        var channel = GrpcChannel.ForAddress(addresses.GatewayGrpc, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true, HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null } });
        var staff = await Staff.SignInAsync(channel, addresses.AccountsFile, stop);
        var directory = new Contracts.Directory.Directory.DirectoryClient(channel);
        var reference = new YearReference(
            (await directory.ListCatalogueAsync(new ListCatalogueRequest(), staff.Supervisor, cancellationToken: stop)).Entries,
            (await directory.ListCountersAsync(new ListCountersRequest(), staff.Supervisor, cancellationToken: stop)).Counters,
            (await directory.ListAreasAsync(new ListAreasRequest(), staff.Supervisor, cancellationToken: stop)).Areas);
        var secrets = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(addresses.SecretsFile, stop))!;
        var doors = new Doors(addresses, reference, secrets, staff.Operators);
        var journal = new Journal(addresses.Journal);
        return new YearSession(channel)
        {
            Clock = await CityClock.OpenAsync(addresses.ConnectionString, stop), Doors = doors, Staff = staff, Reference = reference, Journal = journal,
            Offices = new Offices(channel, staff, doors, journal, reference), QqReply = addresses.QqReply,
        };
    }

    public void Acknowledge(Contact contact, Ack ack)
    {
        Journal.Acknowledged(contact.Key, ack.Number ?? "", ack.Code ?? "");
        Offices.Registered(contact, ack);
    }

    public async ValueTask DisposeAsync()
    {
        Doors.Dispose();
        Journal.Dispose();
        channel.Dispose();
        await Clock.DisposeAsync();
    }
}
