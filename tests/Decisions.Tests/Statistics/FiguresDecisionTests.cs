using CsCheck;
using Google.Protobuf;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Statistics;

public class FiguresDecisionTests
{
    static readonly Names Table = Names.Of(new (string Channel, string Bucket)[]
        { ("Hotline12345", "Hotline12345"), ("MinxinWeb", "MinxinWeb"), ("WebPortal", "WebPortal"), ("WalkIn", "WalkIn"), ("OfficePhone", "Other"), ("Fax", "Other"), ("Email", "Other"), ("QQ", "Other") }
        .Select((c, i) => (IMessage)new ChannelPublished { Channel = c.Channel, Bucket = c.Bucket, BucketNameZh = c.Bucket, BucketNameEn = c.Bucket, Order = i }).ToList());

    static CubeSum Contacts(string channel, long value, string outcome = Outcomes.Direct) => new("2013", channel, "211102", Measures.Contact, outcome, value);
    static CubeSum Inquiries(string outcome, long value) => new("2013", "Hotline12345", "211102", Measures.Inquiry, outcome, value);

    static readonly CubeSum[] Panjin2013 =
    [
        Contacts("Hotline12345", 12_580), Contacts("MinxinWeb", 407), Contacts("WebPortal", 1_228), Contacts("WalkIn", 70_006), Contacts("WalkIn", 30_000, Outcomes.Tallied),
        Contacts("OfficePhone", 1_046), Contacts("Email", 412), Contacts("QQ", 338), Contacts("Fax", 205),
    ];

    [Fact]
    public void The_sentence_of_2013_is_the_published_one_with_the_sum_of_its_parts_and_names_the_unexplained_10085()
    {
        var report = FiguresDecision.Report(2013, [.. Panjin2013, Inquiries(Outcomes.Direct, 64_667), Inquiries(Outcomes.InTime, 21_555)], Table, 126_307, "source");
        Assert.Equal((116_222, 10_085), (report.Total, report.Unexplained));
        Assert.Equal("2013年全市政府信息公开咨询累计处理（受理）116222次，其中：12345专线查询受理12580次，民心网政策咨询受理407次，网络查询受理1228次，现场咨询受理100006次（包含乡镇村级），"
            + "通过拨打办公电话和热线电话、发邮件、传真、QQ留言等其他方式的咨询受理2001次。当场答复64667件，交由有关单位答复21555件，均在规定时限内答复相关咨询人。"
            + "另有30000次由窗口日计数单汇总上报，没有逐件的答复记录。已公布的总数为126307次，比各项之和多10085次，这10085次没有明细可以说明。", report.SentenceZh);
        Assert.Contains("126,307: 10,085 more than the parts add up to", report.SentenceEn);
    }

    [Theory]
    [InlineData(1, 0, 0, 0, 0, 0)]
    [InlineData(0, 1, 0, 0, 0, 0)]
    [InlineData(0, 0, 1, 0, 0, 0)]
    [InlineData(0, 0, 0, 1, 0, 0)]
    [InlineData(0, 0, 0, 0, 1, 0)]
    [InlineData(0, 0, 0, 0, 0, 1)]
    public void One_late_open_or_unanswered_inquiry_is_enough_that_the_sentence_does_not_say_all_in_time(long late, long open, long openLate, long terminated, long withdrawn, long merged)
    {
        var report = FiguresDecision.Report(2013, [.. Panjin2013, Inquiries(Outcomes.InTime, 21_554), Inquiries(Outcomes.Late, late), Inquiries(Outcomes.Open, open), Inquiries(Outcomes.OpenLate, openLate), Inquiries(Outcomes.Terminated, terminated), Inquiries(Outcomes.Withdrawn, withdrawn), Inquiries(Outcomes.Merged, merged)], Table, 0, "");
        Assert.Equal(21_555, report.Dispatched);
        Assert.DoesNotContain("均在规定时限内", report.SentenceZh);
        Assert.DoesNotContain("all were answered", report.SentenceEn);
        Assert.Contains("21554件在规定时限内答复", report.SentenceZh);
        Assert.Equal(report.Dispatched, report.AnsweredInTime + report.AnsweredLate + report.Open + report.Terminated + report.Withdrawn + report.Merged);
        Assert.Equal(merged > 0, report.SentenceZh.Contains("1件并入同一事项一并答复"));
        Assert.Equal(withdrawn > 0, report.SentenceZh.Contains("1件由诉求人在答复前撤回"));
    }

    [Fact]
    public void A_channel_that_the_table_does_not_name_is_shown_apart_so_that_the_parts_add_up()
    {
        var overview = FiguresDecision.Overview([.. Panjin2013, Contacts("WeChat", 3)], Period.Of(2013), Measures.Contacts, Table, null);
        Assert.Equal((116_225, "-"), (overview.Total, overview.Parts[^1].Bucket));
        Assert.True(FiguresDecision.Scope(new Filter { From = "2013-01-01", To = "2013-12-31", Bucket = "-" }, Table).Value is { Except: true, Channels.Length: 8 });
    }

    static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    [Fact]
    public void Cells_parts_and_districts_add_up_to_the_total() =>
        Gen.Select(One("2013-01", "2013-02"), One("Hotline12345", "Fax", "WeChat"), One("", "211102", "211122"), One(Measures.Contact, Measures.Inquiry, Measures.Both),
            One(Outcomes.Direct, Outcomes.OpenLate, Outcomes.Tallied), Gen.Long[0, 1000]).Select(t => new CubeSum(t.Item1, t.Item2, t.Item3, t.Item4, t.Item5, t.Item6)).Array[0, 60].Sample(cube =>
        {
            var o = FiguresDecision.Overview(cube, Period.Of(2013), Measures.Contacts, Table, new(2013, 126_307, ""));
            Assert.Equal(cube.Where(s => s.Measure != Measures.Inquiry).Sum(s => s.Value), o.Total);
            Assert.Equal(o.Total, o.Parts.Sum(p => p.Value));
            Assert.Equal(o.Total, o.Cells.Sum(c => c.Value));
            Assert.Equal(o.Total, o.Districts.Sum(d => d.Contacts));
            if (o.ClaimedTotal != 0) Assert.Equal(o.ClaimedTotal, o.Total + o.Unexplained);
        });

    [Theory]
    [InlineData("2013-01-02", "2013-12-31", "2013-12-31", 2013)]
    [InlineData("2013-01-02", "2014-01-22", "2014-01-22", 2013)] // the new year has hardly begun
    [InlineData("2013-01-02", "2014-02-01", "2014-02-01", 2014)]
    [InlineData("2026-01-05", "2026-01-05", "2026-01-05", 2026)] // the city's first day
    [InlineData("2013-01-02", "2013-12-31", "2026-11-24", 2013)]
    [InlineData(null, null, "2026-11-24", 2026)]
    public void The_dashboard_opens_on_the_newest_year_that_has_something_to_show(string? first, string? last, string today, int year) =>
        Assert.Equal(Period.Of(year), FiguresDecision.Newest(first is null ? null : DateOnly.Parse(first), last is null ? null : DateOnly.Parse(last), DateOnly.Parse(today)));

    [Theory]
    [InlineData("2013-02-30", "2013-03-01", "", "")]
    [InlineData("2013-03-02", "2013-03-01", "", "")]
    [InlineData("", "2013-03-01", "", "")]
    [InlineData("2013-01-01", "2013-03-01", "2111", "")] // shorter than a county: its prefix would hold all of them
    [InlineData("2013-01-01", "2013-03-01", "211102'", "")]
    [InlineData("2013-01-01", "2013-03-01", "", "Solved")]
    public void A_filter_that_cannot_be_meant_is_refused(string from, string to, string area, string outcome) =>
        Assert.True(FiguresDecision.Scope(new Filter { From = from, To = to, AreaCode = area, Outcome = outcome }, Table).Refused);

    [Theory]
    [InlineData("2013-01-01", "2013-12-31", "", "", "month", true)]
    [InlineData("2024-02-01", "2024-02-29", "211122", "", "area", true)]
    [InlineData("2024-02-01", "2024-02-28", "", "", "month", false)]
    [InlineData("2013-01-02", "2013-12-31", "", "", "month", false)]
    [InlineData("2013-01-01", "2013-12-31", "211122101", "", "month", false)]
    [InlineData("2013-01-01", "2013-12-31", "", "u1", "month", false)]
    [InlineData("2013-01-01", "2013-12-31", "", "", "day", false)]
    [InlineData("2013-01-01", "2013-12-31", "", "", "unit", false)]
    public void Only_whole_months_of_whole_counties_are_read_from_the_monthly_counters(string from, string to, string area, string unit, string column, bool months) =>
        Assert.Equal(months, FiguresDecision.Scope(new Filter { From = from, To = to, AreaCode = area, UnitCode = unit }, Table).Value!.ByMonth("channel", column));
}
