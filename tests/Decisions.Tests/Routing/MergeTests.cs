using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Routing;

namespace InquiryHub.Decisions.Tests.Routing;

/// <summary>合并 as routing hears it: not to be placed while it is merged, held again when it is split.</summary>
public sealed class MergeTests
{
    const string Id = "130522-0000001-0", Target = "130522-0000002-9";
    static readonly DateTimeOffset Now = new(2013, 5, 22, 1, 0, 0, TimeSpan.Zero);
    static readonly Catalogue City = Catalogue.Of(new IMessage[]
    {
        new UnitPublished { UnitCode = "water", Active = true }, new UnitPublished { UnitCode = "roads", Active = true },
        new CatalogueEntryPublished { EntryCode = "040101", UnitCode = "water", Active = true },
    });

    static RoutedInquiry Held => new(Id, InquiryKind.Complaint, Urgency.Normal, "040101", "", "Hotline12345", Now) { HeldSince = Now, Reason = "NoCategory", Candidates = ["water"] };
    static RoutedInquiry Placed => RoutingDecision.Place(Held, 0, "roads", [], "d1", City, Now).Value!;
    static RoutedInquiry Declined(RoutedInquiry i) => RoutingDecision.Decline(i, i.DispatchNo, "Litigation", "请向法院提出。", "d1", Now).Value!;
    static readonly InquiryMerged merged = new() { InquiryId = Id, IntoInquiryId = Target };
    static readonly InquiryTookIn tookIn = new() { InquiryId = Id, MergedInquiryId = Target };
    static string Code(Outcome<RoutedInquiry> o) => o.Refusal!.Code;

    [Fact]
    public void What_is_merged_is_neither_held_nor_placed_nor_declined()
    {
        foreach (var i in new[] { Held, Placed, RoutingDecision.Returning(Placed, new() { DispatchNo = 1, UnitCode = "roads", RequestedAt = CityTime.Stamp(Now) }, City) })
        {
            var m = MergeDecision.Merged(i, merged);
            Assert.Equal((null, null, Target, 1), (m.HeldSince, m.Return, m.MergedInto, m.Merges));
            Assert.Empty(m.Candidates);
            Assert.Equal(("Merged", "Merged", "Merged", "Merged"), (Code(RoutingDecision.Place(m, m.DispatchNo, "water", [], "d1", City, Now)), Code(RoutingDecision.Decline(m, m.DispatchNo, "Litigation", "x", "d1", Now)),
                Code(RoutingDecision.Reject(m, m.DispatchNo, "x")), Code(RoutingDecision.Join(m, m.DispatchNo, "roads", ["water"], "x", City))));
        }
    }

    [Fact]
    public void What_is_split_is_held_again_with_a_reason_of_its_own_and_whoever_had_it_suggested()
    {
        var split = MergeDecision.Split(MergeDecision.Merged(Placed, merged), City, Now.AddHours(1));
        Assert.Equal((Now.AddHours(1), "Split", null, 1), (split.HeldSince, split.Reason, split.MergedInto, split.DispatchNo));
        Assert.Equal(["roads", "water"], split.Candidates);
        Assert.Equal(2, RoutingDecision.Place(split, 1, "water", [], "d1", City, Now).Value!.DispatchNo);
    }

    [Fact]
    public void Merged_before_it_was_registered_here_it_waits_and_split_it_is_routed_as_ever()
    {
        var stub = MergeDecision.Merged(null, merged);
        Assert.Equal((Target, null), (MergeDecision.Heard(Held, stub).MergedInto, stub.HeldSince));
        var split = MergeDecision.Split(stub, City, Now);
        Assert.Equal((null, null), (split.HeldSince, split.MergedInto));
        Assert.Equal((null, 1), (MergeDecision.Heard(Held, split).MergedInto, MergeDecision.Heard(Held, split).Merges));
    }

    [Fact]
    public void What_its_citizen_took_back_is_not_held_when_it_is_split() => Assert.Null(MergeDecision.Split(RoutingDecision.TakenBack(MergeDecision.Merged(Held, merged), Id), City, Now).HeldSince);

    [Fact]
    public void An_inquiry_that_others_wait_for_is_not_declined()
    {
        var waited = MergeDecision.TookIn(Held, tookIn, Now);
        Assert.Equal(("OthersWait", Now), (Code(RoutingDecision.Decline(waited, 0, "Litigation", "x", "d1", Now)), waited.HeldSince));
        var alone = MergeDecision.LetGo(waited, new() { InquiryId = Id, MergedInquiryId = Target });
        Assert.Null(alone.TookIn);
        Assert.Equal("Litigation", Declined(alone).Declined);
    }

    [Fact]
    public void Declined_in_the_same_moment_it_is_a_dispatchers_again_when_others_wait_and_nobodys_when_it_was_merged()
    {
        var waited = MergeDecision.TookIn(Declined(Held), tookIn, Now.AddHours(1));
        Assert.Equal((null, Now.AddHours(1), "DeclineOvertaken", 1), (waited.Declined, waited.HeldSince, waited.Reason, waited.Merges));
        Assert.Equal((null, null), MergeDecision.Merged(Declined(Held), merged) is var m ? (m.Declined, m.HeldSince) : default);
    }

    [Fact]
    public void An_inquiry_without_any_merging_is_written_as_before()
    {
        foreach (var field in new[] { "mergedInto", "tookIn", "merges", "registered" }) Assert.DoesNotContain($"\"{field}\"", Json.Write(Placed));
    }
}
