using InquiryHub.Gateway;
using Microsoft.AspNetCore.Http;

namespace InquiryHub.Decisions.Tests.Gateway;

public sealed class LimitsTests
{
    static bool IsLimited(string method, string path)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path) = (method, path);
        return Limits.IsLimited(context.Request);
    }

    [Theory]
    [InlineData("POST", "/public/inquiries"), InlineData("POST", "/public/progress"), InlineData("POST", "/signin"), InlineData("POST", "/ask"), InlineData("POST", "/progress")]
    [InlineData("POST", "/hub.channels.v1.Channels/Ask"), InlineData("POST", "/hub.channels.v1.Channels/AddWords"), InlineData("POST", "/hub.channels.v1.Channels/UrgeInquiry"), InlineData("POST", "/hub.casework.v1.Casework/GetProgress")]
    [InlineData("POST", "/hub.casework.v1.Casework/RateAnswer"), InlineData("POST", "/hub.casework.v1.Casework/WithdrawInquiry"), InlineData("POST", "/hub.directory.v1.Directory/SignIn")]
    public void What_needs_no_sign_in_is_limited(string method, string path) => Assert.True(IsLimited(method, path));

    [Theory]
    [InlineData("GET", "/ask"), InlineData("GET", "/progress"), InlineData("GET", "/signin"), InlineData("POST", "/doors/walkin/entries"), InlineData("POST", "/acts/counter-register"), InlineData("POST", "/hub.channels.v1.Channels/RegisterWalkIn")]
    public void Looking_at_a_page_and_what_needs_a_sign_in_or_a_secret_is_not(string method, string path) => Assert.False(IsLimited(method, path));
}
