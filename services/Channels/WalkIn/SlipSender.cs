namespace InquiryHub.Channels;

/// <summary>The counter prints the answer as a slip (答复单): a text file in the counter's folder.</summary>
sealed class SlipSender(ChannelsOptions options) : IAnswerSender
{
    public string Door => Doors.WalkIn;
    public int Most => 500;
    public TimeSpan Limit => TimeSpan.FromSeconds(20); // files, and a second one of the same name is the same slip
    public bool PeerTellsRepeats => true;

    public Task<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<Outgoing> answers, CancellationToken stop) => Task.FromResult<IReadOnlyList<SendResult>>(
        [.. answers.Select(a => Pickup.Try("Slip", options.Pickup, $"slips/{Pickup.Safe(a.Door.CounterId)}", $"{a.Delivery.InquiryId}-{a.Delivery.AnswerNo}.txt", Slip(a)))]);

    static string Slip(Outgoing a) => $"诉求答复单\n编号：{a.Delivery.InquiryId}\n\n{a.Text}\n";
}
