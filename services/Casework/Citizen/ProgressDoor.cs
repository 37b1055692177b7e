using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Casework;

/// <summary>The units' names, for what citizens read.</summary>
sealed record UnitNames(FrozenDictionary<string, string> Names)
{
    public static UnitNames Of(IReadOnlyList<IMessage> rows) => new(rows.OfType<UnitPublished>().ToFrozenDictionary(u => u.UnitCode, u => u.Name));
}

/// <summary>
/// A citizen's look at the own inquiry, by number and query code. An unknown number and a wrong code read the same, and
/// neither reaches the database. The first look at an answer is the proof that it was delivered.
/// </summary>
sealed class ProgressDoor([FromKeyedServices("casework")] Writer writer, [FromKeyedServices("casework")] NpgsqlDataSource database, [FromKeyedServices("casework")] ReferenceData reference, KeyRing ring, LiveTasks live)
{
    sealed record Question(string? InquiryNumber, string? QueryCode);

    /// <summary>Null when there is no such inquiry or the code isn't its.</summary>
    public async Task<Progress?> ReadAsync(string? typedNumber, string? typedCode, CancellationToken stop)
    {
        if (!InquiryNumber.TryRead(typedNumber, out var inquiryId) || !ring.IsQueryCode(inquiryId, typedCode)) return null;
        if (await CaseworkStore.CaseAsync(database, inquiryId, stop) is not { Registration: not null } c) return null;
        var (text, answers) = await CaseworkStore.TextsAsync(database, c, stop);
        if (c.ShownAnswer is { FetchedAt: null }) await FetchedAsync(inquiryId);
        // Handled together with another one: who has that one, and until when, is true of this one too.
        var with = c is { Closing: null, Merged: { Answer: null } merged } ? await CaseworkStore.CaseAsync(database, merged.IntoInquiryId, stop) : null;
        return CaseView.Progress(c, text, answers, (await reference.GetAsync<CityData>(stop)).Units.Names.GetValueOrDefault((with ?? c).UnitCode, ""), with);
    }

    /// <summary>The citizen's grade for the answer with this number; the same sent again gets the first.</summary>
    public async Task<Outcome<Rating>> RateAsync(string typedNumber, string typedCode, int answerNo, Grade grade, string typedWords)
    {
        if (!InquiryNumber.TryRead(typedNumber, out var inquiryId) || !ring.IsQueryCode(inquiryId, typedCode)) return Refusals.WrongNumberOrCode;
        var words = typedWords.Trim();
        // Sealed before the batch: a batch that is run again must say the same bytes.
        var box = ring.Seal(inquiryId, new Text { Text_ = words });
        return await writer.RepeatableAsync<Rating>([inquiryId], w => w.Add(CaseworkStore.Cases, inquiryId).Add(CaseworkStore.Texts, inquiryId), work =>
        {
            var (before, text) = (work.Get(CaseworkStore.Cases, inquiryId), work.Get(CaseworkStore.Texts, inquiryId));
            var first = text?.Ratings?.FirstOrDefault(r => r.AnswerNo == answerNo) is { } said ? ring.Unseal<Text>(inquiryId, Sealed.Parser.ParseFrom(said.Words))?.Text_ : null;
            var decided = RatingDecision.Rate(before, answerNo, grade, words, first, box, work.Now);
            if (decided.Refusal is { } refusal) return refusal;
            CaseworkHandlers.Save(before, decided.Value!, work, live);
            if (words.Length > 0 && decided.Value!.Events.Count > 0 && text is not null) work.Put(CaseworkStore.Texts, text with { Ratings = [.. text.Ratings ?? [], new(answerNo, box.ToByteArray())] });
            return decided.Value!.Case.RatingOf(answerNo)!;
        });
    }

    /// <summary>The citizen takes the inquiry back; sent again it gets the first answer. The case tells, not an id of the caller's: whoever wrote one is unknown.</summary>
    public async Task<Outcome<CaseState>> WithdrawAsync(string typedNumber, string typedCode)
    {
        if (!InquiryNumber.TryRead(typedNumber, out var inquiryId) || !ring.IsQueryCode(inquiryId, typedCode)) return Refusals.WrongNumberOrCode;
        var reach = new Reach(inquiryId);
        return await reach.RunAsync(() => writer.RepeatableAsync<CaseState>(reach.Keys, reach.Want, work =>
        {
            var before = work.Get(CaseworkStore.Cases, inquiryId);
            if (before is not null && reach.Missing(WithdrawDecision.Reached(before)) is { } missing) return missing;
            var decided = WithdrawDecision.Withdraw(before, work.Now);
            if (decided.Refusal is { } refusal) return refusal;
            CaseworkHandlers.Save(before, decided.Value!, work, live);
            foreach (var id in WithdrawDecision.Reached(before!)) Reach.Save(WithdrawDecision.Beside(work.Get(CaseworkStore.Cases, id)!, inquiryId, work.Now), work, live);
            return decided.Value!.Case;
        }));
    }

    async Task FetchedAsync(string inquiryId) => await writer.RepeatableAsync<CaseState>([inquiryId], w => w.Add(CaseworkStore.Cases, inquiryId), work =>
    {
        // Another look may have been first: the state under the lock tells.
        var before = work.Get(CaseworkStore.Cases, inquiryId)!;
        var step = CaseworkDecision.Fetched(before, work.Now);
        CaseworkHandlers.Save(before, step, work, live);
        return step.Case;
    });

    /// <summary>POST /public/progress {inquiryNumber, queryCode}.</summary>
    public async Task<IResult> PostAsync(HttpContext context)
    {
        Question? question;
        try { question = await JsonSerializer.DeserializeAsync<Question>(context.Request.Body, Json.Options, context.RequestAborted); }
        catch (JsonException) { question = null; }
        if (question is null) return Answers.Problem(400, CaseworkRefusals.InvalidJson);
        if (await ReadAsync(question.InquiryNumber, question.QueryCode, context.RequestAborted) is not { } p) return Answers.Problem(404, Refusals.WrongNumberOrCode);
        return Results.Json(new
        {
            p.InquiryId, p.State, ReceivedAt = CityTime.Instant(p.ReceivedAt), DueAt = CityTime.Instant(p.DueAt), p.Provisional, p.UnitCode, p.UnitName,
            p.Rehandled, Earlier = p.Earlier.Select(e => new { e.PublicReply, AnsweredAt = CityTime.Instant(e.AnsweredAt) }), p.PublicReply, AnsweredAt = CityTime.Instant(p.AnsweredAt), WithdrawnAt = CityTime.Instant(p.WithdrawnAt), p.Merged,
        }, Json.Options);
    }
}
