namespace InquiryHub.Bench.Chaos;

/// <param name="Log">embedded, mock or kafka.</param>
/// <param name="Each">How often each kind of fault strikes.</param>
/// <param name="Minutes">Goes on in seeded order until this time is over, whatever <paramref name="Each"/> says.</param>
/// <param name="Short">At most four minutes: fewer faults, and no mail server, whose open attempts take two minutes to come back.</param>
/// <param name="Share">The load, as a share of the throughput that was measured just before.</param>
/// <param name="Break">expected, resend or norepublish: starts the hub with that safeguard switched off, and then the checks must find something.</param>
/// <param name="KafkaProgram">The script that starts, kills and stops real brokers (verbs: start DIR --brokers N --port P, kill DIR N, start DIR, stop DIR).</param>
/// <param name="Only">Only faults whose name has this in it.</param>
internal sealed record ChaosOptions(int Seed, string Log = "embedded", int Each = 3, double? Minutes = null, bool Short = false, bool Split = false, double Share = 0.5, string? Break = null, string? KafkaProgram = null, string? Json = null, string? Only = null)
{
    public static readonly string[] Logs = ["embedded", "mock", "kafka"], Breaks = ["expected", "resend", "norepublish"];

    /// <summary>The test-only switch of the hub that <see cref="Break"/> names. The hub refuses it on a real clock.</summary>
    public IEnumerable<(string, string)> Switches => Break switch
    {
        "expected" => [("Hub__Clock", "simulated"), ("Hub__Test__ExpectedFromMemory", "1")],
        "resend" => [("Hub__Clock", "simulated"), ("Hub__Test__ResendAfterLostCommit", "1")],
        "norepublish" => [("Hub__Clock", "simulated"), ("Hub__Test__NoRepublish", "1")],
        _ => [],
    };
}
