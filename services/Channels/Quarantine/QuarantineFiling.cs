using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;
using MimeKit;

namespace InquiryHub.Channels;

/// <summary>A dispatcher's form becomes what a door's own mapping would have made. Pure mapping.</summary>
static class QuarantineFiling
{
    static readonly Refusal nothing = Refusals.Of("NothingToFile", "标题和内容至少填一项。", "Write a title or a text.");
    static readonly Refusal wrongChannel = Refusals.Of("InvalidChannel", "请选择这一入口的受理渠道。", "Choose a channel of this door.");
    static readonly Refusal wrongAddress = Refusals.Of("InvalidAddress", "邮箱地址不完整，请核对；不清楚时请留空。", "The mail address is not complete; correct it, or leave it empty.");

    public static IReadOnlyList<string> ChannelsOf(string door) => door switch
    {
        Doors.Hotline => [HotlineMapping.Channel],
        Doors.Minxin => ["MinxinWeb"],
        Doors.Web => ["WebPortal"],
        Doors.Email => [MailMapping.Channel],
        Doors.Qq => [QqMapping.Channel],
        Doors.WalkIn => [WalkInMapping.Channel],
        Doors.Office => ["OfficePhone", "OtherHotline", "Fax"],
        _ => [],
    };

    /// <param name="sender">A keyed hash of an address: whose mails they are, without the address.</param>
    public static Outcome<Received> Map(Quarantined entry, EntryReading read, int matterNo, QuarantineForm form, string account, Func<string, string> sender)
    {
        var channels = ChannelsOf(entry.Door);
        var channel = form.Channel.Length > 0 ? form.Channel : channels is [var only] ? only : "";
        if (!channels.Contains(channel)) return wrongChannel;
        if (form.Kind == InquiryKind.Unspecified || !Enum.IsDefined(form.Kind)) return DoorRefusals.InvalidKind;
        if (form.Title.Trim().Length == 0 && form.Text.Trim().Length == 0) return nothing;
        var email = form.Email.Trim();
        if (email.Length > 0 && (!MailboxAddress.TryParse(email, out var parsed) || !parsed.Address.Contains('@'))) return wrongAddress;
        var f = new Fields();
        // The entry is its own key: the door's may have led to something else already (KeyReused). A second matter of a call stays that call's.
        var call = entry.Door == Doors.Hotline && read.CallId is { Length: > 0 and <= 128 } id && id.All(c => c is > ' ' and <= '~');
        var received = new Received(entry.Door, $"quarantine\n{entry.Key}\n{matterNo}", call ? read.CallId : $"quarantine\n{entry.Key}", channel, form.Kind, new()
        {
            Title = f.Text("title", form.Title), Text = f.Text("text", form.Text, Fields.LongText), Name = f.Text("name", form.Name), Phone = f.Text("phone", form.Phone),
            Email = f.Text("email", email), Place = f.Text("place", form.Place),
        })
        {
            MatterNo = matterNo, IsCall = call, CategoryCode = f.Text("categoryCode", form.CategoryCode), AreaCode = f.Text("areaCode", form.AreaCode), WantsReply = form.WantsReply,
            CounterId = entry.Door == Doors.WalkIn ? read.CounterId : "", TakenBy = account, OccurredAt = read.OccurredAt ?? entry.ReceivedAt,
        };
        if (f.Refusal is { } refusal) return refusal;
        if (entry.Door == Doors.Email && email.Length > 0)
            // In the thread of the mail only when it goes to who wrote it.
            received = received with { ThreadKey = sender("mail:" + email.ToLowerInvariant()), ReplyTo = new(email, email.Equals(read.Sender, StringComparison.OrdinalIgnoreCase) ? read.MessageId : null, form.Title) };
        // QQ can't be written to at this hour; what is answered waits until the citizen writes again.
        if (entry.Door == Doors.Qq && read.Openid is { Length: > 0 and <= 128 }) received = received with { ThreadKey = sender("qq:" + read.Openid) };
        return received;
    }
}
