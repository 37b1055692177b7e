using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf;
using InquiryHub.Contracts.Casework;
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
        var code = string.Concat((typedCode ?? "").Select(Width.Narrow).Where(c => !char.IsWhiteSpace(c)));
        if (!InquiryNumber.TryRead(typedNumber, out var inquiryId) || !ring.IsQueryCode(inquiryId, code)) return null;
        if (await CaseworkStore.CaseAsync(database, inquiryId, stop) is not { Registration: not null } c) return null;
        var (text, answers) = await CaseworkStore.TextsAsync(database, c, stop);
        if (c.Lead?.Answer is { FetchedAt: null }) await FetchedAsync(inquiryId);
        return CaseView.Progress(c, text, answers);
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
        if (await ReadAsync(question.InquiryNumber, question.QueryCode, context.RequestAborted) is not { } p) return Answers.Problem(404, CaseworkRefusals.WrongNumberOrCode);
        var unitName = (await reference.GetAsync<UnitNames>(context.RequestAborted)).Names.GetValueOrDefault(p.UnitCode, "");
        return Results.Json(new
        {
            p.InquiryId, p.State, ReceivedAt = CityTime.Instant(p.ReceivedAt), DueAt = CityTime.Instant(p.DueAt), p.Provisional, p.UnitCode, UnitName = unitName,
            p.PublicReply, AnsweredAt = CityTime.Instant(p.AnsweredAt),
        }, Json.Options);
    }
}
