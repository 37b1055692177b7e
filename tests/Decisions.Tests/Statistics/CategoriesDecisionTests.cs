using Google.Protobuf;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;

namespace InquiryHub.Statistics;

/// <summary>热点事项: which category a contact counts under, and week against week.</summary>
public class CategoriesDecisionTests
{
    const string Key = "000001-0300000001-5";
    static readonly DateTimeOffset Noon = CityTime.At(new(2013, 6, 3), new(12, 0));
    static Contact Came(string id = "c1") => new() { ContactId = id, MatterNo = 1, Channel = "Email", ReceivedAt = CityTime.Stamp(Noon), OccurredAt = CityTime.Stamp(Noon) };
    static InquiryRegistered Registered(string category) => new() { InquiryId = Key, Contact = Came(), CategoryCode = category };
    static InquiryDispatched Dispatched(int no, string entry, string category = "") => new() { InquiryId = Key, DispatchNo = no, TaskId = $"{Key}/{no}/1", UnitCode = "water", Role = UnitRole.Lead, CatalogueEntry = entry, CategoryCode = category };
    static IReadOnlyList<FactRow> Rows(params IMessage[] events) => FactDecision.Rows(Key, events.Aggregate(new Fact(), FactDecision.After));
    static string Of(params IMessage[] events) => Rows(events)[0].CategoryCode;
    static List<(string, string, long)> Moved(IReadOnlyList<FactRow> before, IReadOnlyList<FactRow> after) => [.. FactDecision.CategoryDeltas(before, after).Select(d => (d.Key.Day, d.Key.CategoryCode, d.Value)).Order()];

    [Fact]
    public void A_contact_counts_under_what_was_registered_else_under_the_entry_that_decided_else_under_none()
    {
        Assert.Equal("010101", Of(Registered("010101"), Dispatched(1, "020202", "010101")));
        Assert.Equal("020202", Of(Registered(""), Dispatched(1, "020202")));
        Assert.Equal("020202", Of(Dispatched(1, "020202"), Registered("")));
        Assert.Equal("", Of(Registered(""), Dispatched(1, "")));
        Assert.Equal("", Of(Registered(""), Dispatched(1, "020202"), Dispatched(2, ""))); // by hand: the entry was wrong
    }

    [Fact]
    public void A_further_contact_counts_under_its_inquirys_category_and_each_line_of_a_sheet_under_its_own()
    {
        Assert.Equal(["010101", "010101"], Rows(Registered("010101"), new ContactAdded { InquiryId = Key, Contact = Came("c2") }).Select(r => r.CategoryCode));
        var sheet = new ContactsTallied { SheetId = "s1", Revision = 1, Channel = "WalkIn", TalliedOn = "2013-06-03", ReceivedAt = CityTime.Stamp(Noon), Rows = { new TallyRow { CategoryCode = "010101", Count = 2 }, new TallyRow { CategoryCode = "030303", Count = 5 } } };
        Assert.Equal([("010101", 2L), ("030303", 5L)], FactDecision.Rows("s1", FactDecision.After(new(), sheet)).Where(r => r.Contacts > 0).Select(r => (r.CategoryCode, r.Contacts)));
    }

    [Fact]
    public void A_contact_moves_from_one_category_to_the_other_and_what_changes_nothing_of_it_moves_nothing()
    {
        var (before, after) = (Rows(Registered("")), Rows(Registered(""), Dispatched(1, "020202")));
        Assert.Equal([("2013-06-03", "", 1)], Moved([], before));
        Assert.Equal([("2013-06-03", "", -1), ("2013-06-03", "020202", 1)], Moved(before, after));
        Assert.Empty(Moved(Rows(Registered("010101")), Rows(Registered("010101"), Dispatched(1, "010101", "010101"))));
    }

    [Fact]
    public void Seven_days_stand_beside_the_seven_before_so_that_each_weekday_is_in_both()
    {
        var week = CategoriesDecision.Of(new(2014, 1, 22), []);
        Assert.Equal(("2014-01-16", "2014-01-22", "2014-01-09", "2014-01-15"), (week.From, week.To, week.FromBefore, week.ToBefore));
    }

    [Fact]
    public void Most_contacts_come_first_and_of_as_many_what_grew_and_what_has_no_category_last_and_all_of_it_adds_up()
    {
        var week = CategoriesDecision.Of(new(2014, 1, 22), [new("a", 5, 5), new("", 90, 70), new("b", 9, 0), new("c", 5, 1), new("d", 0, 0), new("e", 0, 4)]);
        Assert.Equal(["b", "c", "a", "e", "-"], week.Counts.Select(c => c.CategoryCode));
        Assert.Equal((109, 80), (week.Total, week.TotalBefore));
    }
}
