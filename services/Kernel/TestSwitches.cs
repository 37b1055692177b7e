namespace InquiryHub.Kernel;

/// <summary>
/// Ways to break the Kernel's promises on purpose, so that the chaos run can be seen to notice. Only a simulated city takes them
/// (HubHost refuses them on the real clock).
/// </summary>
internal static class TestSwitches
{
    static bool On(string name) => Environment.GetEnvironmentVariable("Hub__Test__" + name) == "1";

    public static bool Any => ExpectedFromMemory || ResendAfterLostCommit || NoRepublish;
    /// <summary>`expected` from what this process remembers instead of the cursor read under the lock.</summary>
    public static readonly bool ExpectedFromMemory = On(nameof(ExpectedFromMemory));
    /// <summary>After a lost connection the prepared writes are sent once more instead of folding anew.</summary>
    public static readonly bool ResendAfterLostCommit = On(nameof(ResendAfterLostCommit));
    /// <summary>A lost cluster or a gap is not filled from the outbox.</summary>
    public static readonly bool NoRepublish = On(nameof(NoRepublish));
}
