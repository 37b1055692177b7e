using InquiryHub.Kernel;
using PhoneNumbers;
using PhoneNumber = InquiryHub.Kernel.PhoneNumber;

namespace InquiryHub.Decisions.Tests.Kernel;

public sealed class PhoneNumberTests
{
    // The table of domain.md 6.4.
    [Theory]
    [InlineData("13904270001", "Mobile", "+8613904270001")]
    [InlineData("+8613904270001", "Mobile", "+8613904270001")]
    [InlineData("008613904270001", "Mobile", "+8613904270001")]
    [InlineData("013904270001", "Mobile", "+8613904270001")]
    [InlineData("17951 13904270001", "Mobile", "+8613904270001")]
    [InlineData("12593-13904270001", "Mobile", "+8613904270001")]
    [InlineData("0427-2823456", "Fixed", "+864272823456")]
    [InlineData("04272823456", "Fixed", "+864272823456")]
    [InlineData("427 2823456", "Fixed", "+864272823456")]
    [InlineData("（0427）２８２３４５６", "Fixed", "+864272823456")]
    [InlineData("2823456", "Fixed", "+864272823456")]
    [InlineData("024-22721234", "Fixed", "+862422721234")]
    [InlineData("028-12345678", "Fixed", "+862812345678")]
    [InlineData("4008001234", "SharedCost", "+864008001234")]
    [InlineData("00852 2123 4567", "Fixed", "+85221234567")]
    [InlineData("12345", "ShortCode", null)]
    [InlineData("8890", "ShortCode", null)]
    [InlineData("95598", "ShortCode", null)]
    [InlineData("0427-12345", "ShortCode", null)]
    [InlineData("010-12345", "ShortCode", null)]
    [InlineData("14012345678", "Other", null)]
    [InlineData("1064812345678", "Other", null)]
    [InlineData("anonymous", "Unreadable", null)]
    [InlineData("unknown", "Unreadable", null)]
    [InlineData("", "Unreadable", null)]
    [InlineData(null, "Unreadable", null)]
    public void A_number_is_read_as_offices_write_it(string? typed, string kind, string? e164)
    {
        var read = PhoneNumber.Read(typed);
        Assert.Equal((kind, e164, typed ?? ""), (read.Kind.ToString(), read.E164, read.Raw));
    }

    [Fact]
    public void What_the_library_said_of_one_mobile_number_holds_for_all_with_its_first_five_digits()
    {
        var (library, random) = (PhoneNumberUtil.GetInstance(), new Random(5));
        string Tail() => random.Next(1_000_000).ToString("000000");
        for (var prefix = 10_000; prefix < 20_000; prefix++)
        {
            PhoneNumber.Read(prefix + Tail());
            var typed = prefix + Tail();
            var read = PhoneNumber.Read(typed);
            Assert.Equal((typed, IsMobile(typed)), (typed, read.E164 == "+86" + typed && read.Kind == PhoneKind.Mobile));
        }

        bool IsMobile(string typed)
        {
            try { return library.Parse(typed, "CN") is var n && library.IsValidNumber(n) && library.GetNumberType(n) == PhoneNumberType.MOBILE && library.Format(n, PhoneNumberFormat.E164) == "+86" + typed; }
            catch (NumberParseException) { return false; }
        }
    }

    [Theory]
    [InlineData("0427-2823456-801")]
    [InlineData("0427-2823456转801")]
    [InlineData("2823456 轉 801")]
    public void An_extension_is_taken_off_first(string typed) => Assert.Equal(("+864272823456", "801"), (PhoneNumber.Read(typed).E164, PhoneNumber.Read(typed).Extension));

    [Fact]
    public void A_service_number_keeps_its_area_code() => Assert.Equal("0427", PhoneNumber.Read("0427-12345").AreaCode);
}
