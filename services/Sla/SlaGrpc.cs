using Grpc.Core;
using InquiryHub.Contracts.Sla;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace InquiryHub.Sla;

[Authorize]
sealed class SlaGrpc([FromKeyedServices("sla")] NpgsqlDataSource database, [FromKeyedServices("sla")] ReferenceData reference) : Contracts.Sla.Sla.SlaBase
{
    public override async Task<GetClocksReply> GetClocks(GetClocksRequest request, ServerCallContext context)
    {
        if (!InquiryNumber.TryRead(request.InquiryId, out var inquiryId)) throw Answers.Refused(Refusals.UnknownInquiry);
        var (clocks, now) = await SlaStore.GetAsync(database, inquiryId, context.CancellationToken);
        var calendar = (await reference.GetAsync<SlaRules>(context.CancellationToken)).Calendar;
        // An inquiry that was answered on the spot has no clock; whether a number exists is Casework's to say.
        return new() { Clocks = { (clocks?.Clocks ?? []).Where(c => c.Start is not null).Select(c => Row(c, SlaDecision.DaysLeft(c, now, calendar))) } };
    }

    const int MostDays = 400;

    public override async Task<GetCalendarReply> GetCalendar(GetCalendarRequest request, ServerCallContext context)
    {
        var calendar = (await reference.GetAsync<SlaRules>(context.CancellationToken)).Calendar;
        var now = await CityTime.NowAsync(database, context.CancellationToken);
        var today = CityTime.DateOf(now);
        var days = Enumerable.Range(-Math.Clamp(request.DaysBack, 0, MostDays), Math.Clamp(request.DaysBack, 0, MostDays) + 1 + Math.Clamp(request.DaysAhead, 0, MostDays)).Select(today.AddDays);
        return new()
        {
            Now = CityTime.Stamp(now), Today = CityTime.Iso(today),
            Days = { days.Select(d => new CalendarDay { Day = CityTime.Iso(d), Worked = calendar.IsWorked(d), Provisional = !calendar.IsPublished(d.Year) }) },
        };
    }

    static Clock Row(TaskClock c, int daysLeft) => new()
    {
        TaskId = c.TaskId, Clock_ = SlaRules.Handling, State = c.Stop is null ? "Running" : "Stopped", Overdue = c.Overdue,
        StartedAt = CityTime.Stamp(c.Start!.At), DueAt = CityTime.Stamp(c.DueAt), FirstDueAt = CityTime.Stamp(c.Start.DueAt), Extensions = c.Extensions?.Count ?? 0, StoppedAt = c.Stop is { } stop ? CityTime.Stamp(stop.At) : null,
        LimitWorkingDays = c.Start.LimitWorkingDays, WorkingDaysLeft = daysLeft, Provisional = c.Provisional, LimitSource = c.Start.LimitSource,
    };
}
