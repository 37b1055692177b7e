using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using InquiryHub.Contracts.Common;
using MimeKit;
using NSec.Cryptography;

namespace InquiryHub.Cli.Year;

/// <summary>What a door said: the inquiry's number and query code; known when it had the contact already.</summary>
internal readonly record struct Ack(string Number, string Code, bool Known);

/// <summary>
/// The other side of every door: telephone system, operators, web forms, mail server, QQ's platform, counters. Each contact in its
/// door's real payload (DOORS.md), the same bytes for the same contact, so sending it again is safe.
/// </summary>
internal sealed class Doors : IDisposable
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly MediaTypeHeaderValue Json = new("application/json"), Rfc822 = new("message/rfc822");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Answering = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker http;
    private readonly Uri gateway;
    private readonly YearReference city;
    private readonly IReadOnlyDictionary<string, string> secrets;
    private readonly string[] operators, bearers;
    private readonly string qqAppId;
    private readonly Key qqKey;
    private long requests;

    public Doors(CityAddresses addresses, YearReference city, IReadOnlyDictionary<string, string> secrets, IReadOnlyList<(string Account, string Token)> operators)
    {
        (gateway, this.city, this.secrets, qqAppId) = (addresses.Gateway, city, secrets, addresses.QqAppId);
        this.operators = [.. operators.Select(o => o.Account)];
        bearers = [.. operators.Select(o => $"Bearer {o.Token}")];
        http = new HttpMessageInvoker(new SocketsHttpHandler { MaxConnectionsPerServer = YearLoad.InFlight, UseCookies = false, UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        qqKey = Key.Import(SignatureAlgorithm.Ed25519, Seed(secrets.GetValueOrDefault("qq", "none")), KeyBlobFormat.RawPrivateKey);
    }

    public long Requests => Interlocked.Read(ref requests);

    /// <summary>domain.md 5.1: the secret's bytes, repeated until there are 32.</summary>
    internal static byte[] Seed(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        return [.. Enumerable.Range(0, 32).Select(i => bytes[i % bytes.Length])];
    }

    public async Task<Ack> SendAsync(Contact contact, DateTimeOffset now, CancellationToken stop)
    {
        switch (contact.Way)
        {
            case Way.Hotline: return await CallAsync(contact, stop);
            case Way.Minxin: return Read(await PostAsync("/doors/minxin/inquiries", Form(contact), Json, [("X-Door-Secret", secrets["minxin"]), ("Idempotency-Key", contact.Key)], stop));
            case Way.Web: return Read(await PostAsync("/doors/web/inquiries", Form(contact), Json, [("X-Door-Secret", secrets["web"]), ("Idempotency-Key", contact.Key)], stop));
            case Way.Office: return Read(await PostAsync("/doors/office/contacts", Registered(contact), Json, [("Authorization", bearers[Operator(contact)])], stop));
            case Way.Email: return Read(await PostAsync("/doors/email/messages", Mail(contact), Rfc822, [("X-Door-Secret", secrets["email"])], stop));
            case Way.Qq: await PostQqAsync(contact, now, stop); return default;
            default:
                return Read(await PostAsync("/doors/walkin/entries", Body(w => Entry(w, contact, city.Counters[contact.Counter].CounterId)), Json, [("X-Door-Secret", secrets["walkin"])], stop));
        }
    }

    private int Operator(Contact contact) => (int)(contact.Salt % (ulong)operators.Length);

    // Telephone system and operator in the order of a call: it rings, is taken, is written down, ends.
    private async Task<Ack> CallAsync(Contact contact, CancellationToken stop)
    {
        await EventAsync(contact, "newCall", stop);
        await EventAsync(contact, "answer", stop);
        var ack = Read(await PostAsync("/doors/hotline/registrations", Registered(contact), Json, [("Authorization", bearers[Operator(contact)])], stop));
        await EventAsync(contact, "hangup", stop);
        return ack;
    }

    private Task EventAsync(Contact contact, string name, CancellationToken stop) => PostAsync("/doors/hotline/events", Body(w =>
    {
        w.WriteString("event", name);
        w.WriteString("from", YearTexts.Phone(contact.Salt));
        w.WriteString("to", "12345");
        w.WriteString("direction", "in");
        w.WriteString("callId", contact.Key);
        if (name == "newCall") w.WriteString("queue", "12345");
        if (name == "answer") { w.WriteString("user", operators[Operator(contact)]); w.WriteString("answeringNumber", operators[Operator(contact)]); }
        if (name == "hangup") w.WriteString("cause", "normalClearing");
    }), Json, [("X-Door-Secret", secrets["hotline"])], stop);

    private ReadOnlyMemory<byte> Registered(Contact contact) => Body(w =>
    {
        if (contact.Way == Way.Hotline) w.WriteString("callId", contact.Key);
        else w.WriteString("channel", contact.Channel);
        w.WriteString("registrationId", contact.Key);
        Matter(w, contact);
        w.WriteString("urgency", contact.Urgent ? "Urgent" : "Normal");
        w.WriteBoolean("confidential", contact.Matter.Kind == InquiryKind.Report);
        w.WriteString("name", YearTexts.Name(contact.Salt));
        w.WriteString("phone", YearTexts.Phone(contact.Salt));
        w.WriteString("place", Place(contact));
        w.WriteBoolean("wantsReply", !contact.Direct);
        if (contact.Direct) w.WriteString("directAnswer", Answer(contact));
    });

    private ReadOnlyMemory<byte> Form(Contact contact) => Body(w =>
    {
        Matter(w, contact);
        w.WriteString("name", YearTexts.Name(contact.Salt));
        w.WriteString("phone", YearTexts.Phone(contact.Salt));
        w.WriteString("email", $"{contact.Key}@mail.invalid");
        w.WriteString("place", Place(contact));
        w.WriteBoolean("wantsReply", true);
        w.WriteBoolean("publishConsent", contact.Salt % 3 == 0);
        if (!contact.Direct) return;
        w.WriteString("directAnswer", Answer(contact));
        w.WriteString("answeredBy", operators[Operator(contact)]);
    });

    private void Entry(Utf8JsonWriter w, Contact contact, string? counterId)
    {
        if (counterId is not null) w.WriteString("counterId", counterId);
        w.WriteString("entryId", contact.Key);
        w.WriteString("occurredAt", CityClock.At(contact.Day, contact.Minute));
        Matter(w, contact);
        w.WriteString("name", YearTexts.Name(contact.Salt));
        w.WriteString("phone", YearTexts.Phone(contact.Salt));
        w.WriteBoolean("wantsReply", !contact.Direct);
        if (contact.Direct) w.WriteString("directAnswer", Answer(contact));
    }

    private void Matter(Utf8JsonWriter w, Contact contact)
    {
        w.WriteString("kind", contact.Matter.Kind.ToString());
        if (contact.Flaw != Flaw.NoCategory) w.WriteString("categoryCode", contact.Matter.Category);
        if (contact.Flaw != Flaw.NoArea) w.WriteString("areaCode", city.Areas[contact.Area].AreaCode);
        w.WriteString("title", contact.Matter.Title);
        w.WriteString("text", TextOf(contact));
    }

    private string Place(Contact contact) => YearTexts.Place(city.AreaName(contact.Area), contact.Salt);
    public string TextOf(Contact contact) => YearTexts.Fill(contact.Matter.Text, Place(contact), contact.Salt) + YearTexts.Closing(contact.Salt);
    public string Answer(Contact contact) => YearTexts.Fill(contact.Matter.Answer, Place(contact), contact.Salt);

    private ReadOnlyMemory<byte> Mail(Contact contact)
    {
        var sentAt = CityClock.At(contact.Day, contact.Minute);
        using var mail = new MimeMessage { MessageId = $"{contact.Key}@mail.invalid", Date = sentAt, Subject = contact.Matter.Title };
        mail.From.Add(new MailboxAddress(YearTexts.Name(contact.Salt), $"{contact.Key}@mail.invalid"));
        mail.To.Add(new MailboxAddress("12345", "12345@mail.hub.invalid"));
        mail.Body = new TextPart("plain") { Text = TextOf(contact) + "\n" };
        using var bytes = new MemoryStream();
        mail.WriteTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>What a citizen writes to the bot; the house number makes it their own.</summary>
    public string QqTextOf(Contact contact) => $"{TextOf(contact)}（{YearTexts.Phone(contact.Salt)}）";

    private Task PostQqAsync(Contact contact, DateTimeOffset now, CancellationToken stop)
    {
        var body = Body(w =>
        {
            w.WriteString("id", $"C2C_MESSAGE_CREATE:{contact.Key}");
            w.WriteNumber("op", 0);
            w.WriteNumber("s", contact.No);
            w.WriteString("t", "C2C_MESSAGE_CREATE");
            w.WriteStartObject("d");
            w.WriteString("id", contact.Key);
            w.WriteStartObject("author");
            w.WriteString("user_openid", $"{contact.Salt:X16}{SplitMix.Mix(contact.Salt):X16}");
            w.WriteEndObject();
            w.WriteString("content", QqTextOf(contact));
            w.WriteString("timestamp", CityClock.At(contact.Day, contact.Minute));
            w.WriteEndObject();
        });
        // The platform signs when it sends, not when the citizen wrote: the door refuses what is more than five minutes old.
        var timestamp = now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var signature = SignatureAlgorithm.Ed25519.Sign(qqKey, [.. Encoding.ASCII.GetBytes(timestamp), .. body.Span]);
        return PostAsync("/doors/qq/webhook", body, Json,
            [("X-Signature-Ed25519", Convert.ToHexStringLower(signature)), ("X-Signature-Timestamp", timestamp), ("X-Bot-Appid", qqAppId), ("User-Agent", "QQBot-Callback")], stop);
    }

    /// <summary>A counter's batch. The acknowledgements in the order of the entries.</summary>
    /// <exception cref="InvalidDataException">The door refused an entry.</exception>
    public async Task<Ack[]> SendBatchAsync(IReadOnlyList<Contact> entries, CancellationToken stop)
    {
        var body = Body(w =>
        {
            w.WriteString("counterId", city.Counters[entries[0].Counter].CounterId);
            w.WriteStartArray("entries");
            foreach (var entry in entries) { w.WriteStartObject(); Entry(w, entry, null); w.WriteEndObject(); }
            w.WriteEndArray();
        });
        var (_, answer) = await PostAsync("/doors/walkin/batches", body, Json, [("X-Door-Secret", secrets["walkin"])], stop);
        using var json = JsonDocument.Parse(answer);
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToDictionary(r => r.GetProperty("entryId").GetString()!);
        return [.. entries.Select(entry => results.TryGetValue(entry.Key, out var r) && r.GetProperty("status").GetString() is "accepted" or "known"
            ? new Ack(r.GetProperty("inquiryId").GetString()!, Text(r, "queryCode"), r.GetProperty("status").GetString() == "known")
            : throw new InvalidDataException($"/doors/walkin/batches refused {entry.Key}: {(results.ContainsKey(entry.Key) ? Text(r, "code") + " " + Text(r, "en") : "no result")}"))];

        static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
    }

    public Task SendSheetAsync(Sheet sheet, CancellationToken stop) => PostAsync("/doors/walkin/tallies", Body(w =>
    {
        var counter = city.Counters[sheet.Counter].CounterId;
        w.WriteString("sheetId", sheet.IdAt(counter));
        w.WriteNumber("revision", 1);
        w.WriteString("counterId", counter);
        w.WriteString("day", sheet.Day.ToString("yyyy-MM-dd"));
        w.WriteStartArray("rows");
        foreach (var (category, count) in sheet.Rows)
        {
            w.WriteStartObject();
            w.WriteString("categoryCode", category);
            w.WriteNumber("count", count);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }), Json, [("X-Door-Secret", secrets["walkin"])], stop);

    /// <summary>The citizen looks whether the answer is there.</summary>
    public async Task<bool> AskAsync(string number, string code, CancellationToken stop)
    {
        var (_, answer) = await PostAsync("/public/progress", Body(w => { w.WriteString("inquiryNumber", number); w.WriteString("queryCode", code); }), Json, [], stop);
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("publicReply", out var reply) && reply.GetString() is { Length: > 0 };
    }

    private static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(bytes, Plain);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return bytes.WrittenMemory;
    }

    private static Ack Read((HttpStatusCode Status, byte[] Body) answer)
    {
        string number = "", code = "";
        var reader = new Utf8JsonReader(answer.Body);
        while (reader.Read())
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isNumber, isCode) = (reader.ValueTextEquals("inquiryId"u8), reader.ValueTextEquals("queryCode"u8));
                reader.Read();
                if (isNumber) number = reader.GetString() ?? ""; else if (isCode) code = reader.GetString() ?? "";
            }
        return new Ack(number, code, answer.Status == HttpStatusCode.OK);
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> PostAsync(string path, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type, (string Name, string Value)[] headers, CancellationToken stop)
    {
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var pause = 50; ; pause = Math.Min(pause * 2, 2000))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, path)) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = type;
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            var wait = TimeSpan.FromMilliseconds(pause);
            string reason;
            try
            {
                Interlocked.Increment(ref requests);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
                waiting.CancelAfter(Answering);
                using var response = await http.SendAsync(request, waiting.Token);
                var answer = await response.Content.ReadAsByteArrayAsync(waiting.Token);
                if (response.IsSuccessStatusCode) return (response.StatusCode, answer);
                reason = $"{path}: {(int)response.StatusCode} {Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, 400)))}";
                if (response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)) throw new InvalidDataException(reason);
                wait = response.Headers.RetryAfter?.Delta ?? wait;
            }
            catch (Exception away) when (away is HttpRequestException or IOException) { reason = $"{path}: {away.Message}"; }
            // A hub that is frozen keeps its connections: nobody but us would ever notice.
            catch (OperationCanceledException) when (!stop.IsCancellationRequested) { reason = $"{path}: no answer in {Answering.TotalSeconds:0} s"; }
            // A hub that is restarting is worth waiting for; one that stays away is not.
            if (System.Diagnostics.Stopwatch.GetElapsedTime(since) > Patience) throw new InvalidOperationException($"{reason}; given up after {Patience.TotalMinutes:0} minutes. Run the same command again: it goes on where it was.");
            await Task.Delay(wait, stop);
        }
    }

    public void Dispose() { http.Dispose(); qqKey.Dispose(); }
}
