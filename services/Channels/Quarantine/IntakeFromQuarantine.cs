using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>What a person does with an entry, by the same write path as the doors: contact, number, event and resolution commit together.</summary>
sealed partial class Intake
{
    public byte[] Opened(Quarantined entry) => ring.Unseal<BytesValue>(entry.Key, Sealed.Parser.ParseFrom(entry.Raw))?.Value.ToByteArray() ?? [];

    public async Task<Outcome<FileQuarantinedReply>> FileAsync(string commandId, Quarantined entry, int matterNo, QuarantineForm form, Actor actor)
    {
        using var step = Trace.Walk(1, "Channels", null); // Walk 1: by a dispatcher's hand
        var (mapped, refusal) = QuarantineFiling.Map(entry, EntryReading.Of(entry.Door, Opened(entry)), matterNo, form, actor.Account, ring.Lookup);
        if (mapped is null) return refusal!;
        mapped = WithE164(mapped);
        return await writer.CommandAsync<FileQuarantinedReply>(commandId, [.. Keys(mapped), entry.Key], w => Want(w.Add(ChannelsStore.Resolutions, entry.Key), mapped), work =>
        {
            // The lock is held from here: a colleague's resolution is seen, or waits.
            var before = work.Get(ChannelsStore.Resolutions, entry.Key);
            if (QuarantineDecision.MayFile(entry.Reason, before, matterNo) is { } no) return no;
            // A counter that has been closed since is no reason not to file what it took.
            var received = work.Reference<DoorReference>().Counters.ContainsKey(mapped.CounterId) ? mapped : mapped with { CounterId = "" };
            var (choice, said) = Take(received, work);
            if (said is not null) return said;
            if (choice!.Outcome == Intaken.KeyReused) return QuarantineDecision.MatterFiled(matterNo, choice.Contact.InquiryId);
            var after = QuarantineDecision.Filed(before, entry.Key, matterNo, choice.Contact.InquiryId, actor.Account, work.Now);
            if (after != before) work.Put(ChannelsStore.Resolutions, after);
            return new FileQuarantinedReply { InquiryId = choice.Contact.InquiryId, MatterNo = matterNo };
        });
    }

    public async Task<Outcome<RejectQuarantinedReply>> RejectAsync(string commandId, Quarantined entry, string reason, string note, Actor actor)
    {
        // Sealed before the batch: a batch that is run again must write the same bytes.
        var box = note.Trim().Length == 0 ? null : ring.Box(entry.Key, note.Trim());
        return await writer.CommandAsync<RejectQuarantinedReply>(commandId, [entry.Key], w => w.Add(ChannelsStore.Resolutions, entry.Key), work =>
        {
            var (rejected, no) = QuarantineDecision.Reject(entry.Reason, work.Get(ChannelsStore.Resolutions, entry.Key), entry.Key, reason, note, box, actor.Account, work.Now);
            if (rejected is null) return no!;
            work.Put(ChannelsStore.Resolutions, rejected);
            return new RejectQuarantinedReply { ResolvedAt = CityTime.Stamp(rejected.At) };
        });
    }
}
