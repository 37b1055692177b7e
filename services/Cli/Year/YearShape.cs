namespace InquiryHub.Cli.Year;

/// <summary>
/// How the year 2013 is shaped: the five published figures, the months, the working days, the hours. The figures are the city's
/// report (design/domain.md 1.1); months and hours are ours.
/// </summary>
internal static class YearShape
{
    public static readonly DateOnly First = new(2013, 1, 1), Last = new(2013, 12, 31);

    /// <summary>The report's claim; its five parts come to <see cref="Contacts"/>.</summary>
    public const int Contacts = 116_222, Hotline = 12_580, Minxin = 407, Web = 1_228, WalkIns = 100_006, Other = 2_001;
    public const int OfficePhone = 900, OtherHotline = 450, Fax = 150, Email = 320, Qq = 181;
    /// <summary>Walk-ins counted on sheets: the greatest number up to 30,000 that leaves a multiple of four, so that 75 % is exact.</summary>
    public const int Tallied = 29_998, InBatches = 40_000;
    public const int Direct = (Contacts - Tallied) / 4 * 3;
    public const int LargestBatch = 50;

    public static readonly int[] WalkInMonths = [6900, 5200, 9201, 9601, 9101, 8300, 7800, 7600, 8801, 9401, 9701, 8400];
    public static readonly int[] HotlineMonths = [1380, 900, 820, 760, 720, 780, 960, 1010, 820, 880, 1560, 1990];
    public static readonly int[] OtherMonths = [168, 120, 190, 176, 168, 160, 172, 166, 158, 160, 178, 185];
    public static readonly int[] WebMonths = [96, 70, 112, 108, 104, 98, 110, 104, 92, 96, 118, 120];
    public static readonly int[] MinxinMonths = [30, 22, 38, 36, 33, 31, 35, 34, 32, 30, 42, 44];

    // Weekdays off and weekend days worked: 国办发明电〔2012〕33号 and 〔2013〕28号. A test holds them against Directory's calendar.
    private static readonly HashSet<DateOnly> Off = Days("130101-130103 130211-130215 130404-130405 130429-130501 130610-130612 130919-130920 131001-131004 131007 140101 140131 140203-140206 140407");
    private static readonly HashSet<DateOnly> Worked = Days("130105-130106 130216-130217 130407 130427-130428 130608-130609 130922 130929 131012 140126 140208");

    // By hour from 0: counters 8:00-12:00 and 13:00-17:00 with the morning's peak, the hotline round the clock, forms in the evening too.
    private static readonly double[] Counter = [0, 0, 0, 0, 0, 0, 0, 0, 13, 20, 18, 11, 0, 10, 13, 10, 5, 0, 0, 0, 0, 0, 0, 0];
    private static readonly double[] Call = [.4, .3, .2, .2, .3, .6, 2, 5, 10, 12, 11, 8, 5, 7, 8, 8, 7, 5, 4, 3, 2.5, 1.5, 1, .6];
    private static readonly double[] Form = [.3, .1, .1, 0, 0, .1, .5, 2, 5, 8, 8, 6, 5, 6, 7, 7, 6, 5, 5, 7, 9, 7, 4, 1.5];

    public static bool IsWorkingDay(DateOnly day) =>
        Worked.Contains(day) || (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Off.Contains(day));

    public static DateOnly AddWorkingDays(DateOnly day, int count)
    {
        while (count > 0) if (IsWorkingDay(day = day.AddDays(1))) count--;
        return day;
    }

    /// <summary>The day itself, or the first working day after it.</summary>
    public static DateOnly WorkingDayFrom(DateOnly day)
    {
        while (!IsWorkingDay(day)) day = day.AddDays(1);
        return day;
    }

    /// <summary>How many of a channel come on each of the days, in parts of their month.</summary>
    public static double Weight(Way way, DateOnly day) => way switch
    {
        // After days off the counters fill up.
        Way.Single or Way.Batch => !IsWorkingDay(day) ? 0 : IsWorkingDay(day.AddDays(-1)) ? 1 : 1.3,
        Way.Office => IsWorkingDay(day) ? 1 : 0,
        Way.Hotline => IsWorkingDay(day) ? 1 : .7,
        _ => IsWorkingDay(day) ? 1 : .6,
    };

    /// <summary>Minute of the day.</summary>
    public static short Minute(Way way, ref SplitMix random)
    {
        var hours = way switch { Way.Single or Way.Batch or Way.Office => Counter, Way.Hotline => Call, _ => Form };
        return (short)(random.Pick(hours) * 60 + random.Below(60));
    }

    private static HashSet<DateOnly> Days(string ranges)
    {
        static DateOnly Day(string text) => new(2000 + int.Parse(text[..2]), int.Parse(text[2..4]), int.Parse(text[4..6]));
        var days = new HashSet<DateOnly>();
        foreach (var range in ranges.Split(' '))
            for (var day = Day(range); day <= Day(range.Split('-')[^1]); day = day.AddDays(1)) days.Add(day);
        return days;
    }
}
