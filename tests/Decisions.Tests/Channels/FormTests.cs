using System.Text;
using InquiryHub.Channels;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class FormTests
{
    static Outcome<Received> Entry(string json) => Fields.Json<WalkInEntry>(Encoding.UTF8.GetBytes(json)) is { Value: { } e } ? WalkInMapping.Map(e) : DoorRefusals.BrokenJson;

    [Theory]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise"}""", null)]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","text":"諮詢　１２３"}""", null)]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","text":"\ud83d\ude00"}""", null)]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","text":"a\u0000b"}""", "InvalidText")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","text":"\ud800"}""", "BrokenJson")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","text":"\ude00\ud83d"}""", "BrokenJson")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"praise"}""", "InvalidKind")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"6"}""", "InvalidKind")]
    [InlineData("""{"counterId":"c","entryId":"e"}""", "MissingField")]
    [InlineData("""{"counterId":"c","kind":"Praise"}""", "MissingField")]
    [InlineData("""{"counterId":"c","entryId":"e 1","kind":"Praise"}""", "InvalidId")]
    [InlineData("""{"counterId":"c","entryId":"é","kind":"Praise"}""", "InvalidId")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","occurredAt":"2013-02-30T09:00:00+08:00"}""", "InvalidDate")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","occurredAt":"2013-02-03T09:00:00"}""", "InvalidDate")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","occurredAt":"2013-02-03"}""", "InvalidDate")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","urgency":"Now"}""", "InvalidUrgency")]
    [InlineData("""{"counterId":"c","entryId":"e","kind":"Praise","wantsReply":"yes"}""", "BrokenJson")]
    [InlineData("""[]""", "BrokenJson")]
    [InlineData("""null""", "BrokenJson")]
    [InlineData("", "BrokenJson")]
    public void A_payload_is_read_or_refused_with_a_code(string json, string? code) => Assert.Equal(code, Entry(json).Refusal?.Code);

    [Fact]
    public void An_urge_is_one_contact_a_day_and_an_inquiry()
    {
        static (string, string, string) Of(string inquiry, int day) => FormMapping.Urge(inquiry, new(2013, 5, day)) is var r ? (r.Key, r.ContactId, r.ContentHash) : default;
        Assert.Equal(Of("130506-0300017-X", 6), Of("130506-0300017-X", 6));
        Assert.Equal(3, new[] { Of("130506-0300017-X", 6), Of("130506-0300017-X", 7), Of("130506-0300018-8", 6) }.Select(r => r.Item1).Distinct().Count());
    }

    [Fact]
    public void Twenty_thousand_characters_are_the_limit_of_a_text()
    {
        static Outcome<Received> Of(int length) => WalkInMapping.Map(new("c", "e", null, "Praise", null, null, null, null, new string('长', length), null, null, null, null, null, null, null));
        Assert.Equal((null, "TextTooLong"), (Of(20_000).Refusal?.Code, Of(20_001).Refusal?.Code));
    }

    [Fact]
    public void A_form_needs_a_key_of_its_own() =>
        Assert.Equal("MissingKey", FormMapping.Map(new("Praise", null, null, null, "x", null, null, null, null, null, null, null, null, null, null), Doors.Web, "WebPortal", "", true).Refusal?.Code);

    [Fact]
    public void A_citizen_can_not_answer_the_own_question()
    {
        static Received Of(bool staffed) => FormMapping.Map(new("Praise", null, null, null, "x", null, null, null, null, null, null, null, "answer", "me", null), Doors.Web, "WebPortal", "k", staffed).Value!;
        Assert.Equal((null, "answer"), (Of(false).DirectAnswer?.Text, Of(true).DirectAnswer?.Text));
    }

    [Fact]
    public void Every_refusal_says_what_to_do_in_both_languages()
    {
        var refusals = typeof(DoorRefusals).GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public).Select(f => (Contracts.Common.Refusal)f.GetValue(null)!).ToList();
        Assert.True(refusals.Count > 20);
        Assert.All(refusals, r => Assert.True(r.Zh.Length > 8 && r.En.Length > 20 && DoorRefusals.Status(r.Code) is >= 400 and < 500, r.Code));
    }
}
