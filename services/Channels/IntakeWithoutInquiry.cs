using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace InquiryHub.Channels;

/// <summary>Contacts that make no inquiry: tally sheets, calls that were given up or filed.</summary>
sealed partial class Intake
{
    public async Task<Outcome<TallySheet>> TallyAsync(Tally tally, ReadOnlyMemory<byte> raw)
    {
        var sheet = tally.Sheet;
        var quarantineKey = Quarantined.KeyOf(Doors.WalkIn, sheet.SheetId, raw.Span);
        var outcome = await writer.RepeatableAsync<object>([sheet.SheetId], w => w.Add(ChannelsStore.Sheets, sheet.SheetId).Add(ChannelsStore.Quarantine, quarantineKey), work =>
        {
            var reference = work.Reference<DoorReference>();
            if (reference.IsEmpty) throw new HubUnavailableException();
            var before = work.Get(ChannelsStore.Sheets, sheet.SheetId);
            var (decided, refusal) = TallyDecision.Decide(sheet, before);
            if (refusal is not null) return refusal;
            if (decided == Tallied.New && TallyDecision.Check(tally, work.Today, reference).Refusal is { } no) return no;
            if (decided == Tallied.RevisionReused && work.Get(ChannelsStore.Quarantine, quarantineKey) is null)
                work.Put(ChannelsStore.Quarantine, Quarantine(quarantineKey, Doors.WalkIn, "KeyReused", work.Now, raw.Span));
            if (decided == Tallied.New) File(tally, before, work, reference);
            return decided!;
        });
        return outcome.Refusal is { } said ? said : outcome.Value is Tallied.RevisionReused ? DoorRefusals.KeyReused($"{sheet.SheetId}/{sheet.Revision}") : sheet;
    }

    /// <summary>The sheet of a counter's page. Gives the one that stands then; what was decided, under its lock.</summary>
    public async Task<Outcome<TallySheet>> SaveSheetAsync(Tally tally)
    {
        var id = tally.Sheet.SheetId;
        return await writer.RepeatableAsync<TallySheet>([id], w => w.Add(ChannelsStore.Sheets, id), work =>
        {
            var (reference, before) = (work.Reference<DoorReference>(), work.Get(ChannelsStore.Sheets, id));
            if (reference.IsEmpty) throw new HubUnavailableException();
            var (decided, refusal) = SheetDecision.Decide(tally.Sheet, before);
            if (refusal is not null) return refusal;
            if (decided == Tallied.Known) return before!;
            if (TallyDecision.Check(tally, work.Today, reference).Refusal is { } no) return no;
            var saved = tally with { Sheet = SheetDecision.After(tally.Sheet, before) };
            File(saved, before, work, reference);
            return saved.Sheet;
        });
    }

    static void File(Tally tally, TallySheet? before, UnitOfWork work, DoorReference reference)
    {
        var (sheet, counter) = (tally.Sheet, reference.Counters[tally.Sheet.CounterId]);
        work.Put(ChannelsStore.Sheets, sheet);
        Ledger.Enter(work, sheet, before);
        work.Emit(sheet.SheetId, new ContactsTallied
        {
            SheetId = sheet.SheetId, Revision = sheet.Revision, CounterId = sheet.CounterId, UnitCode = counter.UnitCode, AreaCode = counter.AreaCode, Channel = WalkInMapping.Channel,
            TalliedOn = CityTime.Iso(tally.Day), ReceivedAt = CityTime.Stamp(work.Now), Rows = { tally.Rows.Select(r => new TallyRow { CategoryCode = r.CategoryCode, Count = r.Count }) },
        });
    }

    /// <summary>Changes a call's row by a decision; a call that is thereby filed becomes a contact without an inquiry.</summary>
    public async Task<string> CallAsync(string callId, string? caller, string takenBy, string unitCode, Func<Call, DateTimeOffset, Call> decide)
    {
        var contactId = DoorKeys.ContactId(Doors.Hotline, callId);
        await CallOfAsync(contactId, caller, takenBy, unitCode, (call, now) => decide(call ?? new(contactId), now));
        return contactId;
    }

    /// <summary>The same for a call by its contact, which need not be there.</summary>
    public Task<Outcome<Call>> CallOfAsync(string contactId, string? caller, string takenBy, string unitCode, Func<Call?, DateTimeOffset, Outcome<Call>> decide)
    {
        var key = Call.KeyOf(contactId);
        return writer.RepeatableAsync<Call>([contactId], w => w.Add(ChannelsStore.Calls, key), work =>
        {
            var before = work.Get(ChannelsStore.Calls, key);
            var (decided, refusal) = decide(before, work.Now);
            if (refusal is not null) return refusal;
            var call = decided!;
            if (call.Caller is null && caller is not null) call = call with { Caller = ring.Box(contactId, caller) };
            if (call == before) return call;
            PutCall(work, call);
            if (call.Filed.Length == 0 || before?.Filed == call.Filed) return call;
            var reference = work.Reference<DoorReference>();
            if (reference.IsEmpty) throw new HubUnavailableException();
            var recorded = new ContactRecorded
            {
                Reason = call.Filed, ReceivingUnitCode = unitCode,
                Contact = new() { ContactId = contactId, Channel = HotlineMapping.Channel, Door = Doors.Hotline, MatterNo = call.Matters, TakenBy = takenBy, ReceivedAt = CityTime.Stamp(work.Now), OccurredAt = CityTime.Stamp(call.OfferedAt ?? work.Now) },
            };
            Ledger.Enter(work, recorded.Contact);
            work.Emit(contactId, recorded);
            return call;
        });
    }
}
