using Grpc.Core;
using InquiryHub.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Services.Tests.Casework;

/// <summary>Who calls: the cases that came from one number.</summary>
public sealed class CallerTests
{
    static async Task RegisteredAsync(TestKit.TestHub hub, int n, string e164, string name, bool confidential = false, bool direct = false)
    {
        var id = InquiryNumber.Make(new(2013, 5, 6), n % 12, n + 1);
        var at = CityTime.Stamp(CityTime.At(new(2013, 5, 6), new(9, n)));
        await CaseworkTests.SayAsync(hub, "channels", id, new InquiryRegistered
        {
            InquiryId = id, Kind = InquiryKind.Complaint, WantsReply = true, Confidential = confidential, Contact = new() { ContactId = $"c{n}", Channel = "Hotline12345", ReceivedAt = at, Door = "hotline" },
            Content = hub.Ring.Seal(id, new Content { Title = $"第 {n} 件", Text = "x", Name = name, Phone = "as typed", PhoneE164 = e164 }),
            DirectAnswer = direct ? new() { AnsweredBy = "op1", AnsweredAt = at, Answer = hub.Ring.Seal(id, new Text { Text_ = "y" }) } : null,
        });
    }

    [Theory]
    [InlineData("13904270001")]
    [InlineData("+86 139 0427 0001")]
    [InlineData("008613904270001")]
    [InlineData("１３９０４２７０００１")]
    public async Task A_caller_is_found_however_the_number_is_written_newest_first_and_without_what_was_told_in_confidence(string typed)
    {
        await using var hub = await CaseworkTests.StartAsync("caller");
        await RegisteredAsync(hub, 1, "+8613904270001", "芦某");
        await RegisteredAsync(hub, 2, "+8613904270001", "", direct: true);
        await RegisteredAsync(hub, 3, "+8613904270001", "保密人", confidential: true);
        await RegisteredAsync(hub, 4, "+8613904270002", "别人");
        await RegisteredAsync(hub, 5, "", "没有号码");
        await hub.QuietAsync();
        var reply = await CaseworkTests.Client(hub).ListCasesOfCallerAsync(new() { Number = typed }, CaseworkTests.As(hub, "", "op1", Roles.Operator));
        Assert.Equal(["第 2 件", "第 1 件"], reply.Cases.Select(c => c.Title));
        Assert.Equal(("芦**", 2, 1), (reply.NameMasked, reply.Total, reply.Open));
        // The number itself is nowhere in clear.
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from casework.case_text where body::text like '%0427000%' or caller_hash like '%0427000%'"));
    }

    [Fact]
    public async Task A_number_that_never_called_and_what_is_no_number_find_nothing()
    {
        await using var hub = await CaseworkTests.StartAsync("nocaller");
        await RegisteredAsync(hub, 1, "+8613904270001", "芦某");
        await hub.QuietAsync();
        foreach (var typed in new[] { "13904270009", "12345", "", "隔壁" })
            Assert.Equal(0, (await CaseworkTests.Client(hub).ListCasesOfCallerAsync(new() { Number = typed }, CaseworkTests.As(hub, "", "op1", Roles.Operator))).Total);
        var officer = await Assert.ThrowsAsync<RpcException>(() => CaseworkTests.Client(hub).ListCasesOfCallerAsync(new() { Number = "13904270001" }, CaseworkTests.As(hub, "PJ-001", "LO-001")).ResponseAsync);
        Assert.Equal(StatusCode.PermissionDenied, officer.StatusCode);
    }

    [Fact]
    public async Task A_further_contact_leaves_the_caller_known()
    {
        await using var hub = await CaseworkTests.StartAsync("stillknown");
        await RegisteredAsync(hub, 1, "+8613904270001", "芦某");
        var id = InquiryNumber.Make(new(2013, 5, 6), 1, 2);
        await hub.Writer("channels").CommandAsync<ContactAdded>(null, [id], _ => { }, work =>
        {
            var e = new ContactAdded { InquiryId = id, Contact = new() { ContactId = "k2", Channel = "Hotline12345", ReceivedAt = CityTime.Stamp(CityTime.At(new(2013, 5, 7), new(9, 0))) }, Supplement = hub.Ring.Seal(id, new Content { Text = "还没修好" }) };
            work.Emit(id, e);
            return e;
        });
        await hub.QuietAsync();
        Assert.Equal(1, (await CaseworkTests.Client(hub).ListCasesOfCallerAsync(new() { Number = "13904270001" }, CaseworkTests.As(hub, "", "op1", Roles.Operator))).Total);
    }
}
