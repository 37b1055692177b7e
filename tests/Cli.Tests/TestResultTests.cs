using System.Xml.Linq;
using InquiryHub.Cli.Commands;
using Xunit;

namespace InquiryHub.Cli.Tests;

public class TestResultTests
{
    private static XDocument Trx(params string[] outcomes) => XDocument.Parse($"""
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{string.Concat(outcomes.Select((outcome, at) =>
            $"""<UnitTestResult testName="test {at}" outcome="{outcome}"><Output><ErrorInfo><Message>because {at}</Message></ErrorInfo></Output></UnitTestResult>"""))}</Results></TestRun>
        """);

    [Fact]
    public void Passed_and_failed_tests_are_counted_and_the_failed_ones_named()
    {
        var result = TestResult.Read("X", Trx("Passed", "Failed", "Passed"), TimeSpan.Zero);
        Assert.Equal((2, 1), (result.Passed, result.Failed));
        Assert.Equal(("test 1", "because 1"), Assert.Single(result.Failures));
    }

    [Fact]
    public void A_test_that_was_skipped_has_failed() =>
        Assert.Equal(1, TestResult.Read("X", Trx("Passed", "NotExecuted"), TimeSpan.Zero).Failed);
}
