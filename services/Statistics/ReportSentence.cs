using System.Globalization;
using InquiryHub.Contracts.Statistics;

namespace InquiryHub.Statistics;

/// <summary>
/// The sentence of the annual report, in the wording of Panjin's for 2013 (二（三）咨询处理情况), and the same in English.
/// It says "all in time" only when every figure says so, and names what a published total leaves unexplained.
/// </summary>
internal static class ReportSentence
{
    static readonly Dictionary<string, (string Zh, string En)> parts = new()
    {
        ["Hotline12345"] = ("12345专线查询受理{0}次", "{0} by the 12345 hotline"),
        ["MinxinWeb"] = ("民心网政策咨询受理{0}次", "{0} policy enquiries by the Minxin web platform"),
        ["WebPortal"] = ("网络查询受理{0}次", "{0} by the web site"),
        ["WalkIn"] = ("现场咨询受理{0}次（包含乡镇村级）", "{0} in person (towns and villages included)"),
        ["Other"] = ("通过拨打办公电话和热线电话、发邮件、传真、QQ留言等其他方式的咨询受理{0}次", "{0} in other ways (office telephones and hotlines, e-mail, fax, QQ messages)"),
    };

    public static string Zh(Report r)
    {
        var text = $"{r.Year}年全市政府信息公开咨询累计处理（受理）{r.Total}次";
        if (r.Total > 0) text += "，其中：" + string.Join("，", r.Parts.Select(p => parts.TryGetValue(p.Bucket, out var w) ? string.Format(CultureInfo.InvariantCulture, w.Zh, p.Value) : $"{p.NameZh}受理{p.Value}次"));
        if (r.Direct > 0) text += $"。当场答复{r.Direct}件";
        if (r.Dispatched > 0)
            text += (r.Direct > 0 ? "，" : "。") + $"交由有关单位答复{r.Dispatched}件，" + (r.AnsweredInTime == r.Dispatched ? "均在规定时限内答复相关咨询人" : "其中" + string.Join("，", Zh(
                (r.AnsweredInTime, "{0}件在规定时限内答复"), (r.AnsweredLate, "{0}件超过时限答复"), (r.Open - r.OpenLate, "{0}件尚在办理时限内"),
                (r.OpenLate, "{0}件已超过时限仍未答复"), (r.Terminated, "{0}件未经答复即终止"), (r.Withdrawn, "{0}件由诉求人在答复前撤回"), (r.Merged, "{0}件并入同一事项一并答复"))));
        if (r.Tallied > 0) text += $"。另有{r.Tallied}次由窗口日计数单汇总上报，没有逐件的答复记录";
        if (r.ClaimedTotal > 0 && r.Unexplained != 0)
            text += $"。已公布的总数为{r.ClaimedTotal}次，" + (r.Unexplained > 0 ? $"比各项之和多{r.Unexplained}次，这{r.Unexplained}次没有明细可以说明" : $"比各项之和少{-r.Unexplained}次");
        return text + "。";
    }

    public static string En(Report r)
    {
        var text = $"In {r.Year} the city handled {N(r.Total)} contacts about government information";
        if (r.Total > 0) text += ": " + string.Join(", ", r.Parts.Select(p => parts.TryGetValue(p.Bucket, out var w) ? string.Format(CultureInfo.InvariantCulture, w.En, N(p.Value)) : $"{N(p.Value)} by {p.NameEn}"));
        text += ".";
        if (r.Direct > 0) text += $" {N(r.Direct)} inquiries were answered on the spot.";
        if (r.Dispatched > 0)
            text += $" {N(r.Dispatched)} were given to the units that answer for them: " + (r.AnsweredInTime == r.Dispatched ? "all were answered within the time limit." : string.Join(", ", En(
                (r.AnsweredInTime, "{0} answered within the time limit"), (r.AnsweredLate, "{0} answered late"), (r.Open - r.OpenLate, "{0} open within the limit"),
                (r.OpenLate, "{0} open past the limit"), (r.Terminated, "{0} closed without an answer"), (r.Withdrawn, "{0} withdrawn by the citizen before an answer"), (r.Merged, "{0} merged into another one and answered with it"))) + ".");
        if (r.Tallied > 0) text += $" {N(r.Tallied)} contacts come from the counters' day tally sheets, which hold no record of single answers.";
        if (r.ClaimedTotal > 0 && r.Unexplained != 0)
            text += $" The published total is {N(r.ClaimedTotal)}: " + (r.Unexplained > 0 ? $"{N(r.Unexplained)} more than the parts add up to, and nothing explains them." : $"{N(-r.Unexplained)} fewer than the parts add up to.");
        return text;
    }

    static IEnumerable<string> Zh(params (long Value, string Words)[] clauses) => clauses.Where(c => c.Value > 0).Select(c => string.Format(CultureInfo.InvariantCulture, c.Words, c.Value));
    static IEnumerable<string> En(params (long Value, string Words)[] clauses) => clauses.Where(c => c.Value > 0).Select(c => string.Format(CultureInfo.InvariantCulture, c.Words, N(c.Value)));
    static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
