using System.Globalization;

namespace InquiryHub.Bench.Pipeline;

/// <summary>What the services' processes made of objects, and how long their threads stood still while it was collected; both since they started.</summary>
sealed record Garbage(double Bytes, double Seconds)
{
    /// <exception cref="InvalidDataException">A process's /metrics doesn't tell.</exception>
    public static async Task<Garbage> ReadAsync(BenchCity city, CancellationToken cancel)
    {
        using var http = new HttpClient();
        var (bytes, seconds) = (0.0, 0.0);
        foreach (var service in city.Services)
        {
            var lines = (await http.GetStringAsync(new Uri(service, "/metrics"), cancel)).Split('\n');
            bytes += Value(lines, "dotnet_gc_heap_total_allocated_bytes_total");
            seconds += Value(lines, "dotnet_gc_pause_time_seconds_total");
        }
        return new(bytes, seconds);
    }

    // name{labels} value time
    static double Value(string[] lines, string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        ? double.Parse(line[(line.LastIndexOf('}') is > 0 and var end ? end + 1 : name.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture)
        : throw new InvalidDataException($"/metrics says nothing of {name}.");

    public static Garbage operator -(Garbage after, Garbage before) => new(after.Bytes - before.Bytes, after.Seconds - before.Seconds);
}
