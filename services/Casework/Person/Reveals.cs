using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Casework;

/// <summary>The shell of a look at who a case is from: entered first, shown when that is committed.</summary>
sealed class Reveals([FromKeyedServices("casework")] Writer writer, [FromKeyedServices("casework")] NpgsqlDataSource database, KeyRing ring, LiveTasks live)
{
    public async Task<Outcome<RevealPersonReply>> RevealAsync(Actor actor, RevealPersonRequest r, CancellationToken stop)
    {
        if (!InquiryNumber.TryRead(r.InquiryId, out var inquiryId)) return Refusals.UnknownInquiry;
        var words = r.Words.Trim();
        // Sealed before the batch: a batch that is run again must say the same bytes.
        var box = ring.Seal(inquiryId, new Text { Text_ = words });
        // The first answer to a command is kept for a week, in clear: nothing of the person may be in it.
        var entered = await writer.CommandAsync<RevealPersonReply>(r.CommandId, [inquiryId], w => w.Add(CaseworkStore.Cases, inquiryId).Add(CaseworkStore.Texts, inquiryId), work =>
        {
            var before = work.Get(CaseworkStore.Cases, inquiryId);
            var decided = RevealDecision.Reveal(before, actor, r.Reason, words, Person(work.Get(CaseworkStore.Texts, inquiryId)), box, work.Now);
            if (decided.Refusal is { } no) return no;
            CaseworkHandlers.Save(before, decided.Value!, work, live);
            var entry = decided.Value!.Case.Reveals![^1];
            work.PutNew(CaseworkStore.Reveals, new RevealEntry(inquiryId, entry.No, entry.At));
            return new RevealPersonReply { EntryNo = entry.No, RevealedAt = CityTime.Stamp(entry.At), ShownUntil = CityTime.Stamp(entry.Until) };
        });
        if (entered.Refusal is { } refusal) return refusal;

        // The same id may come from somebody else, or long after: the entry itself tells whether it still shows.
        var reply = entered.Value!;
        var (c, now) = (await CaseworkStore.CaseAsync(database, inquiryId, stop), await CityTime.NowAsync(database, stop));
        if (RevealDecision.Over(c?.Reveals?.FirstOrDefault(e => e.No == reply.EntryNo), actor, reply.RevealedAt.ToDateTimeOffset(), now) is { } over) return over;
        var person = Person((await CaseworkStore.TextsAsync(database, c!, stop)).Text) ?? new();
        return new RevealPersonReply(reply)
        {
            SecondsLeft = (int)Math.Ceiling((reply.ShownUntil.ToDateTimeOffset() - now).TotalSeconds), Name = person.Name, Phone = person.Phone, Email = person.Email, Address = person.Address,
        };
    }

    /// <summary>What somebody wrote beside an entry; empty without any, or when its key was destroyed.</summary>
    public string Words(string inquiryId, byte[]? words) => words is null ? "" : ring.Unseal<Text>(inquiryId, Sealed.Parser.ParseFrom(words))?.Text_ ?? "";

    Content? Person(CaseText? text) => text is null ? null : ring.Unseal<Content>(text.InquiryId, Sealed.Parser.ParseFrom(text.Personal));
}
