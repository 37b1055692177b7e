using Google.Protobuf;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Directory;
using InquiryHub.Contracts.Routing;
using InquiryHub.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace InquiryHub.Services.Tests.Kernel;

/// <summary>What a service under test remembers of one key: each fact it saw, in order.</summary>
public sealed record Entry(string Key, IReadOnlyList<string> Facts);

/// <summary>A producer: a service that hears nothing and writes by command.</summary>
sealed class Producer(string name) : IHubModule, IFold
{
    public string Name => name;
    public void Add(IHostApplicationBuilder builder) => builder.AddHubService(name, _ => new HubService(name, [], this, typeof(Ledger).Assembly));
    public void Map(WebApplication app) { }
    public void Want(Message message, Wants wants) { }
    public void Fold(Message message, UnitOfWork work) { }
}

/// <summary>The units that a consumer with reference data knows.</summary>
sealed record Known(HashSet<string> Units) { public static Known Of(IReadOnlyList<IMessage> rows) => new([.. rows.OfType<UnitPublished>().Select(u => u.UnitCode)]); }

/// <summary>The simplest consumer: keeps what it hears of each key, counts it, and passes an event on. `Poison` decides what it can't read.</summary>
sealed class Ledger(string[] sources, Func<Message, bool>? poison = null, Func<Message, bool>? unknown = null, string name = "ledger", bool columns = false, bool reference = false) : IHubModule, IFold
{
    public readonly Table<Entry> Entries = new($"{name}.entry", e => e.Key, [new("last", e => columns ? e.Facts[^1] : "")]);
    public readonly CounterTable Tally = new($"{name}.tally", told: true, "word");
    public Func<Message, bool> Poison { get; set; } = poison ?? (_ => false);
    public Func<Message, bool> Unknown { get; set; } = unknown ?? (_ => false);

    public string Name => name;
    public void Add(IHostApplicationBuilder builder) => builder.AddHubService(name, _ => new HubService(name, sources, this, typeof(Ledger).Assembly, reference ? Known.Of : null));
    public void Map(WebApplication app) { }

    public void Want(Message message, Wants wants) => wants.Add(Entries, message.Key);

    public void Fold(Message message, UnitOfWork work)
    {
        var entry = work.Get(Entries, message.Key) ?? new(message.Key, []);
        work.Put(Entries, entry with { Facts = [.. entry.Facts, $"{message.Source}:{Fact(message)}"] });
        work.Add(Tally, 1, "heard");
        work.Emit(message.Key, new TaskWithdrawn { InquiryId = message.Key, Reason = Fact(message) });
        if (Poison(message)) throw new FormatException("a message this fold can't read");
        if (Unknown(message)) throw new NotKnownYetException("unit x");
        if (reference && message.Source != "directory" && !work.Reference<Known>().Units.Contains(message.Key)) throw new NotKnownYetException(message.Key);
    }

    public static string Fact(Message message) => message.Event switch
    {
        ContactRecorded e => e.Reason,
        InquiryHeld e => e.Reason,
        var other => other?.Descriptor.Name ?? "unknown",
    };
}
