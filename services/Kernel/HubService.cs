using System.Reflection;
using Google.Protobuf;

namespace InquiryHub.Kernel;

/// <summary>One service as the Kernel sees it: its name (schema, log and role), whose events it hears, its fold, its reference data.</summary>
/// <param name="Schema">Holds the service's migrations as embedded resources <c>schema/NNN-name.sql</c>.</param>
/// <param name="Reference">Builds the in-memory snapshot of Directory's data that decisions use; null when the service needs none.</param>
public sealed record HubService(string Name, IReadOnlyList<string> Sources, IFold Fold, Assembly Schema, Func<IReadOnlyList<IMessage>, object>? Reference = null)
{
    public string Role => "hub_" + Name;

    /// <summary>Milliseconds between the beginnings of two batches, at least. More where nobody waits: a batch costs about the same for 5 messages as for 50.</summary>
    public int Apart { get; init; } = 10;
}
