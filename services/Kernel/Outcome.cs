using InquiryHub.Contracts.Common;

namespace InquiryHub.Kernel;

/// <summary>What a decision answers: a value, or a refusal with a sentence for the person.</summary>
public readonly record struct Outcome<T>(T? Value, Refusal? Refusal)
{
    public static implicit operator Outcome<T>(T value) => new(value, null);
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
    public bool Refused => Refusal is not null;
}

/// <summary>Refusals that more than one service gives. A service's own stand beside its decision.</summary>
public static class Refusals
{
    public static Refusal Of(string code, string zh, string en) => new() { Code = code, Zh = zh, En = en };

    public static readonly Refusal UnknownTask = Of("UnknownTask", "没有这个承办任务，请刷新列表。", "There is no such task; please refresh the list.");
    public static readonly Refusal UnknownInquiry = Of("UnknownInquiry",
        "没有这个编号的诉求，请核对编号。", "There is no inquiry with this number; please check the number.");
    /// <summary>What a citizen is told: unknown and wrong read the same.</summary>
    public static readonly Refusal WrongNumberOrCode = Of("UnknownInquiry",
        "编号或查询码不对，请按回执核对后重试。", "The number or the query code is wrong; please check them on your slip.");
    public static readonly Refusal InvalidPeriod = Of("InvalidPeriod",
        "起止日期无效：请用 yyyy-MM-dd，且起始不晚于截止。", "The period is not valid: use yyyy-MM-dd, the first day not after the last.");
    public static readonly Refusal NotYours = Of("NotYours",
        "该事项不属于您的单位，无法操作。", "This matter does not belong to your unit.");
    public static readonly Refusal NoCommandId = Of("InvalidCommandId", "请求缺少操作编号，无法防止重复执行。", "The request has no command_id; without one it can't be kept from happening twice.");
    public static readonly Refusal InvalidKey = Of("InvalidKey",
        "编号含有不允许的字符。", "The number or id contains a character that is not allowed.");
    public static readonly Refusal Busy = Of("Busy",
        "系统暂时无法保存，请稍候重试，已填写的内容不会丢失。", "The system can't save at the moment; please try again shortly.");
}
