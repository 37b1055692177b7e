using System.Globalization;

namespace InquiryHub.Cli.Year;

/// <summary>
/// What the doors acknowledged, written down before anything builds on it: the citizens' and counters' own memory, so that a broken
/// load goes on where it was. One line a fact: <c>A key number code</c> acknowledged, <c>T sheet count</c> a sheet taken,
/// <c>R number</c> answered, <c>F number</c> fetched by who asked, <c>D yyyy-MM-dd</c> a whole day done. Mode 0600: query codes are in it.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly Dictionary<string, (string Number, string Code)> acknowledged = new(90_000, StringComparer.Ordinal);
    private readonly Dictionary<string, int> sheets = new(StringComparer.Ordinal);
    private readonly HashSet<string> answered = new(StringComparer.Ordinal), fetched = new(StringComparer.Ordinal);
    private readonly StreamWriter file;

    public Journal(string path)
    {
        var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        var whole = 0L;
        using (var reader = new StreamReader(stream, leaveOpen: true))
        {
            // A line without its end was being written when the loader died; it never counted.
            var text = reader.ReadToEnd();
            whole = System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, text.LastIndexOf('\n') + 1));
            foreach (var line in text.AsSpan(0, text.LastIndexOf('\n') + 1).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) Read(line.Split(' '));
        }
        stream.SetLength(whole);
        stream.Seek(0, SeekOrigin.End);
        file = new StreamWriter(stream) { AutoFlush = true };
    }

    public DateOnly? LastDay { get; private set; }
    private int tallied;

    /// <summary>Read by the progress bar while the doors write.</summary>
    public int Contacts { get { lock (acknowledged) return acknowledged.Count + tallied; } }
    public int SheetCount { get { lock (acknowledged) return sheets.Count; } }
    public int Tallied { get { lock (acknowledged) return tallied; } }
    public int Answered { get { lock (acknowledged) return answered.Count; } }

    private void Read(string[] cells)
    {
        switch (cells[0])
        {
            case "A": acknowledged[cells[1]] = (cells[2], cells[3]); break;
            case "T":
                var count = int.Parse(cells[2], CultureInfo.InvariantCulture);
                tallied += count - sheets.GetValueOrDefault(cells[1]);
                sheets[cells[1]] = count;
                break;
            case "R": answered.Add(cells[1]); break;
            case "F": fetched.Add(cells[1]); break;
            case "D": LastDay = DateOnly.ParseExact(cells[1], "yyyy-MM-dd", CultureInfo.InvariantCulture); break;
        }
    }

    public bool Has(string key) { lock (acknowledged) return acknowledged.ContainsKey(key) || sheets.ContainsKey(key); }
    public bool IsAnswered(string number) { lock (acknowledged) return answered.Contains(number); }
    public bool IsFetched(string number) { lock (acknowledged) return fetched.Contains(number); }
    public (string Number, string Code) Of(string key) { lock (acknowledged) return acknowledged.GetValueOrDefault(key); }

    public void Acknowledged(string key, string number, string code) => Write(["A", key, number, code]);
    public void Taken(string sheet, int count) => Write(["T", sheet, count.ToString(CultureInfo.InvariantCulture)]);
    public void HasAnswer(string number) => Write(["R", number]);
    public void Fetched(string number) => Write(["F", number]);
    public void Done(DateOnly day) => Write(["D", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)]);

    private void Write(string[] cells)
    {
        // "-" for what a door didn't tell: an empty cell would shift the next one.
        for (var i = 0; i < cells.Length; i++) if (cells[i].Length == 0) cells[i] = "-";
        lock (acknowledged)
        {
            Read(cells);
            file.Write(string.Join(' ', cells) + '\n');
        }
    }

    public void Dispose() => file.Dispose();
}
