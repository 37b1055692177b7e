namespace InquiryHub.Cli;

/// <summary>What `./hub` ends with. The README lists them; scripts may rely on them, so a number is never reused.</summary>
internal static class Exit
{
    public const int Failed = 1;
    public const int Usage = 2;
    // 10 (no SDK), 11 (SDK older than 10) come from the script itself.
    public const int NeedsPackages = 12;
    public const int InstallFailed = 13;
    public const int PortTaken = 14;
    public const int DiskFull = 15;
    public const int NewerDatabase = 16;
    public const int AlreadyRunning = 17;
    public const int DataDamaged = 18;
    public const int NotRunning = 19;
    public const int ProgramDied = 20;
    public const int BuildFailed = 21;
    public const int ServerUnreachable = 22;
    public const int Interrupted = 130;

    /// <summary>AllInOne's own exit code for a database that a newer version has migrated.</summary>
    public const int AllInOneNewerDatabase = 78;
}

/// <summary>Ends the command with a sentence that says what to do, and an exit code of <see cref="Exit"/>.</summary>
internal sealed class HubStop(int code, string zh, string en) : Exception(en)
{
    public int Code => code;
    public string Chinese => zh;
    public string English => Message;
}
