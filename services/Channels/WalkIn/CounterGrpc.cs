using Google.Protobuf;
using Grpc.Core;
using InquiryHub.Contracts.Channels;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Channels;

// The counter's page: entries, the list of the day, and its sheet.
sealed partial class ChannelsGrpc
{
    [Authorize(Roles = $"{Roles.Officer},{Roles.Operator}")]
    public override async Task<Registered> RegisterWalkIn(RegisterWalkInRequest request, ServerCallContext context)
    {
        // How long ago, not when: a counter's clock may be wrong, and a demonstration's city lives in another year.
        DateTimeOffset? occurred = request.SecondsAgo > 0 ? (await CityTime.NowAsync(database, context.CancellationToken)).AddSeconds(-Math.Min(request.SecondsAgo, MostSecondsAgo)) : null;
        var city = await reference.GetAsync<DoorReference>(context.CancellationToken);
        var area = city.Counters.TryGetValue(request.CounterId, out var counter) && city.Areas.Contains(counter.AreaCode) ? counter.AreaCode : "";
        return Receipt(await door.TakeAsync(Doors.WalkIn, WalkInMapping.Map(request, Actor.Of(context.GetHttpContext().User), occurred, area), request.ToByteArray()));
    }

    // Further back the day of receipt counts.
    static readonly long MostSecondsAgo = (long)CityTime.Backdating.TotalSeconds;

    [Authorize(Roles = $"{Roles.Officer},{Roles.Operator}")]
    public override async Task<VoidWalkInReply> VoidWalkIn(VoidWalkInRequest request, ServerCallContext context)
    {
        var (actor, city) = (Actor.Of(context.GetHttpContext().User), await reference.GetAsync<DoorReference>(context.CancellationToken));
        var unit = city.Counters.TryGetValue(request.CounterId, out var counter) ? counter.UnitCode : "";
        // Which entry it is is read before the batch, from the list of the day; what it is by then, under its lock.
        var (key, countedOn) = await ChannelsStore.WalkInOfTodayAsync(database, request.CounterId, request.InquiryId, context.CancellationToken) ?? default;
        var outcome = await writer.CommandAsync<VoidWalkInReply>(request.CommandId, key is null ? [request.InquiryId] : [key, request.InquiryId], w => { if (key is not null) w.Add(ChannelsStore.Contacts, key); }, work =>
        {
            var (voided, refusal) = VoidDecision.Void(key is null ? null : work.Get(ChannelsStore.Contacts, key), countedOn, unit, actor, work.Now);
            if (refusal is not null) return refusal;
            // Read from its body, it has no counter any more: so it leaves the counter's list.
            work.Put(ChannelsStore.Contacts, voided!);
            Ledger.Void(work, countedOn);
            var at = CityTime.Stamp(work.Now);
            work.Emit(voided!.InquiryId, new ContactVoided { InquiryId = voided.InquiryId, ContactId = voided.ContactId, VoidedBy = actor.Account, VoidedAt = at });
            return new VoidWalkInReply { VoidedAt = at };
        });
        return outcome.OrRefuse();
    }

    [Authorize(Roles = $"{Roles.Officer},{Roles.Operator}")]
    public override async Task<ListWalkInTodayReply> ListWalkInToday(ListWalkInTodayRequest request, ServerCallContext context)
    {
        await OwnCounterAsync(request.CounterId, context);
        var (day, sums, rows) = await ChannelsStore.WalkInTodayAsync(database, request.CounterId, 50, context.CancellationToken);
        return new()
        {
            Day = CityTime.Iso(day), Total = sums.Sum(s => s.Contacts), Sums = { sums.Select(s => new WalkInSum { CategoryCode = s.CategoryCode, Contacts = s.Contacts, Direct = s.Direct }) },
            Rows = { rows.Select(r => new WalkInRow { InquiryId = r.InquiryId, ReceivedAt = CityTime.Stamp(r.ReceivedAt), CategoryCode = r.CategoryCode ?? "", Direct = r.Direct ?? false }) },
        };
    }

    [Authorize(Roles = $"{Roles.Officer},{Roles.Operator}")]
    public override async Task<Contracts.Channels.TallySheet> GetTallySheet(GetTallySheetRequest request, ServerCallContext context)
    {
        await OwnCounterAsync(request.CounterId, context);
        var today = CityTime.DateOf(await CityTime.NowAsync(database, context.CancellationToken));
        if (!CityTime.TryDay(request.Day, out var day)) day = request.Day.Length == 0 ? today : throw Answers.Refused(DoorRefusals.InvalidDay);
        var days = Enumerable.Range(0, 14).Select(n => today.AddDays(-n)).ToList();
        var (sheets, entered) = await ChannelsStore.SheetsAsync(database, request.CounterId, [day, .. days], context.CancellationToken);
        var sheet = sheets.GetValueOrDefault(day);
        return new()
        {
            Day = CityTime.Iso(day), Today = CityTime.Iso(today), Revision = sheet?.Revision ?? 0, SavedBy = sheet?.SavedBy ?? "", SavedAt = sheet?.SavedAt is { } at ? CityTime.Stamp(at) : null,
            Rows = { (sheet?.Rows ?? []).Where(r => r.Count > 0).Select(r => new TallyRow { CategoryCode = r.CategoryCode, Count = r.Count }) },
            Earlier = { (sheet?.Earlier ?? []).Select(v => new Contracts.Channels.SheetVersion { Revision = v.Revision, SavedBy = v.SavedBy, SavedAt = CityTime.Stamp(v.SavedAt), Total = v.Total }) },
            Days = { days.Select(d => new CounterDay { Day = CityTime.Iso(d), Tallied = sheets.GetValueOrDefault(d)?.Total ?? 0, Entered = entered.GetValueOrDefault(d) }) },
        };
    }

    [Authorize(Roles = $"{Roles.Officer},{Roles.Operator}")]
    public override async Task<SaveTallySheetReply> SaveTallySheet(SaveTallySheetRequest request, ServerCallContext context)
    {
        var actor = await OwnCounterAsync(request.CounterId, context);
        var tally = SheetDecision.Map(request, actor, await CityTime.NowAsync(database, context.CancellationToken)).OrRefuse();
        var saved = (await intake.SaveSheetAsync(tally)).OrRefuse();
        return new() { Revision = saved.Revision, Total = saved.Total };
    }

    /// <summary>Officers sit at the counters of their own unit, operators help out at any.</summary>
    async Task<Actor> OwnCounterAsync(string counterId, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        if (!(await reference.GetAsync<DoorReference>(context.CancellationToken)).Counters.TryGetValue(counterId, out var counter)) throw Answers.Refused(DoorRefusals.UnknownCounter);
        return actor.Is(Roles.Operator) || counter.UnitCode == actor.UnitCode ? actor : throw Answers.Refused(Refusals.NotYours);
    }
}
