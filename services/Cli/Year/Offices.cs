using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;

namespace InquiryHub.Cli.Year;

/// <summary>One task in an officer's hands.</summary>
internal sealed record Work(string InquiryId, string TaskId, string OfficerId, Contact? Contact, ulong Salt, DateOnly SignOn, DateOnly AnswerOn)
{
    public bool SignedIn { get; init; }
}

/// <summary>When an officer signs in and answers. Deterministic: drawn from the contact's salt.</summary>
internal static class OfficePace
{
    public static DateOnly SignOn(ulong salt, DateOnly dispatched) =>
        salt / 3 % 10 < 6 ? YearShape.WorkingDayFrom(dispatched) : YearShape.AddWorkingDays(dispatched, 1);

    /// <summary>0 to 4 working days after the dispatch and not after the due day; about 3 in 1,000 one to three days too late.</summary>
    public static DateOnly AnswerOn(ulong salt, DateOnly dispatched, DateOnly due, DateOnly signOn)
    {
        if (salt / 31 % 1000 < 3) return YearShape.AddWorkingDays(due, 1 + (int)(salt / 5 % 3));
        var on = YearShape.WorkingDayFrom(YearShape.AddWorkingDays(dispatched, (salt / 41 % 10) switch { 0 => 0, < 4 => 1, < 7 => 2, < 9 => 3, _ => 4 }));
        return on > due ? due : on < signOn ? signOn : on;
    }
}

/// <summary>
/// The people inside: officers who sign in and answer, the dispatcher who places what routing held, operators who call back, and
/// citizens who look for their answer. Each with an own account, through gRPC at the gateway.
/// </summary>
internal sealed class Offices(GrpcChannel channel, Staff staff, Doors doors, Journal journal, YearReference city)
{
    private const int AtOnce = 24, PageSize = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Answering = TimeSpan.FromSeconds(30);

    private readonly Casework.CaseworkClient casework = new(channel);
    private readonly Routing.RoutingClient routing = new(channel);
    private readonly Channels.ChannelsClient channels = new(channel);
    /// <summary>Registered without an answer, no task seen yet: number -> contact.</summary>
    private readonly ConcurrentDictionary<string, Contact> awaited = new();
    /// <summary>Registered in an earlier run: it may be answered long since.</summary>
    private readonly ConcurrentDictionary<string, Contact> remembered = new();
    private readonly Dictionary<string, Work> open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> asking = [];
    private bool resumed;
    private int placed, called, asked, late, followedUp;
    private long requests;

    public int Placed => placed;
    public int CalledBack => called;
    public int Asked => asked;
    public int FollowedUp => followedUp;
    public int Late => late;
    public int Open => open.Count + awaited.Count;
    public int Unfetched => asking.Count;
    public long Requests => Interlocked.Read(ref requests);

    public void Registered(Contact contact, Ack ack)
    {
        if (contact.Direct || ack.Number is not { Length: > 1 }) return;
        (ack.Known ? remembered : awaited)[ack.Number] = contact;
        if (!ack.Known) return;
        resumed = true;
        WillAsk(contact, ack.Number);
    }

    /// <summary>What a load that broke had still open, from the journal.</summary>
    public void Resume(IEnumerable<Contact> known)
    {
        foreach (var contact in known.Where(c => !c.Direct))
        {
            var (number, code) = journal.Of(contact.Key);
            if (!journal.IsAnswered(number)) Registered(contact, new Ack(number, code, false));
            else if (!journal.IsFetched(number)) WillAsk(contact, number);
        }
        resumed = true;
    }

    /// <summary>The dispatcher's morning: what routing held gets its unit by hand.</summary>
    public Task PlaceAsync(DateOnly today, CancellationToken stop) => PlaceHeldAsync(today, stop);

    /// <summary>The afternoon of a working day: everything registered before today has its task; what is planned for today is done.</summary>
    public async Task WorkAsync(DateOnly today, CancellationToken stop)
    {
        await TakeTasksAsync(today, stop);
        var due = open.Values.Where(w => (!w.SignedIn && w.SignOn <= today) || w.AnswerOn <= today).ToList();
        var done = new ConcurrentDictionary<string, Work?>();
        // Who asks today asks for what was answered before today.
        var asks = AskAsync(stop);
        await Task.WhenAll(asks, CallBackAsync(stop), FollowUpAsync(today, stop), Parallel.ForEachAsync(due, Together(stop), async (work, _) => done[work.InquiryId] = await ActAsync(work, today, stop)));
        foreach (var (number, work) in done) if (work is null) open.Remove(number); else open[number] = work;
    }

    private static ParallelOptions Together(CancellationToken stop) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop };

    private async Task TakeTasksAsync(DateOnly today, CancellationToken stop)
    {
        // Those of today may still be on their way through routing and assignment; those of yesterday must be there.
        bool Missing() => awaited.Any(a => a.Value.Day < today);
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var pause = 10; ; pause = Math.Min(pause * 2, 500))
        {
            foreach (var state in resumed ? ["Assigned", "SignedIn"] : new[] { "Assigned" })
                for (string? after = ""; after is not null;)
                {
                    var page = await CallAsync(headers => casework.ListTasksAsync(new ListTasksRequest { State = state, Page = new Page { Size = PageSize, After = after } }, headers, cancellationToken: stop), staff.Supervisor, stop);
                    foreach (var row in page.Tasks) Take(row, today);
                    after = page.Next.Length > 0 ? page.Next : null;
                }
            if (resumed) await SettleAsync(today, stop);
            resumed = false;
            if (!Missing()) return;
            await PlaceHeldAsync(today, stop);
            if (System.Diagnostics.Stopwatch.GetElapsedTime(since) > Patience)
                throw new InvalidOperationException($"{awaited.Count(a => a.Value.Day < today)} inquiries registered before {today:yyyy-MM-dd} have no task after {Patience.TotalSeconds:0} s, e.g. {awaited.FirstOrDefault(a => a.Value.Day < today).Key}. Look at /ready and `./hub parked list`, then run the same command again.");
            await Task.Delay(pause, stop);
        }
    }

    // The broken load may have died between an answer and its line in the journal: then there is no open task to wait for.
    private async Task SettleAsync(DateOnly today, CancellationToken stop)
    {
        foreach (var (number, contact) in awaited.Where(a => a.Value.Day < today))
        {
            CaseFile file;
            try { file = await CallAsync(headers => casework.GetCaseAsync(new GetCaseRequest { InquiryId = number }, headers, cancellationToken: stop), staff.Supervisor, stop); }
            catch (RpcException unheard) when (unheard.StatusCode == StatusCode.NotFound) { continue; }
            if (!file.Tasks.Any(task => task.State == "Answered")) continue;
            awaited.TryRemove(number, out _);
            journal.HasAnswer(number);
            WillAsk(contact, number);
        }
    }

    private void Take(TaskRow row, DateOnly today)
    {
        // Without its clock there is no due day to plan by; the next look has it.
        if (open.ContainsKey(row.InquiryId) || row.DueAt is null || row.OfficerId.Length == 0) return;
        var dispatched = DayOf(row.DispatchedAt);
        Contact? contact = awaited.TryRemove(row.InquiryId, out var known) || remembered.TryRemove(row.InquiryId, out known) ? known : null;
        // Its door hasn't told us yet whose it is; tomorrow it has.
        if (contact is null && dispatched >= today) return;
        var salt = contact?.Salt ?? row.InquiryId.Aggregate(7ul, (hash, c) => SplitMix.Mix(hash + c));
        var dueOn = DayOf(row.DueAt, ticks: -1);
        var signOn = OfficePace.SignOn(salt, dispatched);
        var answerOn = OfficePace.AnswerOn(salt, dispatched, dueOn, signOn);
        if (answerOn > dueOn) late++;
        open[row.InquiryId] = new Work(row.InquiryId, row.TaskId, row.OfficerId, contact, salt, signOn, answerOn) { SignedIn = row.State == "SignedIn" };
    }

    private static DateOnly DayOf(Google.Protobuf.WellKnownTypes.Timestamp at, int ticks = 0) => DateOnly.FromDateTime(at.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).AddTicks(ticks).DateTime);

    private async Task<Work?> ActAsync(Work work, DateOnly today, CancellationToken stop)
    {
        var officer = await staff.OfficerAsync(work.OfficerId, stop);
        if (!work.SignedIn)
            await CallAsync(headers => casework.SignInTaskAsync(new SignInTaskRequest { CommandId = $"sign {work.TaskId}", InquiryId = work.InquiryId, TaskId = work.TaskId }, headers, cancellationToken: stop), officer, stop);
        if (work.AnswerOn > today) return work with { SignedIn = true };
        await CallAsync(headers => casework.AnswerInquiryAsync(new AnswerInquiryRequest
        {
            CommandId = $"answer {work.TaskId}", InquiryId = work.InquiryId, TaskId = work.TaskId,
            PublicReply = work.Contact is { } contact ? doors.Answer(contact) : "您反映的事项已核实办理，感谢您的关注。", HandlingNote = YearTexts.Note(work.Salt),
        }, headers, cancellationToken: stop), officer, stop);
        journal.HasAnswer(work.InquiryId);
        if (work.Contact is { } answered) WillAsk(answered, work.InquiryId);
        return null;
    }

    // Who asked on the web or by QQ comes back for the answer; to all others it goes.
    private void WillAsk(Contact contact, string number)
    {
        if (contact.Way is Way.Minxin or Way.Web or Way.Qq && journal.Of(contact.Key).Code is { Length: > 1 } code) lock (asking) asking[number] = code;
    }

    private async Task PlaceHeldAsync(DateOnly today, CancellationToken stop)
    {
        for (string? after = ""; after is not null;)
        {
            var page = await CallAsync(headers => routing.ListHeldAsync(new ListHeldRequest { Page = new Page { Size = PageSize, After = after } }, headers, cancellationToken: stop), staff.Dispatcher, stop);
            foreach (var held in page.Inquiries)
            {
                // Whoever reads it knows what it is about; what isn't ours goes to whom routing thought of, or to the hotline.
                if (!awaited.TryGetValue(held.InquiryId, out var c) && !remembered.TryGetValue(held.InquiryId, out c) && DayOf(held.DecidedAt) >= today) continue;
                var unit = c.Channel is not null ? city.UnitOf(c.Matter.Category, c.Area) : held.CandidateUnitCodes.FirstOrDefault() ?? staff.HotlineUnit;
                try
                {
                    await CallAsync(headers => routing.PlaceInquiryAsync(new PlaceInquiryRequest { CommandId = $"place {held.InquiryId}/{held.DispatchNo}", InquiryId = held.InquiryId, ExpectedDispatchNo = held.DispatchNo, LeadUnitCode = unit }, headers, cancellationToken: stop), staff.Dispatcher, stop);
                    placed++;
                }
                catch (RpcException placedAlready) when (placedAlready.StatusCode == StatusCode.FailedPrecondition) { /* the list was a moment old */ }
            }
            after = page.Next.Length > 0 ? page.Next : null;
        }
    }

    private async Task CallBackAsync(CancellationToken stop)
    {
        for (string? after = ""; after is not null;)
        {
            var page = await CallAsync(headers => channels.ListDeliveriesAsync(new ListDeliveriesRequest { State = "Waiting", Page = new Page { Size = PageSize, After = after } }, headers, cancellationToken: stop), staff.Operator, stop);
            await Parallel.ForEachAsync(page.Deliveries.Where(d => d.Door is "hotline" or "office"), Together(stop), async (delivery, _) =>
            {
                await CallAsync(headers => channels.RecordCallBackAsync(new RecordCallBackRequest { CommandId = $"call {delivery.InquiryId}/{delivery.AnswerNo}", InquiryId = delivery.InquiryId, Reached = true }, headers, cancellationToken: stop), staff.Operator, stop);
                Interlocked.Increment(ref called);
            });
            after = page.Next.Length > 0 ? page.Next : null;
        }
    }

    // Whom a unit answered before today; who wasn't reached, not twice a day.
    private async Task FollowUpAsync(DateOnly today, CancellationToken stop)
    {
        for (var left = 1; left > 0;)
        {
            var page = await CallAsync(headers => casework.ListFollowUpsAsync(new ListFollowUpsRequest { Size = PageSize }, headers, cancellationToken: stop), staff.FollowUpClerk, stop);
            var due = page.Rows.Where(r => DayOf(r.AnsweredAt) < today && (r.TriedAt is null || DayOf(r.TriedAt) < today)).ToList();
            await Parallel.ForEachAsync(due, Together(stop), async (row, _) =>
            {
                var said = Citizen.Called(row.InquiryId, row.Tries);
                try
                {
                    await CallAsync(headers => casework.RecordFollowUpAsync(new RecordFollowUpRequest
                    {
                        CommandId = $"follow {row.InquiryId}/{row.AnswerNo}/{row.Tries}", InquiryId = row.InquiryId, AnswerNo = row.AnswerNo, Tries = row.Tries,
                        Result = said.Reached ? FollowUpResult.Reached : FollowUpResult.NotReached, Solution = said.Solved ? "Solved" : "Unsolved", Grade = said.Reached ? said.Grade : default, UnitContacted = said.Contacted,
                    }, headers, cancellationToken: stop), staff.FollowUpClerk, stop);
                    Interlocked.Increment(ref followedUp);
                }
                catch (RpcException doneAlready) when (doneAlready.StatusCode == StatusCode.FailedPrecondition) { /* before the load broke, or by the citizen's own grade */ }
            });
            left = due.Count == PageSize ? due.Count : 0;
        }
    }

    private async Task AskAsync(CancellationToken stop)
    {
        KeyValuePair<string, string>[] curious;
        lock (asking) curious = [.. asking];
        await Parallel.ForEachAsync(curious, Together(stop), async (citizen, _) =>
        {
            if (!await doors.AskAsync(citizen.Key, citizen.Value, stop)) return;
            if (Citizen.Rates(citizen.Key) is { } grade)
                try { await CallAsync(headers => casework.RateAnswerAsync(new RateAnswerRequest { InquiryId = citizen.Key, QueryCode = citizen.Value, AnswerNo = 1, Grade = grade }, headers, cancellationToken: stop), [], stop); }
                catch (RpcException ratedAlready) when (ratedAlready.StatusCode == StatusCode.FailedPrecondition) { }
            journal.Fetched(citizen.Key);
            lock (asking) asking.Remove(citizen.Key);
            Interlocked.Increment(ref asked);
        });
    }

    /// <summary>Answers that still wait or failed, by door.</summary>
    public async Task<IReadOnlyDictionary<string, int>> UndeliveredAsync(CancellationToken stop)
    {
        var doorsOf = new Dictionary<string, int>();
        for (string? after = ""; after is not null;)
        {
            var page = await CallAsync(headers => channels.ListDeliveriesAsync(new ListDeliveriesRequest { Page = new Page { Size = PageSize, After = after } }, headers, cancellationToken: stop), staff.Operator, stop);
            foreach (var delivery in page.Deliveries) doorsOf[delivery.Door] = doorsOf.GetValueOrDefault(delivery.Door) + 1;
            after = page.Next.Length > 0 ? page.Next : null;
        }
        return doorsOf;
    }

    public async Task<T> CallAsync<T>(Func<Metadata, AsyncUnaryCall<T>> call, Metadata headers, CancellationToken stop)
    {
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var pause = 50; ; pause = Math.Min(pause * 2, 2000))
            try
            {
                Interlocked.Increment(ref requests);
                return await call(headers).ResponseAsync.WaitAsync(Answering, stop);
            }
            catch (Exception busy) when (busy is TimeoutException or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.ResourceExhausted } && System.Diagnostics.Stopwatch.GetElapsedTime(since) < Patience * 2)
            {
                await Task.Delay(pause, stop);
            }
    }
}
