using Grpc.Core;
using InquiryHub.Kernel;

namespace InquiryHub.Decisions.Tests.Kernel;

public class AnswersTests
{
    [Theory]
    [InlineData("NotYours", StatusCode.PermissionDenied)]
    [InlineData("NothingWaits", StatusCode.FailedPrecondition)]
    [InlineData("UnknownInquiry", StatusCode.NotFound)]
    [InlineData("InvalidKey", StatusCode.InvalidArgument)]
    [InlineData("Busy", StatusCode.Unavailable)]
    public void A_refusal_leaves_with_the_status_of_its_kind(string code, StatusCode status) => Assert.Equal(status, Answers.Refused(Refusals.Of(code, "不", "No.")).StatusCode);
}
