using System.Collections.Frozen;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Web;

public class BoardTests
{
    static readonly Texts zh = Texts.For(Texts.Chinese);

    [Theory]
    [InlineData("2013-06-03", "2013-06-03", "2013-06-01", "2013-06-30")] // its own month
    [InlineData("2013-02-01", "2013-02-28", "2013-06-01", "2013-06-30")] // before all
    [InlineData("2013-08-01", "2013-08-31", "2013-09-01", "2013-09-30")]
    [InlineData("2013-07-15", "2013-07-16", "2013-06-01", "2013-06-30")] // 15 days back, 16 on
    [InlineData("2014-03-01", "2014-03-31", "2013-09-01", "2013-09-30")] // after all
    [InlineData("2014-01-01", "2014-12-31", "2013-01-01", "2013-12-31")] // a year for a year
    public void An_empty_period_points_to_the_nearest_one_of_its_kind_that_has_something(string from, string to, string nearFrom, string nearTo)
    {
        var asked = new Question(from, to, Unit: "u1");
        Assert.Equal(asked.During(nearFrom, nearTo), asked.Nearest(["2013-06", "2013-09"]));
        Assert.Null(asked.Nearest([]));
    }

    static Breakdown By(params (string Unit, string Outcome, long Value)[] cells) =>
        new() { Cells = { cells.Select(c => new Cell { Row = c.Unit, Column = c.Outcome, Value = c.Value }) }, Total = cells.Sum(c => c.Value) };

    static readonly Ranking ranked = Ranking.Of(new() { From = "2013-01-01", To = "2013-12-31" },
        By(("u1", "AnsweredInTime", 5), ("u2", "Tallied", 300), ("u2", "Open", 7), ("-", "NoInquiry", 40)),
        By(("u1", "AnsweredInTime", 5), ("u1", "AnsweredLate", 1), ("u2", "Open", 4), ("u2", "OpenLate", 2), ("u3", "Terminated", 1)));

    [Fact]
    public void Units_are_ranked_by_volume_and_add_up_with_what_has_no_unit_as_a_line_of_its_own()
    {
        Assert.Equal(["u2", "-", "u1", "u3"], ranked.Units.Select(u => u.Code)); // u3's only inquiry was a contact's second matter
        Assert.Equal(new("", 352, 5, 1, 6, 2), UnitFigures.Sum(ranked.Units));
        Assert.Equal((6, 1), ranked.Units[2] is var u1 ? (u1.Answered, u1.Late) : default);
    }

    static readonly QualityRanking quality = new(new(),
    [
        new() { UnitCode = "few", ToAnswer = 1, MovedOn = 1, Returned = 1, Satisfied = 1, Dissatisfied = 1 }, new() { UnitCode = "none", ToAnswer = 50 },
        new() { UnitCode = "many", ToAnswer = 20, Returned = 10, Satisfied = 9, Dissatisfied = 9, Solved = 2, Unsolved = 1, Unreachable = 1, Effective = 2 }, new() { UnitCode = "good", ToAnswer = 30, Satisfied = 3 },
    ]);

    [Theory]
    [InlineData("", "none good many few")]
    [InlineData("nonsense", "none good many few")]
    [InlineData("returned", "many few none good")] // as many of twice as many dispatches weigh more; a rate of 0 is one, the larger unit first
    [InlineData("satisfied", "many few good none")]
    [InlineData("solved", "many none good few")]
    public void Units_stand_worst_first_the_larger_of_as_bad_ones_and_those_without_such_a_rate_last(string by, string order) => Assert.Equal(order, string.Join(' ', quality.By(by).Select(u => u.UnitCode)));

    [Fact]
    public void A_rate_says_what_it_is_of_and_the_city_s_is_of_the_sums()
    {
        var city = QualityRanking.Sum(quality.Units);
        Assert.Equal((new Share(11, 102), new Share(13, 23), new Share(2, 3), new Share(2, 4)), (QualityRanking.Returns(city), QualityRanking.Satisfied(city), QualityRanking.Solved(city), QualityRanking.Effective(city)));
    }

    static readonly NameList names = NameList.None with { Units = new[] { new UnitPublished { UnitCode = "u1", Name = "市教育局" }, new UnitPublished { UnitCode = "u2", Name = "=1+1, \"街道\"" } }.ToFrozenDictionary(u => u.UnitCode) };

    static string[] Lines(string csv) => csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_file_of_units_ends_with_their_sum_and_holds_no_formula()
    {
        var lines = Lines(Board.Units(ranked, new Question("2013-01-01", "2013-12-31"), names, zh));
        Assert.Equal(["单位代码,单位,接收（次）,按时答复,超期答复,在办，未超期,在办，已超期", "u2,\"'=1+1, \"\"街道\"\"\",307,0,0,4,2", ",未定单位,40,0,0,0,0", "u1,市教育局,5,5,1,0,0", "u3,u3,0,0,0,0,0", ",合计,352,5,1,4,2"], lines);
    }

    [Fact]
    public void A_file_of_channels_has_a_column_a_step_and_both_sums()
    {
        var overview = new Overview
        {
            From = "2013-01-01", To = "2013-03-31", Step = "month", Total = 12, Parts = { new ReportPart { Bucket = "WalkIn", Value = 9 }, new ReportPart { Bucket = "-", Value = 3 } },
            Cells = { new Cell { Row = "2013-01", Column = "WalkIn", Value = 4 }, new Cell { Row = "2013-03", Column = "WalkIn", Value = 5 }, new Cell { Row = "2013-03", Column = "-", Value = 3 } },
        };
        Assert.Equal(["渠道,2013-01,2013-02,2013-03,合计", "现场,4,0,5,9", "未归类渠道,0,0,3,3", "合计,4,0,8,12"], Lines(Board.Channels(overview, zh)));
    }

    [Fact]
    public void A_files_name_says_whose_figures_of_when_and_what_they_count() =>
        Assert.Equal("渠道量看板 市教育局科 2013-01-01 至 2013-12-31 件.csv", Board.FileName(new("2013-01-01", "2013-12-31", Inquiries: true), "市教育局/科", zh));
}
