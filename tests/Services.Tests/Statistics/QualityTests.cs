using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Contracts.Sla;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using static InquiryHub.Services.Tests.Statistics.StatisticsTests;

namespace InquiryHub.Services.Tests.Statistics;

/// <summary>How well units work, on a real PostgreSQL: each count of each unit opens as a list that adds up to it.</summary>
public sealed class QualityTests
{
    [Fact]
    public async Task Each_count_of_each_unit_is_the_list_behind_it_of_the_period_that_its_inquiry_was_received_in()
    {
        await using var hub = await Start("quality");
        var (client, me) = Connect(hub);
        var (june, july) = (CityTime.At(new(2013, 6, 30), new(9, 0)), CityTime.At(new(2013, 7, 1), new(9, 0)));
        for (var n = 0; n < 6; n++)
        {
            var id = $"q{n}";
            await Say(hub, "channels", id, new InquiryRegistered { InquiryId = id, Contact = Came($"c{n}", "Hotline12345", n == 5 ? july : june) });
            await Say(hub, "routing", id, Dispatched(id, 1, "water"));
            await Say(hub, "sla", id, new ClockStopped { InquiryId = id, TaskId = $"{id}/1/1", Clock = "Handling", Cause = n == 1 ? "Withdrawn" : "Answered", InTime = true });
            if (n is 0 or 5) await Say(hub, "casework", id, new AnswerRated { InquiryId = id, AnswerNo = 1, Grade = Grade.Dissatisfied, UnitCode = "water" });
        }
        await Say(hub, "casework", "q0", new InquiryFollowedUp { InquiryId = "q0", AnswerNo = 1, UnitCode = "water", Result = FollowUpResult.Reached, Grade = Grade.VeryDissatisfied }, new InquiryReopened { InquiryId = "q0", AnswerNo = 1, TaskId = "q0/1/1", UnitCode = "water" });
        await Say(hub, "routing", "q0", Dispatched("q0", 2, "water"));
        await Say(hub, "casework", "q1", new ReturnRequested { InquiryId = "q1", TaskId = "q1/1/1", UnitCode = "water" });
        await Say(hub, "routing", "q1", Dispatched("q1", 2, "heat"));
        await Say(hub, "casework", "q2", new InquiryFollowedUp { InquiryId = "q2", AnswerNo = 1, UnitCode = "water", Result = FollowUpResult.Reached, Solved = true, Grade = Grade.Satisfied });
        await Say(hub, "casework", "q3", new InquiryFollowedUp { InquiryId = "q3", AnswerNo = 1, UnitCode = "water", Result = FollowUpResult.Unreachable });
        await Say(hub, "casework", "q4", new TaskSupervised { InquiryId = "q4", TaskId = "q4/1/1", UnitCode = "water" });
        await hub.QuietAsync();

        var units = (await client.GetQualityAsync(new() { From = "2013-06-01", To = "2013-06-30" }, me)).Units;
        Assert.Equal([new UnitQuality { UnitCode = "heat", ToAnswer = 1 }, new UnitQuality { UnitCode = "water", ToAnswer = 4, MovedOn = 2, Returned = 1, Satisfied = 1, Dissatisfied = 1, Solved = 1, Unsolved = 1, Unreachable = 1, Effective = 2, Rehandled = 1, Supervised = 1 }], units);
        Assert.Equal(units[1], Assert.Single((await client.GetQualityAsync(new() { From = "2013-06-01", To = "2013-06-30", UnitCode = "water" }, me)).Units));
        Assert.Equal(1, Assert.Single((await client.GetQualityAsync(new() { From = "2013-07-01", To = "2013-07-31" }, me)).Units).Dissatisfied);

        foreach (var (mark, count) in new[] { ("MovedOn", 2), ("Returned", 1), ("Satisfied", 1), ("Dissatisfied", 1), ("Rated", 2), ("Solved", 1), ("Unsolved", 1), ("Reached", 2), ("Unreachable", 1), ("FollowedUp", 3), ("Effective", 2), ("Rehandled", 1), ("Supervised", 1) })
            foreach (var inquiries in new[] { true, false })
            {
                var list = await client.ListFactsAsync(new() { Filter = new() { From = "2013-06-01", To = "2013-06-30", UnitCode = "water", Mark = mark, Inquiries = inquiries } }, me);
                Assert.Equal((mark, count, count, count), (mark, list.TotalRows, list.TotalCount, list.Facts.Sum(f => f.Count)));
                Assert.All(list.Facts, f => Assert.Equal(("water", "2013-06-30"), (f.UnitCode, f.Day)));
            }
        // The inquiry that water returned is heat's now; the return stays water's.
        Assert.Equal("q1", Assert.Single((await client.ListFactsAsync(new() { Filter = new() { From = "2013-06-01", To = "2013-06-30", Mark = "Returned" } }, me)).Facts).InquiryId);

        // A grade that another one took the place of is in no list.
        await Say(hub, "casework", "q0", new InquiryFollowedUp { InquiryId = "q0", AnswerNo = 1, UnitCode = "water", Result = FollowUpResult.Reached, Grade = Grade.Satisfied });
        await hub.QuietAsync();
        Assert.Empty((await client.ListFactsAsync(new() { Filter = new() { From = "2013-06-01", To = "2013-06-30", Mark = "Dissatisfied" } }, me)).Facts);
        Assert.Equal((2, 0), (await client.GetQualityAsync(new() { From = "2013-06-01", To = "2013-06-30", UnitCode = "water" }, me)).Units[0] is var u ? (u.Satisfied, u.Dissatisfied) : default);

        // A unit of which nothing is left is no line.
        await Say(hub, "casework", "q2", new ReturnRequested { InquiryId = "q2", TaskId = "q2/1/2", UnitCode = "roads" });
        await hub.QuietAsync();
        await Say(hub, "casework", "q2", new ReturnWithdrawn { InquiryId = "q2", TaskId = "q2/1/2", UnitCode = "roads" });
        await hub.QuietAsync();
        Assert.Equal(["heat", "water"], (await client.GetQualityAsync(new() { From = "2013-06-01", To = "2013-06-30" }, me)).Units.Select(u => u.UnitCode));

        static InquiryDispatched Dispatched(string id, int no, string unit) => new() { InquiryId = id, DispatchNo = no, TaskId = $"{id}/{no}/1", UnitCode = unit, Role = UnitRole.Lead };
    }

    [Fact]
    public async Task Other_figures_than_a_list_are_not_asked_for_by_a_mark_and_an_unknown_one_is_refused()
    {
        await using var hub = await Start("qualityrefused");
        var (client, me) = Connect(hub);
        Contracts.Statistics.Filter filter = new() { From = "2014-01-01", To = "2014-01-31", Mark = "Rated" };
        Assert.Equal("InvalidFilter", await Refused.CodeAsync(async () => await client.GetBreakdownAsync(new() { Filter = filter, Rows = "channel" }, me)));
        Assert.Equal("InvalidFilter", await Refused.CodeAsync(async () => await client.GetOverviewAsync(new() { Filter = filter }, me)));
        Assert.Equal("InvalidFilter", await Refused.CodeAsync(async () => await client.ListFactsAsync(new() { Filter = new(filter) { Mark = "Liked" } }, me)));
        Assert.Equal("InvalidPeriod", await Refused.CodeAsync(async () => await client.GetQualityAsync(new() { From = "2014-02-30", To = "2014-03-31" }, me)));
    }
}
