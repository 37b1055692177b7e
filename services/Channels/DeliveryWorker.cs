using Google.Protobuf;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Channels;

/// <summary>One answer with all that its sender needs, opened. Never logged.</summary>
sealed record Outgoing(AnswerDelivery Delivery, InquiryDoor Door, string Text, ReplyAddress? To);

/// <summary>Takes answers out of the house by one door. Three of them: mail, QQ, counter slips.</summary>
interface IAnswerSender
{
    string Door { get; }
    /// <summary>How many a round; all of them must be through within <see cref="Limit"/>.</summary>
    int Most { get; }
    /// <summary>How long a round may take; what a dead instance had begun goes out again after that.</summary>
    TimeSpan Limit { get; }
    /// <summary>Whether sending the same answer twice reaches the citizen once.</summary>
    bool PeerTellsRepeats { get; }
    /// <summary>One result an answer, in order. It may throw nothing but for a cancelled stop.</summary>
    Task<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<Outgoing> answers, CancellationToken stop);
}

/// <summary>
/// Brings answers out, a loop a door: claim many in one commit, send, finish them in one commit. The claim is the fence: of two
/// instances that see the same due rows only one gets each. 14,000 slips take 28 rounds.
/// </summary>
sealed partial class DeliveryWorker([FromKeyedServices("channels")] Writer writer, [FromKeyedServices("channels")] NpgsqlDataSource database, KeyRing ring,
    ChannelsOptions options, IEnumerable<IAnswerSender> senders, TimeProvider clock, ILogger<DeliveryWorker> log) : BackgroundService
{
    static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200), AfterFailure = TimeSpan.FromSeconds(2);
    readonly string instance = $"{Environment.MachineName}-{Environment.ProcessId}-{System.Diagnostics.Stopwatch.GetTimestamp():x}";

    sealed record Claimed(List<Outgoing> Answers);

    protected override Task ExecuteAsync(CancellationToken stop) => Task.WhenAll(senders.Where(s => options.Open.Contains(s.Door)).Select(s => RunAsync(s, stop)));

    async Task RunAsync(IAnswerSender sender, CancellationToken stop)
    {
        for (var round = 1; !stop.IsCancellationRequested; round++)
        {
            try { if (!await RoundAsync(sender, $"{instance}/{round}", stop)) await Task.Delay(Idle, stop); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e)
            {
                // What was claimed and not finished comes back when its attempt's time is up.
                Failed(log, sender.Door, e.GetType().Name);
                await Task.Delay(AfterFailure, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task<bool> RoundAsync(IAnswerSender sender, string claim, CancellationToken stop)
    {
        var due = await ChannelsStore.DueAsync(database, sender.Door, sender.Most, stop);
        if (due.Count == 0) return false;
        var answers = await ClaimAsync(sender, due, claim);
        if (answers.Count == 0) return false;
        var results = await sender.SendAsync(answers, stop);
        await FinishAsync(answers, results, claim);
        return true;
    }

    async Task<List<Outgoing>> ClaimAsync(IAnswerSender sender, List<AnswerDelivery> due, string claim)
    {
        var outcome = await writer.RepeatableAsync<Claimed>([.. due.Select(d => d.InquiryId).Concat(Threads(due)).Distinct()], w =>
        {
            foreach (var d in due) w.Add(ChannelsStore.Deliveries, d.Key).Add(ChannelsStore.Inquiries, d.InquiryId);
            foreach (var t in Threads(due)) w.Add(ChannelsStore.Threads, t);
        }, work =>
        {
            var now = clock.GetUtcNow();
            var answers = new List<Outgoing>();
            foreach (var key in due.Select(d => d.Key))
            {
                if (DeliveryDecision.Claim(work.Get(ChannelsStore.Deliveries, key), claim, now, sender.PeerTellsRepeats, sender.Limit) is not { } d) continue;
                if (d.State == AnswerDelivery.Sending && d.Door == Doors.Qq) d = Reply(work, d, claim, now);
                DeliveryEvents.Put(work, d);
                if (d.State == AnswerDelivery.Sending && work.Get(ChannelsStore.Inquiries, d.InquiryId) is { } door) answers.Add(new(d, door, "", Address(work, d, door)));
            }
            return new Claimed(answers);
        });
        return outcome.Value!.Answers.ConvertAll(a => a with { Text = TextOf(a.Delivery) });
    }

    static IEnumerable<string> Threads(List<AnswerDelivery> due) => due.Where(d => d is { Door: Doors.Qq, ThreadKey: not null }).Select(d => d.ThreadKey!);

    // The reply's number is taken in the same commit as the attempt: two answers never share one.
    static AnswerDelivery Reply(UnitOfWork work, AnswerDelivery d, string claim, DateTimeOffset now)
    {
        // Filed by hand from what a group or an unreadable message said: nobody can be written to.
        if (d.ThreadKey is null) return DeliveryDecision.Finish(d, claim, new(Sent.Refused, "", "NoAddress"), now)!;
        if (QqThread.Reply(d, work.Get(ChannelsStore.Threads, d.ThreadKey!), work.Now) is not { } reply)
            return DeliveryDecision.Finish(d, claim, new(Sent.CitizenMustWrite, "", "WindowClosed"), now)!;
        work.Put(ChannelsStore.Threads, reply.Thread);
        return reply.Delivery;
    }

    ReplyAddress? Address(UnitOfWork work, AnswerDelivery d, InquiryDoor door) =>
        d.Door == Doors.Qq ? ring.Open(d.ThreadKey!, work.Get(ChannelsStore.Threads, d.ThreadKey!)?.Openid) is { } openid ? new(openid) : null
        : ring.Open(d.InquiryId, door.ReplyTo) is { } json ? Json.Read<ReplyAddress>(json) : null;

    string TextOf(AnswerDelivery d) => d.AnswerNo == 0
        ? $"您的诉求已收到，编号 {d.InquiryId}，查询码 {ring.QueryCode(d.InquiryId)}。凭编号和查询码可查询办理进度与答复。\nYour inquiry was received: number {d.InquiryId}, query code {ring.QueryCode(d.InquiryId)}."
        : ring.Unseal<Text>(d.InquiryId, Sealed.Parser.ParseFrom(Convert.FromBase64String(d.Answer!)))?.Text_ ?? "";

    async Task FinishAsync(List<Outgoing> answers, IReadOnlyList<SendResult> results, string claim) =>
        await writer.RepeatableAsync<object>([.. answers.Select(a => a.Delivery.InquiryId).Distinct()], w =>
        {
            foreach (var a in answers) w.Add(ChannelsStore.Deliveries, a.Delivery.Key);
        }, work =>
        {
            var now = clock.GetUtcNow();
            for (var i = 0; i < answers.Count; i++)
                if (DeliveryDecision.Finish(work.Get(ChannelsStore.Deliveries, answers[i].Delivery.Key), claim, results[i], now) is { } d) DeliveryEvents.Put(work, d);
            return new(this, null);
        });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deliveries of {Door} stopped for a moment: {Error}")] static partial void Failed(ILogger log, string door, string error);
}
