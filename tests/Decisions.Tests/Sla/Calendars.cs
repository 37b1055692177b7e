using InquiryHub.Contracts.Directory;
using InquiryHub.Sla;

namespace InquiryHub.Decisions.Tests.Sla;

/// <summary>The notices of five years, as the State Council office published them (weekdays off, weekend days worked).</summary>
static class Calendars
{
    static readonly (int Year, string Off, string Worked)[] notices =
    [
        (2013, "01-01 01-02 01-03 02-11 02-12 02-13 02-14 02-15 04-04 04-05 04-29 04-30 05-01 06-10 06-11 06-12 09-19 09-20 10-01 10-02 10-03 10-04 10-07",
            "01-05 01-06 02-16 02-17 04-07 04-27 04-28 06-08 06-09 09-22 09-29 10-12"),
        (2014, "01-01 01-31 02-03 02-04 02-05 02-06 04-07 05-01 05-02 06-02 09-08 10-01 10-02 10-03 10-06 10-07", "01-26 02-08 05-04 09-28 10-11"),
        (2019, "01-01 02-04 02-05 02-06 02-07 02-08 04-05 05-01 05-02 05-03 06-07 09-13 10-01 10-02 10-03 10-04 10-07", "02-02 02-03 04-28 05-05 09-29 10-12"),
        (2025, "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08", "01-26 02-08 04-27 09-28 10-11"),
        (2026, "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07", "01-04 02-14 02-28 05-09 09-20 10-10"),
    ];

    public static IEnumerable<CalendarPublished> All => notices.Select(n => new CalendarPublished
    { Year = n.Year, Off = { n.Off.Split(' ').Select(d => $"{n.Year}-{d}") }, Worked = { n.Worked.Split(' ').Select(d => $"{n.Year}-{d}") } });

    public static readonly WorkingDays Days = WorkingDays.Of(All);
}
