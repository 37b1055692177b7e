using System.Security.Cryptography;
using System.Text;
using InquiryHub.Contracts.Common;
using InquiryHub.Contracts.Directory;

namespace InquiryHub.Cli.Year;

/// <summary>How a contact comes in. Office: office phone, other hotlines and fax, written down by an operator.</summary>
internal enum Way : byte { Hotline, Minxin, Web, Office, Email, Qq, Single, Batch }

/// <summary>What is missing, so that routing holds it for a dispatcher.</summary>
internal enum Flaw : byte { None, NoCategory, NoArea }

/// <param name="No">Counts within the year and way.</param>
/// <param name="Minute">City's minute of the day.</param>
/// <param name="Counter">Walk-in: index of the counter; else -1.</param>
/// <param name="Area">Index of the area that the matter is about.</param>
/// <param name="Salt">What texts, names and the officer's pace are drawn from.</param>
internal readonly record struct Contact(int No, Way Way, string Channel, DateOnly Day, short Minute, short Template, short Counter, short Area, bool Direct, Flaw Flaw, ulong Salt)
{
    private static readonly string[] Prefixes = ["hl", "mx", "wp", "of", "em", "qq", "wi", "wb"];

    /// <summary>The door's own key: the same contact has the same key in every run.</summary>
    public string Key => $"{Prefixes[(int)Way]}{Day.Year % 100:00}-{No:000000}";
    public Template Matter => YearTexts.Templates[Template];
    public bool Urgent => Matter.Kind == InquiryKind.HelpRequest && Salt % 50 == 3;
}

/// <summary>A counter's tally of a day: how often which category was asked about.</summary>
internal sealed record Sheet(int Counter, DateOnly Day, IReadOnlyList<(string Category, int Count)> Rows)
{
    public int Total => Rows.Sum(row => row.Count);
    public string IdAt(string counterId) => $"ts{Day:yyMMdd}-{counterId}";
}

/// <summary>One thing sent to a door: a contact, a counter's batch of them, or a sheet.</summary>
internal sealed record Send(int Minute, IReadOnlyList<Contact> Contacts, Sheet? Sheet = null)
{
    public bool IsBatch => Contacts is [{ Way: Way.Batch }, ..];
    public int Count => Sheet?.Total ?? Contacts.Count;
}

/// <summary>Every contact of 2013, decided before the first is sent. Pure: the same city and seed give the same year.</summary>
internal sealed class YearPlan(YearReference city, IReadOnlyList<IReadOnlyList<Send>> days)
{
    public const ulong Seed = 20131231;

    /// <summary>By day from 1 January, each in the order of its minutes.</summary>
    public IReadOnlyList<IReadOnlyList<Send>> Days => days;
    public IEnumerable<Contact> Contacts => days.SelectMany(day => day).SelectMany(send => send.Contacts);
    public IEnumerable<Sheet> Sheets => days.SelectMany(day => day).Where(send => send.Sheet is not null).Select(send => send.Sheet!);
    public YearReference City => city;

    public static YearPlan Make(YearReference city, ulong seed = Seed) => new YearDraft(city, seed).Draw();

    /// <summary>SHA-256 over everything planned.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var send in days.SelectMany(day => day))
        {
            foreach (var c in send.Contacts) hash.AppendData(Encoding.UTF8.GetBytes($"{c.Key} {c.Channel} {c.Day:yyyyMMdd} {c.Minute} {c.Template} {c.Counter} {c.Area} {c.Direct} {c.Flaw} {c.Salt}\n"));
            if (send.Sheet is { } sheet) hash.AppendData(Encoding.UTF8.GetBytes($"{sheet.Counter} {sheet.Day:yyyyMMdd} {string.Join(' ', sheet.Rows)}\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>The plan while it is drawn: channel by channel and month by month, so that every sum is right by construction.</summary>
internal sealed class YearDraft
{
    private static readonly DateOnly[] Year = [.. Enumerable.Range(0, 365).Select(YearShape.First.AddDays)];
    private readonly YearReference city;
    private readonly List<Send>[] days = [.. Year.Select(_ => new List<Send>())];
    private readonly Dictionary<(bool Counter, int Month, bool Direct), double[]> topics = [];
    private readonly Dictionary<Way, int> numbers = [];
    private SplitMix random;

    public YearDraft(YearReference city, ulong seed)
    {
        (this.city, random) = (city, new SplitMix(seed));
        foreach (var counter in new[] { false, true })
            foreach (var direct in new[] { false, true })
                for (var month = 1; month <= 12; month++)
                    topics[(counter, month, direct)] = [.. YearTexts.Templates.Select(t => Weight(t, counter, month, direct))];
    }

    public YearPlan Draw()
    {
        var others = new string[YearShape.Other];
        (string Channel, int Count)[] parts = [("OfficePhone", YearShape.OfficePhone), ("OtherHotline", YearShape.OtherHotline), ("Fax", YearShape.Fax), ("Email", YearShape.Email), ("QQ", YearShape.Qq)];
        var filled = 0;
        foreach (var (channel, count) in parts) { others.AsSpan(filled, count).Fill(channel); filled += count; }
        random.Shuffle<string>(others);

        // The rest that 75 % asks for falls to the counters. Mail and QQ have no direct answer.
        int hotline = YearShape.Hotline * 64 / 100, minxin = YearShape.Minxin * 30 / 100, web = YearShape.Web * 35 / 100, office = 900;
        Sow(Way.Hotline, "Hotline12345", YearShape.HotlineMonths, new Share(YearShape.Hotline, hotline));
        Sow(Way.Minxin, "MinxinWeb", YearShape.MinxinMonths, new Share(YearShape.Minxin, minxin));
        Sow(Way.Web, "WebPortal", YearShape.WebMonths, new Share(YearShape.Web, web));
        SowOthers(others, new Share(YearShape.OfficePhone + YearShape.OtherHotline + YearShape.Fax, office));
        SowWalkIns(new Share(YearShape.WalkIns - YearShape.Tallied, YearShape.Direct - hotline - minxin - web - office));
        return new YearPlan(city, [.. days.Select(day => (IReadOnlyList<Send>)[.. day.OrderBy(send => send.Minute)])]);
    }

    /// <summary>Exactly so many of a group, spread evenly: each is taken with the chance that is still needed (Knuth 3.4.2, S).</summary>
    private sealed class Share(int left, int wanted)
    {
        public bool Take(ref SplitMix random)
        {
            var take = random.Below(left--) < wanted;
            if (take) wanted--;
            return take;
        }
    }

    private void Sow(Way way, string channel, int[] months, Share direct)
    {
        for (var month = 1; month <= 12; month++) SowMonth(way, channel, month, months[month - 1], direct);
    }

    private void SowMonth(Way way, string channel, int month, int count, Share? direct)
    {
        var (first, weights) = Month(way, month);
        var parts = Spread(count, weights);
        for (var d = 0; d < parts.Length; d++)
            for (var i = 0; i < parts[d]; i++)
                Add(Draw(way, channel, first + d, YearShape.Minute(way, ref random), -1, direct?.Take(ref random) ?? false));
    }

    private void SowOthers(string[] channels, Share direct)
    {
        var at = 0;
        for (var month = 1; month <= 12; at += YearShape.OtherMonths[month++ - 1])
            foreach (var channel in channels.AsSpan(at, YearShape.OtherMonths[month - 1]).ToArray().CountBy(c => c).OrderBy(c => c.Key, StringComparer.Ordinal))
            {
                var way = channel.Key switch { "Email" => Way.Email, "QQ" => Way.Qq, _ => Way.Office };
                SowMonth(way, channel.Key, month, channel.Value, way == Way.Office ? direct : null);
            }
    }

    private void SowWalkIns(Share direct)
    {
        var all = new int[Year.Length];
        for (var month = 1; month <= 12; month++)
        {
            var (first, weights) = Month(Way.Single, month);
            Spread(YearShape.WalkInMonths[month - 1], weights).CopyTo(all, first);
        }
        var shares = Array.ConvertAll(all, n => (double)n);
        int[] tallied = Spread(YearShape.Tallied, shares), batched = Spread(YearShape.InBatches, shares);
        for (var d = 0; d < all.Length; d++)
        {
            AddSheets(d, tallied[d]);
            AddBatches(d, batched[d], direct);
            for (var i = all[d] - tallied[d] - batched[d]; i > 0; i--)
                Add(Draw(Way.Single, "WalkIn", d, YearShape.Minute(Way.Single, ref random), city.PickCounter(ref random, hall: .25, street: 1), direct.Take(ref random)));
        }
    }

    private void AddSheets(int day, int count)
    {
        var used = new HashSet<int>();
        foreach (var size in Pieces(count, 6, 22, 40))
        {
            int counter;
            do counter = city.PickCounter(ref random, hall: 0, street: .2); while (!used.Add(counter));
            // At least two topics a sheet, each asked about at least once; the rest falls where it falls.
            var rows = new SortedDictionary<string, int>(StringComparer.Ordinal);
            var wanted = Math.Min(size, 2 + random.Below(4));
            while (rows.Count < wanted) rows[YearTexts.Templates[Topic(true, day, true)].Category] = 1;
            var codes = rows.Keys.ToArray();
            for (var i = size - wanted; i > 0; i--) rows[codes[random.Below(codes.Length)]]++;
            days[day].Add(new Send(16 * 60 + 40 + random.Below(19), [], new Sheet(counter, Year[day], [.. rows.Select(row => (row.Key, row.Value))])));
        }
    }

    private void AddBatches(int day, int count, Share direct)
    {
        foreach (var size in Pieces(count, 8, 40, YearShape.LargestBatch))
        {
            var counter = city.PickCounter(ref random, hall: 0, street: .35);
            var entries = new Contact[size];
            for (var i = 0; i < size; i++) entries[i] = Draw(Way.Batch, "WalkIn", day, YearShape.Minute(Way.Batch, ref random), counter, direct.Take(ref random));
            // The counter sends what it has when its half day ends.
            days[day].Add(new Send(Math.Min(entries.Max(e => e.Minute) + 5, 17 * 60), entries));
        }
    }

    /// <summary>Sizes between low and high that add up; a rest too small for one of its own goes to the last.</summary>
    private List<int> Pieces(int count, int low, int high, int most)
    {
        var pieces = new List<int>();
        while (count > 0)
        {
            var size = Math.Min(count, low + random.Below(high - low + 1));
            if (size < low && pieces.Count > 0 && pieces[^1] + size <= most) pieces[^1] += size; else pieces.Add(size);
            count -= size;
        }
        return pieces;
    }

    /// <summary>A contact outside the plan: now, numbered by the minute so that it never meets another one.</summary>
    public Contact Live(Way way, string channel, DateOnly today, short minute, bool direct)
    {
        var contact = Draw(way, channel, today.DayOfYear - 1, minute, way == Way.Single ? city.PickCounter(ref random, hall: .25, street: 1) : -1, direct);
        return contact with { Day = today, No = (today.DayOfYear * 1440 + minute) * 100 + contact.No % 100 };
    }

    private Contact Draw(Way way, string channel, int day, short minute, int counter, bool direct)
    {
        var template = Topic(way is Way.Single or Way.Batch, day, direct);
        var salt = random.Next();
        var flaw = direct ? Flaw.None : way is Way.Email or Way.Qq ? Flaw.NoCategory : ((salt >> 20) % 200) switch
        {
            0 => Flaw.NoCategory,
            1 or 2 when city.NeedsArea(YearTexts.Templates[template].Category) => Flaw.NoArea,
            _ => Flaw.None,
        };
        var area = counter >= 0 && city.Counters[counter].AreaCode.Length > 6 ? city.AreaOf(counter) : city.PickArea(ref random);
        var no = numbers[way] = numbers.GetValueOrDefault(way) + 1;
        return new Contact(no, way, channel, Year[day], minute, (short)template, (short)counter, (short)area, direct, flaw, salt);
    }

    private void Add(Contact contact) => days[contact.Day.DayOfYear - 1].Add(new Send(contact.Minute, [contact]));

    private int Topic(bool counter, int day, bool direct) => random.Pick(topics[(counter, Year[day].Month, direct)]);

    private double Weight(Template t, bool counter, int month, bool direct) => !city.Knows(t.Category) ? 0
        : (counter ? t.AtCounters : t.ByPhone) * (t.InSeason(month) ? 1 : 1 / 12.0) * (t.Kind, direct) switch
        {
            (InquiryKind.Consultation or InquiryKind.Praise, true) => 1, (InquiryKind.Suggestion, true) => .5, (InquiryKind.HelpRequest, true) => .25,
            (InquiryKind.Complaint, true) => .15, (_, true) => .02, (InquiryKind.Consultation, false) => .35, _ => 1,
        };

    private (int First, double[] Weights) Month(Way way, int month)
    {
        var first = new DateOnly(2013, month, 1).DayOfYear - 1;
        var weights = new double[DateTime.DaysInMonth(2013, month)];
        for (var d = 0; d < weights.Length; d++) weights[d] = YearShape.Weight(way, Year[first + d]) * (.85 + .3 * random.Unit());
        return (first, weights);
    }

    /// <summary>A count in parts like the weights, adding up exactly: the largest remainders get one more.</summary>
    private static int[] Spread(int count, double[] weights)
    {
        var sum = weights.Sum();
        var exact = Array.ConvertAll(weights, w => count * w / sum);
        var parts = Array.ConvertAll(exact, e => (int)e);
        foreach (var d in Enumerable.Range(0, parts.Length).OrderByDescending(d => exact[d] - parts[d]).Take(count - parts.Sum())) parts[d]++;
        return parts;
    }
}
