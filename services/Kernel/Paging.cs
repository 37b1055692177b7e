using InquiryHub.Contracts.Common;

namespace InquiryHub.Kernel;

/// <summary>Page sizes of lists: 50 unless asked, never above 500.</summary>
public static class Paging
{
    public static int Size(Page? page) => page is null or { Size: <= 0 } ? 50 : Math.Min(page.Size, 500);
}
