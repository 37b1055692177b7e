using Grpc.Core;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Npgsql;

namespace InquiryHub.Statistics;

[Authorize]
internal sealed class StatisticsGrpc(StatisticsStore store, [FromKeyedServices("statistics")] ReferenceData reference, LiveFigures live, Claims claims, DaysByHour days, IHostApplicationLifetime lifetime)
    : Contracts.Statistics.Statistics.StatisticsBase
{
    public override async Task<Breakdown> GetBreakdown(BreakdownRequest request, ServerCallContext context)
    {
        var names = await reference.GetAsync<Names>(context.CancellationToken);
        var (rows, columns) = FiguresDecision.Dimensions(request.Rows, request.Columns).OrRefuse();
        return await store.SumsAsync(FiguresDecision.Scope(request.Filter, names).OrRefuse(), rows, columns, names, (sums, asOf) =>
        {
            var breakdown = FiguresDecision.Breakdown(sums, rows, columns, names);
            breakdown.AsOf = Stamp(asOf);
            return breakdown;
        }, context.CancellationToken);
    }

    public override async Task<ListFactsReply> ListFacts(ListFactsRequest request, ServerCallContext context)
    {
        var names = await reference.GetAsync<Names>(context.CancellationToken);
        var scope = FiguresDecision.Scope(request.Filter, names, list: true).OrRefuse();
        var (rows, next, totalRows, totalCount) = await store.FactsAsync(scope, Paging.Size(request.Page), request.Page?.After ?? "", context.CancellationToken);
        return new() { Facts = { rows.Select(r => Show(r, scope.Measure, names)) }, Next = next, TotalRows = totalRows, TotalCount = totalCount };
    }

    public override async Task<Report> GetReport(ReportRequest request, ServerCallContext context)
    {
        if (request.Year is < 1900 or > 9998) throw Answers.Refused(Refusals.InvalidPeriod);
        var names = await reference.GetAsync<Names>(context.CancellationToken);
        var cube = await store.CubeAsync(Whole(Period.Of(request.Year)), "year", names, (sums, _) => sums, context.CancellationToken);
        var claim = request.ClaimedTotal > 0 ? new Claim(request.Year, request.ClaimedTotal, "") : claims.Of(request.Year);
        return FiguresDecision.Report(request.Year, cube, names, claim?.Total ?? 0, claim?.Source ?? "");
    }

    public override async Task<Overview> GetOverview(OverviewRequest request, ServerCallContext context)
    {
        var names = await reference.GetAsync<Names>(context.CancellationToken);
        var (first, last, today) = await store.PeriodsAsync(context.CancellationToken);
        var filter = request.Filter?.Clone() ?? new();
        if (filter is { From: "", To: "" })
        {
            var newest = FiguresDecision.Newest(first, last, today);
            (filter.From, filter.To) = (CityTime.Iso(newest.From), CityTime.Iso(newest.To));
        }
        var scope = FiguresDecision.Scope(filter, names).OrRefuse();
        var period = new Period(DateOnly.ParseExact(filter.From, "yyyy-MM-dd"), DateOnly.ParseExact(filter.To, "yyyy-MM-dd"));
        return await store.CubeAsync(scope, period.Step, (names, first, last, today), (cube, asOf) =>
        {
            var overview = FiguresDecision.Overview(cube, period, scope.Measure, names, scope.Everything ? claims.Of(period.From.Year) : null);
            (overview.Periods, overview.AsOf) = (Show(first, last, today), Stamp(asOf));
            return overview;
        }, context.CancellationToken);
    }

    public override async Task<Periods> GetPeriods(PeriodsRequest request, ServerCallContext context)
    {
        var (first, last, today) = await store.PeriodsAsync(context.CancellationToken);
        return Show(first, last, today);
    }

    public override async Task<DayByHour> GetDay(GetDayRequest request, ServerCallContext context)
    {
        if (!CityTime.TryDay(request.Day, out var day) && request.Day.Length > 0) throw Answers.Refused(Refusals.InvalidPeriod);
        return await days.GetAsync(request.Day.Length > 0 ? day : null, context.CancellationToken);
    }

    public override async Task<Categories> GetCategories(GetCategoriesRequest request, ServerCallContext context)
    {
        if (!CityTime.TryDay(request.Day, out var day))
            day = request.Day.Length == 0 ? (await store.PeriodsAsync(context.CancellationToken)).Today : throw Answers.Refused(Refusals.InvalidPeriod);
        var (before, from) = CategoriesDecision.Days(day);
        return CategoriesDecision.Of(day, await store.CategoriesAsync(before, from, day, context.CancellationToken));
    }

    public override async Task<Quality> GetQuality(GetQualityRequest request, ServerCallContext context)
    {
        var names = await reference.GetAsync<Names>(context.CancellationToken);
        var asked = new Filter { From = request.From, To = request.To, UnitCode = request.UnitCode, Inquiries = true, Outcome = "Dispatched" };
        return await store.QualityAsync(FiguresDecision.Scope(asked, names).OrRefuse(), context.CancellationToken);
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<LiveTotals> stream, ServerCallContext context)
    {
        if (request.Day.Length > 0 && !CityTime.TryDay(request.Day, out _)) throw Answers.Refused(Refusals.InvalidPeriod);
        // A stream has no end of its own: without this, a stop would wait for every viewer.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try { await foreach (var totals in live.WatchAsync(request.Day, stop.Token)) await stream.WriteAsync(totals, stop.Token); }
        catch (OperationCanceledException) { /* the viewer left, or the hub stops */ }
        catch (NpgsqlException) { throw Answers.Refused(Refusals.Busy); }
    }

    static Scope Whole(Period p) => new(CityTime.Iso(p.From), CityTime.Iso(p.To), Measures.Contacts);
    static Google.Protobuf.WellKnownTypes.Timestamp? Stamp(DateTimeOffset? at) => at is { } a ? CityTime.Stamp(a) : null;
    static Periods Show(DateOnly? first, DateOnly? last, DateOnly today) =>
        new() { FirstDay = first is { } f ? CityTime.Iso(f) : "", LastDay = last is { } l ? CityTime.Iso(l) : "", Today = CityTime.Iso(today) };

    static Contracts.Statistics.Fact Show(FactRow r, string measure, Names names) => new()
    {
        ContactId = r.ContactId, InquiryId = r.InquiryId, Channel = r.Channel, Day = r.Day, UnitCode = r.UnitCode, AreaCode = r.AreaCode, CategoryCode = r.CategoryCode, Outcome = r.Outcome,
        Count = measure == Measures.Inquiries ? r.Inquiries : r.Contacts, UnitName = names.Unit(r.UnitCode), AreaName = names.Area(r.AreaCode),
        ChannelNameZh = names.Channel(r.Channel)?.NameZh ?? r.Channel, ChannelNameEn = names.Channel(r.Channel)?.NameEn ?? r.Channel,
    };
}
