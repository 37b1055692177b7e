using System.Globalization;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Directory;

public class ShippedDataTests
{
    static readonly ShippedData Data = ShippedData.Load();
    static readonly Dictionary<string, UnitPublished> Units = Data.Units.ToDictionary(u => u.UnitCode);
    static readonly Dictionary<string, AreaPublished> Areas = Data.Areas.ToDictionary(a => a.AreaCode);
    static readonly string[] Counties = ["211102", "211103", "211104", "211122"];

    [Fact]
    public void The_city_has_275_units_and_401_officers_as_the_2013_report_says()
    {
        Assert.Equal(275, Units.Count);
        Assert.Equal(401, Data.Officers.Select(o => o.OfficerId).Distinct().Count());
        Assert.Equal(401, Data.Officers.Select(o => o.Name).Distinct().Count());
        Assert.Equal(275, Data.Units.Select(u => u.Name).Distinct().Count());
        Assert.Equal(49, Data.Units.Count(u => u.Kind == "CityDepartment"));
        Assert.Equal(4, Data.Units.Count(u => u.Kind == "County"));
    }

    [Fact]
    public void Every_unit_has_one_to_four_officers_and_every_officer_a_unit()
    {
        var perUnit = Data.Officers.CountBy(o => o.UnitCode).ToDictionary();
        Assert.Equal(Units.Keys.Order(), perUnit.Keys.Order());
        Assert.All(perUnit.Values, n => Assert.InRange(n, 1, 4));
    }

    [Fact]
    public void Every_unit_answers_for_a_known_area() => Assert.All(Data.Units, u => Assert.True(Areas.ContainsKey(u.AreaCode), u.UnitCode));

    [Fact]
    public void Every_unit_but_the_city_government_office_has_a_superior_and_no_chain_of_superiors_is_a_circle()
    {
        Assert.Equal(["211100-zfb"], Data.Units.Where(u => u.ParentUnitCode == "").Select(u => u.UnitCode));
        Assert.All(Data.Units, u => Assert.True(Depth(u.UnitCode, c => Units[c].ParentUnitCode) <= 3, u.UnitCode));
    }

    [Fact]
    public void Areas_are_the_city_four_counties_one_zone_50_streets_and_544_villages()
    {
        Assert.Equal(600, Areas.Count);
        Assert.Equal(Counties, Data.Areas.Where(a => a.AreaCode.Length == 6 && a.ParentAreaCode == "211100" && Units[a.UnitCode].Kind == "County").Select(a => a.AreaCode).Order());
        Assert.Equal(50, Data.Areas.Count(a => a.AreaCode.Length == 9));
        Assert.Equal(544, Data.Areas.Count(a => a.AreaCode.Length == 12));
    }

    [Fact]
    public void Every_area_but_the_city_has_a_parent_and_no_chain_of_parents_is_a_circle()
    {
        Assert.Equal(["211100"], Data.Areas.Where(a => a.ParentAreaCode == "").Select(a => a.AreaCode));
        Assert.All(Data.Areas, a => Assert.True(Depth(a.AreaCode, c => Areas[c].ParentAreaCode) <= 4, a.AreaCode));
    }

    [Fact]
    public void Every_street_lies_in_a_county_and_answers_for_itself_and_its_villages()
    {
        Assert.All(Data.Areas.Where(a => a.AreaCode.Length == 9), street =>
        {
            Assert.Contains(street.ParentAreaCode, Counties);
            Assert.Equal(street.AreaCode, street.UnitCode);
            Assert.Equal(street.ParentAreaCode + "-zf", Units[street.UnitCode].ParentUnitCode);
        });
        Assert.All(Data.Areas.Where(a => a.AreaCode.Length == 12), village =>
        {
            Assert.Equal(village.AreaCode[..9], village.ParentAreaCode);
            Assert.Equal(Areas[village.ParentAreaCode].UnitCode, village.UnitCode);
        });
        Assert.All(Counties, county => Assert.Contains(Data.Areas, a => a.AreaCode.Length == 9 && a.ParentAreaCode == county));
    }

    [Fact]
    public void Every_street_and_village_has_one_counter_and_the_city_its_service_hall()
    {
        Assert.Equal(595, Data.Counters.Select(c => c.CounterId).Distinct().Count());
        Assert.Equal(595, Data.Counters.Select(c => c.Name).Distinct().Count());
        Assert.Equal(Data.Areas.Where(a => a.AreaCode.Length >= 9).Select(a => a.AreaCode).Append("211100").Order(), Data.Counters.Select(c => c.AreaCode).Order());
        Assert.All(Data.Counters, c => Assert.Equal(c.AreaCode == "211100" ? "211100-zwzx" : Areas[c.AreaCode].UnitCode, c.UnitCode));
    }

    [Fact]
    public void Every_catalogue_entry_names_units_that_exist_in_exactly_one_way()
    {
        Assert.InRange(Data.Catalogue.Count, 60, 80);
        Assert.Equal(Data.Catalogue.Count, Data.Catalogue.Select(e => e.EntryCode).Distinct().Count());
        string[] mapped = [.. Counties, "2111LB"];
        Assert.All(Data.Catalogue, e =>
        {
            Assert.Matches("^0[1-5][0-9]{4}$", e.EntryCode);
            Assert.Equal(1, (e.UnitCode == "" ? 0 : 1) + (e.UnitCodeByArea.Count == 0 ? 0 : 1) + (e.ToStreet ? 1 : 0));
            if (e.UnitCode != "") Assert.Contains(e.UnitCode, Units.Keys);
            if (e.UnitCodeByArea.Count > 0) Assert.Equal(mapped.Order(), e.UnitCodeByArea.Keys.Order());
            Assert.All(e.UnitCodeByArea, pair => Assert.Equal(pair.Key, Units[pair.Value].AreaCode));
            Assert.NotEqual("", e.NameZh);
            Assert.NotEqual("", e.NameEn);
        });
        Assert.Equal(5, Data.Catalogue.Select(e => (e.EntryCode[..2], e.Domain)).Distinct().Count());
    }

    [Fact]
    public void The_nine_channels_fall_into_the_five_buckets_of_the_2013_report()
    {
        string[] channels = ["Hotline12345", "MinxinWeb", "WebPortal", "WalkIn", "OfficePhone", "OtherHotline", "Email", "Fax", "QQ"];
        Assert.Equal(channels, Data.Channels.OrderBy(c => c.Order).Select(c => c.Channel));
        Assert.Equal(["Hotline12345", "MinxinWeb", "Other", "WalkIn", "WebPortal"], Data.Channels.Select(c => c.Bucket).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(5, Data.Channels.Where(c => c.Bucket == "Other").Count());
        Assert.All(Data.Channels, c => Assert.Equal(10, c.ValidFrom.Length));
    }

    // Golden sums: domain.md 4.3, computed from the State Council's notices.
    [Theory]
    [InlineData(2008, 251)][InlineData(2009, 250)][InlineData(2010, 250)][InlineData(2011, 250)][InlineData(2012, 249)]
    [InlineData(2013, 250)][InlineData(2014, 250)][InlineData(2015, 249)][InlineData(2016, 250)][InlineData(2017, 249)]
    [InlineData(2018, 250)][InlineData(2019, 250)][InlineData(2020, 249)][InlineData(2021, 250)][InlineData(2022, 249)]
    [InlineData(2023, 249)][InlineData(2024, 251)][InlineData(2025, 248)][InlineData(2026, 248)]
    public void A_year_has_the_working_days_that_the_notices_give(int year, int workingDays) =>
        Assert.Equal(workingDays, Days(year).Count(IsWorked));

    [Theory]
    [InlineData("2013-02-08", 5, "2013-02-20")]
    [InlineData("2013-06-07", 2, "2013-06-09")]
    [InlineData("2013-09-30", 5, "2013-10-12")]
    [InlineData("2013-12-20", 15, "2014-01-13")]
    [InlineData("2025-01-20", 20, "2025-02-21")]
    [InlineData("2026-09-30", 5, "2026-10-13")]
    public void Counting_working_days_from_a_day_ends_on_the_golden_day(string from, int workingDays, string end)
    {
        var day = DateOnly.ParseExact(from, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        for (var left = workingDays; left > 0; left -= IsWorked(day) ? 1 : 0) day = day.AddDays(1);
        Assert.Equal(end, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_calendar_holds_only_days_that_differ_from_Monday_to_Friday_under_their_own_year()
    {
        Assert.Equal(Enumerable.Range(2004, 23), Data.Calendars.Select(c => c.Year));
        Assert.All(Data.Calendars, c =>
        {
            Assert.All(c.Off, d => Assert.True(Weekday(Day(d)) && Day(d).Year == c.Year, d));
            Assert.All(c.Worked, d => Assert.True(!Weekday(Day(d)) && Day(d).Year == c.Year, d));
        });
    }

    [Fact]
    public void Every_kind_of_inquiry_and_the_urgent_ones_have_a_limit_marked_as_our_default()
    {
        var kinds = Enum.GetValues<InquiryKind>().Where(k => k != InquiryKind.Unspecified).Select(k => k.ToString()).Append("Urgent");
        Assert.Equal(kinds.Order(), Data.Limits.Where(l => l.Clock == "Handling").Select(l => l.Kind).Order());
        Assert.All(Data.Limits, l => Assert.True(l.IsDefault && (l.WorkingDays > 0 || l.Clock == "Rehandling") && l.EffectiveFrom == "2004-01-01"));
    }

    [Fact]
    public void A_unit_may_return_an_inquiry_within_a_working_day_and_the_fourth_unit_is_designated() =>
        Assert.Equal([("Any", 1, 3)], Data.Limits.Where(l => l.Clock == "Return").Select(l => (l.Kind, l.WorkingDays, l.Most)));

    [Fact]
    public void A_task_may_be_extended_twice_by_five_working_days() => Assert.Equal([("Any", 5, 2)], Data.Limits.Where(l => l.Clock == "Extension").Select(l => (l.Kind, l.WorkingDays, l.Most)));

    [Fact]
    public void A_citizen_is_called_within_two_working_days_of_the_answer_three_times_at_most_and_an_inquiry_goes_back_twice_at_most() => Assert.Equal([("FollowUp", "Any", 2, 3), ("Rehandling", "Any", 0, 2)],
        Data.Limits.Where(l => l.Clock is "FollowUp" or "Rehandling").Select(l => (l.Clock, l.Kind, l.WorkingDays, l.Most)));

    static readonly HashSet<string> Off = [.. Data.Calendars.SelectMany(c => c.Off)], Worked = [.. Data.Calendars.SelectMany(c => c.Worked)];
    static bool IsWorked(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) is var d && (Worked.Contains(d) || (Weekday(day) && !Off.Contains(d)));
    static bool Weekday(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
    static DateOnly Day(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
    static IEnumerable<DateOnly> Days(int year) => Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(new DateOnly(year, 1, 1).AddDays);

    // A parent that doesn't exist throws; a circle ends at a depth no test allows.
    static int Depth(string code, Func<string, string> parent)
    {
        var depth = 0;
        for (; code != "" && depth < 10; code = parent(code)) depth++;
        return depth;
    }
}
