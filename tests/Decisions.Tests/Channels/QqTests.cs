using System.Text;
using System.Text.Json;
using InquiryHub.Channels;

namespace InquiryHub.Decisions.Tests.Channels;

public sealed class QqTests
{
    // The platform's own vectors (domain.md 5.1). The first body is printed in its documents without the line breaks that were signed.
    [Theory]
    [InlineData("naOC0ocQE3shWLAfffVLB1rhYPG7", "1725442341", "{\n  \"op\": 0,\n  \"d\": {},\n  \"t\": \"GATEWAY_EVENT_NAME\"\n}",
        "865ad13a61752ca65e26bde6676459cd36cf1be609375b37bd62af366e1dc25a8dc789ba7f14e017ada3d554c671a911bfdf075ba54835b23391d509579ed002")]
    [InlineData("DG5g3B4j9X2KOErG", "1725442341", "Arq0D5A61EgUu4OxUvOp",
        "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706")]
    [InlineData("123456abcdef", "1728981195", """{"id":"ROBOT1.0_veoihSEXDc8Q.g-6eLpNIa11bH8MisOjn-m-LKxCPntMk6exUXgcWCGpVO7L2QKTNZzjZzFFDSbiOFcqAPWyVA!!","content":"哦一下","timestamp":"2024-10-15T16:33:15+08:00","author":{"id":"675860273","user_openid":"675860273"}}""",
        "e949b5b94ef4103df903fb031d1d16e358db3db83e79e117edd404c8508be3ce8a76d7bad1bed353194c126a1a5915b4ad8b5288c1191cc53a12acffccd82004")]
    public void The_platforms_signatures_verify(string secret, string timestamp, string body, string hex)
    {
        using var signature = new QqSignature(secret);
        Assert.True(signature.Verifies(timestamp, Encoding.UTF8.GetBytes(body), hex));
        Assert.Equal(hex, signature.Sign(timestamp, body));
        Assert.False(signature.Verifies(timestamp, Encoding.UTF8.GetBytes(body + " "), hex));
        Assert.False(signature.Verifies(timestamp + "0", Encoding.UTF8.GetBytes(body), hex));
    }

    [Fact]
    public void The_key_is_made_from_the_repeated_secret()
    {
        using var signature = new QqSignature("naOC0ocQE3shWLAfffVLB1rhYPG7");
        Assert.Equal("d7c362fe78aef81ff23287b493628b5db02a3c4fe30b215e4d19609b5d76673a", Convert.ToHexStringLower(signature.PublicKey));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz5ad13a61752ca65e26bde6676459cd36cf1be609375b37bd62af366e1dc25a8dc789ba7f14e017ada3d554c671a911bfdf075ba54835b23391d509579ed002")]
    [InlineData("865ad13a61752ca65e26bde6676459cd36cf1be609375b37bd62af366e1dc25a8dc789ba7f14e017ada3d554c671a911bfdf075ba54835b23391d509579ed0ff")]
    public void A_broken_signature_is_a_no(string? hex)
    {
        using var signature = new QqSignature("naOC0ocQE3shWLAfffVLB1rhYPG7");
        Assert.False(signature.Verifies("1725442341", "{}"u8, hex));
    }

    static QqEnvelope Envelope(string json) => Fields.Json<QqEnvelope>(Encoding.UTF8.GetBytes(json)).Value!;

    [Theory]
    [InlineData("Arq0D5A61EgUu4OxUvOp", "1725442341", "1", true)]
    [InlineData("Arq0D5A61EgUu4OxUvOp", "1725442341", "2", false)]
    [InlineData("{\\\"op\\\":0}", "1725442341", "1", false)]
    [InlineData("a\\n", "1725442341", "1", false)]
    [InlineData("", "1725442341", "1", false)]
    [InlineData("abc", "1725442341{", "1", false)]
    public void The_address_validation_signs_nothing_that_could_be_an_event(string token, string ts, string app, bool signs) =>
        Assert.Equal(signs, QqMapping.Validation(Envelope($$"""{"op":13,"d":{"plain_token":"{{token}}","event_ts":"{{ts}}" } }"""), app, "1") is not null);

    [Fact]
    public void A_message_becomes_an_inquiry_without_the_openid_in_its_keys()
    {
        var read = QqMapping.Read(Envelope("""{"id":"e1","op":0,"t":"C2C_MESSAGE_CREATE","d":{"id":"m1","content":" 諮詢供暖 ","timestamp":"2024-10-15T16:33:15+08:00","author":{"id":"9","user_openid":"OPENID"}}}"""), "1725442341", s => $"h({s.Length})");
        Assert.Equal(("諮詢供暖", "m1", "h(9)", false), (read.Received!.Content.Text, read.Received.DoorKey, read.Received.ThreadKey, read.Asks));
        Assert.DoesNotContain("OPENID", read.Received.Key + read.Received.ContactId);
    }

    [Theory]
    [InlineData("查询", true)]
    [InlineData("130502-0700041-3", true)]
    [InlineData("查询供暖时间", false)]
    public void Who_only_asks_for_the_answer_raises_no_new_matter(string text, bool asks) =>
        Assert.Equal(asks, QqMapping.Read(Envelope($$"""{"op":0,"t":"C2C_MESSAGE_CREATE","d":{"id":"m1","content":"{{text}}","author":{"user_openid":"o"} } }"""), "1", s => s).Asks);

    [Theory]
    [InlineData("GROUP_AT_MESSAGE_CREATE", "{}", "GroupMessage")]
    [InlineData("C2C_MESSAGE_CREATE", "{}", "Unreadable")]
    [InlineData("C2C_MESSAGE_CREATE", """{"id":7}""", "Unreadable")]
    [InlineData("C2C_MESSAGE_CREATE", """{"id":"m","author":{"user_openid":"o"}}""", "Empty")]
    [InlineData("FRIEND_ADD", """{"openid":"o","timestamp":1}""", null)]
    public void What_is_no_private_message_is_kept_or_needs_nothing(string type, string d, string? reason) =>
        Assert.Equal((null, reason), (QqMapping.Read(Envelope($$"""{"op":0,"t":"{{type}}","d":{{d}} }"""), "1", s => s) is var r ? r.Received : null, r.Reason));
}
