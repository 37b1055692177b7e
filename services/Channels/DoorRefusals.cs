using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Channels;

/// <summary>Every "no" of a door, one line each, and the HTTP status that goes with it.</summary>
static class DoorRefusals
{
    public static readonly Refusal BrokenJson = Refusals.Of("BrokenJson", "请求内容不是有效的 JSON，或字段类型不对。", "The body is not valid JSON, or a field has the wrong type.");
    public static readonly Refusal TooLarge = Refusals.Of("TooLarge", "内容过大：JSON 不得超过 2 MB，邮件不得超过 25 MB。", "The content is too large: at most 2 MB of JSON, 25 MB of mail.");
    public static readonly Refusal MissingKey = Refusals.Of("MissingKey", "缺少请求头 Idempotency-Key：请为每份表单生成一个编号，重发时保持不变。", "The header Idempotency-Key is missing: make one a form and keep it when you send again.");
    public static readonly Refusal WrongSecret = Refusals.Of("WrongSecret", "请求头 X-Door-Secret 缺失或不正确。", "The header X-Door-Secret is missing or wrong.");
    public static readonly Refusal WrongSignature = Refusals.Of("WrongSignature", "签名缺失或不正确。", "The signature is missing or wrong.");
    public static readonly Refusal StaleTimestamp = Refusals.Of("StaleTimestamp", "签名时间与本系统时钟相差超过五分钟，请校准时钟后重发。", "The signed time is more than five minutes from the hub's clock; set the clock and send again.");
    public static readonly Refusal NotSignedIn = Refusals.Of("NotSignedIn", "请先登录，再使用此功能。", "Please sign in first.");
    public static readonly Refusal NotOperator = Refusals.Of("NotOperator", "只有话务员可以登记来电。", "Only an operator may register here.");
    public static readonly Refusal TooManyEntries = Refusals.Of("TooManyEntries", "每批须有 1 至 50 条，请分批提交。", "A batch holds 1 to 50 entries; please split it.");
    public static readonly Refusal InvalidKind = Refusals.Of("InvalidKind", "诉求类型须为咨询、求助、投诉、举报、意见建议、表扬之一。", "The kind must be Consultation, HelpRequest, Complaint, Report, Suggestion or Praise.");
    public static readonly Refusal InvalidUrgency = Refusals.Of("InvalidUrgency", "紧急程度须为 Normal 或 Urgent。", "The urgency must be Normal or Urgent.");
    public static readonly Refusal InvalidReason = Refusals.Of("InvalidReason", "原因须为 WrongNumber、Silent、Harassment 或 Other。", "The reason must be WrongNumber, Silent, Harassment or Other.");
    public static readonly Refusal InvalidEvent = Refusals.Of("InvalidEvent", "话务事件须为 newCall、answer 或 hangup，方向须为 in 或 out。", "The event must be newCall, answer or hangup, the direction in or out.");
    public static readonly Refusal InvalidChannel = Refusals.Of("InvalidChannel", "此入口只登记 OfficePhone、OtherHotline 或 Fax。", "This door registers OfficePhone, OtherHotline or Fax only.");
    public static readonly Refusal UnknownCounter = Refusals.Of("UnknownCounter", "没有这个窗口编号，或窗口已停用。", "There is no active counter with this id.");
    public static readonly Refusal UnknownChannel = Refusals.Of("UnknownChannel", "该受理渠道在今天不存在或已停用。", "There is no such channel on this day.");
    public static readonly Refusal UnknownCategory = Refusals.Of("UnknownCategory", "派单目录中没有这个事项编码；不清楚时请留空。", "The catalogue has no such category code; leave it empty when unknown.");
    public static readonly Refusal UnknownArea = Refusals.Of("UnknownArea", "没有这个区划编码；不清楚时请留空。", "There is no such area code; leave it empty when unknown.");
    public static readonly Refusal UnknownUnit = Refusals.Of("UnknownUnit", "没有这个单位编码。", "There is no such unit code.");
    public static readonly Refusal InvalidRows = Refusals.Of("InvalidRows", "日统计表须有 1 至 200 行，事项不得重复，数量须在 0 至 10000 之间。", "A tally has 1 to 200 rows, no category twice, counts from 0 to 10,000.");
    public static readonly Refusal InvalidRevision = Refusals.Of("InvalidRevision", "修订号须从 1 开始。", "The revision starts at 1.");
    public static readonly Refusal InvalidDay = Refusals.Of("InvalidDay", "日期须为 yyyy-MM-dd，不得晚于今天，也不得早于 400 天前。", "The day must be yyyy-MM-dd, not in the future and not older than 400 days.");
    public static readonly Refusal SheetOfAnotherCounter = Refusals.Of("SheetOfAnotherCounter", "这个统计表编号属于另一个窗口，请更换编号。", "This sheet id belongs to another counter; use another one.");

    public static readonly Refusal UnknownCall = Refusals.Of("UnknownCall", "没有这通来电，请从来电列表重新打开，或手工登记。", "There is no such call; please open it from the list again, or enter it by hand.");
    public static readonly Refusal CallOver = Refusals.Of("CallOver", "这通来电已结束，没有要办的了。", "This call is over; nothing is left to do in it.");
    public static readonly Refusal CallTaken = Refusals.Of("CallTaken", "这通来电已由同事接听。", "A colleague has taken this call.");
    public static readonly Refusal NoKind = Refusals.Of("NoKind", "请选择类型：咨询、求助、投诉、举报、意见建议或表扬。", "Please choose a kind: consultation, help, complaint, report, suggestion or praise.");
    public static readonly Refusal NoText = Refusals.Of("NoText", "请写下诉求内容；没有诉求的来电请按不成单。", "Please write what the caller wants; a call without a matter is closed as no order.");
    public static readonly Refusal InquiryNotOpen = Refusals.Of("InquiryNotOpen", "该诉求不在办理中（已办结，或没有这个编号），不能补充；请登记为新的诉求。", "This inquiry is not open (closed, or no such number) and takes nothing more; please register a new one.");

    public static Refusal Missing(string field) => Refusals.Of("MissingField", $"缺少字段 {field}。", $"The field {field} is missing.");
    public static Refusal InvalidId(string field) => Refusals.Of("InvalidId", $"{field} 须为 1 至 128 个可见的英文字符。", $"{field} must be 1 to 128 visible ASCII characters.");
    public static Refusal InvalidText(string field) => Refusals.Of("InvalidText", $"{field} 含有无法保存的字符（空字符或残缺的字符），请改正后重发。", $"{field} holds characters that can't be kept (NUL or half a character); please correct it.");
    public static Refusal TextTooLong(string field, int most) => Refusals.Of("TextTooLong", $"{field} 不得超过 {most} 字，请缩减。", $"{field} may not be longer than {most} characters.");
    public static Refusal InvalidDate(string field) => Refusals.Of("InvalidDate", $"{field} 不是合理的时间：须带时区，不早于 2000 年，不晚于明天。", $"{field} is no plausible time: with a zone, not before 2000, not after tomorrow.");
    public static Refusal KeyReused(string first) => Refusals.Of("KeyReused", $"同一编号已登记过另一内容（{first}），本次内容已留存待核；新的诉求请换编号。", $"This key was used before with other content ({first}); what came now is kept for a person. Use a new key for a new matter.");
    public static Refusal LowerRevision(int stored) => Refusals.Of("LowerRevision", $"已收到更新的修订（{stored}），请提交更高的修订号。", $"A newer revision ({stored}) is stored; send a higher one.");

    public static int Status(string code) => code switch
    {
        "BrokenJson" or "MissingKey" => 400,
        "WrongSecret" or "WrongSignature" or "StaleTimestamp" or "NotSignedIn" => 401,
        "NotOperator" => 403,
        "KeyReused" or "LowerRevision" or "SheetOfAnotherCounter" => 409,
        "TooLarge" => 413,
        _ => 422,
    };
}
