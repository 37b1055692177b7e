using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Channels;

/// <summary>What a door answers after the commit. A repeated contact gets the same.</summary>
sealed record Receipt(string InquiryId, string QueryCode, DateTimeOffset ReceivedAt, bool IsNew);

/// <summary>The one write path of all doors: dedupe, number, seal, register. It acknowledges nothing before the commit.</summary>
sealed partial class Intake([FromKeyedServices("channels")] Writer writer, Shards shards, KeyRing ring, TimeProvider clock, LiveCalls live)
{
    sealed record Choice(Intaken Outcome, KnownContact Contact);

    /// <param name="raw">The payload's bytes, kept when the key was used before with other content.</param>
    public async Task<Outcome<Receipt>> RegisterAsync(Received r, ReadOnlyMemory<byte> raw)
    {
        using var step = Trace.Walk(1, "Channels", null); // Walk 1: a payload becomes an inquiry with a number
        r = WithE164(r);
        var quarantineKey = Quarantined.KeyOf(r.Door, r.DoorKey, raw.Span);
        var outcome = await writer.RepeatableAsync<Choice>(Keys(r), w => Want(w.Add(ChannelsStore.Quarantine, quarantineKey), r), work =>
        {
            var (choice, refusal) = Take(r, work);
            if (refusal is not null) return refusal;
            if (choice!.Outcome == Intaken.KeyReused && work.Get(ChannelsStore.Quarantine, quarantineKey) is null)
                work.Put(ChannelsStore.Quarantine, Quarantine(quarantineKey, r.Door, "KeyReused", work.Now, raw.Span));
            return choice;
        });
        if (outcome.Refusal is { } no) return no;
        var (kind, contact) = outcome.Value!;
        return kind == Intaken.KeyReused ? DoorRefusals.KeyReused(contact.InquiryId)
            : new Receipt(contact.InquiryId, ring.QueryCode(contact.InquiryId), contact.ReceivedAt, kind != Intaken.Known);
    }

    static Received WithE164(Received r) => PhoneNumber.Read(r.Content.Phone).E164 is { } number ? r with { Content = new(r.Content) { PhoneE164 = number } } : r;

    // What a registration locks and reads. The contact's own shard comes first: the number is made in it.
    static List<string> Keys(Received r)
    {
        List<string> keys = [r.Key];
        if (r.IsCall) keys.Add(r.ContactId);
        if (r.About is not null) keys.Add(r.About);
        if (Writes(r)) keys.Add(r.ThreadKey!);
        return keys;
    }

    void Want(Wants w, Received r)
    {
        w.Add(ChannelsStore.Contacts, r.Key).Add(ChannelsStore.Sequences, Sequence.KeyOf(shards.Of(r.Key)));
        if (r.IsCall) w.Add(ChannelsStore.Calls, Call.KeyOf(r.ContactId));
        if (r.About is not null) w.Add(ChannelsStore.Inquiries, r.About);
        if (Writes(r)) w.Add(ChannelsStore.Threads, r.ThreadKey!);
    }

    // A QQ citizen's message that can be replied to now; what is filed by hand later can't.
    static bool Writes(Received r) => r is { Door: Doors.Qq, ReplyTo: not null };

    Outcome<Choice> Take(Received r, UnitOfWork work)
    {
        var (reference, shard) = (work.Reference<DoorReference>(), shards.Of(r.Key));
        if (reference.IsEmpty) throw new HubUnavailableException();
        var decided = IntakeDecision.Decide(r, new(work.Get(ChannelsStore.Contacts, r.Key), work.Get(ChannelsStore.Sequences, Sequence.KeyOf(shard)),
            r.IsCall ? work.Get(ChannelsStore.Calls, Call.KeyOf(r.ContactId)) : null, r.About is null ? null : work.Get(ChannelsStore.Inquiries, r.About)), shard, work.Now, reference);
        if (decided.Refusal is { } refusal) return refusal;
        var choice = decided.Value!;
        if (choice.Outcome == Intaken.Registered) Register(r, choice, work);
        if (choice.Outcome == Intaken.Added) Add(r, choice, work);
        if (Writes(r) && choice.Outcome is Intaken.Registered or Intaken.Added)
            work.Put(ChannelsStore.Threads, QqThread.Wrote(work.Get(ChannelsStore.Threads, r.ThreadKey!), r.ThreadKey!, ring.Box(r.ThreadKey!, r.ReplyTo!.Address), r.DoorKey, choice.Contact.InquiryId, choice.Outcome == Intaken.Registered ? 1 : 0, work.Now));
        return new Choice(choice.Outcome, choice.Contact);
    }

    void Register(Received r, IntakeChoice choice, UnitOfWork work)
    {
        var id = choice.Contact.InquiryId;
        var content = WithNumber(r, choice);
        work.Put(ChannelsStore.Contacts, choice.Contact);
        work.Put(ChannelsStore.Sequences, choice.Sequence!);
        if (choice.Call is not null) PutCall(work, choice.Call);
        // What was answered on the spot waits for no answer: it needs no way back.
        if (r.DirectAnswer is null)
            work.PutNew(ChannelsStore.Inquiries, new InquiryDoor(id, r.Door, r.WantsReply)
            { CounterId = r.CounterId, ThreadKey = r.ThreadKey, ReplyTo = r.ReplyTo is null || r.Door == Doors.Qq ? null : ring.Box(id, Json.Write(r.ReplyTo)) });
        if (r is { Door: Doors.Email or Doors.Qq, ReplyTo: not null })
            work.PutNew(ChannelsStore.Deliveries, new AnswerDelivery(id, 0, r.Door)
            { State = AnswerDelivery.Sending, DueAt = clock.GetUtcNow(), ThreadKey = r.ThreadKey, MessageId = r.Door == Doors.Qq ? r.DoorKey : null, MessageSeq = r.Door == Doors.Qq ? 1 : 0 });
        var registered = new InquiryRegistered
        {
            InquiryId = id, Contact = ContactOf(r, choice), Kind = r.Kind, CategoryCode = r.CategoryCode, AreaCode = r.AreaCode, Urgency = r.Urgency, WantsReply = r.WantsReply,
            Confidential = r.Confidential, PublishConsent = r.PublishConsent, Content = ring.Seal(id, content), ReceivingUnitCode = choice.ReceivingUnitCode,
        };
        if (r.DirectAnswer is { } answer)
            registered.DirectAnswer = new() { AnsweredBy = answer.AnsweredBy, AnsweredAt = CityTime.Stamp(work.Now), Answer = ring.Seal(id, new Text { Text_ = answer.Text }) };
        Ledger.Enter(work, registered.Contact);
        work.Emit(id, registered);
    }

    void Add(Received r, IntakeChoice choice, UnitOfWork work)
    {
        work.Put(ChannelsStore.Contacts, choice.Contact);
        if (choice.Call is not null) PutCall(work, choice.Call);
        var contact = ContactOf(r, choice);
        Ledger.Enter(work, contact);
        work.Emit(choice.Contact.InquiryId, new ContactAdded { InquiryId = choice.Contact.InquiryId, Contact = contact, Supplement = ring.Seal(choice.Contact.InquiryId, WithNumber(r, choice)), Urge = r.Urge });
    }

    // The operator need not type the number again that the telephone system has pushed.
    Content WithNumber(Received r, IntakeChoice choice)
    {
        if (r.Content.Phone.Length > 0 || choice.Call?.Caller is not { } caller || ring.Open(r.ContactId, caller) is not { } pushed) return r.Content;
        return new(r.Content) { Phone = pushed, PhoneE164 = pushed.StartsWith('+') ? pushed : "" };
    }

    void PutCall(UnitOfWork work, Call call)
    {
        var before = work.Get(ChannelsStore.Calls, Call.KeyOf(call.ContactId));
        work.Put(ChannelsStore.Calls, call);
        // Most registrations come without the telephone system's events: they are on no desk.
        if (before?.LiveSince is not null || call.LiveSince is not null) work.AfterCommit(_ => live.Changed());
    }

    static Contact ContactOf(Received r, IntakeChoice choice) => new()
    {
        ContactId = r.ContactId, Channel = r.Channel, Door = r.Door, MatterNo = choice.MatterNo, CounterId = r.CounterId, TakenBy = r.TakenBy,
        ReceivedAt = CityTime.Stamp(choice.Contact.ReceivedAt), OccurredAt = CityTime.Stamp(choice.OccurredAt),
    };

    /// <summary>Keeps what a door can't file, once however often it comes, and gives its id.</summary>
    public async Task<string> QuarantineAsync(string key, string door, string reason, ReadOnlyMemory<byte> raw)
    {
        await writer.RepeatableAsync<Quarantined>([key], w => w.Add(ChannelsStore.Quarantine, key), work =>
        {
            if (work.Get(ChannelsStore.Quarantine, key) is { } kept) return kept;
            var entry = Quarantine(key, door, reason, work.Now, raw.Span);
            work.Put(ChannelsStore.Quarantine, entry);
            return entry;
        });
        return key;
    }

    Quarantined Quarantine(string key, string door, string reason, DateTimeOffset now, ReadOnlySpan<byte> raw) =>
        new(key, door, reason, now, raw.Length) { Raw = ring.Seal(key, new BytesValue { Value = ByteString.CopyFrom(raw) }).ToByteArray() };

    /// <summary>The citizen wrote: what waits for that is due now.</summary>
    public async Task WakeAsync(string threadKey, NpgsqlDataSource database, CancellationToken stop)
    {
        var waiting = await ChannelsStore.WaitingForAsync(database, threadKey, stop);
        if (waiting.Count == 0) return;
        await writer.RepeatableAsync<object>([.. waiting.Select(d => d.InquiryId).Distinct()], w => { foreach (var d in waiting) w.Add(ChannelsStore.Deliveries, d.Key); }, work =>
        {
            foreach (var d in waiting)
                if (work.Get(ChannelsStore.Deliveries, d.Key) is { State: AnswerDelivery.Waiting } row) work.Put(ChannelsStore.Deliveries, row with { State = AnswerDelivery.Sending, DueAt = clock.GetUtcNow() });
            return new(this, null);
        });
    }
}
