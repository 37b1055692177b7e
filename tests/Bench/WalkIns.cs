using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using InquiryHub.Cli.Year;

namespace InquiryHub.Bench;

/// <summary>
/// Contacts at the counters: consultations that want an answer, so that each is dispatched, spread over the whole catalogue and all
/// counters. The same number gives the same contact.
/// </summary>
/// <param name="doors">Where they go, in turn.</param>
sealed class WalkIns(IReadOnlyList<Uri> doors, string secret, YearReference city) : IDisposable
{
    public const int BatchSize = 50;
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly MediaTypeHeaderValue Json = new("application/json");
    readonly HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null, AutomaticDecompression = DecompressionMethods.None });
    readonly Template[] templates = [.. YearTexts.Templates.Where(t => city.Knows(t.Category))];

    /// <exception cref="InvalidDataException">The door did not accept every entry as new.</exception>
    public async Task SendAsync(int batch, CancellationToken cancel) => await SendAsync(batch * BatchSize, BatchSize, cancel);

    /// <summary>Contacts of one counter in one request. The numbers of their inquiries; none when the door is too busy to take them.</summary>
    /// <exception cref="InvalidDataException">The door did not accept every entry as new.</exception>
    public async Task<IReadOnlyList<string>> TakeAsync(int first, int count, CancellationToken cancel)
    {
        if (await PostAsync(first, count, cancel) is not { } bytes) return [];
        using var answer = JsonDocument.Parse(bytes);
        return [.. answer.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("inquiryId").GetString()!)];
    }

    /// <summary>Contacts of one counter in one request, all accepted.</summary>
    /// <exception cref="InvalidDataException">The door did not accept every entry as new.</exception>
    public async Task SendAsync(int first, int count, CancellationToken cancel)
    {
        if (await PostAsync(first, count, cancel) is null) throw new InvalidDataException("/doors/walkin/batches answered 503: the hub was too busy to take them.");
    }

    /// <summary>The door's answer; null when it was too busy (503).</summary>
    async Task<byte[]?> PostAsync(int first, int count, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(doors[first / count % doors.Count], "/doors/walkin/batches")) { Content = new ReadOnlyMemoryContent(Body(first, count)) };
        request.Content.Headers.ContentType = Json;
        request.Headers.TryAddWithoutValidation("X-Door-Secret", secret);
        using var response = await http.SendAsync(request, cancel);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return null;
        if (!response.IsSuccessStatusCode || Count(answer, "\"accepted\""u8) != count)
            throw new InvalidDataException($"/doors/walkin/batches answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, 600)))}");
        return answer;
    }

    ReadOnlyMemory<byte> Body(int first, int count)
    {
        var random = new SplitMix((ulong)first + 1);
        var counter = city.PickCounter(ref random, hall: 0, street: 0.3);
        var area = city.AreaOf(counter);
        var bytes = new ArrayBufferWriter<byte>(count * 1024);
        using var w = new Utf8JsonWriter(bytes, Plain);
        w.WriteStartObject();
        w.WriteString("counterId", city.Counters[counter].CounterId);
        w.WriteStartArray("entries");
        for (var n = first; n < first + count; n++)
        {
            var salt = random.Next();
            var (template, place) = (templates[n % templates.Length], YearTexts.Place(city.AreaName(area), salt));
            w.WriteStartObject();
            w.WriteString("entryId", $"b{n:00000000}");
            w.WriteString("kind", "Consultation");
            w.WriteString("categoryCode", template.Category);
            w.WriteString("areaCode", city.Areas[area].AreaCode);
            w.WriteString("title", template.Title);
            w.WriteString("text", YearTexts.Fill(template.Text, place, salt) + YearTexts.Closing(salt));
            w.WriteString("name", YearTexts.Name(salt));
            w.WriteString("phone", YearTexts.Phone(salt));
            w.WriteBoolean("wantsReply", true);
            w.WriteEndObject();
        }
        w.WriteEndArray();
        w.WriteEndObject();
        w.Flush();
        return bytes.WrittenMemory;
    }

    static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        var count = 0;
        for (int at; (at = text.IndexOf(word)) >= 0; text = text[(at + word.Length)..]) count++;
        return count;
    }

    public void Dispose() => http.Dispose();
}
