using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace InquiryHub.Web;

/// <summary>The framework's data protection keys, kept by Directory and wrapped by the key ring: a restart signs nobody out, and instances share them.</summary>
internal sealed class DataKeys(HubClient hub) : IXmlRepository
{
    // The framework asks synchronously; it is asked once a day and at the first sign-in.
    public IReadOnlyCollection<XElement> GetAllElements() => [.. hub.Directory.ListDataKeys(new(), hub.AsService()).Keys.Select(k => XElement.Parse(k))];

    public void StoreElement(XElement element, string friendlyName) =>
        hub.Directory.AddDataKey(new() { Name = friendlyName, Key = element.ToString(SaveOptions.DisableFormatting) }, hub.AsService());
}
