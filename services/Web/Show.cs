using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>How numbers, days and channels look.</summary>
internal static class Show
{
    public static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
    public static string Percent(long part, long whole, int digits = 2) => whole == 0 ? "–" : (100m * part / whole).ToString($"F{digits}", CultureInfo.InvariantCulture) + "%";
    public static string Svg(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>2013 年, 2013 年 6 月, 2013-06-03, 2013-06-03 至 2013-06-20.</summary>
    public static string Period(Question q, Texts t)
    {
        var (from, to) = (Question.Day(q.From), Question.Day(q.To));
        return q == q.Year(from.Year) ? t["period.year", from.Year] : q == q.Month(from) ? t["period.month", from.Year, MonthName(from.Month, t)] : from == to ? q.From : t["period.range", q.From, q.To];
    }

    public static string MonthName(int month, Texts t) => t.IsChinese ? $"{month} 月" : CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[month - 1];

    /// <summary>A column's name: 6 月 in one year, 2013-06 over several, 6/3 for a day.</summary>
    public static string Step(string step, bool oneYear, Texts t) => step.Length switch
    {
        7 when oneYear => MonthName(int.Parse(step.AsSpan(5), CultureInfo.InvariantCulture), t),
        10 => $"{int.Parse(step.AsSpan(5, 2), CultureInfo.InvariantCulture)}/{int.Parse(step.AsSpan(8), CultureInfo.InvariantCulture)}",
        _ => step,
    };

    /// <summary>1月22日 周三 / Wed 22 Jan.</summary>
    public static string Today(string iso, Texts t)
    {
        var day = Question.Day(iso);
        return t["day.long", day.Month, day.Day, t[$"weekday.{(int)day.DayOfWeek}"], MonthName(day.Month, t)];
    }

    public static string Clock(Timestamp? at, string format = "HH:mm:ss") =>
        at is null ? "–" : at.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Colour class and icon of a channel or bucket: colour never stands alone.</summary>
    public static (string Class, string Icon) Look(string code) => code switch
    {
        "Hotline12345" => ("c-hotline", "phone"), "MinxinWeb" => ("c-minxin", "heart"), "WebPortal" => ("c-web", "globe"), "Email" => ("c-email", "mail"), "QQ" => ("c-qq", "chat"),
        "WalkIn" => ("c-walkin", "walk"), "OfficePhone" or "OtherHotline" => ("c-other", "phone"), "Fax" => ("c-other", "printer"), _ => ("c-other", "dots"),
    };

    /// <summary>The top of an axis with four even steps: 1, 2, 3, 4, 6, 8 or 10 times a power of ten.</summary>
    public static long AxisTop(long max)
    {
        for (long scale = 1; ; scale *= 10)
            foreach (var m in new[] { 4, 8, 12, 16, 20, 24, 32 })
                if (m * scale >= max) return m * scale;
    }
}
