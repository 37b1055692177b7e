using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InquiryHub.Channels;
using InquiryHub.Contracts.Casework;
using InquiryHub.Contracts.Channels;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using InquiryHub.Services.Tests.Kernel;
using InquiryHub.TestKit;

namespace InquiryHub.Services.Tests.Channels;

/// <summary>The doors of a small city on a real database: Directory and Casework are played by producers, peers by loopback servers.</summary>
sealed class DoorsHub : IAsyncDisposable
{
    public const string QqSecret = "naOC0ocQE3shWLAfffVLB1rhYPG7";
    readonly string folder;
    readonly Dictionary<string, string?> settings;
    DoorsHub(TestHub hub, string folder, Dictionary<string, string?> settings) => (Hub, this.folder, this.settings) = (hub, folder, settings);

    public TestHub Hub { get; }
    public HttpClient Http { get; private init; } = null!;
    public string Pickup => Path.Combine(folder, "pickup");

    /// <param name="more">Services beside the doors; Casework itself in place of who plays it.</param>
    public static async Task<DoorsHub> StartAsync(string name, IReadOnlyDictionary<string, string?>? settings = null, params IReadOnlyList<IHubModule> more)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory($"doors-{name}-").FullName;
        var secrets = Path.Combine(folder, "secrets.json");
        await File.WriteAllTextAsync(secrets, JsonSerializer.Serialize(Doors.All.ToDictionary(d => d, d => d == Doors.Qq ? QqSecret : d)));
        var all = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>()) { ["Channels:SecretsFile"] = secrets, ["Channels:Pickup"] = Path.Combine(folder, "pickup"), ["Channels:Qq:AppId"] = "1" };
        var hub = await TestHub.StartAsync(name, [new Producer("directory"), .. more.Any(m => m.Name == "casework") ? [] : (IHubModule[])[new Producer("casework")], new ChannelsModule(), .. more], all);
        await hub.Writer("directory").CommandAsync<UnitPublished>(null, ["directory"], _ => { }, work =>
        {
            foreach (var c in new[] { "Hotline12345", "MinxinWeb", "WebPortal", "WalkIn", "OfficePhone", "Email", "QQ" }) work.Emit("directory", new ChannelPublished { Channel = c, ValidFrom = "2004-01-01" });
            work.Emit("directory", new CounterPublished { CounterId = "C1", UnitCode = "U1", AreaCode = "211102", Active = true });
            work.Emit("directory", new CatalogueEntryPublished { EntryCode = "010203", Active = true });
            return new UnitPublished();
        });
        await hub.QuietAsync();
        return new(hub, folder, all) { Http = new() { BaseAddress = hub.Http } };
    }

    /// <summary>A second instance of the doors; with more settings than the first one's, if given.</summary>
    public Task<TestHub> JoinAsync(IReadOnlyDictionary<string, string?>? more = null) => Hub.JoinAsync([new ChannelsModule()], settings.Concat(more ?? new Dictionary<string, string?>()).ToDictionary());

    public Task<(int Status, JsonElement Body)> PostAsync(string path, HttpContent body, params (string Name, string Value)[] headers) => PostAsync(path, body, Http, headers);

    static async Task<(int Status, JsonElement Body)> PostAsync(string path, HttpContent body, HttpClient http, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        foreach (var (n, v) in headers) request.Headers.TryAddWithoutValidation(n, v);
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }

    public Task<(int Status, JsonElement Body)> EntryAsync(string entryId, string text = "停暖", HttpClient? http = null) =>
        PostAsync("/doors/walkin/entries", JsonContent.Create(new { counterId = "C1", entryId, kind = "Complaint", text }), http ?? Http, ("X-Door-Secret", Doors.WalkIn));

    public Task<(int Status, JsonElement Body)> MailAsync(string mail) =>
        PostAsync("/doors/email/messages", new ByteArrayContent(Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r\n"))), ("X-Door-Secret", Doors.Email));

    public async Task<(int Status, JsonElement Body)> QqAsync(string id, string text, string openid = "OPENID", TimeSpan age = default)
    {
        var body = JsonSerializer.Serialize(new { id = "e" + id, op = 0, t = "C2C_MESSAGE_CREATE", d = new { id, content = text, author = new { user_openid = openid } } });
        var timestamp = DateTimeOffset.UtcNow.Subtract(age).ToUnixTimeSeconds().ToString();
        using var signature = new QqSignature(QqSecret);
        return await PostAsync("/doors/qq/webhook", new StringContent(body), ("X-Signature-Timestamp", timestamp), ("X-Signature-Ed25519", signature.Sign(timestamp, body)), ("X-Bot-Appid", "1"));
    }

    /// <summary>Casework's answer to an inquiry.</summary>
    public async Task AnswerAsync(string inquiryId, string text = "明日恢复供暖", int answerNo = 1) => await Hub.Writer("casework").CommandAsync<InquiryAnswered>(null, [inquiryId], _ => { }, work =>
    {
        var answered = new InquiryAnswered { InquiryId = inquiryId, TaskId = inquiryId + "/1/1", AnswerNo = answerNo, PublicReply = Hub.Ring.Seal(inquiryId, new Text { Text_ = text }) };
        work.Emit(inquiryId, answered);
        return answered;
    });

    public async Task FetchAsync(string inquiryId, int answerNo = 1) => await Hub.Writer("casework").CommandAsync<AnswerFetched>(null, [inquiryId], _ => { }, work =>
    {
        var fetched = new AnswerFetched { InquiryId = inquiryId, AnswerNo = answerNo };
        work.Emit(inquiryId, fetched);
        return fetched;
    });

    /// <summary>What the doors have said, oldest first.</summary>
    public async Task<List<T>> EventsAsync<T>() where T : Google.Protobuf.IMessage<T>, new()
    {
        await using var connection = new Npgsql.NpgsqlConnection(Hub.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("select type, body from log.outbox where service = 'channels' and type = $1 order by recorded_at", connection) { Parameters = { new() { Value = new T().Descriptor.FullName } } };
        await using var reader = await command.ExecuteReaderAsync();
        var all = new List<T>();
        while (await reader.ReadAsync()) all.Add((T)EventTypes.Decode(reader.GetString(0), reader.GetFieldValue<byte[]>(1))!);
        return all;
    }

    public Task UntilStateAsync(string inquiryId, string state, int answerNo = 1) => Until.TrueAsync($"answer {answerNo} of {inquiryId} is {state}", async () =>
        await Hub.ScalarAsync<long>($"select count(*) from channels.delivery where key = '{inquiryId}/{answerNo}' and state = '{state}'") == 1);

    public Task<long> CountAsync(string table) => Hub.ScalarAsync<long>($"select count(*) from channels.{table}");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Hub.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }
}
