using System.Diagnostics;
using Grpc.Net.Client;
using InquiryHub.Cli;
using InquiryHub.Cli.Commands;
using InquiryHub.Cli.Servers;
using InquiryHub.Cli.Year;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Npgsql;
using Readiness = InquiryHub.Cli.Readiness;

namespace InquiryHub.Bench;

/// <summary>A city for a bench alone: the settings of a real one (fsync on), nothing of an earlier run, gone at the end.</summary>
sealed class BenchCity : IAsyncDisposable
{
    readonly RunningCity running;
    readonly BenchPlace place;

    BenchCity(BenchPlace place, Screen screen)
    {
        this.place = place;
        var city = new City("bench");
        running = new RunningCity(city, screen, new StartOptions(Fresh: true, Split: place.Split, Instances: place.Instances,
            Brokers: place.Log == BenchPlace.Embedded ? null : async cancel => (Brokers = await Brokers.StartAsync(place, city.In("kafka"), Postgres, cancel))?.Servers));
    }

    public City City => running.City;
    /// <summary>Null with the embedded log.</summary>
    public Brokers? Brokers { get; private set; }
    /// <summary>Where the doors themselves answer, past the gateway: one address an instance.</summary>
    public IReadOnlyList<Uri> Doors => [.. Programs.Where(program => program.Service is null or "channels").Select(program => new Uri($"http://127.0.0.1:{City.State.Ports[program.HttpPort]}"))];
    /// <summary>The same of every service's process.</summary>
    public IReadOnlyList<Uri> Services => [.. Programs.Select(program => new Uri($"http://127.0.0.1:{City.State.Ports[program.HttpPort]}"))];
    public Uri Gateway => new(City.State.Address!);
    public Uri Grpc => new(City.State.GatewayGrpc!);
    /// <summary>The superuser's, who also sees what other roles are at.</summary>
    public string Postgres => RunningCity.PostgresOf(City, new Unprivileged()).AdminConnectionString("hub");
    IReadOnlyList<HubProgram> Programs => Deployment.Of(place.Split, place.Instances);

    /// <summary>The city's processes, its brokers and this one.</summary>
    public IEnumerable<OwnProcess> Processes => City.State.Processes.Where(process => process.Name != "hub").Concat(Brokers?.Processes ?? []).Append(OwnProcess.Of("loader", Environment.ProcessId));

    public static async Task<BenchCity> StartAsync(Screen screen, BenchPlace place, CancellationToken cancel)
    {
        var city = new BenchCity(place, screen);
        try { await city.running.StartAsync(cancel); return city; }
        catch { await city.DisposeAsync(); throw; }
    }

    /// <summary>Sends contacts through the whole chain before anything is measured. The number of the next batch.</summary>
    public async Task<int> LoadAsync(Screen screen, WalkIns counters, int contacts, CancellationToken cancel)
    {
        var batches = (contacts + WalkIns.BatchSize - 1) / WalkIns.BatchSize;
        if (batches > 0)
            await screen.StepAsync($"Loading {batches * WalkIns.BatchSize:N0} contacts", async step =>
            {
                await using var chain = await Chain.FromHereAsync(this, cancel);
                await ClosedLoop.RunAsync(counters, chain, 0, batches, 20_000, done => step.Say($"{done:N0}"), cancel);
            });
        return batches;
    }

    /// <summary>What was loaded within a minute leaves the database work that is long done in a city where it took a year: to vacuum, and to write back.</summary>
    public static async Task SettleAsync(NpgsqlConnection look, CancellationToken cancel)
    {
        foreach (var statement in new[] { "vacuum (analyze)", "checkpoint" }) await new NpgsqlCommand(statement, look) { CommandTimeout = 0 }.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Ends every program; the servers run on.</summary>
    public Task StopProgramsAsync() => running.StopProgramsAsync();

    /// <summary>Starts them again on the database as it is; the time from the first one's start until the gateway says that all is ready.</summary>
    public async Task<TimeSpan> StartProgramsAsync(Step step, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        await running.StartProgramsAsync(step, cancel);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Ends one program in order.</summary>
    public Task StopAsync(string program) => running.StopProgramAsync(program);
    public Task StartAgainAsync(string program) => running.StartAgainAsync(program);
    /// <summary>SIGKILL, SIGSTOP or SIGCONT.</summary>
    public Task SignalAsync(string program, int signal) => running.SignalAsync(program, signal);
    /// <summary>What one program says of itself, not through the gateway.</summary>
    public Task<Readiness> AskAsync(string program, CancellationToken cancel) => Readiness.AskAsync($"http://127.0.0.1:{City.State.Ports[Programs.Single(p => p.Name == program).HttpPort]}", cancel);

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancel, string options = "")
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Postgres) { Pooling = false, ApplicationName = "bench", Options = options, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync(cancel);
        return connection;
    }

    /// <summary>Catalogue, counters and areas as Directory has them.</summary>
    public async Task<YearReference> ReferenceAsync(CancellationToken cancel)
    {
        using var channel = GrpcChannel.ForAddress(Grpc);
        var (directory, who) = (new Contracts.Directory.Directory.DirectoryClient(channel), Owner.As(City, Roles.Supervisor));
        return new YearReference(
            (await directory.ListCatalogueAsync(new ListCatalogueRequest(), who, cancellationToken: cancel)).Entries,
            (await directory.ListCountersAsync(new ListCountersRequest(), who, cancellationToken: cancel)).Counters,
            (await directory.ListAreasAsync(new ListAreasRequest(), who, cancellationToken: cancel)).Areas);
    }

    public async Task<string> SecretAsync(string door) => (await City.SecretsAsync())[door];

    public async ValueTask DisposeAsync()
    {
        var held = City.IsHeld;   // else another bench of this checkout is running: its folder is not ours
        await running.DisposeAsync();
        if (Brokers is not null) await Brokers.StopAsync();
        if (held && !place.Keep) System.IO.Directory.Delete(City.Folder, recursive: true);
    }
}
