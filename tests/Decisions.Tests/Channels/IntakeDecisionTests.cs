using InquiryHub.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class IntakeDecisionTests
{
    static readonly DateTimeOffset now = CityTime.At(new(2013, 5, 2), new(9, 0));
    static readonly DoorReference reference = DoorReference.Of(
    [
        new ChannelPublished { Channel = "WalkIn", ValidFrom = "2004-01-01" }, new ChannelPublished { Channel = "Hotline12345", ValidFrom = "2004-01-01" },
        new ChannelPublished { Channel = "MinxinWeb", ValidFrom = "2004-01-01", ValidTo = "2013-05-01" },
        new CounterPublished { CounterId = "C1", UnitCode = "U1", Active = true }, new CounterPublished { CounterId = "C2", UnitCode = "U1" },
        new AreaPublished { AreaCode = "211102" }, new CatalogueEntryPublished { EntryCode = "010203", Active = true }, new UnitPublished { UnitCode = "U1", Active = true },
    ]);

    static Received Entry(string text = "停暖") => new(Doors.WalkIn, "C1\ne1", "C1\ne1", "WalkIn", InquiryKind.Complaint, new() { Text = text }) { CounterId = "C1" };
    static Outcome<IntakeChoice> Decide(Received r, IntakeState? state = null, DateTimeOffset? at = null) => IntakeDecision.Decide(r, state ?? new(null, null, null, null), 7, at ?? now, reference);

    [Fact]
    public void A_new_contact_gets_the_next_number_of_its_shard_and_day()
    {
        var choice = Decide(Entry(), new(null, new("07", new(2013, 5, 2), 41), null, null)).Value!;
        Assert.Equal(InquiryNumber.Make(new(2013, 5, 2), 7, 41), choice.Contact.InquiryId);
        Assert.Equal(42, choice.Sequence!.Next);
        Assert.Equal("U1", choice.ReceivingUnitCode);
    }

    [Fact]
    public void A_new_day_counts_from_one_again() =>
        Assert.Equal(InquiryNumber.Make(new(2013, 5, 2), 7, 1), Decide(Entry(), new(null, new("07", new(2013, 5, 1), 41), null, null)).Value!.Contact.InquiryId);

    [Fact]
    public void A_clock_that_steps_back_over_midnight_gives_no_number_twice() =>
        Assert.Equal(InquiryNumber.Make(new(2013, 5, 3), 7, 4), Decide(Entry(), new(null, new("07", new(2013, 5, 3), 4), null, null)).Value!.Contact.InquiryId);

    [Fact]
    public void The_same_key_with_the_same_content_is_the_same_contact()
    {
        var first = Decide(Entry()).Value!.Contact;
        // A resend may carry a new time of sending.
        var again = Decide(Entry() with { OccurredAt = now.AddMinutes(-3) }, new(first, null, null, null), now.AddDays(2)).Value!;
        Assert.Equal((Intaken.Known, first), (again.Outcome, again.Contact));
    }

    [Fact]
    public void The_same_key_with_other_content_is_for_a_person_to_look_at() =>
        Assert.Equal(Intaken.KeyReused, Decide(Entry("停水"), new(Decide(Entry()).Value!.Contact, null, null, null)).Value!.Outcome);

    [Theory]
    [InlineData("C2", "", "", "UnknownCounter")]
    [InlineData("C9", "", "", "UnknownCounter")]
    [InlineData("C1", "010204", "", "UnknownCategory")]
    [InlineData("C1", "", "9", "UnknownArea")]
    public void Unknown_codes_are_refused(string counter, string category, string area, string code) =>
        Assert.Equal(code, Decide(Entry() with { CounterId = counter, CategoryCode = category, AreaCode = area }).Refusal?.Code);

    [Fact]
    public void A_group_of_the_catalogue_is_a_category_too() => Assert.False(Decide(Entry() with { CategoryCode = "0102", AreaCode = "211102" }).Refused);

    [Fact]
    public void A_channel_that_has_ended_takes_nothing() => Assert.Equal("UnknownChannel", Decide(Entry() with { Channel = "MinxinWeb" }).Refusal?.Code);

    [Fact]
    public void Directory_without_data_is_not_an_unknown_channel() => Assert.True(DoorReference.Of([]).IsEmpty);

    [Theory]
    [InlineData("1999-12-31T15:59:59Z", false)]
    [InlineData("2013-05-03T01:00:00Z", true)]
    [InlineData("2013-05-03T01:00:01Z", false)]
    public void A_day_ahead_of_the_citys_clock_is_plausible_and_no_more(string occurred, bool plausible)
    {
        var r = Entry() with { OccurredAt = DateTimeOffset.Parse(occurred) };
        Assert.Equal(plausible ? r.OccurredAt : now, Decide(r).Value!.OccurredAt);
        Assert.Equal(plausible ? null : "InvalidDate", Decide(r with { RefuseImplausibleDate = true }).Refusal?.Code);
    }

    [Theory]
    [InlineData(300, null)]
    [InlineData(301, "StaleTimestamp")]
    [InlineData(-301, "StaleTimestamp")]
    public void A_signature_holds_five_minutes_by_the_citys_clock(int seconds, string? code) =>
        Assert.Equal(code, Decide(Entry() with { SignedAt = now.AddSeconds(-seconds) }).Refusal?.Code);

    [Fact]
    public void Only_the_sender_who_began_an_inquiry_adds_to_it()
    {
        var about = new InquiryDoor("130501-0700001-X", Doors.WalkIn, true) { ThreadKey = "l1:a" };
        Assert.Equal((Intaken.Added, about.InquiryId), Decide(Entry() with { ThreadKey = "l1:a" }, new(null, null, null, about)).Value is { } c ? (c.Outcome, c.Contact.InquiryId) : default);
        Assert.Equal(Intaken.Registered, Decide(Entry() with { ThreadKey = "l1:b" }, new(null, null, null, about)).Value!.Outcome);
        Assert.Equal(Intaken.Registered, Decide(Entry(), new(null, null, null, about with { ThreadKey = null })).Value!.Outcome);
    }

    static Received Vouched(string call = "c") => new(Doors.Hotline, $"{call}\nr1", call, "Hotline12345", InquiryKind.Unspecified, new() { Text = "还没修好" }) { IsCall = true, About = "130501-0700001-X", Vouched = true };

    [Fact]
    public void An_operator_adds_a_call_to_whichever_inquiry_is_open_and_it_counts_as_a_contact()
    {
        var about = new InquiryDoor("130501-0700001-X", Doors.Minxin, true);
        var added = Decide(Vouched(), new(null, null, null, about)).Value!;
        Assert.Equal((Intaken.Added, about.InquiryId, 1, 1), (added.Outcome, added.Contact.InquiryId, added.MatterNo, added.Call!.Matters));
    }

    [Fact]
    public void Nothing_is_added_to_an_inquiry_that_is_closed_or_that_the_doors_do_not_know()
    {
        Assert.Equal("InquiryNotOpen", Decide(Vouched()).Refusal?.Code);
        Assert.Equal("InquiryNotOpen", Decide(Vouched(), new(null, null, null, new("130501-0700001-X", Doors.Minxin, true) { Closed = true })).Refusal?.Code);
    }

    [Fact]
    public void The_same_words_about_two_inquiries_are_two_contents() =>
        Assert.NotEqual(Vouched().ContentHash, (Vouched() with { About = "130501-0700002-X" }).ContentHash);

    [Fact]
    public void A_call_that_the_telephone_system_did_not_show_is_not_registered_as_one_it_did() =>
        Assert.Equal("UnknownCall", Decide(new Received(Doors.Hotline, "c1\nr1", "c1", "Hotline12345", InquiryKind.Report, new()) { IsCall = true, KnownContactId = "c1" }).Refusal?.Code);

    [Fact]
    public void Matters_of_one_call_are_numbered_and_share_the_contact()
    {
        Received Matter(string registration) => new(Doors.Hotline, $"c\n{registration}", "c", "Hotline12345", InquiryKind.Report, new()) { IsCall = true };
        var first = Decide(Matter("r1")).Value!;
        var second = Decide(Matter("r2"), new(null, first.Sequence, first.Call, null)).Value!;
        Assert.Equal((1, 2), (first.MatterNo, second.MatterNo));
        Assert.Equal(first.Contact.ContactId, second.Contact.ContactId);
        Assert.NotEqual(first.Contact.Key, second.Contact.Key);
    }

    [Fact]
    public void A_matter_of_a_call_that_was_filed_already_does_not_count_as_a_contact_again()
    {
        var given = CallDecision.Apply(new("c1"), new("hangup", "in", "cancel", ""), now);
        Assert.Equal(2, Decide(new Received(Doors.Hotline, "c\nr1", "c", "Hotline12345", InquiryKind.Report, new()) { IsCall = true }, new(null, null, given, null)).Value!.MatterNo);
    }

    [Fact]
    public void Nothing_personal_is_in_a_key() => Assert.DoesNotContain("13904270001", new Received(Doors.Hotline, "13904270001\nr1", "13904270001", "Hotline12345", InquiryKind.Report, new()) is var r ? r.Key + r.ContactId : "");
}
