using InquiryHub.Cli.Year;
using InquiryHub.Contracts.Common;
using InquiryHub.Directory;
using Xunit.Abstractions;

namespace InquiryHub.Decisions.Tests.Year;

public class YearPlanTests(ITestOutputHelper output)
{
    static readonly ShippedData City = ShippedData.Load();
    static readonly YearReference Reference = new(City.Catalogue, City.Counters, City.Areas);
    static readonly YearPlan Plan = YearPlan.Make(Reference);
    static readonly List<Contact> Contacts = [.. Plan.Contacts];

    [Fact]
    public void The_year_comes_to_the_five_published_figures()
    {
        var byChannel = Contacts.CountBy(c => c.Channel).ToDictionary();
        Assert.Equal(12_580, byChannel["Hotline12345"]);
        Assert.Equal(407, byChannel["MinxinWeb"]);
        Assert.Equal(1_228, byChannel["WebPortal"]);
        Assert.Equal(100_006, byChannel["WalkIn"] + Plan.Sheets.Sum(s => s.Total));
        Assert.Equal(2_001, new[] { "OfficePhone", "OtherHotline", "Fax", "Email", "QQ" }.Sum(c => byChannel[c]));
        Assert.Equal(116_222, Contacts.Count + Plan.Sheets.Sum(s => s.Total));
        Assert.Equal(9, byChannel.Count);
    }

    [Fact]
    public void Every_month_has_the_contacts_that_the_dashboard_design_shows()
    {
        int InMonth(int month) => Contacts.Count(c => c.Day.Month == month) + Plan.Sheets.Where(s => s.Day.Month == month).Sum(s => s.Total);
        Assert.Equal([8574, 6312, 10361, 10681, 10126, 9369, 9077, 8914, 9903, 10567, 11599, 10739], Enumerable.Range(1, 12).Select(InMonth));
    }

    [Fact]
    public void At_most_30000_are_counted_on_sheets_and_every_sheet_has_two_topics_or_more()
    {
        Assert.InRange(Plan.Sheets.Sum(s => s.Total), 29_900, 30_000);
        Assert.All(Plan.Sheets, s => Assert.True(s.Rows.Count >= 2 && s.Rows.All(r => r.Count > 0) && s.Rows.DistinctBy(r => r.Category).Count() == s.Rows.Count));
        Assert.Equal(Plan.Sheets.Count(), Plan.Sheets.DistinctBy(s => (s.Day, s.Counter)).Count());
        output.WriteLine($"{Plan.Sheets.Count()} sheets, {Plan.Days.SelectMany(d => d).Count(s => s.IsBatch)} batches");
    }

    [Fact]
    public void A_counters_batch_has_at_most_50_entries_of_one_counter_and_day_and_none_is_later_than_its_sending()
    {
        var batches = Plan.Days.SelectMany(d => d).Where(s => s.IsBatch).ToList();
        Assert.Equal(40_000, batches.Sum(b => b.Contacts.Count));
        Assert.All(batches, b => Assert.True(b.Contacts.Count is > 0 and <= 50 && b.Contacts.DistinctBy(c => (c.Counter, c.Day)).Count() == 1 && b.Contacts.All(c => c.Minute <= b.Minute)));
    }

    [Fact]
    public void Three_quarters_of_what_is_not_tallied_are_answered_on_the_spot_but_never_mail_and_QQ()
    {
        Assert.Equal(.75, Contacts.Count(c => c.Direct) / (double)Contacts.Count, 4);
        Assert.DoesNotContain(Contacts, c => c.Direct && c.Channel is "Email" or "QQ" && c.Direct);
    }

    [Fact]
    public void Counters_and_desks_work_on_working_days_in_office_hours()
    {
        Assert.All(Plan.Sheets, s => Assert.True(YearShape.IsWorkingDay(s.Day)));
        Assert.All(Contacts.Where(c => c.Channel is "WalkIn" or "OfficePhone" or "Fax"), c =>
            Assert.True(YearShape.IsWorkingDay(c.Day) && c.Minute / 60 is >= 8 and < 17 and not 12, $"{c.Key} {c.Day:yyyy-MM-dd} {c.Minute}"));
        Assert.Equal(365, Contacts.Where(c => c.Way == Way.Hotline).Select(c => c.Day).Distinct().Count());
    }

    [Fact]
    public void The_year_has_the_working_days_of_Directorys_calendar()
    {
        var calendar = City.Calendars.Where(c => c.Year is 2013 or 2014).ToList();
        var (off, worked) = (calendar.SelectMany(c => c.Off).ToHashSet(), calendar.SelectMany(c => c.Worked).ToHashSet());
        for (var day = YearShape.First; day < new DateOnly(2014, 3, 1); day = day.AddDays(1))
        {
            var iso = $"{day:yyyy-MM-dd}";
            Assert.True(YearShape.IsWorkingDay(day) == (worked.Contains(iso) || (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !off.Contains(iso))), iso);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_year_and_another_seed_another_one()
    {
        var fingerprint = Plan.Fingerprint();
        output.WriteLine(fingerprint);
        Assert.Equal(fingerprint, YearPlan.Make(Reference).Fingerprint());
        Assert.NotEqual(fingerprint, YearPlan.Make(Reference, seed: 1).Fingerprint());
    }

    [Fact]
    public void Every_key_is_unique_and_every_day_is_in_the_order_of_its_minutes()
    {
        Assert.Equal(Contacts.Count, Contacts.Select(c => c.Key).Distinct().Count());
        Assert.All(Plan.Days.Index(), day => Assert.All(day.Item.Zip(day.Item.Skip(1)), pair => Assert.True(pair.First.Minute <= pair.Second.Minute)));
        Assert.All(Plan.Days.Index(), day => Assert.All(day.Item.SelectMany(s => s.Contacts), c => Assert.Equal(day.Index + 1, c.Day.DayOfYear)));
    }

    [Fact]
    public void Every_entry_of_the_catalogue_has_words_and_heating_is_asked_about_in_winter()
    {
        Assert.Equal(City.Catalogue.Select(e => e.EntryCode).Order(), YearTexts.Templates.Select(t => t.Category).Distinct().Order());
        var heating = Contacts.Where(c => c.Matter.Category == "040101" && c.Way == Way.Hotline).ToList();
        Assert.True(heating.Count(c => c.Day.Month == 1) > 10 * heating.Count(c => c.Day.Month == 7));
    }

    [Fact]
    public void Every_text_is_complete_and_within_the_doors_limits()
    {
        using var doors = new Doors(new CityAddresses(new Uri("http://localhost"), new Uri("http://localhost"), "accounts", "secrets", "", "", ""), Reference, new Dictionary<string, string>(), [("operator1", "")]);
        Assert.All(Contacts, c =>
        {
            var texts = new[] { c.Matter.Title, doors.TextOf(c), doors.Answer(c), YearTexts.Name(c.Salt), YearTexts.Place(Reference.AreaName(c.Area), c.Salt) };
            Assert.All(texts, text => Assert.True(text.Length is >= 2 and <= 200 && !text.Contains('{') && !text.Contains('|'), c.Key));
            Assert.True(c.Matter.Title.Length <= 40);
            Assert.Matches("^130000[0-9]{5}$", YearTexts.Phone(c.Salt));
        });
        Assert.True(Contacts.Select(doors.TextOf).Distinct().Count() > Contacts.Count / 2);
    }

    [Fact]
    public void About_one_in_a_hundred_dispatches_lacks_category_or_area_and_a_dispatcher_knows_the_unit()
    {
        var formed = Contacts.Where(c => !c.Direct && c.Way is not (Way.Email or Way.Qq)).ToList();
        Assert.InRange(formed.Count(c => c.Flaw != Flaw.None) / (double)formed.Count, .005, .015);
        Assert.All(Contacts.Where(c => c.Flaw != Flaw.None), c => Assert.False(c.Direct));
        var units = City.Units.Select(u => u.UnitCode).ToHashSet();
        Assert.All(Contacts.Where(c => !c.Direct), c => Assert.Contains(Reference.UnitOf(c.Matter.Category, c.Area), units));
    }

    [Fact]
    public void Officers_answer_in_time_but_for_about_three_in_a_thousand()
    {
        var limits = City.Limits.Where(l => l.Clock == "Handling").ToDictionary(l => l.Kind, l => l.WorkingDays);
        var dispatched = Contacts.Where(c => !c.Direct).ToList();
        var late = dispatched.Count(c =>
        {
            var due = YearShape.AddWorkingDays(c.Day, c.Urgent ? limits["Urgent"] : limits[c.Matter.Kind.ToString()]);
            var signOn = OfficePace.SignOn(c.Salt, c.Day);
            var answerOn = OfficePace.AnswerOn(c.Salt, c.Day, due, signOn);
            Assert.True(signOn <= answerOn && YearShape.IsWorkingDay(signOn) && YearShape.IsWorkingDay(answerOn) && signOn <= due && answerOn <= new DateOnly(2014, 1, 20), c.Key);
            return answerOn > due;
        });
        Assert.InRange(late / (double)dispatched.Count, .002, .004);
        Assert.Contains(dispatched, c => c.Matter.Kind == InquiryKind.Complaint);
    }

    [Fact]
    public void The_bots_key_seed_is_its_secret_repeated_to_32_bytes() =>
        Assert.Equal("naOC0ocQE3shWLAfffVLB1rhYPG7naOC", System.Text.Encoding.ASCII.GetString(Doors.Seed("naOC0ocQE3shWLAfffVLB1rhYPG7")));
}
