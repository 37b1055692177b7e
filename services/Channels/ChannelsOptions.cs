namespace InquiryHub.Channels;

/// <summary>Section <c>Channels</c>. Business limits are not here: they are Directory's data.</summary>
sealed record ChannelsOptions
{
    /// <summary>Which doors this process opens and delivers for, comma or blank separated; empty = all.</summary>
    public string Doors { get; init; } = "";
    /// <summary>A JSON object door -> secret (0600). A door without a secret takes nothing. For qq it is the bot's secret.</summary>
    public string SecretsFile { get; init; } = "door-secrets.json";
    /// <summary>Where answers end that no server takes: counter slips, and mails or QQ replies when no server is configured.</summary>
    public string Pickup { get; init; } = "pickup";
    public SmtpOptions Smtp { get; init; } = new();
    public EmailOptions Email { get; init; } = new();
    public QqOptions Qq { get; init; } = new();

    public IReadOnlyList<string> Open => Doors.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } some ? some : Channels.Doors.All;

    public ChannelsOptions Checked() => Open.Except(Channels.Doors.All).FirstOrDefault() is { } unknown
        ? throw new InvalidDataException($"Channels__Doors names {unknown}, which is no door; known are {string.Join(", ", Channels.Doors.All)}.") : this;
}

sealed record SmtpOptions
{
    /// <summary>Empty: mails are written to the pickup folder.</summary>
    public string Host { get; init; } = "";
    public int Port { get; init; } = 25;
    public string User { get; init; } = "";
    public string Password { get; init; } = "";
    /// <summary>StartTls when the server offers it; a loopback receiver has none.</summary>
    public bool RequireTls { get; init; }
}

sealed record EmailOptions
{
    /// <summary>The right side of our Message-IDs.</summary>
    public string Domain { get; init; } = "mail.hub.invalid";
    /// <summary>The mailbox that citizens write to and answers come from.</summary>
    public string Mailbox { get; init; } = "12345@mail.hub.invalid";
}

sealed record QqOptions
{
    public string AppId { get; init; } = "";
    /// <summary>Empty: replies are written to the pickup folder.</summary>
    public string ApiBase { get; init; } = "";
    public string TokenUrl { get; init; } = "https://bots.qq.com/app/getAppAccessToken";
}
