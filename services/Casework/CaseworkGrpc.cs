using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace InquiryHub.Casework;

/// <summary>What is read of cases, and what belongs to a person: drafts, looks, a rating. The acts are in CaseworkActs.cs.</summary>
[Authorize]
sealed partial class CaseworkGrpc([FromKeyedServices("casework")] Writer writer, [FromKeyedServices("casework")] NpgsqlDataSource database, [FromKeyedServices("casework")] ReferenceData reference, KeyRing ring, ProgressDoor progress, LiveTasks live, Drafts drafts, Reveals reveals, Presence presence, IHostApplicationLifetime lifetime)
    : Contracts.Casework.Casework.CaseworkBase
{
    public override async Task<ListCasesReply> ListCases(ListCasesRequest request, ServerCallContext context)
    {
        var sight = Sight.Of(context);
        if (request.InquiryIds.Count > 0)
        {
            if (request.InquiryIds.Count > CaseworkStore.MostNamed) throw Answers.Refused(CaseworkRefusals.TooManyNumbers);
            var these = await CaseworkStore.CasesAsync(database, request.InquiryIds, context.CancellationToken);
            var seen = these.Where(c => c.Registration is not null && sight.Sees(c)).ToList();
            return new() { Cases = { seen.Select(CaseView.Row) }, Total = seen.Count };
        }
        if (sight.Hides(request.UnitCode)) throw Answers.Refused(Refusals.NotYours);
        if (!Mark.TryRead(request.Page?.After, out var after)) throw Answers.Refused(CaseworkRefusals.InvalidPage);
        var filter = new CaseFilter(sight.OnlyUnit ?? "", request.UnitCode, request.Channel, request.State, Day(request.ReceivedFrom), Day(request.ReceivedTo)?.AddDays(1), request.LateOnly);
        var size = Paging.Size(request.Page);
        var (rows, total) = await CaseworkStore.CasesAsync(database, filter, size, after, context.CancellationToken);
        return new() { Cases = { rows.Select(CaseView.Row) }, Total = total, Next = rows.Count < size ? "" : Mark.Of(rows[^1]).Write() };
    }

    public override async Task<ListTasksReply> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        var filter = Worklist(context, request.OfficerId, request.UnitCode, request.State) with { DueAfter = CityTime.Instant(request.DueAfter), DueBy = CityTime.Instant(request.DueBy) };
        if (!Mark.TryRead(request.Page?.After, out var after)) throw Answers.Refused(CaseworkRefusals.InvalidPage);
        var size = Paging.Size(request.Page);
        var (rows, total) = await CaseworkStore.TasksAsync(database, filter, size, after, context.CancellationToken);
        var tasks = rows.Select(r => (r.Case, Task: r.Case.Task(r.TaskId)!)).ToList();
        return new()
        {
            Tasks = { tasks.Select(t => CaseView.Row(t.Case, t.Task)) }, Total = total,
            Next = tasks.Count < size ? "" : new Mark(tasks[^1].Task.Clock?.DueAt ?? DateTimeOffset.MaxValue, tasks[^1].Task.TaskId).Write(),
        };
    }

    public override async Task WatchTasks(WatchTasksRequest request, IServerStreamWriter<TaskChange> stream, ServerCallContext context)
    {
        var filter = Worklist(context, request.OfficerId, request.UnitCode, request.State);
        // A stream has no end of its own: without this, a stop would wait for every viewer.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var (change, more) in live.WatchAsync(filter, stop.Token))
            {
                stream.WriteOptions = more ? buffered : WriteOptions.Default;
                await stream.WriteAsync(change, stop.Token);
            }
        }
        catch (OperationCanceledException) { /* the viewer left, or the hub stops */ }
    }

    static readonly WriteOptions buffered = new(WriteFlags.BufferHint);

    /// <summary>The tasks that a caller asks for, as far as they may be seen: an officer who names nobody gets the own ones.</summary>
    static TaskFilter Worklist(ServerCallContext context, string officerId, string unitCode, string state)
    {
        var sight = Sight.Of(context);
        if (sight.Hides(unitCode)) throw Answers.Refused(Refusals.NotYours);
        var mine = sight.OnlyUnit is not null && officerId.Length == 0 && unitCode.Length == 0;
        return new(sight.OnlyUnit ?? unitCode, mine ? Actor.Of(context.GetHttpContext().User).OfficerId : officerId, state);
    }

    public override async Task<CaseFile> GetCase(GetCaseRequest request, ServerCallContext context)
    {
        var stop = context.CancellationToken;
        var sight = Sight.Of(context);
        // Another unit's case reads like none: whether it exists is not theirs to know.
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId) || await CaseworkStore.CaseAsync(database, inquiryId, stop) is not { Registration: not null } c)
            throw Answers.Refused(Refusals.UnknownInquiry);
        IReadOnlyList<CaseState> joined = c.Merges is null && c.TookIn is null ? [] : await CaseworkStore.CasesAsync(database, [.. (c.TookIn ?? []).Select(t => t.InquiryId).Append(c.Merged?.IntoInquiryId ?? "")], stop);
        // Whoever handles the one that it was merged into handles it too, whichever unit that is by now.
        if (!sight.Sees(c) && !joined.Any(j => j.InquiryId == c.Merged?.IntoInquiryId && sight.Sees(j))) throw Answers.Refused(Refusals.UnknownInquiry);
        using var step = Trace.Walk(6, "Casework", c.Trace); // Walk 6: the officer reads the case
        var others = request.Looking ? presence.LookAsync(inquiryId, Actor.Of(context.GetHttpContext().User)) : Task.FromResult<IReadOnlyList<Present>>([]);
        var (text, answers) = await CaseworkStore.TextsAsync(database, c, stop);
        var ratings = text?.Ratings?.ToDictionary(r => r.AnswerNo, r => ring.Unseal<Text>(inquiryId, Sealed.Parser.ParseFrom(r.Words))?.Text_ ?? "");
        var file = CaseView.File(c, text, answers, text is null ? null : ring.Unseal<Content>(inquiryId, Sealed.Parser.ParseFrom(text.Personal)), ratings, words => reveals.Words(inquiryId, words));
        file.Others.AddRange(await others);
        file.Merged.AddRange(CaseView.TakenIn(c, joined));
        file.MergedInto = CaseView.Into(c, joined);
        return file;
    }

    [AllowAnonymous]
    public override async Task<Progress> GetProgress(GetProgressRequest request, ServerCallContext context) =>
        await progress.ReadAsync(request.InquiryId, request.QueryCode, context.CancellationToken) ?? throw Answers.Refused(Refusals.WrongNumberOrCode);

    public override async Task<SaveDraftReply> SaveDraft(SaveDraftRequest request, ServerCallContext context)
    {
        var actor = Actor.Of(context.GetHttpContext().User);
        var reply = (await drafts.SaveAsync(actor.Account, request)).OrRefuse();
        if (request.Text.Length > 0 && DraftDecision.CaseOf(request.Scope) is { } inquiryId) presence.Wrote(inquiryId, actor);
        return reply;
    }

    public override async Task<ListDraftsReply> ListDrafts(ListDraftsRequest request, ServerCallContext context) =>
        (await drafts.ListAsync(Actor.Of(context.GetHttpContext().User).Account, request.Scope, context.CancellationToken)).OrRefuse();

    public override async Task<DropDraftsReply> DropDrafts(DropDraftsRequest request, ServerCallContext context) =>
        (await drafts.DropAsync(Actor.Of(context.GetHttpContext().User).Account, request.Scope)).OrRefuse();

    public override async Task<RevealPersonReply> RevealPerson(RevealPersonRequest request, ServerCallContext context) =>
        (await reveals.RevealAsync(Actor.Of(context.GetHttpContext().User), request, context.CancellationToken)).OrRefuse();

    [Authorize(Roles = $"{Roles.Supervisor},{Roles.Administrator}")]
    public override async Task<ListRevealsReply> ListReveals(ListRevealsRequest request, ServerCallContext context)
    {
        if (!Mark.TryRead(request.Page?.After, out var after)) throw Answers.Refused(CaseworkRefusals.InvalidPage);
        var size = Paging.Size(request.Page);
        var (rows, total) = await CaseworkStore.RevealsAsync(database, Day(request.From), Day(request.To)?.AddDays(1), size, after, context.CancellationToken);
        return new()
        {
            Reveals = { rows.Select(r => CaseView.Row(r.InquiryId, r.Reveal, reveals.Words(r.InquiryId, r.Reveal.Words))) }, Total = total,
            Next = rows.Count < size ? "" : new Mark(rows[^1].Reveal.At, RevealEntry.KeyOf(rows[^1].InquiryId, rows[^1].Reveal.No)).Write(),
        };
    }

    const int MostOfCaller = 20;

    [Authorize(Roles = Roles.Operator)]
    public override async Task<ListCasesOfCallerReply> ListCasesOfCaller(ListCasesOfCallerRequest request, ServerCallContext context)
    {
        if (PhoneNumber.Read(request.Number).E164 is not { } number) return new();
        var (rows, total, open) = await CaseworkStore.OfCallerAsync(database, ring.Lookup(CaseProjection.CallerKey(number)), MostOfCaller, context.CancellationToken);
        var name = rows.Select(r => ring.Unseal<Content>(r.Case.InquiryId, Sealed.Parser.ParseFrom(r.Text.Personal))?.Name).FirstOrDefault(n => !string.IsNullOrWhiteSpace(n));
        return new() { Cases = { rows.Select(r => CaseView.Row(r.Case)) }, NameMasked = Mask.Name(name), Total = total, Open = open };
    }

    const int AmongAtOnce = 10_000;
    static readonly TimeSpan searching = TimeSpan.FromSeconds(1.5);

    public override async Task<SearchCasesReply> SearchCases(SearchCasesRequest request, ServerCallContext context)
    {
        if (SearchWords.Read(request.Words) is not { } words) throw Answers.Refused(CaseworkRefusals.InvalidSearch);
        if (!Mark.TryRead(request.After, out var after)) throw Answers.Refused(CaseworkRefusals.InvalidPage);
        var (began, unit) = (Stopwatch.GetTimestamp(), Sight.Of(context).OnlyUnit ?? "");
        var found = new List<CaseState>();
        do
        {
            // One more than is shown: then there are more.
            var (some, ended) = await CaseworkStore.SearchAsync(database, unit, words, AmongAtOnce, CaseView.MostFound + 1 - found.Count, after, context.CancellationToken);
            found.AddRange(some);
            after = ended;
        }
        while (after is not null && found.Count <= CaseView.MostFound && Stopwatch.GetElapsedTime(began) < searching);
        return CaseView.Found(found, after);
    }

    [AllowAnonymous]
    public override async Task<RateAnswerReply> RateAnswer(RateAnswerRequest request, ServerCallContext context)
    {
        var rating = (await progress.RateAsync(request.InquiryId, request.QueryCode, request.AnswerNo, request.Grade, request.Words)).OrRefuse();
        return new() { Grade = rating.Grade, RatedAt = CityTime.Stamp(rating.At) };
    }

    [AllowAnonymous]
    public override async Task<WithdrawInquiryReply> WithdrawInquiry(WithdrawInquiryRequest request, ServerCallContext context) =>
        new() { WithdrawnAt = CityTime.Stamp((await progress.WithdrawAsync(request.InquiryId, request.QueryCode)).OrRefuse().Closing!.At) };

    static DateTimeOffset? Day(string text) => text.Length == 0 ? null
        : CityTime.TryDay(text, out var day) && day.Year is > 1900 and < 9999 ? CityTime.At(day, TimeOnly.MinValue) : throw Answers.Refused(CaseworkRefusals.InvalidDay);
}

/// <summary>What a caller may see: people of the city's office everything, an officer the own unit's.</summary>
readonly record struct Sight(string? OnlyUnit)
{
    static readonly string[] all = [Roles.Operator, Roles.Dispatcher, Roles.FollowUpClerk, Roles.Supervisor, Roles.Administrator, Roles.Service];

    public static Sight Of(ServerCallContext context) => Of(Actor.Of(context.GetHttpContext().User));

    // A unit code that no unit has: an account without a unit sees nothing.
    public static Sight Of(Actor actor) => all.Any(actor.Is) ? new(null) : new(actor.UnitCode.Length > 0 ? actor.UnitCode : "-");

    public bool Sees(CaseState c) => OnlyUnit is null || c.IsOf(OnlyUnit);
    public bool Hides(string unitCode) => OnlyUnit is not null && unitCode.Length > 0 && unitCode != OnlyUnit;
}
