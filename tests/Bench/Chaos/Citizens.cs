using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace InquiryHub.Bench.Chaos;

/// <summary>
/// Contacts through four doors: counters that print a slip, the Minxin platform without a reply, the web site with a direct answer, mail.
/// Each is sent again, the same bytes under the same key, until it is acknowledged; then it is journalled.
/// </summary>
internal sealed class Citizens(Uri entrance, IReadOnlyDictionary<string, string> secrets, AckJournal journal) : IDisposable
{
    public const string Slip = "walkin", Form = "minxin", Direct = "web", Mail = "email";
    private const int Senders = 64;
    private static readonly string[] Areas = ["211102", "211103", "211104", "211122"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(50), GiveUp = TimeSpan.FromMinutes(4);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Senders * 2, ActivityHeadersPropagator = null }) { Timeout = Patience };
    private long next;
    private long refusedForNow;

    /// <summary>Answers 503 or 429, or none: how often senders had to try again.</summary>
    public long TriedAgain => Interlocked.Read(ref refusedForNow);

    /// <param name="perSecond">Contacts begun a second, open loop: what an outage kept back is made up for. 0 = as fast as they are taken.</param>
    public async Task RunAsync(double perSecond, CancellationToken enough)
    {
        var began = Stopwatch.GetTimestamp();
        long slot = 0;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                if (perSecond > 0)
                {
                    var wait = TimeSpan.FromSeconds(Interlocked.Increment(ref slot) / perSecond) - Stopwatch.GetElapsedTime(began);
                    if (wait > TimeSpan.Zero) try { await Task.Delay(wait, enough); } catch (OperationCanceledException) { return; }
                }
                await SendAsync(Interlocked.Increment(ref next));
            }
        }, CancellationToken.None)));
    }

    /// <summary>One contact by the door that its number falls to.</summary>
    public Task<Ack> SendAsync(long n) => SendAsync(n, (n % 20) switch { < 11 => Slip, < 16 => Form, < 19 => Direct, _ => Mail });

    /// <summary>A slip's contact out of the row, for faults that need an inquiry of their own.</summary>
    public Task<Ack> SendSlipAsync() => SendAsync(Interlocked.Increment(ref next), Slip);

    private async Task<Ack> SendAsync(long n, string door)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            using var request = Request(n, door);
            try
            {
                using var answer = await http.SendAsync(request);
                var body = await answer.Content.ReadAsStringAsync();
                if (answer.IsSuccessStatusCode)
                {
                    var ack = new Ack(door, $"{n}", JsonDocument.Parse(body).RootElement.GetProperty("inquiryId").GetString()!);
                    await journal.KeepAsync(ack);
                    return ack;
                }
                if ((int)answer.StatusCode is not (503 or 429 or 502 or 504)) throw new InvalidOperationException($"{door} refused {n}: {(int)answer.StatusCode} {body}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException) { /* asked again below */ }
            if (Stopwatch.GetElapsedTime(began) > GiveUp) throw new TimeoutException($"{door} did not take contact {n} within {GiveUp.TotalMinutes:0} minutes.");
            Interlocked.Increment(ref refusedForNow);
            await Task.Delay(Pause);
        }
    }

    private HttpRequestMessage Request(long n, string door)
    {
        var area = Areas[n % Areas.Length];
        HttpRequestMessage Post(string path, HttpContent content)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(entrance, path)) { Content = content };
            request.Headers.Add("X-Door-Secret", secrets[door]);
            return request;
        }
        switch (door)
        {
            case Slip: return Post("/doors/walkin/entries", JsonContent.Create(new { counterId = "211100", entryId = $"{n}", kind = "Consultation", categoryCode = "010101", areaCode = area, title = "问一件事", text = "请问怎么办理", wantsReply = true }));
            case Form:
                var form = Post("/doors/minxin/inquiries", JsonContent.Create(new { kind = "Complaint", categoryCode = "010101", areaCode = area, title = "反映一件事", text = "请核实处理", wantsReply = false }));
                form.Headers.Add("Idempotency-Key", $"{n}");
                return form;
            case Direct:
                var direct = Post("/doors/web/inquiries", JsonContent.Create(new { kind = "Consultation", categoryCode = "010101", areaCode = area, title = "问电话", text = "请问电话是多少", directAnswer = "已告知", answeredBy = "desk" }));
                direct.Headers.Add("Idempotency-Key", $"{n}");
                return direct;
            default:
                var mail = new ByteArrayContent(Encoding.UTF8.GetBytes($"From: citizen{n}@example.invalid\r\nTo: 12345@mail.hub.invalid\r\nMessage-ID: <{n}@example.invalid>\r\nDate: Mon, 01 Jan 2024 08:00:00 +0800\r\nSubject: question {n}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n请问怎么办理\r\n"));
                mail.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
                return Post("/doors/email/messages", mail);
        }
    }

    public void Dispose() => http.Dispose();
}
