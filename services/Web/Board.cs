using System.Globalization;
using System.Security.Claims;
using System.Text;
using InquiryHub.Contracts.Statistics;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Authorization;

namespace InquiryHub.Web;

/// <summary>What a board shows as a file for a spreadsheet: the same numbers, and their sums. UTF-8 with its mark, or Excel reads Chinese as something else.</summary>
internal static class Board
{
    sealed record UnitName(string Code, string Name, string Initials, string Area);

    public static void Map(WebApplication app)
    {
        var signedIn = new AuthorizeAttribute { AuthenticationSchemes = WebModule.Scheme };
        app.MapGet("/units", async (HttpContext context, Names directory) =>
        {
            var names = await directory.GetAsync(context.RequestAborted);
            if (names.Units.Count == 0) return Results.StatusCode(503);
            context.Response.Headers.CacheControl = "private, max-age=300";
            return Results.Json(names.Units.Values.Where(u => u.Active).OrderBy(u => u.UnitCode, StringComparer.Ordinal).Select(u => new UnitName(u.UnitCode, u.Name, Pinyin.Initials(u.Name), names.AreaPath(u.AreaCode))), Json.Options);
        }).RequireAuthorization(signedIn);
        app.MapGet("/dashboard.csv", (HttpContext context, LastGood figures, Names directory, string? from, string? to, string? count, string? unit) =>
            FileAsync(context, directory, new(from ?? "", to ?? "", count == "inquiries", Unit: unit ?? ""), figures.OverviewAsync, (o, q, _, t) => (q.During(o.From, o.To), Channels(o, t)))).RequireAuthorization(signedIn);
        app.MapGet("/dashboard/units.csv", (HttpContext context, LastGood figures, Names directory, string? from, string? to, string? count) =>
            FileAsync(context, directory, new(from ?? "", to ?? "", count == "inquiries"), figures.RankingAsync, (r, q, names, t) => (q.During(r.City.From, r.City.To), Units(r, q, names, t)))).RequireAuthorization(signedIn);
        app.MapGet("/dashboard/quality.csv", (HttpContext context, LastGood figures, Names directory, string? from, string? to) =>
            FileAsync(context, directory, new(from ?? "", to ?? "", Inquiries: true), figures.QualityAsync, (r, q, names, t) => (q.During(r.City.From, r.City.To), Quality(r, names, t)))).RequireAuthorization(signedIn);
    }

    // Old figures are no file: it would be passed on without the sentence that says so.
    static async Task<IResult> FileAsync<T>(HttpContext context, Names directory, Question question, Func<Question, ClaimsPrincipal, CancellationToken, Task<Shown<T>>> ask,
        Func<T, Question, NameList, Texts, (Question Shown, string Csv)> write) where T : class
    {
        var (t, names) = (Texts.Of(context), await directory.GetAsync(context.RequestAborted));
        var answer = await ask(question, context.User, context.RequestAborted);
        if (answer.SignedOut) return Results.LocalRedirect("/signin?back=/dashboard");
        if (answer.Problem is not null || answer.Figures is not { } figures) return Results.Text(t.Of(answer.Problem ?? HubClient.Unreachable), statusCode: 503);
        var (shown, csv) = write(figures, question, names, t);
        var whose = typeof(T) == typeof(Ranking) ? t["scope.units"] : typeof(T) == typeof(QualityRanking) ? t["scope.quality"] : question.Unit.Length == 0 ? t["scope.city"] : question.Unit == "-" ? t["unit.none"] : names.Unit(question.Unit);
        return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(csv)], "text/csv; charset=utf-8", FileName(shown, whose, t));
    }

    /// <summary>渠道量 市教育局 2013-01-01 至 2013-12-31 次.csv; what a file's name can't hold is left out.</summary>
    public static string FileName(Question q, string whose, Texts t) =>
        string.Concat($"{t["dashboard.title"]} {whose} {t["period.range", q.From, q.To]} {t[q.Inquiries ? "unit.inquiries" : "unit.contacts"]}.csv".Where(c => !"\\/:*?\"<>|".Contains(c) && c >= ' '));

    /// <summary>A line a channel's bucket, a column a day, month or year, and the sums of both.</summary>
    public static string Channels(Overview o, Texts t)
    {
        var steps = Question.Steps(o.From, o.To, o.Step);
        var cells = o.Cells.ToDictionary(c => (c.Row, c.Column), c => c.Value);
        var csv = new StringBuilder();
        Line(csv, [t["live.channel"], .. steps, t["sum"]]);
        foreach (var p in o.Parts.OrderByDescending(p => p.Value))
            Line(csv, [t.Or($"bucket.{p.Bucket}", t.Either(p.NameZh, p.NameEn)), .. steps.Select(s => Number(cells.GetValueOrDefault((s, p.Bucket)))), Number(p.Value)]);
        Line(csv, [t["sum"], .. steps.Select(s => Number(o.Parts.Sum(p => cells.GetValueOrDefault((s, p.Bucket))))), Number(o.Total)]);
        return csv.ToString();
    }

    public static string Units(Ranking r, Question q, NameList names, Texts t)
    {
        var csv = new StringBuilder();
        Line(csv, [t["units.code"], t["facts.unit"], t["units.received", t[q.Inquiries ? "unit.inquiries" : "unit.contacts"]], t["outcome.AnsweredInTime"], t["outcome.AnsweredLate"], t["outcome.Open"], t["outcome.OpenLate"]]);
        foreach (var u in r.Units) Unit(u, u.Code == "-" ? "" : u.Code, u.Code == "-" ? t["unit.none"] : names.Unit(u.Code));
        Unit(UnitFigures.Sum(r.Units), "", t["sum"]);
        return csv.ToString();

        void Unit(UnitFigures u, string code, string name) => Line(csv, [code, name, Number(u.Received), Number(u.InTime), Number(u.AnsweredLate), Number(u.Open - u.OpenLate), Number(u.OpenLate)]);
    }

    public static string Quality(QualityRanking r, NameList names, Texts t)
    {
        var csv = new StringBuilder();
        Line(csv, [t["units.code"], t["facts.unit"], .. counts.Select(c => t[c.Text])]);
        foreach (var u in r.By("")) Unit(u, u.UnitCode == "-" ? "" : u.UnitCode, u.UnitCode == "-" ? t["unit.none"] : names.Unit(u.UnitCode));
        Unit(QualityRanking.Sum(r.Units), "", t["sum"]);
        return csv.ToString();

        void Unit(UnitQuality u, string code, string name) => Line(csv, [code, name, .. counts.Select(c => Number(c.Of(u)))]);
    }

    static readonly (string Text, Func<UnitQuality, long> Of)[] counts =
    [
        ("outcome.Dispatched", u => u.ToAnswer), ("mark.MovedOn", u => u.MovedOn), ("mark.Returned", u => u.Returned), ("mark.Satisfied", u => u.Satisfied), ("mark.Dissatisfied", u => u.Dissatisfied), ("mark.Solved", u => u.Solved),
        ("mark.Unsolved", u => u.Unsolved), ("mark.Unreachable", u => u.Unreachable), ("mark.Effective", u => u.Effective), ("mark.Rehandled", u => u.Rehandled), ("mark.Supervised", u => u.Supervised),
    ];

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // RFC 4180; what a spreadsheet would take for a formula is text.
    static void Line(StringBuilder csv, IEnumerable<string> fields) =>
        csv.AppendJoin(',', fields.Select(f => f.Length > 0 && "=+-@\t\r".Contains(f[0]) ? "'" + f : f).Select(f => f.AsSpan().ContainsAny(",\"\r\n") ? $"\"{f.Replace("\"", "\"\"")}\"" : f)).Append("\r\n");
}
