using System.Text.Json;
using Grpc.Net.Client;
using InquiryHub.Cli;
using InquiryHub.Cli.Commands;
using InquiryHub.Cli.Servers;
using InquiryHub.Cli.Year;
using InquiryHub.Contracts.Directory;
using InquiryHub.Kernel;
using Npgsql;

namespace InquiryHub.Bench;

/// <summary>A city for a bench alone: the settings of a real one (fsync on), nothing of an earlier run, gone at the end.</summary>
sealed class BenchCity : IAsyncDisposable
{
    readonly RunningCity running;
    readonly bool keep;

    BenchCity(RunningCity running, bool keep) => (this.running, this.keep) = (running, keep);

    public City City => running.City;
    public Uri Http => new($"http://127.0.0.1:{City.State.Ports["hubHttp"]}");
    public Uri Grpc => new($"http://127.0.0.1:{City.State.Ports["hubGrpc"]}");
    /// <summary>The superuser's, who also sees what other roles are at.</summary>
    public string Postgres => RunningCity.PostgresOf(City, new Unprivileged()).AdminConnectionString("hub");

    /// <summary>The city's processes and this one.</summary>
    public IEnumerable<OwnProcess> Processes => City.State.Processes.Where(process => process.Name != "hub").Append(OwnProcess.Of("loader", Environment.ProcessId));

    public static async Task<BenchCity> StartAsync(Screen screen, bool keep, CancellationToken cancel)
    {
        var running = new RunningCity(new City("bench"), screen, new StartOptions(Fresh: true));
        try { await running.StartAsync(cancel); }
        catch { await running.DisposeAsync(); throw; }
        return new(running, keep);
    }

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
        await running.DisposeAsync();
        if (!keep) System.IO.Directory.Delete(City.Folder, recursive: true);
    }
}
