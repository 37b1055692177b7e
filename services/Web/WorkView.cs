using InquiryHub.Contracts.Casework;

namespace InquiryHub.Web;

/// <summary>A row of the worklist, in the group in which it stood when the list was loaded: rows don't move under somebody's hand.</summary>
public sealed record WorkRow(TaskRow Task, TimeLeft Group)
{
    public bool Open => WorkView.IsOpen(Task) && !Away;
    /// <summary>How often it changed since, so that its cells tint again.</summary>
    public int Changes { get; init; }
    /// <summary>No longer among the open ones, and nobody said why.</summary>
    public bool Gone { get; init; }
    /// <summary>Handed over since: it stands in the list of the officer's own and is a colleague's.</summary>
    public bool Away { get; init; }
    public string ElementId => "t-" + Task.TaskId.Replace('/', '-');
}

/// <summary>
/// An officer's worklist as it stands and as it changes: what is shown stays in its place; what arrives is counted beside it until it is
/// asked for. Pure: fed with rows and changes.
/// </summary>
internal sealed class WorkView(string view, string officerId)
{
    public static readonly string[] Mine = ["mine", "tosign", "soon", "late"], Unit = ["unit", "answered"];
    readonly Dictionary<string, TaskRow> open = [];
    readonly HashSet<string> arrived = [];

    public string View => view;
    public List<WorkRow> Rows { get; private set; } = [];
    public int Arrived => arrived.Count;
    public bool Loaded { get; private set; }

    public static bool IsOpen(TaskRow t) => t.State is not ("Answered" or "Withdrawn");

    public static bool IsIn(string view, TaskRow t, string officerId, WorkCalendar? calendar) => view switch
    {
        "answered" => t.State == "Answered",
        "unit" => IsOpen(t),
        "mine" => IsOpen(t) && t.OfficerId == officerId,
        "tosign" => t.State == "Assigned" && t.OfficerId == officerId,
        "soon" => IsOpen(t) && t.OfficerId == officerId && calendar?.Of(t.DueAt, t.Late) is TimeLeft.Today or TimeLeft.Soon,
        "late" => IsOpen(t) && t.OfficerId == officerId && WorkCalendar.Left(calendar, t.DueAt, t.Late) == TimeLeft.Late,
        _ => false,
    };

    public int Count(string counted, WorkCalendar? calendar) => open.Values.Count(t => IsIn(counted, t, officerId, calendar));

    /// <summary>The rows in whose number, title or officer's name the words stand, in their order; all when there are none.</summary>
    public IReadOnlyList<WorkRow> Fitting(string words, NameList names) => words.Length == 0 ? Rows
        : [.. Rows.Where(r => new[] { r.Task.InquiryId, r.Task.Title, names.Officer(r.Task.OfficerId) }.Any(said => said.Contains(words, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>What is open, and for the answered view what was answered, as just read. The first time it is the list; later, rows stay and what is new is counted.</summary>
    public void Read(IEnumerable<TaskRow> opened, IEnumerable<TaskRow> answered, WorkCalendar? calendar)
    {
        open.Clear();
        foreach (var t in opened) open[t.TaskId] = t;
        var all = open.Values.Concat(answered).DistinctBy(t => t.TaskId).ToDictionary(t => t.TaskId);
        if (!Loaded) { Show(all.Values, calendar); return; }
        Rows = [.. Rows.Select(r => all.TryGetValue(r.Task.TaskId, out var now) ? With(r, now) : r.Open ? r with { Gone = true } : r)];
        arrived.Clear();
        foreach (var t in all.Values.Where(t => IsIn(view, t, officerId, calendar) && Rows.All(r => r.Task.TaskId != t.TaskId))) arrived.Add(t.TaskId);
    }

    /// <summary>One task as it is now.</summary>
    public void Apply(TaskRow t, WorkCalendar? calendar)
    {
        if (IsOpen(t)) open[t.TaskId] = t; else open.Remove(t.TaskId);
        var at = Rows.FindIndex(r => r.Task.TaskId == t.TaskId);
        if (at >= 0) Rows[at] = With(Rows[at], t);
        else if (IsIn(view, t, officerId, calendar)) arrived.Add(t.TaskId);
        else arrived.Remove(t.TaskId);
    }

    /// <summary>The list anew, with what arrived and without what left.</summary>
    public void Load(IEnumerable<TaskRow> answered, WorkCalendar? calendar) => Show(open.Values.Concat(answered).DistinctBy(t => t.TaskId), calendar);

    void Show(IEnumerable<TaskRow> all, WorkCalendar? calendar)
    {
        Loaded = true;
        arrived.Clear();
        Rows = [.. all.Where(t => IsIn(view, t, officerId, calendar)).Select(t => new WorkRow(t, GroupOf(t, calendar)))
            .OrderBy(r => r.Group).ThenBy(r => r.Task.DueAt is null).ThenBy(r => r.Task.DueAt?.ToDateTimeOffset()).ThenBy(r => r.Task.TaskId, StringComparer.Ordinal)];
    }

    static TimeLeft GroupOf(TaskRow t, WorkCalendar? calendar) => !IsOpen(t) ? TimeLeft.Unknown : WorkCalendar.Left(calendar, t.DueAt, t.Late);

    WorkRow With(WorkRow row, TaskRow now) => row.Task.Equals(now) && !row.Gone ? row
        : row with { Task = now, Changes = row.Changes + 1, Gone = false, Away = IsOpen(now) && Mine.Contains(view) && now.OfficerId != officerId };
}
