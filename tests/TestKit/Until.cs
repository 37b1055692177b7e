using System.Diagnostics;

namespace InquiryHub.TestKit;

/// <summary>Waiting by condition: asks until it holds, and says what it waited for when it doesn't.</summary>
public static class Until
{
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, int seconds = 20)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds) throw new TimeoutException($"Not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
