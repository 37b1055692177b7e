using System.Text.Json;

namespace InquiryHub.Cli;

/// <param name="Goal">null when nothing was promised; <paramref name="Met"/> then is null too.</param>
internal sealed record Measure(string Name, double Value, string Unit, double Min, double Max, double? Goal, bool? Met)
{
    /// <summary>One reading, so that its least and greatest are itself.</summary>
    public static Measure One(string name, double value, string unit, double? atMost = null, double? atLeast = null) =>
        new(name, value, unit, value, value, atMost ?? atLeast, atMost is { } most ? value <= most : atLeast is { } least ? value >= least : null);
}

internal static class Measures
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(string? file, IEnumerable<Measure> measures)
    {
        if (file is not null) await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { measures }, Json));
    }
}
