using System.Text.RegularExpressions;

namespace InquiryHub.Cli.Year;

/// <summary>
/// A city at work, to look at: a contact about every second, each a minute of the city's clock, so that a working day takes
/// some ten minutes. Nights and days off are skipped. When it ends the clock stands still.
/// </summary>
internal static class Trickle
{
    private static readonly DateOnly First = new(2014, 1, 22);
    private const int Opens = 8 * 60, Closes = 17 * 60 + 30, Start = 10 * 60;
    private static readonly Way[] Ways = [Way.Single, Way.Hotline, Way.Web, Way.Office, Way.Minxin, Way.Email];
    private static readonly double[] Weights = [55, 30, 5, 5, 3, 2];
    private static readonly string[] OfficeChannels = ["OfficePhone", "OtherHotline", "Fax"];

    public static async Task RunAsync(YearSession city, Action<string> say, CancellationToken cancel)
    {
        try
        {
            if (city.Clock.Today < First || city.Clock.Now < CityClock.At(First, Start)) await city.Clock.ToAsync(CityClock.At(First, Start), cancel);
            var random = new SplitMix((ulong)city.Clock.Now.ToUnixTimeSeconds());
            var draft = new YearDraft(city.Reference, random.Next());
            city.Offices.Resume([]);
            while (true)
            {
                await NextMinuteAsync(city.Clock, cancel);
                for (var left = random.Below(8) switch { 0 => 0, 7 => 2, _ => 1 }; left > 0; left--)
                {
                    var way = Ways[random.Pick(Weights)];
                    var contact = draft.Live(way, ChannelOf(way, ref random), city.Clock.Today, (short)city.Clock.Now.TimeOfDay.TotalMinutes, direct: way != Way.Email && random.Below(10) < 7);
                    var ack = await city.Doors.SendAsync(contact, city.Clock.Now, cancel);
                    city.Offices.Registered(contact, ack);
                    say($"{city.Clock.Now:MM-dd HH:mm}  {contact.Channel,-13} {ack.Number}  {city.Reference.AreaName(contact.Area)}  {(contact.Direct ? "当场答复 answered on the spot" : "转办 dispatched")}");
                }
                if (city.Clock.Now.Minute % 30 == 0) await city.Offices.WorkAsync(city.Clock.Today, cancel);
                await Task.Delay(700 + random.Below(700), cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { }
    }

    private static string ChannelOf(Way way, ref SplitMix random) => way switch
    {
        Way.Hotline => "Hotline12345", Way.Minxin => "MinxinWeb", Way.Web => "WebPortal", Way.Email => "Email", Way.Office => OfficeChannels[random.Below(3)], _ => "WalkIn",
    };

    private static Task NextMinuteAsync(CityClock clock, CancellationToken stop)
    {
        var (day, minute) = (clock.Today, (int)clock.Now.TimeOfDay.TotalMinutes + 1);
        if (minute > Closes) (day, minute) = (day.AddDays(1), Opens);
        if (minute < Opens) minute = Opens;
        return clock.ToAsync(CityClock.At(YearShape.WorkingDayFrom(day), minute), stop);
    }
}

/// <summary>What a citizen reads off the bot's reply: the inquiry's number and its query code.</summary>
internal static partial class QqScreen
{
    public static Ack Read(string? reply) => reply is not null && Words().Match(reply) is { Success: true } found ? new Ack(found.Groups[1].Value, found.Groups[2].Value, false) : default;

    [GeneratedRegex(@"编号[\s:：]*(\d{6}-\d+-[\dX]).*?查询码[\s:：]*([0-9A-Za-z]+)", RegexOptions.Singleline)]
    private static partial Regex Words();
}
