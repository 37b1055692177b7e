namespace InquiryHub.Web;

/// <summary>A quarantine entry in words.</summary>
internal static class QuarantineWords
{
    /// <summary>A channel that looks like the door.</summary>
    public static string Channel(string door) => door switch
    { "hotline" => "Hotline12345", "minxin" => "MinxinWeb", "web" => "WebPortal", "email" => "Email", "qq" => "QQ", "walkin" => "WalkIn", _ => "OfficePhone" };

    public static string Size(long bytes, Texts t) => bytes < 1024 ? t["quarantine.bytes", bytes] : t["quarantine.kb", Show.N((bytes + 1023) / 1024)];
}
